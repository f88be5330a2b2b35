#include <bulkwriter/format/detail/crc32.hpp>
#include <bulkwriter/format/detail/parquet_encoder.hpp>
#include <bulkwriter/format/parquet.hpp>
#include <bulkwriter/row/row_checker.hpp>
#include <bulkwriter/schema/schema.hpp>

#include "collector.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

namespace bw = bulkwriter;

namespace {

std::string hex(std::string_view bytes) {
  std::string out;
  for (char const c : bytes) {
    out += "0123456789ABCDEF"[static_cast<unsigned char>(c) >> 4];
    out += "0123456789ABCDEF"[static_cast<unsigned char>(c) & 15];
  }
  return out;
}
std::uint32_t footer_size(std::string const& file) {
  std::uint32_t size = 0;
  std::memcpy(&size, file.data() + file.size() - 8, 4);
  return size;
}

struct four
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"title", bw::varchar{.max_length = 64}>,
                 bw::column<"url", bw::varchar{.max_length = 64}>, bw::column<"vec", bw::float_vector{.dim = 4}>> {};

struct nulls : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                          bw::column<"ok", bw::boolean{.nullable = true}>, bw::column<"i8", bw::int8{.nullable = true}>,
                          bw::column<"s", bw::varchar{.max_length = 300, .nullable = true}>,
                          bw::column<"v", bw::float_vector{.dim = 5, .nullable = true}>, bw::dynamic_field<>> {};

std::unique_ptr<bw::format::encoder> make(std::span<bw::field_info const> fields, bw::format::parquet options = {}) {
  return options.try_make_encoder(fields).value();
}
bw::cell integer(std::int64_t value) { return bw::cell::integer(value); }

void put_four(bw::format::encoder& e, std::int64_t id, std::string_view title, std::string_view url) {
  std::vector<float> const v{1, 2, 3, 4};
  e.put_row(std::vector{integer(id), bw::cell::text(title), bw::cell::text(url), bw::cell::floats(v)});
  e.end_row();
}
void put_random_row(bw::format::encoder& e, std::mt19937& random) {
  std::uniform_int_distribution<int> percent(0, 99);
  bool const null = percent(random) < 40;
  std::vector<float> const v(5, static_cast<float>(percent(random)));
  std::string const text(static_cast<std::size_t>(percent(random)) * 3, 'x');
  std::vector<bw::cell> row{integer(percent(random)),
                            null ? bw::cell() : bw::cell::boolean(percent(random) < 50),
                            null ? bw::cell() : integer(percent(random)),
                            null ? bw::cell() : bw::cell::text(text),
                            percent(random) < 30 ? bw::cell() : bw::cell::floats(v),
                            bw::cell()};
  bw::detail::settle(nulls::infos, row);
  e.put_row(row);
}

}  // namespace

// The bytes below stand in the format's own description (parquet.thrift, Encodings.md, worked out by hand).
TEST_CASE("footer and page headers are the bytes of the specification") {
  auto const made = make(four::infos);
  auto& e = *made;
  collector out;
  for (std::int64_t id = 0; id < 2000; ++id) put_four(e, id, "t", "u");
  CHECK(e.finish(out.sink()));
  std::string const& file = out.text;
  CHECK(file.starts_with("PAR1"));
  CHECK(file.ends_with("PAR1"));

  std::string const footer = hex(std::string_view(file).substr(file.size() - 8 - footer_size(file)));
  CHECK(
      footer.starts_with("1502197C480673636865"
                         "6D61150800"
                         "1504250218026964"
                         "00"
                         "150C250218057469746C65"
                         "25004C1C000000"));
  CHECK(footer.find("35021803766563150215064C3C000000"
                    "3504180"
                    "46C697374150200"
                    "1508250218"
                    "07656C656D656E7400") != std::string::npos);

  // 2000 int64: 16,000 bytes of values and 7 of levels; the vectors' pages come first
  CHECK(hex(file).find("1500"
                       "158EFA01"
                       "158EFA01"
                       "2C15A01F15001506150600"
                       "00"
                       "03000000A01F01"
                       "0000000000000000"
                       "0100000000000000") != std::string::npos);
}

TEST_CASE("vector levels are runs in closed form") {
  auto const made = make(four::infos);
  auto& e = *made;
  collector out;
  for (std::int64_t id = 0; id < 2; ++id) put_four(e, id, "", "");
  CHECK(e.finish(out.sink()));
  // each row: one level 0, three levels 1; all eight entries are values of definition level 3
  CHECK(hex(out.text).find("08000000"
                           "02000601"
                           "02000601"
                           "02000000"
                           "1003"
                           "0000803F00000040") != std::string::npos);
}

TEST_CASE("a dropped row leaves no trace") {
  auto const write = [](bool with_drops) {
    auto const made = make(nulls::infos, {.row_group_size = 4096, .page_size = 1024});
    auto& e = *made;
    collector out;
    std::mt19937 random(3), other(4);
    for (int row = 0; row < 1000; ++row) {
      if (with_drops && row % 3 == 0) {
        put_random_row(e, other);
        e.drop_row();
      }
      put_random_row(e, random);
      e.end_row();
      if (e.ready()) CHECK(e.flush(out.sink()));
    }
    CHECK(e.finish(out.sink()));
    return out.text;
  };
  CHECK(write(true) == write(false));
}

