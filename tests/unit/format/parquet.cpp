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

namespace {
// A page as its header tells it (parquet.thrift): uncompressed_page_size and, where there is one, crc.
struct page {
  std::size_t begin, body, end;
  std::int64_t crc;
};
std::vector<page> pages_of(std::string_view file, bool with_checksum = false) {
  std::vector<page> pages;
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
    page p{.begin = at, .body = 0, .end = 0, .crc = 0};
    at += 1, varint();  // 1: type
    at += 1;
    auto const size = static_cast<std::size_t>(varint());  // 2: uncompressed_page_size
    at += 1, varint();                                     // 3: compressed_page_size
    if (with_checksum) at += 1, p.crc = varint();          // 4: crc
    at += 1;                                               // 5: data_page_header
    for (int k = 0; k < 4; ++k) at += 1, varint();
    p.body = at + 2;
    at = p.end = p.body + size;
    pages.push_back(p);
  }
  CHECK(at == end);
  return pages;
}
// An i64 of Thrift's compact protocol.
std::string zigzag(std::int64_t value) {
  std::string out;
  bw::detail::append_varint(out, static_cast<std::uint64_t>(value) << 1);
  return hex(out);
}
}  // namespace

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
  std::vector<std::size_t> sizes;
  for (page const& p : pages_of(out.text)) sizes.push_back(p.end - p.body);
  CHECK(sizes == std::vector<std::size_t>{6 + 1000, 6 + 304 + 304 + 392, 6 + 5 + 994, 6 + 6, 6 + 1000, 6 + 8 * 20});
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
  constexpr std::uint64_t gib = std::uint64_t{1} << 30;
  auto const taken = [](bw::format::parquet const& options) { return options.try_make_encoder(four::infos).has_value(); };
  CHECK(taken({.row_group_size = 4096, .page_size = 1024}));
  CHECK(taken({.row_group_size = 2 * gib, .page_size = gib / 2}));
  CHECK_FALSE(taken({.row_group_size = 4095}));
  CHECK_FALSE(taken({.row_group_size = 2 * gib + 1}));
  CHECK_FALSE(taken({.row_group_size = 4 * gib + 4096}));
  CHECK_FALSE(taken({.page_size = 1023}));
  CHECK_FALSE(taken({.page_size = 4 * gib + 1024}));
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

// Statistics of parquet.thrift: 3 null_count, 5 max_value, 6 min_value, the last two as PLAIN has them.
TEST_CASE("the footer tells how many nulls there are, and between what the integers lie") {
  using bw::kind;
  bw::field_info const fields[] = {{.name = "big", .type = kind::int64, .nullable = true},
                                   {.name = "small", .type = kind::int8, .nullable = true},
                                   {.name = "none", .type = kind::int32, .nullable = true},
                                   {.name = "text", .type = kind::varchar, .max_length = 9, .nullable = true},
                                   {.name = "list", .type = kind::array, .element = kind::int32, .nullable = true}};
  auto const e = make(fields);
  bw::cell const elements[] = {integer(1), integer(2)};
  bw::cell const rows[][5] = {
      {integer(-3), integer(127), {}, bw::cell::text("a"), bw::cell::list(elements)},
      {{}, integer(-128), {}, {}, bw::cell::list({})},
      {integer(7), {}, {}, {}, {}},
      {integer(0), {}, {}, {}, {}},
  };
  for (auto const& row : rows) {
    e->put_row(row);
    e->end_row();
  }
  collector out;
  CHECK(e->finish(out.sink()));
  std::string const footer = hex(std::string_view(out.text).substr(out.text.size() - 8 - footer_size(out.text)));
  CHECK(footer.find("3C3602" "2808" "0700000000000000" "1808" "FDFFFFFFFFFFFFFF" "00" "0000") != std::string::npos);
  CHECK(footer.find("3C3604" "2804" "7F000000" "1804" "80FFFFFF" "00" "0000") != std::string::npos);
  CHECK(footer.find("3C3608" "00" "0000") != std::string::npos);  // nothing but nulls has neither
  CHECK(footer.find("3C3606" "00" "0000") != std::string::npos);
  // of a list also what is empty is no value: 5 entries, 2 values
  CHECK(footer.find("160A") != std::string::npos);
  // 7 column_orders: a TypeDefinedOrder (1, without fields) each; and created_by before it
  CHECK(footer.substr(0, footer.size() - 16).ends_with("195C" "1C0000" "1C0000" "1C0000" "1C0000" "1C0000" "00"));
}

// Encodings.md: a varint of groups of eight values with the lowest bit set, then a bit each, the first the lowest.
TEST_CASE("levels of nulls are groups of eight bits, the last one filled up") {
  bw::field_info const field{.name = "n", .type = bw::kind::int32, .nullable = true};
  std::pair<std::size_t, std::string> const wanted[] = {
      {1, "02000000" "03" "01"},         {7, "02000000" "03" "55"},           {8, "02000000" "03" "55"},
      {9, "03000000" "05" "5501"},       {16, "03000000" "05" "5555"},        {17, "04000000" "07" "555501"},
  };
  for (auto const& [count, levels] : wanted) {
    auto const e = make({&field, 1});
    for (std::size_t i = 0; i < count; ++i) {
      bw::cell const c = i % 2 == 0 ? integer(5) : bw::cell();
      e->put_row({&c, 1});
      e->end_row();
    }
    collector out;
    CHECK(e->finish(out.sink()));
    auto const pages = pages_of(out.text);
    REQUIRE(pages.size() == 1);
    std::string values;
    for (std::size_t i = 0; i < (count + 1) / 2; ++i) values += "05000000";
    CHECK(hex(std::string_view(out.text).substr(pages[0].body, pages[0].end - pages[0].body)) == levels + values);
  }
}

