#include <bulkwriter/format/npy.hpp>
#include <bulkwriter/output/memory.hpp>
#include <bulkwriter/row/named.hpp>
#include <bulkwriter/schema/schema.hpp>
#include <bulkwriter/writer/bulk_writer.hpp>

#include "collector.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace bw = bulkwriter;
using namespace bw::literals;
using namespace std::string_literals;

namespace {

bw::field_info field(std::string_view name, bw::kind k, std::uint32_t dim = 0) {
  return {.name = name, .type = k, .dim = dim};
}

// A file as NEP 1 says: the header padded with blanks, so that the data begins at byte 128.
std::string file_of(std::string const& descr, std::string const& shape, std::string const& data) {
  std::string head = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
  head.resize(117, ' ');
  return "\x93NUMPY\x01\x00\x76\x00"s + head + '\n' + data;
}
// As numpy has texts in memory: UTF-32, little-endian.
std::string utf32(std::u32string_view text, std::size_t width) {
  std::string out(width * 4, '\0');
  std::memcpy(out.data(), text.data(), text.size() * 4);
  return out;
}

std::unique_ptr<bw::format::encoder> make(std::span<bw::field_info const> fields) {
  return bw::format::npy{}.try_make_encoder(fields).value();
}
collector collect(bw::format::encoder& e) {
  collector out;
  out.files.resize(e.file_names().size());
  return out;
}

}  // namespace

TEST_CASE("npy: a file a field, in the bytes of version 1.0") {
  bw::field_info key = field("key", bw::kind::int64);
  key.auto_id = true;
  std::vector<bw::field_info> const fields = {key,
                                              field("flag", bw::kind::boolean),
                                              field("i8", bw::kind::int8),
                                              field("i16", bw::kind::int16),
                                              field("i32", bw::kind::int32),
                                              field("i64", bw::kind::int64),
                                              field("f32", bw::kind::float32),
                                              field("f64", bw::kind::float64),
                                              field("title", bw::kind::varchar),
                                              field("doc", bw::kind::json),
                                              field("place", bw::kind::geometry),
                                              field("v", bw::kind::float_vector, 2),
                                              field("v16", bw::kind::float16_vector, 2),
                                              field("vb16", bw::kind::bfloat16_vector, 2),
                                              field("v8", bw::kind::int8_vector, 3),
                                              field("bits", bw::kind::binary_vector, 16),
                                              field("$meta", bw::kind::json)};
  auto const made = make(fields);
  std::vector<std::string_view> const names = {"flag", "i8",    "i16", "i32", "i64",  "f32", "f64",  "title",
                                               "doc",  "place", "v",   "v16", "vb16", "v8",  "bits", "$meta"};
  CHECK(std::vector<std::string_view>(made->file_names().begin(), made->file_names().end()) == names);
  collector out = collect(*made);

  std::vector<float> const v = {1.0f, -2.0f};
  std::vector<std::uint16_t> const halves = {0x3c00, 0xc001};
  std::vector<std::int8_t> const v8 = {-128, 0, 127};
  std::vector<std::uint8_t> const bits = {0xaa, 0x01};
  auto const put = [&](std::string_view title) {
    std::vector<bw::cell> const row = {bw::cell(),
                                       bw::cell::boolean(true),
                                       bw::cell::integer(std::int64_t{-2}),
                                       bw::cell::integer(std::int64_t{-2}),
                                       bw::cell::integer(std::int64_t{0x01020304}),
                                       bw::cell::integer(std::uint64_t{0x0102030405060708}),
                                       bw::cell::float32(1.0f),
                                       bw::cell::float64(-1.0),
                                       bw::cell::text(title),
                                       bw::cell::text("{}"),
                                       bw::cell::text("POINT (1 2)"),
                                       bw::cell::floats(v),
                                       bw::cell::halves(halves),
                                       bw::cell::halves(halves),
                                       bw::cell::int8s(v8),
                                       bw::cell::bytes(bits),
                                       bw::cell::text(R"({"a":1})")};
    made->put_row(row);
  };
  put("a\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80");
  std::uint64_t bound = made->lone_row_bound();
  CHECK(made->size_bound() == bound);
  CHECK(bound == 16 * 128 + 1 + 1 + 2 + 4 + 8 + 4 + 8 + 4 * 4 + 2 * 4 + 11 * 4 + 8 + 4 + 4 + 3 + 2 + 7 * 4);
  made->end_row();
  put("");
  bound = made->size_bound();
  made->end_row();
  CHECK(made->rows() == 2);
  CHECK(made->finish(out.sink()));
  CHECK(out.rewrites == 0);  // all was in memory

  std::size_t size = 0, i = 0;
  for (std::string const& file : out.files) size += file.size();
  CHECK(size == bound);
  auto const twice = [](std::string const& data) { return data + data; };
  CHECK(out.files[i++] == file_of("|b1", "(2,)", twice("\x01")));
  CHECK(out.files[i++] == file_of("|i1", "(2,)", twice("\xfe")));
  CHECK(out.files[i++] == file_of("<i2", "(2,)", twice("\xfe\xff")));
  CHECK(out.files[i++] == file_of("<i4", "(2,)", twice("\x04\x03\x02\x01")));
  CHECK(out.files[i++] == file_of("<i8", "(2,)", twice("\x08\x07\x06\x05\x04\x03\x02\x01")));
  CHECK(out.files[i++] == file_of("<f4", "(2,)", twice("\x00\x00\x80\x3f"s)));
  CHECK(out.files[i++] == file_of("<f8", "(2,)", twice("\x00\x00\x00\x00\x00\x00\xf0\xbf"s)));
  CHECK(out.files[i++] == file_of("<U4", "(2,)", utf32(U"a\u00e9\u65e5\U0001f600", 4) + utf32(U"", 4)));
  CHECK(out.files[i++] == file_of("<U2", "(2,)", twice(utf32(U"{}", 2))));
  CHECK(out.files[i++] == file_of("<U11", "(2,)", twice(utf32(U"POINT (1 2)", 11))));
  CHECK(out.files[i++] == file_of("<f4", "(2, 2)", twice("\x00\x00\x80\x3f\x00\x00\x00\xc0"s)));
  CHECK(out.files[i++] == file_of("|u1", "(2, 4)", twice("\x00\x3c\x01\xc0"s)));
  CHECK(out.files[i++] == file_of("|u1", "(2, 4)", twice("\x00\x3c\x01\xc0"s)));
  CHECK(out.files[i++] == file_of("|i1", "(2, 3)", twice("\x80\x00\x7f"s)));
  CHECK(out.files[i++] == file_of("|u1", "(2, 2)", twice("\xaa\x01")));
  CHECK(out.files[i++] == file_of("<U7", "(2,)", twice(utf32(UR"({"a":1})", 7))));
}