TEST_CASE("size_bound is never less than the file and seldom much more") {
  std::mt19937 random(5);
  for (std::size_t const rows : {1u, 2u, 9u, 100u, 3000u, 20000u}) {
    for (std::uint64_t const group : {4096u, 65536u, 1u << 25}) {
      auto const made = make(nulls::infos, {.row_group_size = group, .page_size = 1024});
      auto& e = *made;
      collector out;
      for (std::size_t row = 0; row < rows; ++row) {
        put_random_row(e, random);
        e.end_row();
        if (e.ready()) CHECK(e.flush(out.sink()));
      }
      std::uint64_t const bound = e.size_bound();
      CHECK(e.rows() == rows);
      CHECK(e.finish(out.sink()));
      CHECK(out.text.size() <= bound);
      if (rows >= 3000 && group == 1u << 25)
        CHECK(static_cast<double>(bound) < 1.25 * static_cast<double>(out.text.size()));
    }
  }
}

TEST_CASE("size_bound holds where nulls come in step with the packing of booleans") {
  struct flags
      : bw::schema<bw::column<"id", bw::int64{.is_primary = true, .auto_id = true}>,
                   bw::column<"a", bw::boolean{.nullable = true}>, bw::column<"b", bw::boolean{.nullable = true}>> {};
  for (int period = 1; period <= 9; ++period) {
    for (int phase = 0; phase < period; ++phase) {
      auto const made = make(flags::infos);
      auto& e = *made;
      collector out;
      for (int row = 0; row < 5000; ++row) {
        bw::cell const flag = row % period == phase ? bw::cell() : bw::cell::boolean(true);
        e.put_row(std::vector{bw::cell(), flag, flag});
        e.end_row();
      }
      std::uint64_t const bound = e.size_bound();
      CHECK(e.finish(out.sink()));
      CHECK(out.text.size() <= bound);
    }
  }
}

// Sizes of pages are 32-bit integers with a sign. None of the memory is looked at.
TEST_CASE("what no page can hold is refused by field, with both numbers") {
  using bw::kind;
  static char const nothing = 0;
  std::size_t const two_gib = std::size_t{1} << 31, most = two_gib - 1 - 96 - 16'000'000 - 4;
  static bw::field_info const subs[] = {{.name = "n", .type = kind::int8}, {.name = "body", .type = kind::text}};
  auto const refusal = [](bw::field_info const& f, bw::cell const& c) {
    std::vector<bw::problem> found;
    bw::format::parquet{}.try_make_encoder({&f, 1}).value()->check_row({&c, 1}, found);
    CHECK(found.size() <= 1);
    return found.empty() ? std::string() : found[0].field + ": " + found[0].message + to_string(found[0].code).data();
  };
  auto const text = [](std::size_t size) { return bw::cell::text({&nothing, size}); };
  for (kind const k : {kind::text, kind::json, kind::geometry, kind::timestamptz}) {
    bw::field_info const f{.name = "f", .type = k};
    CHECK(refusal(f, text(most)) == "");
    CHECK(refusal(f, text(most + 1)) ==
          "f: 2131483552 bytes of one row exceed the 2131483551 that a page of a Parquet file holdsformat_cannot_hold");
    CHECK(refusal(f, text(two_gib)) != "");
    CHECK(refusal(f, text(2 * two_gib + 7)) != "");  // the lower 32 bits are 7
    CHECK(refusal(f, bw::cell()) == "");
  }
  bw::field_info const clips{.name = "c", .type = kind::struct_array, .max_capacity = 4, .sub = subs, .sub_count = 2};
  std::vector<bw::cell> cells{integer(1), text(two_gib / 2), integer(1), text(two_gib / 2 - 20'000'000)};
  CHECK(refusal(clips, bw::cell::list(cells, 2)) == "");
  cells[3] = text(two_gib / 2);
  CHECK(refusal(clips, bw::cell::list(cells, 2)) ==
        "c: 'body': 2147483656 bytes of one row exceed the 2131483551 that a page of a Parquet file "
        "holdsformat_cannot_hold");
  // cells of rows that are refused anyway
  CHECK(refusal(clips, bw::cell::list(cells, 1)) == "");
  CHECK(refusal(clips, integer(7)) == "");
}

// As the page's header says it (parquet.thrift): uncompressed_page_size.
std::vector<std::int64_t> page_sizes(std::string_view file) {
  std::vector<std::int64_t> sizes;
  std::size_t at = 4, end = file.size() - 8;
  std::uint32_t footer = 0;
  std::memcpy(&footer, file.data() + file.size() - 8, 4);
  end -= footer;
  auto const varint = [&] {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      auto const byte = static_cast<unsigned char>(file[at++]);
      value |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
    }
  };
  while (at < end) {
    at += 1, varint();                           // 1: type
    at += 1, sizes.push_back(varint());          // 2: uncompressed_page_size
    at += 1, varint();                           // 3: compressed_page_size
    at += 1;                                     // 5: data_page_header
    for (int k = 0; k < 4; ++k) at += 1, varint();
    at += 2;
    at += static_cast<std::size_t>(sizes.back());
  }
  CHECK(at == end);
  return sizes;
}

