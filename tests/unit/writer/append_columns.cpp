#include <bulkwriter/local.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bw = bulkwriter;
using namespace bw::literals;

namespace {

struct tag_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"v", bw::float_vector{.dim = 2}>,
                 bw::column<"title", bw::varchar{.max_length = 4}>, bw::column<"score", bw::float64{.nullable = true}>,
                 bw::dynamic_field<>> {};

template <class Format>
struct to_memory {
  std::shared_ptr<bw::output::memory> memory = std::make_shared<bw::output::memory>();
  bw::bulk_writer<tag_schema, Format> writer{memory};
  auto files() {
    writer.commit();
    return memory->files();
  }
};

std::vector<std::int64_t> const ids{1, 2, 3};
std::vector<float> const block{1, 2, 3, 4, 5, 6};
std::vector<std::int32_t> const offsets{0, 1, 1, 4};
std::string const bytes = "abcd";
std::vector<double> const scores{0.5, 7, 1.5};
std::vector<std::uint8_t> const bitmap{0b101};

template <class Format>
void check_same_as_rows() {
  to_memory<Format> rows, columns, ranges;
  std::vector<std::string> const titles{"a", "", "bcd"};
  std::vector<std::array<float, 2>> const vectors{{1, 2}, {3, 4}, {5, 6}};
  std::vector<std::optional<double>> const optional{0.5, std::nullopt, 1.5};
  for (std::size_t i = 0; i < 3; ++i)
    rows.writer.append_row("id"_f = ids[i], "v"_f = vectors[i], "title"_f = titles[i], "score"_f = optional[i],
                           "k"_f = ids[i]);
  CHECK(columns.writer.append_columns("id"_f = ids, "v"_f = block,
                                      "title"_f = bw::string_block{std::span{offsets}, bytes},
                                      "score"_f = bw::masked(scores, bitmap), "k"_f = ids) == 3);
  ranges.writer.append_columns("k"_f = ids, "score"_f = optional, "title"_f = titles, "v"_f = vectors, "id"_f = ids);
  auto const wanted = rows.files();
  CHECK(columns.files() == wanted);
  CHECK(ranges.files() == wanted);
}

}  // namespace

TEST_CASE("columns: the files of the same rows, in every format") {
  check_same_as_rows<bw::format::json>();
  check_same_as_rows<bw::format::parquet>();
}

TEST_CASE("columns: lengths are judged before a row is appended") {
  to_memory<bw::format::json> m;
  auto const fault = [&](auto const& v, auto const& titles, auto const& mask) {
    auto const appended =
        m.writer.try_append_columns("id"_f = ids, "v"_f = v, "title"_f = titles, "score"_f = bw::masked(scores, mask));
    REQUIRE(!appended);
    CHECK(appended.error().code == bw::errc::invalid_option);
    return appended.error().message;
  };
  bw::string_block const titles{std::span{offsets}, bytes};
  CHECK(fault(std::vector<float>(4), titles, bitmap) == "column 'v': 2 rows, where 'id' has 3");
  CHECK(fault(std::vector<float>(7), titles, bitmap) == "column 'v': 7 values are no multiple of the 2 of a row");
  CHECK(fault(block, bw::string_block{std::span{offsets}, "abc"}, bitmap) ==
        "column 'title': offset [3] is 4: offsets ascend, to the 3 bytes at most");
  std::vector<std::int64_t> const descending{0, 2, 1, 4};
  CHECK(fault(block, bw::string_block{std::span{descending}, bytes}, bitmap)
            .starts_with("column 'title': offset [2] is 1"));
  CHECK(fault(block, titles, std::vector<std::uint8_t>{}) == "column 'score': a bitmap of 0 bytes for 3 rows");
  CHECK(m.writer.row_count() == 0);
}

TEST_CASE("columns: rows before the refused one are kept, and the error names the row") {
  to_memory<bw::format::json> m;
  std::vector<std::string> const titles{"a", "b", "longer"};
  auto const appended = m.writer.try_append_columns("id"_f = ids, "v"_f = block, "title"_f = titles);
  REQUIRE(!appended);
  CHECK(appended.error().to_string() ==
        "row 2, field 'title': 6 bytes exceed max_length 4: 'longer' [bulkwriter.varchar_too_long]");
  CHECK(m.writer.row_count() == 2);
  m.writer.commit();
}