TEST_CASE(
    "npy: dropped rows leave no trace, files of many flushes are those of one, and a new group begins after finish") {
  std::vector<bw::field_info> const fields = {field("id", bw::kind::int64), field("title", bw::kind::varchar),
                                              field("v", bw::kind::float_vector, 300)};
  // expected from the inputs: title n is n % 7 times "é", so beyond a mebibyte texts go to disk and characters are cut
  // by the ends of slabs and of reads
  int const rows = 100'000;
  std::string ids, titles;
  for (std::int64_t n = 0; n < rows; ++n) {
    ids.append(reinterpret_cast<char const*>(&n), 8);
    titles += utf32(std::u32string(static_cast<std::size_t>(n % 7), U'\u00e9'), 6);
  }
  auto const made = make(fields);
  for (int group = 0; group < 2; ++group) {
    collector out = collect(*made);
    std::string vectors;
    std::vector<float> v(300);
    std::uint64_t bound = 0;
    int flushes = 0;
    for (std::int64_t n = 0; n < rows; ++n) {
      std::string title;
      for (std::int64_t k = n % 7; k--;) title += "\xc3\xa9";
      v[static_cast<std::size_t>(n % 300)] = static_cast<float>(n);
      vectors.append(reinterpret_cast<char const*>(v.data()), 1200);
      if (n % 3 == 0) {
        std::string const longer(40, 'x');
        made->put_row(std::vector{bw::cell::integer(n), bw::cell::text(longer), bw::cell::floats(v)});
        if (n % 2) made->drop_row();
      }
      made->put_row(std::vector{bw::cell::integer(n), bw::cell::text(title), bw::cell::floats(v)});
      bound = made->size_bound();
      made->end_row();
      if (made->ready()) {
        ++flushes;
        REQUIRE(made->flush(out.sink()));
        CHECK(!made->ready());
      }
    }
    CHECK(flushes > 400);
    REQUIRE(made->finish(out.sink()));
    CHECK(out.rewrites == 2);
    CHECK(out.files[0] == file_of("<i8", "(100000,)", ids));
    CHECK(out.files[1] == file_of("<U6", "(100000,)", titles));
    CHECK(out.files[2] == file_of("<f4", "(100000, 300)", vectors));
    CHECK(bound == out.files[0].size() + out.files[1].size() + out.files[2].size());
    CHECK(made->rows() == 0);
  }
}

