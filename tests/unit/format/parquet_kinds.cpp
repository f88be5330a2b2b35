#include <bulkwriter/format/parquet.hpp>

#include "collector.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstring>
#include <deque>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace bw = bulkwriter;
using bw::kind;

namespace {

std::string hex(std::string_view bytes) {
  std::string out;
  for (char const c : bytes) {
    out += "0123456789ABCDEF"[static_cast<unsigned char>(c) >> 4];
    out += "0123456789ABCDEF"[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

constexpr std::array<bw::field_info, 3> sub_fields{{{.name = "frame", .type = kind::int64},
                                                    {.name = "seen", .type = kind::boolean},
                                                    {.name = "v", .type = kind::float_vector, .dim = 3}}};

constexpr kind scalars[] = {kind::boolean, kind::int8,    kind::int16,   kind::int32,
                            kind::int64,   kind::float32, kind::float64, kind::varchar};
constexpr kind kinds[] = {kind::boolean,      kind::int8,           kind::int16,
                          kind::int32,        kind::int64,          kind::float32,
                          kind::float64,      kind::varchar,        kind::text,
                          kind::json,         kind::geometry,       kind::timestamptz,
                          kind::float_vector, kind::float16_vector, kind::bfloat16_vector,
                          kind::int8_vector,  kind::binary_vector,  kind::sparse_float_vector,
                          kind::struct_array};

// One field a kind and one an array, nullable or not.
std::vector<bw::field_info> every_field(bool nullable) {
  std::vector<bw::field_info> fields;
  for (kind const k : kinds) fields.push_back({.name = to_string(k), .type = k, .dim = 16});
  for (kind const k : scalars) fields.push_back({.name = to_string(k), .type = kind::array, .element = k});
  for (bw::field_info& f : fields) {
    f.nullable = nullable;
    f.max_capacity = 4096;
    f.sub = f.type == kind::struct_array ? sub_fields.data() : nullptr;
    f.sub_count = f.type == kind::struct_array ? sub_fields.size() : 0;
  }
  return fields;
}

// Values of any field. They stand until the next call of `row`.
struct values {
  std::vector<float> floats = std::vector<float>(64, 0.5f);
  std::vector<std::int8_t> int8s = std::vector<std::int8_t>(64, std::int8_t{-3});
  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(64, std::uint8_t{200});
  std::vector<std::uint32_t> indices = {0, 7, 4'294'967'294};
  std::vector<float> sparse_values = {0.1f, 2, 1.1754944e-38f};
  std::string text = "some text";

  std::deque<std::vector<bw::cell>> lists = {};

  bw::cell scalar_or_vector(bw::field_info const& f, kind k) const {
    switch (k) {
      case kind::boolean: return bw::cell::boolean(true);
      case kind::int8:
      case kind::int16:
      case kind::int32:
      case kind::int64: return bw::cell::integer(std::int64_t{-5});
      case kind::float32:
      case kind::float64: return bw::cell::float64(0.25);
      case kind::float_vector:
      case kind::float16_vector:
      case kind::bfloat16_vector: return bw::cell::floats(std::span(floats).first(f.dim));
      case kind::int8_vector: return bw::cell::int8s(std::span(int8s).first(f.dim));
      case kind::binary_vector: return bw::cell::bytes(std::span(bytes).first(f.dim / 8));
      case kind::sparse_float_vector: return bw::cell::sparse(indices, sparse_values);
      default: return bw::cell::text(text);
    }
  }
  bw::cell of(bw::field_info const& f, std::size_t size) {
    if (f.type != kind::array && f.type != kind::struct_array) return scalar_or_vector(f, f.type);
    std::vector<bw::cell>& cells = lists.emplace_back();
    for (std::size_t at = 0; at < size; ++at) {
      if (f.type == kind::array) cells.push_back(scalar_or_vector(f, f.element));
      for (bw::field_info const& sub : f.sub_fields()) cells.push_back(scalar_or_vector(sub, sub.type));
    }
    return bw::cell::list(cells, f.type == kind::array ? 1 : f.sub_count);
  }
};

std::unique_ptr<bw::format::encoder> make(std::span<bw::field_info const> fields, bw::format::parquet options = {}) {
  return options.try_make_encoder(fields).value();
}
std::string finished(bw::format::encoder& e) {
  collector out;
  CHECK(e.finish(out.sink()));
  return out.text;
}
std::string file_of(bw::field_info const& f, bw::cell const& value) {
  auto const e = make(std::span(&f, 1));
  e->put_row(std::span(&value, 1));
  e->end_row();
  return finished(*e);
}
bool holds_bytes(std::string const& file, std::string_view bytes) { return hex(file).find(bytes) != std::string::npos; }

}  // namespace

TEST_CASE("every kind is held") {
  for (bw::kind_traits const& k : bw::all_kinds) CHECK(bw::format::parquet::holds(k.value));
}

// Worked out by hand from Encodings.md: each section has its length before it, each run twice its length and its level.
TEST_CASE("levels of lists are runs in closed form") {
  using bw::detail::parquet_rows;
  auto const levels = [](bw::field_info const& f, std::size_t leaf, parquet_rows const& rows, std::size_t count) {
    std::vector<bw::detail::parquet_leaf> leaves;
    append_parquet_leaves(leaves, f);
    std::string out;
    auto const entries = append_parquet_levels(out, leaves.at(leaf), rows, 0, count);
    return hex(out) + " " + std::to_string(entries.all) + " " + std::to_string(entries.values);
  };
  bw::field_info const array{.name = "a", .type = kind::array, .element = kind::int32, .nullable = true};
  bw::field_info const structs{
      .name = "s", .type = kind::struct_array, .sub = sub_fields.data(), .sub_count = sub_fields.size()};

  // [x, x, x], null, [], [x], [x, x]
  parquet_rows const rows{{true, false, true, true, true}, {3, 0, 0, 1, 2}};
  CHECK(levels(array, 0, rows, 5) ==
        "0A000000"
        "02000401"
        "0600"
        "02000201"
        "08000000"
        "0603"
        "0200"
        "0201"
        "0603"
        " 8 6");
  // the same without nulls, of structs with an int64: a value is level 2 there
  parquet_rows const sizes{{}, {3, 0, 1, 2}};
  CHECK(levels(structs, 0, sizes, 4) ==
        "0A000000"
        "02000401"
        "0400"
        "02000201"
        "06000000"
        "0602"
        "0201"
        "0602"
        " 7 6");
  // and of their vectors of three: a struct begins with level 1, but the row's first; the other two floats are level 2
  CHECK(levels(structs, 2, sizes, 4) ==
        "1A000000"
        "02000402"
        "02010402"
        "02010402"
        "0200"
        "02000402"
        "02000402"
        "02010402"
        "06000000"
        "1203"
        "0201"
        "1203"
        " 19 18");
}

TEST_CASE("a struct_array is a group of required fields in the schema") {
  bw::field_info const f{
      .name = "s", .type = kind::struct_array, .sub = sub_fields.data(), .sub_count = sub_fields.size()};
  auto const e = make(std::span(&f, 1));
  // repetition (0 required, 1 optional, 2 repeated), name, children, list annotation, as in parquet.thrift
  CHECK(holds_bytes(finished(*e),
                    "3502"
                    "180173"
                    "1502"
                    "1506"
                    "4C3C000000"  // optional group s (LIST)
                    "3504"
                    "18046C697374"
                    "1502"
                    "00"  // repeated group list
                    "3500"
                    "1807656C656D656E74"
                    "1506"
                    "00"  // required group element of 3
                    "1504"
                    "2500"
                    "18056672616D65"
                    "00"  // required int64 frame
                    "1500"
                    "2500"
                    "18047365656E"
                    "00"  // required boolean seen
                    "3500"
                    "180176"
                    "1502"
                    "1506"
                    "4C3C000000"  // required group v (LIST)
                    "3504"
                    "18046C697374"
                    "1502"
                    "00"  // repeated group list
                    "1508"
                    "2500"
                    "1807656C656D656E74"
                    "00"));  // required float element
}

// By hand from parquet.thrift and Encodings.md.
TEST_CASE("vectors of bytes and of 16-bit floats are bytes, each the index of its own value in the dictionary") {
  std::vector<float> const floats{1, -2};
  std::vector<std::uint16_t> const halves{0x3C00, 0xC000}, brain_halves{0x3F80, 0xC000};
  bw::field_info const half{.name = "h", .type = kind::float16_vector, .dim = 2};
  bw::field_info const brain{.name = "h", .type = kind::bfloat16_vector, .dim = 2};
  std::string const file = file_of(half, bw::cell::halves(halves));
  CHECK(file_of(half, bw::cell::floats(floats)) == file);

  // page of type 2, 1,024 bytes: 256 PLAIN values
  CHECK(
      hex(file).starts_with("50415231"
                            "1504"
                            "158010"
                            "158010"
                            "4C15800415000000"
                            "00000000"
                            "01000000"
                            "02000000"));
  // encoding 8; levels; 8 bits an index, one group of 8 bit-packed: the four bytes and four of padding
  CHECK(hex(file).find("FE000000"
                       "FF000000"
                       "1500"
                       "1530"
                       "1530"
                       "2C15081510150615060000"
                       "0400000002000601"
                       "020000000803"
                       "0803"
                       "003C00C0"
                       "00000000") == 2 * (4 + 1040 - 8));
  // encodings 0, 3 and 8; four values in 1,081 bytes, the data page at 1,044 and the dictionary at 4
  CHECK(holds_bytes(file,
                    "1935000610"
                    "1938016804"
                    "6C69737407656C656D656E74"
                    "1500"
                    "1608"
                    "16F210"
                    "16F210"
                    "26A810"
                    "2608"));

  CHECK(holds_bytes(file_of(brain, bw::cell::halves(brain_halves)), "0803803F00C000000000"));
  CHECK(file_of(brain, bw::cell::floats(floats)) == file_of(brain, bw::cell::halves(brain_halves)));

  std::vector<std::int8_t> const int8s{-2, 127};
  std::vector<std::uint8_t> const bits{0xFE, 0x7F};
  std::string const signed_file = file_of({.name = "i", .type = kind::int8_vector, .dim = 2}, bw::cell::int8s(int8s));
  CHECK(holds_bytes(signed_file, "7F00000080FFFFFF81FFFFFF"));
  CHECK(holds_bytes(signed_file, "0803FE7F000000000000"));
  std::string const bits_file = file_of({.name = "b", .type = kind::binary_vector, .dim = 16}, bw::cell::bytes(bits));
  CHECK(holds_bytes(bits_file, "7F0000008000000081000000"));
  CHECK(holds_bytes(bits_file, "0803FE7F000000000000"));

  // null is a level alone: no run follows the width of an index
  CHECK(holds_bytes(file_of({.name = "b", .type = kind::binary_vector, .dim = 16, .nullable = true}, {}),
                    "2C15021510150615060000"
                    "020000000200"
                    "020000000200"
                    "08"
                    "1502"));
}

// zlib's crc32 of 256 little-endian integers: 0 to 255, and 0 to 127 followed by -128 to -1.
TEST_CASE("a dictionary has a checksum as other pages do") {
  for (kind const k : {kind::binary_vector, kind::int8_vector}) {
    bw::field_info const f{.name = "v", .type = k, .dim = 16};
    auto const e = make(std::span(&f, 1), {.page_checksum = true});
    values v;
    e->put_row(std::vector{v.of(f, 0)});
    e->end_row();
    CHECK(holds_bytes(finished(*e), std::string("1504158010158010") +
                                        (k == kind::int8_vector ? "1596F4D4F803" : "158999E5F101") +
                                        "3C15800415000000"));
  }
}

TEST_CASE("each row group has a dictionary a column of bytes, once, and size_bound counts them") {
  constexpr std::array<bw::field_info, 2> subs{
      {{.name = "a", .type = kind::int8_vector, .dim = 3}, {.name = "b", .type = kind::binary_vector, .dim = 8}}};
  bw::field_info const fields[] = {
      {.name = "bits", .type = kind::binary_vector, .dim = 8, .nullable = true},
      {.name = "wide", .type = kind::bfloat16_vector, .dim = 32},  // goes out page by page
      {.name = "s", .type = kind::struct_array, .max_capacity = 9, .sub = subs.data(), .sub_count = subs.size()}};
  for (int const rows : {0, 1, 2, 15, 16, 17, 50, 100, 1000}) {
    auto const e = make(fields, {.row_group_size = 8192, .page_size = 1024});
    collector out;
    std::size_t dictionaries = 0;
    std::uint64_t lone = 0;
    for (int row = 0; row < rows; ++row) {
      values v;
      e->put_row(std::vector{row % 3 == 0 ? bw::cell() : v.of(fields[0], 0), v.of(fields[1], 0),
                             v.of(fields[2], static_cast<std::size_t>(row) % 4)});
      if (row == 0) lone = e->lone_row_bound();
      e->end_row();
      if (e->ready()) CHECK(e->flush(out.sink()));
    }
    std::uint64_t const bound = e->size_bound();
    CHECK(e->finish(out.sink()));
    std::string const file = hex(out.text);
    for (std::size_t at = 0; (at = file.find("1504158010158010", at)) != std::string::npos; ++at) ++dictionaries;
    CHECK(out.text.size() <= bound);
    // a row group of four dictionaries that has not begun, and what is set aside for headers and metadata
    CHECK(bound - out.text.size() < 4 * 1056 + out.text.size() / 4 + 1500);
    CHECK(dictionaries % 4 == 0);
    if (rows == 1) CHECK((dictionaries == 4 && out.text.size() <= lone));
    // 70 bytes of values a row and no more of levels and page headers, 8,192 a group
    if (rows == 1000) CHECK((dictionaries >= 4 * 8 && dictionaries <= 4 * 17));
  }
}

TEST_CASE("of a vector of floats and one of bytes the one that takes more bytes goes out page by page") {
  bw::field_info const fields[] = {{.name = "bytes", .type = kind::float16_vector, .dim = 24},
                                   {.name = "floats", .type = kind::float_vector, .dim = 16},
                                   {.name = "few", .type = kind::binary_vector, .dim = 256}};
  auto const e = make(fields, {.row_group_size = 1 << 30, .page_size = 1024});
  collector out;
  values v;
  for (int row = 0; row < 1000; ++row) {
    e->put_row(std::vector{v.of(fields[0], 0), v.of(fields[1], 0), v.of(fields[2], 0)});
    e->end_row();
    if (e->ready()) CHECK(e->flush(out.sink()));
  }
  CHECK(out.text.size() > 980 * 64);
}

TEST_CASE("a sparse vector is the text of a JSON object") {
  bw::field_info const f{.name = "s", .type = kind::sparse_float_vector};
  values v;
  std::string const file = file_of(f, v.of(f, 0));
  CHECK(file.find(R"({"0":0.1,"7":2,"4294967294":1.1754944e-38})") != std::string::npos);
  CHECK(file_of(f, bw::cell::sparse({}, {})).find(std::string("\2\0\0\0{}", 6)) != std::string::npos);
}

TEST_CASE("a file without rows has both magics") {
  auto const fields = every_field(true);
  std::string const file = finished(*make(fields));
  CHECK(file.starts_with("PAR1"));
  CHECK(file.ends_with("PAR1"));
  std::uint32_t footer = 0;
  std::memcpy(&footer, file.data() + file.size() - 8, 4);
  CHECK(file.size() == 4 + footer + 8);
}

TEST_CASE("a row that is dropped leaves no trace in any leaf") {
  for (bool const nullable : {false, true}) {
    auto const fields = every_field(nullable);
    auto const write = [&](bool with_drops) {
      auto const e = make(fields, {.row_group_size = 65536, .page_size = 1024});
      collector out;
      std::mt19937 random(3), other(4);
      auto const put = [&](std::mt19937& from) {
        values v;
        std::vector<bw::cell> row;
        for (bw::field_info const& f : fields)
          row.push_back(nullable && from() % 3 == 0 ? bw::cell() : v.of(f, from() % 5));
        e->put_row(row);
      };
      for (int row = 0; row < 400; ++row) {
        if (with_drops && row % 3 == 0) {
          put(other);
          if (row % 2 == 0) e->drop_row();
        }
        if (with_drops && row % 7 == 0) put(other);  // another takes its place
        put(random);
        e->end_row();
        if (e->ready()) CHECK(e->flush(out.sink()));
      }
      CHECK(e->finish(out.sink()));
      return out.text;
    };
    std::string const file = write(false);
    CHECK(file.size() > 150'000);  // some row groups
    CHECK(write(true) == file);
  }
}

TEST_CASE("a row that is dropped before the end leaves no page without rows") {
  auto const fields = every_field(false);
  for (int rows : {1, 16, 64, 128, 256, 512}) {  // many kinds fill whole pages with them
    auto const write = [&](bool with_drop) {
      auto const e = make(fields, {.page_size = 1024});
      values v;
      std::vector<bw::cell> row;
      for (bw::field_info const& f : fields) row.push_back(v.of(f, 1));
      for (int i = 0; i < rows; ++i) {
        e->put_row(row);
        e->end_row();
      }
      if (with_drop) e->put_row(row);
      return finished(*e);
    };
    CHECK(write(true) == write(false));
  }
}

// Each kind alone, so that no other's slack hides what is missing.
TEST_CASE("size_bound and lone_row_bound are never less than the file, whatever the lists and nulls") {
  std::size_t const sizes[][4] = {{0, 0, 0, 0}, {1, 1, 1, 1},  {2, 2, 2, 2},     {1, 2, 1, 2},
                                  {0, 2, 0, 2}, {3, 0, 1, 65}, {64, 65, 66, 67}, {4096, 4095, 4096, 1}};
  for (bool const nullable : {false, true}) {
    for (bw::field_info const& f : every_field(nullable)) {
      for (auto const& s : sizes) {
        for (std::size_t const null_every : {0u, 2u, 3u}) {
          bool const one_size = f.type != kind::array && f.type != kind::struct_array;
          if ((one_size && &s != &sizes[0]) || (!nullable && null_every != 0)) continue;
          std::size_t const rows = s[0] > 1000 ? 8 : s[0] > 60 ? 100 : 1000;  // some 30,000 values at most
          for (std::uint64_t const page : {1024u, 1u << 20}) {
            auto const e =
                make(std::span(&f, 1), {.row_group_size = 1 << 20, .page_size = page, .page_checksum = true});
            collector out;
            std::uint64_t lone = 0;
            for (std::size_t row = 0; row < rows; ++row) {
              values v;
              bw::cell const value = null_every != 0 && row % null_every == 0 ? bw::cell() : v.of(f, s[row % 4]);
              e->put_row(std::span(&value, 1));
              lone = e->lone_row_bound();
              if (row < 8) CHECK(file_of(f, value).size() <= lone);
              e->end_row();
              if (e->ready()) CHECK(e->flush(out.sink()));
            }
            std::uint64_t const bound = e->size_bound();
            CHECK(e->finish(out.sink()));
            CAPTURE(f.name);
            CAPTURE(to_string(f.type));
            CHECK(out.text.size() <= bound);
          }
        }
      }
    }
  }
}

TEST_CASE("the widest dense vector goes out page by page, whatever its kind") {
  for (kind const k :
       {kind::float_vector, kind::float16_vector, kind::bfloat16_vector, kind::int8_vector, kind::binary_vector}) {
    bw::field_info const fields[] = {{.name = "small", .type = kind::float_vector, .dim = 1},
                                     {.name = "id", .type = kind::int64},
                                     {.name = "v", .type = k, .dim = 64}};
    auto const e = make(fields, {.row_group_size = 1 << 30, .page_size = 1024});
    collector out;
    values v;
    for (int row = 0; row < 1000; ++row) {
      e->put_row(std::vector{v.of(fields[0], 0), v.of(fields[1], 0), v.of(fields[2], 0)});
      e->end_row();
      if (e->ready()) CHECK(e->flush(out.sink()));
    }
    std::size_t const row_bytes = k == kind::float_vector    ? 256
                                  : k == kind::int8_vector   ? 64
                                  : k == kind::binary_vector ? 8
                                                             : 128;
    // all but the open page of at most 1,024 bytes and a row's, though the row group has just begun
    CHECK(out.text.size() > 1000 * row_bytes - 1024 - row_bytes);
    CHECK(e->finish(out.sink()));
    CHECK(out.text.size() > 1000 * (row_bytes + 12));
    CHECK(out.text.size() < 1000 * (row_bytes + 12 + 24) + 4096);  // levels, page headers, footer
  }
}