namespace {
struct clip {
  std::string caption;
  std::array<float, 2> v;
};
struct clip_fields : bw::struct_fields<bw::field<"caption", &clip::caption, bw::varchar{.max_length = 8}>,
                                       bw::field<"v", &clip::v, bw::float_vector{.dim = 2}>> {};
struct kinds_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"half", bw::float16_vector{.dim = 2}>,
                 bw::column<"brain", bw::bfloat16_vector{.dim = 2}>, bw::column<"small", bw::int8_vector{.dim = 2}>,
                 bw::column<"bits", bw::binary_vector{.dim = 16}>,
                 bw::column<"words", bw::sparse_float_vector{.nullable = true}>,
                 bw::column<"tags", bw::array{.element_type = bw::varchar{.max_length = 4}, .max_capacity = 4}>,
                 bw::column<"clips", bw::struct_array<clip_fields>{.max_capacity = 4}>,
                 bw::column<"at", bw::timestamptz{}>,
                 bw::column<"half_or_null", bw::float16_vector{.dim = 2, .nullable = true}>> {};

template <class Format>
void check_kinds() {
  auto const rows = std::make_shared<bw::output::memory>(), columns = std::make_shared<bw::output::memory>();
  std::vector<float> const halves{1, 2, 3, 4, 5, 6};
  std::vector<bw::float16> const brains{{1}, {2}, {3}, {4}, {5}, {6}};
  std::vector<std::int8_t> const smalls{-1, 2, -3, 4, -5, 6};
  std::vector<std::uint8_t> const bits{1, 2, 3, 4, 5, 6};
  std::vector<std::optional<std::map<int, float>>> const words{{{{3, 1.f}}}, std::nullopt, {{}}};
  std::vector<std::vector<std::string>> const tags{{"a", "b"}, {}, {"c"}};
  std::vector<std::vector<clip>> const clips{{{"x", {1, 2}}}, {}, {{"y", {3, 4}}, {"z", {5, 6}}}};
  std::vector<std::chrono::sys_seconds> const times{std::chrono::sys_seconds{std::chrono::seconds{1}}, {}, {}};
  bw::bulk_writer<kinds_schema, Format> by_row{rows};
  for (std::size_t i = 0; i < 3; ++i)
    by_row.append_row(
        "id"_f = ids[i], "half"_f = std::span(halves).subspan(2 * i, 2),
        "brain"_f = std::span(brains).subspan(2 * i, 2), "small"_f = std::span(smalls).subspan(2 * i, 2),
        "bits"_f = std::span(bits).subspan(2 * i, 2), "words"_f = words[i], "tags"_f = tags[i], "clips"_f = clips[i],
        "at"_f = times[i],
        "half_or_null"_f = i == 1 ? std::nullopt : std::optional(std::span<float const>(halves).subspan(2 * i, 2)));
  by_row.commit();
  bw::bulk_writer<kinds_schema, Format> by_column{columns};
  by_column.append_columns("id"_f = ids, "half"_f = halves, "brain"_f = brains, "small"_f = smalls, "bits"_f = bits,
                           "words"_f = words, "tags"_f = tags, "clips"_f = clips, "at"_f = times,
                           "half_or_null"_f = bw::masked(halves, bitmap));
  by_column.commit();
  REQUIRE(rows->files().size() == 1);
  CHECK(columns->files() == rows->files());
}
}  // namespace

namespace {
struct bits_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                                bw::column<"bits", bw::binary_vector{.dim = 16}>,
                                bw::column<"some", bw::binary_vector{.dim = 8, .nullable = true}>> {};

template <class Bits>
void check_bits(Bits const& bits, std::vector<bool> const& some) {
  auto const place = std::make_shared<bw::output::memory>();
  bw::bulk_writer<bits_schema, bw::format::jsonl> writer{place};
  std::vector<std::uint8_t> const first_only{0b01};
  CHECK(writer.append_columns("id"_f = std::array{1, 2}, "bits"_f = bits, "some"_f = bw::masked(some, first_only)) == 2);
  writer.commit();
  auto const written = place->files().at("1.jsonl");
  // numpy.packbits([1,0,0,0,0,0,0,0, 0,0,0,0,0,0,1,1]) and so on
  CHECK(std::string(reinterpret_cast<char const*>(written.data()), written.size()) ==
        "{\"id\":1,\"bits\":[128,3],\"some\":[240]}\n{\"id\":2,\"bits\":[0,254],\"some\":null}\n");
}
}  // namespace

TEST_CASE("columns: the bits of all rows as bools") {
  std::vector<bool> bits(32), some{1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1};
  for (std::size_t at : {0u, 14u, 15u, 24u, 25u, 26u, 27u, 28u, 29u, 30u}) bits[at] = true;
  check_bits(bits, some);
  check_bits(std::deque<bool>(bits.begin(), bits.end()), some);
  std::array<bool, 32> contiguous;
  std::ranges::copy(bits, contiguous.begin());
  check_bits(contiguous, some);

  bw::bulk_writer<bits_schema, bw::format::jsonl> writer{std::make_shared<bw::output::memory>()};
  auto const left_over = writer.try_append_columns("id"_f = std::array{1, 2}, "bits"_f = std::vector<bool>(28),
                                                   "some"_f = some);
  REQUIRE(!left_over);
  CHECK(left_over.error().message == "column 'bits': 28 values are no multiple of the 16 of a row");
  auto const another = writer.try_append_columns("id"_f = std::array{1, 2}, "bits"_f = std::vector<bool>(48),
                                                 "some"_f = some);
  REQUIRE(!another);
  CHECK(another.error().field == "bits");
}

TEST_CASE("columns of every kind that is more than a number or text") {
  check_kinds<bw::format::json>();
  check_kinds<bw::format::parquet>();
}