TEST_CASE("npy: vectors of 16-bit floats given as floats are rounded to the nearest even") {
  std::size_t const dim = 1030;  // more than goes at once
  std::vector<bw::field_info> const fields = {field("h", bw::kind::float16_vector, static_cast<std::uint32_t>(dim)),
                                              field("b", bw::kind::bfloat16_vector, static_cast<std::uint32_t>(dim))};
  auto const made = make(fields);
  collector out = collect(*made);
  std::vector<float> h(dim), b(dim);
  std::string h_bytes, b_bytes;
  for (std::size_t i = 0; i < dim; ++i) {
    // 0x3c00 + n is 1 + n / 1024, 0x3f80 + n is 1 + n / 128; i % 3 ninths of a step more, or a half: to the even one
    unsigned const n = static_cast<unsigned>(i % 64), more = static_cast<unsigned>(i % 4);
    float const part = more == 3 ? 0.5f : static_cast<float>(more) / 9.0f;
    h[i] = 1 + (static_cast<float>(n) + part) / 1024;
    b[i] = 1 + (static_cast<float>(n) + part) / 128;
    unsigned const up = more == 3 ? n % 2 : 0;
    for (auto const& [bytes, one] : {std::pair{&h_bytes, 0x3c00u}, std::pair{&b_bytes, 0x3f80u}}) {
      *bytes += static_cast<char>((one + n + up) & 0xff);
      *bytes += static_cast<char>((one + n + up) >> 8);
    }
  }
  made->put_row(std::vector{bw::cell::floats(h), bw::cell::floats(b)});
  made->end_row();
  CHECK(made->finish(out.sink()));
  CHECK(out.files[0] == file_of("|u1", "(1, 2060)", h_bytes));
  CHECK(out.files[1] == file_of("|u1", "(1, 2060)", b_bytes));
}

namespace {

// The file of a column of one text.
std::string file_with(std::string_view text) {
  std::vector<bw::field_info> const fields = {field("t", bw::kind::varchar)};
  auto const made = make(fields);
  collector out = collect(*made);
  made->put_row(std::vector{bw::cell::text(text)});
  made->end_row();
  CHECK(made->finish(out.sink()));
  return out.files[0];
}

}  // namespace

TEST_CASE("npy: an empty column of text is one character wide, for numpy and servers know no width of 0") {
  CHECK(file_with("") == file_of("<U1", "(1,)", std::string(4, '\0')));
}

TEST_CASE("npy: characters of every number of bytes, the first and the last of each") {
  CHECK(file_with("\x01\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf") ==
        file_of("<U8", "(1,)", utf32(U"\x01\x7f\x80\x7ff\x800\xffff\x10000\x10ffff", 8)));
}

TEST_CASE("npy: what it cannot hold is refused when the encoder is made") {
  using bw::kind;
  for (kind const k : {kind::text, kind::array, kind::timestamptz, kind::sparse_float_vector, kind::struct_array}) {
    CAPTURE(bw::to_string(k));
    std::vector<bw::field_info> const fields = {field("id", kind::int64), field("f", k, 8)};
    auto const refused = bw::format::npy{}.try_make_encoder(fields);
    REQUIRE(!refused);
    CHECK(refused.error().code == bw::errc::invalid_schema);
    CHECK(refused.error().field == "f");
    CHECK(refused.error().message == "field 'f': npy files cannot hold " + std::string(bw::to_string(k)));
  }
  std::vector<bw::field_info> fields = {field("id", kind::int64), field("f", kind::int64)};
  fields[1].nullable = true;
  auto const refused = bw::format::npy{}.try_make_encoder(fields);
  REQUIRE(!refused);
  CHECK(refused.error().message == "field 'f': npy files cannot hold nulls, and it is nullable");
  fields[1].has_default = true;  // which wins over null
  CHECK(bw::format::npy{}.try_make_encoder(fields));
  fields[1].has_default = false;
  fields[1].function = bw::function_kind::bm25;  // no file holds it
  CHECK(bw::format::npy{}.try_make_encoder(fields));
  fields = {field("id", kind::int64)};
  fields[0].auto_id = true;
  CHECK(!bw::format::npy{}.try_make_encoder(fields));

  static_assert(bw::format::file_format<bw::format::npy>);
  static_assert(!bw::format::can_hold<bw::format::npy>({.type = kind::array}));
  static_assert(!bw::format::can_hold<bw::format::npy>({.type = kind::int8, .nullable = true}));
  static_assert(bw::format::can_hold<bw::format::npy>({.type = kind::int8, .nullable = true, .has_default = true}));
}