TEST_CASE("a page ends before a value that would make it too large") {
  bw::field_info const fields[] = {{.name = "body", .type = bw::kind::text},
                                   {.name = "s", .type = bw::kind::sparse_float_vector}};
  constexpr std::uint64_t room = 1000, around = 96 + 16'000'000;
  bw::detail::parquet_encoder e({.page_size = 1024}, fields, {.page = around + room});
  collector out;
  std::uint32_t const indices[] = {1, 22};
  float const weights[] = {0.5f, 1};
  bw::cell const sparse = bw::cell::sparse(indices, weights);  // {"1":0.5,"22":1}
  for (std::size_t const size : {996u, 300u, 300u, 388u, 1u, 990u, 2u, 996u}) {
    std::string const text(size, 'x');
    std::vector<bw::cell> const row{bw::cell::text(text), sparse};
    std::vector<bw::problem> found;
    e.check_row(row, found);
    CHECK(found.empty());
    e.put_row(row);
    e.end_row();
  }
  std::string const over(997, 'x');
  std::vector<bw::problem> found;
  e.check_row(std::vector{bw::cell::text(over), sparse}, found);
  REQUIRE(found.size() == 1);
  CHECK(found[0].message == "1001 bytes of one row exceed the 1000 that a page of a Parquet file holds");
  std::vector<std::uint32_t> many;
  for (std::uint32_t i = 0; i < 124; ++i) many.push_back(100 + i);
  std::vector<float> const ones(many.size() , 1);
  found.clear();
  e.check_row(std::vector{bw::cell::text("x"), bw::cell::sparse(many, ones)}, found);  // 4 + 1 + 124 * 8
  CHECK(found.empty());
  many.push_back(1000);
  std::vector<float> const more(many.size(), 1);
  e.check_row(std::vector{bw::cell::text("x"), bw::cell::sparse(many, more)}, found);  // and 9
  REQUIRE(found.size() == 1);
  CHECK(found[0].message == "1006 bytes of one row exceed the 1000 that a page of a Parquet file holds");

  CHECK(e.finish(out.sink()));
  // 4 and a length, 1 or 2 bytes of one run, and for each text 4 and its bytes
  std::vector<std::int64_t> const sizes = page_sizes(out.text);
  CHECK(sizes == std::vector<std::int64_t>{6 + 1000, 6 + 304 + 304 + 392, 6 + 5 + 994, 6 + 6, 6 + 1000, 6 + 8 * 20});
}

TEST_CASE("a file ends before its footer or its row groups are more than readers take") {
  bw::field_info const fields[] = {{.name = "body", .type = bw::kind::text}};
  std::string const text(4096, 'x');
  std::vector<bw::cell> const row{bw::cell::text(text)};
  for (bw::detail::parquet_limits const& limits :
       {bw::detail::parquet_limits{.footer = 2000}, bw::detail::parquet_limits{.groups = 9}}) {
    bw::detail::parquet_encoder e({.row_group_size = 4096}, fields, limits);
    for (int file = 0; file < 2; ++file) {
      collector out;
      std::uint64_t rows = 0;
      for (;; ++rows) {
        e.put_row(row);
        CHECK(e.lone_row_bound() < 4096 + 2000);  // what the file holds already is no matter of another one's
        if (e.size_bound() == ~std::uint64_t{}) break;
        e.end_row();
        REQUIRE(e.ready());
        CHECK(e.flush(out.sink()));
      }
      e.drop_row();
      CHECK(e.finish(out.sink()));
      CHECK(footer_size(out.text) <= 2000);
      CHECK((limits.groups == 9 ? rows == 9 : rows > 10));
    }
  }
}

TEST_CASE("options out of range are refused") {
  CHECK(bw::format::parquet{}.try_make_encoder(four::infos));
  auto const r = bw::format::parquet{.row_group_size = 100}.try_make_encoder(four::infos);
  REQUIRE(!r);
  CHECK(r.error().code == bw::errc::invalid_option);
  CHECK(r.error().message.find("row_group_size is 100") != std::string::npos);
  CHECK_FALSE(bw::format::parquet{.page_size = (std::uint64_t{512} << 20) + 1}.try_make_encoder(four::infos));
}

TEST_CASE("CRC-32 gives its check value, in one piece or in many") {
  std::string const text = "123456789";
  auto const bytes = std::as_bytes(std::span(text));
  CHECK(bw::detail::crc32(0, bytes) == 0xCBF43926u);
  for (std::size_t cut = 0; cut <= text.size(); ++cut)
    CHECK(bw::detail::crc32(bw::detail::crc32(0, bytes.first(cut)), bytes.subspan(cut)) == 0xCBF43926u);
}