// thrift-compact-protocol.md: a list's size stands beside its type up to 14, and behind it from 15 on.
TEST_CASE("lists of 14, 15 and 16 elements have their sizes where Thrift wants them") {
  for (std::size_t const leaves : {13u, 14u, 15u, 16u}) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < leaves; ++i) names.push_back("f" + std::to_string(i));
    std::vector<bw::field_info> fields;
    for (auto const& name : names) fields.push_back({.name = name, .type = bw::kind::int8});
    auto const e = make(fields);
    e->put_row(std::vector(leaves, integer(1)));
    e->end_row();
    collector out;
    CHECK(e->finish(out.sink()));
    std::string const footer = hex(std::string_view(out.text).substr(out.text.size() - 8 - footer_size(out.text)));
    auto const list = [](std::size_t size) {
      std::string head(1, static_cast<char>(size < 15 ? size << 4 | 12 : 0xfc));
      if (size >= 15) head += static_cast<char>(size);
      return "19" + hex(head);
    };
    CHECK(footer.starts_with("1502" + list(leaves + 1)));        // with the root
    CHECK(footer.find("191C" + list(leaves) + "26") != std::string::npos);  // a row group, of columns
    std::string orders;
    for (std::size_t i = 0; i < leaves; ++i) orders += "1C0000";
    CHECK(footer.find(list(leaves) + orders + "00") != std::string::npos);
  }
}

// parquet.thrift: 5 file_offset, "from beginning of file to first page (data or dictionary) in this row group"; 6
// total_compressed_size; and of a column 9 data_page_offset.
TEST_CASE("row groups tell where they begin and how long they are") {
  bw::field_info const fields[] = {{.name = "a", .type = bw::kind::int64}, {.name = "b", .type = bw::kind::int64}};
  auto const e = make(fields, {.row_group_size = 4096});
  collector out;
  std::vector<std::uint64_t> rows(1);
  for (int n = 0; n < 600; ++n) {
    e->put_row(std::vector{integer(1), integer(2)});
    e->end_row();
    ++rows.back();
    if (!e->ready()) continue;
    CHECK(e->flush(out.sink()));
    rows.push_back(0);
  }
  CHECK(e->finish(out.sink()));
  auto const pages = pages_of(out.text);
  REQUIRE(rows.size() == 3);
  REQUIRE(pages.size() == 6);
  std::string const footer = hex(std::string_view(out.text).substr(out.text.size() - 8 - footer_size(out.text)));
  for (std::size_t g = 0; g < 3; ++g) {
    page const &first = pages[2 * g], &second = pages[2 * g + 1];
    auto const at = [](std::size_t offset) { return zigzag(static_cast<std::int64_t>(offset)); };
    std::string const size = at(second.end - first.begin);
    CHECK(footer.find("16" + size + "16" + at(rows[g]) + "26" + at(first.begin) + "16" + size + "00") !=
          std::string::npos);
    CHECK(footer.find("26" + at(first.begin) + "3C") != std::string::npos);
    CHECK(footer.find("26" + at(second.begin) + "3C") != std::string::npos);
  }
}

TEST_CASE("a row group ends with its millionth row") {
  bw::field_info const field{.name = "n", .type = bw::kind::boolean, .nullable = true};
  auto const e = make({&field, 1});
  bw::cell const null;
  for (int n = 0; n < 999'999; ++n) {
    e->put_row({&null, 1});
    e->end_row();
  }
  CHECK_FALSE(e->ready());
  e->put_row({&null, 1});
  e->end_row();
  CHECK(e->ready());
}

// A bit at a time, as the polynomial says (0xEDB88320, reflected).
static std::uint32_t slow_crc32(std::string_view bytes) {
  std::uint32_t crc = ~std::uint32_t{};
  for (char const c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int k = 0; k < 8; ++k) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
  }
  return ~crc;
}

TEST_CASE("a page's checksum is of all that stands behind its header: levels, values, what fills up") {
  using bw::kind;
  bw::field_info const fields[] = {{.name = "n", .type = kind::int32, .nullable = true},
                                   {.name = "ok", .type = kind::boolean},
                                   {.name = "s", .type = kind::varchar, .max_length = 99},
                                   {.name = "tags", .type = kind::array, .element = kind::int8, .max_capacity = 9},
                                   {.name = "v", .type = kind::float_vector, .dim = 3, .nullable = true}};
  auto const e = make(fields, {.page_size = 1024, .page_checksum = true});
  std::vector<float> const v{1, 2, 3};
  std::vector<bw::cell> const elements(9, integer(3));
  for (std::size_t i = 0; i < 500; ++i) {
    std::string const text(i % 50, 'x');
    e->put_row(std::vector{i % 3 == 0 ? bw::cell() : integer(7), bw::cell::boolean(i % 5 == 0), bw::cell::text(text),
                           bw::cell::list(std::span(elements).first(i % 9)),
                           i % 4 == 0 ? bw::cell() : bw::cell::floats(v)});
    e->end_row();
  }
  collector out;
  CHECK(e->finish(out.sink()));
  auto const pages = pages_of(out.text, true);
  CHECK(pages.size() > 10);
  for (page const& p : pages)
    CHECK(static_cast<std::uint32_t>(p.crc) == slow_crc32(std::string_view(out.text).substr(p.body, p.end - p.body)));
}