namespace {

struct doc_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"title", bw::varchar{.max_length = 600, .default_value = "none"}>,
                               bw::column<"v", bw::float_vector{.dim = 4}>, bw::dynamic_field<>> {};
std::string text_of(std::vector<std::byte> const& bytes) {
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

}  // namespace

TEST_CASE("npy: no group is larger than chunk_size, however the width of texts grows") {
  auto const memory = std::make_shared<bw::output::memory>();
  bw::bulk_writer<doc_schema, bw::format::npy> writer{memory, {}, {.chunk_size = 8192}};
  std::vector<float> const v(4);
  std::uint64_t rows = 0;
  for (std::int64_t id = 0; id < 400; ++id, ++rows)
    writer.append_row("id"_f = id, "title"_f = std::string(id % 50 == 49 ? 500 : 3, 't'), "v"_f = v);
  auto const refused = writer.try_append_row("id"_f = 1, "title"_f = std::string(600, 't'), "v"_f = v,
                                             "more"_f = std::string(1500, 'm'));
  REQUIRE(!refused);
  CHECK(refused.error().code == bw::errc::row_too_large);
  writer.append_row("id"_f = 400, "v"_f = v);
  auto const files = writer.commit();
  CHECK(files.size() > 8);
  std::uint64_t found = 0;
  for (std::size_t g = 0; g < files.size(); ++g) {
    std::string const folder = std::to_string(g + 1) + '/';
    CHECK(files[g].paths ==
          std::vector{folder + "id.npy", folder + "title.npy", folder + "v.npy", folder + "$meta.npy"});
    std::uint64_t size = 0;
    for (std::string const& path : files[g]) size += memory->files().at(path).size();
    CHECK(size == files[g].bytes);
    CHECK(size <= 8192);
    found += files[g].rows;
  }
  CHECK(found == 401);
  // 49 narrow rows, which the long text would make too large; with it, at 2,032 bytes a row, there is room for 3
  CHECK(files[0].rows == 49);
  CHECK(files[1].rows == 3);
  CHECK(files[2].rows == 47);
  CHECK(text_of(memory->files().at(std::to_string(files.size()) + "/title.npy")).ends_with(utf32(U"none", 500)));
}

TEST_CASE("npy: a text with U+0000 is refused, and the next row is taken") {
  auto const memory = std::make_shared<bw::output::memory>();
  bw::bulk_writer<doc_schema, bw::format::npy> writer{memory};
  std::vector<float> const v(4);
  writer.append_row("id"_f = 1, "title"_f = "a", "v"_f = v);
  auto const refused = writer.try_append_row("id"_f = 2, "title"_f = "b\0c"s, "v"_f = v);
  REQUIRE(!refused);
  CHECK(refused.error().to_string() ==
        "row 1, field 'title': U+0000 at byte 1 cannot be stored in a NumPy file: its readers drop it "
        "[bulkwriter.format_cannot_hold]");
  CHECK(refused.error().row == 1);
  writer.append_row("id"_f = 3, "title"_f = "d", "v"_f = v, "key"_f = "e\0"s);  // escaped in JSON
  CHECK(writer.commit()[0].rows == 2);
  CHECK(text_of(memory->files().at("1/title.npy")) == file_of("<U1", "(2,)", utf32(U"ad", 2)));
  CHECK(text_of(memory->files().at("1/$meta.npy")) ==
        file_of("<U17", "(2,)", utf32(U"{}", 17) + utf32(UR"({"key":"e\u0000"})", 17)));
}

TEST_CASE("npy: where texts cannot wait on disk, the writer fails and leaves nothing") {
  char const* const before = std::getenv("TMPDIR");
  std::string const kept = before != nullptr ? before : "";
  ::setenv("TMPDIR", "/nonexistent/folder", 1);
  auto const memory = std::make_shared<bw::output::memory>();
  bw::bulk_writer<doc_schema, bw::format::npy> writer{memory};
  bw::result<void> appended;
  std::int64_t id = 0;
  for (; id < 10'000 && appended; ++id)
    appended = writer.try_append_row("id"_f = id, "title"_f = std::string(500, 't'), "v"_f = std::vector<float>(4));
  before != nullptr ? ::setenv("TMPDIR", kept.c_str(), 1) : ::unsetenv("TMPDIR");
  REQUIRE(!appended);
  CHECK(id == (1 << 20) / 501 + 1);  // a mebibyte of texts, each with its end, is held in memory
  CHECK(appended.error().code == bw::errc::io_error);
  CHECK(appended.error().message.find("cannot find the folder (TMPDIR) of a temporary file") != std::string::npos);
  CHECK(!writer.try_commit());
  CHECK(memory->files().empty());
}

TEST_CASE("npy: a text of more characters than a NumPy string has is refused") {
  bw::field_info const f{.name = "t", .type = bw::kind::geometry};
  bw::detail::npy_encoder const e({&f, 1}, 5);
  auto const refusal = [&](std::string_view text) {
    bw::cell const c = bw::cell::text(text);
    std::vector<bw::problem> found;
    e.check_row({&c, 1}, found);
    return found.empty() ? std::string() : found[0].field + ": " + found[0].message;
  };
  CHECK(refusal("12345") == "");
  CHECK(refusal("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9") == "");
  CHECK(refusal("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9.") == "t: 6 characters exceed the 5 of a NumPy string");
  CHECK(std::uint64_t{bw::detail::npy_encoder::most_characters} * 4 <= 0x7fffffff);
}
