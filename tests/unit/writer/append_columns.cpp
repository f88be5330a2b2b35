#include <bulkwriter/local.hpp>

#include <doctest/doctest.h>

#include <array>
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
