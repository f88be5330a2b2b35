#include <bulkwriter/format/csv.hpp>
#include <bulkwriter/row/row_checker.hpp>
#include <bulkwriter/schema/schema.hpp>

#include "collector.hpp"
#include "every_kind.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

namespace bw = bulkwriter;

namespace {

struct s
    : bw::schema<bw::column<"key", bw::int64{.is_primary = true, .auto_id = true}>, bw::column<"ok", bw::boolean{}>,
                 bw::column<"n", bw::int16{.nullable = true}>, bw::column<"f", bw::float32{}>,
                 bw::column<"title", bw::varchar{.max_length = 64, .nullable = true}>,
                 bw::column<"lang", bw::varchar{.max_length = 64, .default_value = "en"}>,
                 bw::column<"must", bw::varchar{.max_length = 64}>, bw::column<"doc", bw::json{.nullable = true}>,
                 bw::column<"v", bw::float_vector{.dim = 2}>, bw::dynamic_field<>> {};
std::string const header = "ok,n,f,title,lang,must,doc,v,$meta\n";

struct row {
  bw::cell n = {}, title = {}, lang = {}, must = bw::cell::text("x"), doc = {}, dynamic = {};
  std::vector<bw::cell> cells() const {
    static constexpr float v[] = {0.1f, -1.5f};
    return {bw::cell(), bw::cell::boolean(true), n,      bw::cell::float64(0.1), title, lang, must,
            doc,        bw::cell::floats(v),     dynamic};
  }
};

std::unique_ptr<bw::format::encoder> make(bw::format::csv const& options = {}) {
  return options.try_make_encoder(s::infos).value();
}
void put_row(bw::format::encoder& e, row const& r) {
  auto cells = r.cells();
  bw::detail::settle(s::infos, cells);
  e.put_row(cells);
}
// The one line of a file with this row.
std::string line(row const& r, bw::format::csv const& options = {}) {
  auto const e = make(options);
  collector out;
  put_row(*e, r);
  e->end_row();
  CHECK(e->finish(out.sink()));
  return out.text.substr(out.text.find('\n') + 1);
}
std::vector<bw::problem> problems(row const& r, bw::format::csv const& options = {}) {
  std::vector<bw::problem> found;
  make(options)->check_row(r.cells(), found);
  return found;
}
// Of a row with one problem: the field.
std::string refused(row const& r, bw::format::csv const& options = {}) {
  auto const found = problems(r, options);
  if (found.empty()) return "";
  CHECK(found.size() == 1);
  CHECK(found[0].code == bw::errc::format_cannot_hold);
  return found[0].field;
}
bw::cell text(std::string_view t) { return bw::cell::text(t); }

}  // namespace

TEST_CASE("a header, and cells as servers read them") {
  auto const e = make();
  collector out;
  put_row(*e, {});
  e->end_row();
  put_row(*e, {.n = bw::cell::integer(std::int64_t{-7}),
               .title = text("plain"),
               .lang = text("de"),
               .must = text(""),
               .doc = text("{\"a\":[1,\"\xc3\xa9\"]}"),
               .dynamic = text("{\"claps\": 3}")});
  e->end_row();
  CHECK(e->rows() == 2);
  CHECK(e->finish(out.sink()));
  CHECK(out.text ==
        header + "true,,0.1,,en,x,,\"[0.1,-1.5]\",{}\n" +
            "true,-7,0.1,plain,de,,\"{\"\"a\"\":[1,\"\"\xc3\xa9\"\"]}\",\"[0.1,-1.5]\",\"{\"\"claps\"\": 3}\"\n");
}

// RFC 4180, section 2: 5 to 7.
TEST_CASE("text is quoted where it has to be") {
  auto const must = [](std::string_view t) {
    std::string const before = "true,,0.1,,en,", after = ",,\"[0.1,-1.5]\",{}\n", all = line({.must = text(t)});
    CHECK(all.starts_with(before));
    CHECK(all.ends_with(after));
    return all.substr(before.size(), all.size() - before.size() - after.size());
  };
  CHECK(must("aaa") == "aaa");
  CHECK(must("a b") == "a b");
  CHECK(must("b CRLF\nbb") == "\"b CRLF\nbb\"");
  CHECK(must("a\rb") == "\"a\rb\"");
  CHECK(must("c,cc") == "\"c,cc\"");
  CHECK(must("b\"bb") == "\"b\"\"bb\"");
  CHECK(must("\"") == "\"\"\"\"");
  CHECK(must("\"\"x\"") == "\"\"\"\"\"x\"\"\"");
  CHECK(must(" x") == "\" x\"");
  CHECK(must("x;|\t'") == "x;|\t'");
}

TEST_CASE("CSV: every kind in the form that servers read") {
  every_kind::row const row(false);
  auto const e = bw::format::csv{.nullkey = "NULL"}.try_make_encoder(row.fields).value();
  std::vector<bw::problem> found;
  e->check_row(row.cells, found);
  CHECK(found.empty());
  collector out;
  e->put_row(row.cells);
  e->end_row();
  CHECK(e->finish(out.sink()));
  CHECK(out.text ==
        "id,i8,f32,f64,place,at,tags,floats,flags,none,h,hf,b,bf,i8s,bits,sparse,empty,clips,"
        "array,geometry,timestamptz,float16_vector,int8_vector,binary_vector,sparse_float_vector,gone\n"
        R"_(9223372036854775807,-128,0.1,0.10000000149011612,"LINESTRING (0 0, 1 1)",2024-02-29T12:00:00.5+05:30,)_"
        R"("[""a,b"","""",""\""é\""\n""]","[0.1,-0.0,3.4e+38]","[true,false]",[],)"
        R"("[1,5.9604645e-08,-65504,-0.0]","[0.099975586,65504,-0.0,1]","[1,-3.3895314e+38]","[0.100097656,1,-2]",)"
        R"("[-128,0,127]","[0,255,170]","{""0"":0.5,""12"":0,""4294967294"":1e-45}",{},)"
        R"("[{""caption"":""x\""y"",""frame"":7,""score"":0.1,""v"":[0.1,-1]},)"
        R"({""caption"":"""",""frame"":-1,""score"":2,""v"":[0,3]}]",)"
        "NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL\n");
}

TEST_CASE("CSV: what servers do not read from it is refused when the encoder is made") {
  using bw::kind;
  bw::field_info sub{.name = "x", .type = kind::float_vector, .dim = 8};
  std::vector<bw::field_info> fields = {
      {.name = "id", .type = kind::int64, .is_primary = true},
      {.name = "s", .type = kind::struct_array, .max_capacity = 4, .sub = &sub, .sub_count = 1}};
  for (kind const k : {kind::boolean, kind::int64, kind::float32, kind::varchar, kind::float_vector}) {
    CAPTURE(bw::to_string(k));
    sub.type = k;
    CHECK(bw::format::csv::holds(fields[1]));
    CHECK(bw::format::csv{}.try_make_encoder(fields));
  }
  for (kind const k :
       {kind::text, kind::float16_vector, kind::bfloat16_vector, kind::int8_vector, kind::binary_vector}) {
    CAPTURE(bw::to_string(k));
    sub.type = k;
    CHECK_FALSE(bw::format::csv::holds(fields[1]));
    auto const refused = bw::format::csv{}.try_make_encoder(fields);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == bw::errc::invalid_schema);
    CHECK(refused.error().field == "s");
    CHECK(refused.error().message == "field 's': csv files cannot hold a struct_array with " +
                                         std::string(bw::to_string(k)) +
                                         " ('x'): servers read neither text nor vectors other than float_vector there");
  }
  fields[1] = {.name = "t", .type = kind::text};
  auto const refused = bw::format::csv{}.try_make_encoder(fields);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "field 't': csv files cannot hold text");
}

TEST_CASE("a separator of numbers, words and names is quoted as well") {
  for (char const separator : {'e', '1', '.', '-', '[', 't', '0', ';', '\t', '|', ' ', '$', '\\', '\x1f'}) {
    CAPTURE(separator);
    bw::format::csv const options{.separator = separator, .nullkey = "NULL"};
    auto const e = make(options);
    collector out;
    put_row(*e, {.n = bw::cell::integer(std::int64_t{-10}), .title = text("t\\e|\t$ ;")});
    e->end_row();
    CHECK(e->finish(out.sink()));
    // cells apart as RFC 4180 has it
    std::vector<std::string> cells{""};
    bool quoted = false;
    for (std::size_t i = 0; i < out.text.size(); ++i) {
      char const c = out.text[i];
      if (c == '"' && quoted && out.text[i + 1] == '"')
        cells.back() += out.text[i++];
      else if (c == '"')
        quoted = !quoted;
      else if (!quoted && (c == separator || c == '\n'))
        cells.emplace_back();
      else
        cells.back() += c;
    }
    CHECK(cells == std::vector<std::string>{"ok", "n", "f", "title", "lang", "must", "doc", "v", "$meta",  //
                                            "true", "-10", "0.1", "t\\e|\t$ ;", "en", "x", "NULL", "[0.1,-1.5]", "{}",
                                            ""});
    CHECK(e->import_options() ==
          std::vector<std::pair<std::string, std::string>>{{"sep", std::string(1, separator)}, {"nullkey", "NULL"}});
  }
}

TEST_CASE("separators and nullkeys that servers do not take are refused") {
  for (char const separator : {'"', '\n', '\r', '\0', '\x80', '\xff'}) {
    auto const made = bw::format::csv{.separator = separator}.try_make_encoder(s::infos);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == bw::errc::invalid_option);
    CHECK(made.error().message.find("separator") != std::string::npos);
  }
  for (char const* const nullkey : {"[]", "{", "a\nb", "\r", "\xff"}) {
    auto const made = bw::format::csv{.nullkey = nullkey}.try_make_encoder(s::infos);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == bw::errc::invalid_option);
    CHECK(made.error().message.find("nullkey") != std::string::npos);
  }
}

TEST_CASE("null is the nullkey, and what looks like it is refused where it would be read as null") {
  CHECK(line({}, {.nullkey = "a,\"b"}) == "true,\"a,\"\"b\",0.1,\"a,\"\"b\",en,x,\"a,\"\"b\",\"[0.1,-1.5]\",{}\n");

  CHECK(refused({.title = text("")}) == "title");
  CHECK(refused({.title = text("")}, {.nullkey = "NULL"}) == "");
  CHECK(refused({.title = text("NULL")}, {.nullkey = "NULL"}) == "title");
  CHECK(refused({.title = text("null")}, {.nullkey = "NULL"}) == "");
  CHECK(refused({.must = text("")}) == "");
  CHECK(refused({.must = text("NULL")}, {.nullkey = "NULL"}) == "");
  CHECK(refused({.lang = text("")}) == "lang");
  CHECK(refused({.lang = text("en")}, {.nullkey = "en"}) == "");  // null there is "en"
  CHECK(refused({.doc = text("null")}, {.nullkey = "null"}) == "doc");
  CHECK(refused({.doc = text("null")}) == "");
  CHECK(refused({.n = bw::cell::integer(std::int64_t{0})}, {.nullkey = "0"}) == "n");
  CHECK(refused({.n = bw::cell::integer(std::uint64_t{10})}, {.nullkey = "10"}) == "n");
  CHECK(refused({.n = bw::cell::integer(std::int64_t{10})}, {.nullkey = "1"}) == "");
  CHECK(refused({.dynamic = text("{}")}, {.nullkey = "true"}) == "");

  auto const found = problems({.title = text("")});
  REQUIRE(found.size() == 1);
  CHECK(found[0].message == "the value '' is the nullkey of this CSV file, so it would be read as null");
  CHECK(problems({.title = text("en"), .lang = text("")}, {.nullkey = ""})[0].message ==
        "the value '' is the nullkey of this CSV file, so it would be read as the default_value");
}

TEST_CASE("CSV: of every kind, only what has the nullkey's text is taken for it") {
  using bw::kind;
  auto const refused = [](bw::field_info const& f, bw::cell const& c, std::string const& nullkey) {
    std::vector<bw::problem> found;
    bw::format::csv{.nullkey = nullkey}.try_make_encoder({&f, 1}).value()->check_row({&c, 1}, found);
    return !found.empty();
  };
  bw::field_info const place{.name = "p", .type = kind::geometry, .nullable = true};
  CHECK(refused(place, text("POINT (1 2)"), "POINT (1 2)"));
  CHECK_FALSE(refused(place, text("POINT (1 2)"), "POINT (1 3)"));
  bw::field_info at{.name = "at", .type = kind::timestamptz, .nullable = true};
  CHECK(refused(at, text("2024-01-01T00:00:00Z"), "2024-01-01T00:00:00Z"));
  at.has_default = true;
  at.default_text = "2024-01-01T00:00:00Z";
  CHECK_FALSE(refused(at, text("2024-01-01T00:00:00Z"), "2024-01-01T00:00:00Z"));  // null there is that
  CHECK(refused(at, text("2024-01-02T00:00:00Z"), "2024-01-02T00:00:00Z"));
  at.nullable = at.has_default = false;
  CHECK_FALSE(refused(at, text("2024-01-02T00:00:00Z"), "2024-01-02T00:00:00Z"));
  bw::field_info const real{.name = "f", .type = kind::float32, .nullable = true};
  CHECK(refused(real, bw::cell::float64(0.1), "0.1"));
  // cells of rows that are refused for another reason
  CHECK_FALSE(refused({.name = "t", .type = kind::varchar, .nullable = true}, bw::cell::integer(std::int64_t{5}), "5"));
  CHECK_FALSE(refused(real, bw::cell::integer(std::int64_t{0}), "0"));
  CHECK_FALSE(refused({.name = "a", .type = kind::array, .nullable = true}, bw::cell::boolean(true), "true"));
}

TEST_CASE("line ends that readers change are refused") {
  CHECK(refused({.must = text("a\r\nb")}) == "must");
  CHECK(refused({.title = text("\r\n")}) == "title");
  CHECK(refused({.must = text("a\n\rb\r")}) == "");
  CHECK(refused({.doc = text("{\r\n}")}) == "");
  CHECK(refused({.dynamic = text("{\r\n}")}) == "");
  CHECK(problems({.must = text("a\r\nb")})[0].message == "\\r\\n at offset 1 would be read as \\n from a CSV file");
  CHECK(problems({.title = text(""), .must = text("\r\n")}).size() == 2);
}

// The server reads the column into doubles, and stores the shortest decimals of these (Go's encoding/json).
TEST_CASE("numbers of the dynamic field that servers change in CSV files are refused") {
  // each, and what comes back
  std::pair<std::string, std::string> const changed[] = {
      {"9007199254740993", "9007199254740992"},  // 2^53 + 1
      {"-9007199254740993", "-9007199254740992"},
      {"9223372036854775807", "9223372036854776000"},
      {"-9223372036854775808", "-9223372036854776000"},
      {"18446744073709551615", "18446744073709552000"},
      {"1152921504606846976", "1152921504606847000"},  // 2^60: a double, but not what is its shortest decimal
      {"10000000000000000000001", "1e+22"},
      {"12345678901234567890123", "1.2345678901234568e+22"},
      {"9007199254740993.0", "9007199254740992"},
      {"9.007199254740993e15", "9007199254740992"},
      {"9007199254740993000e-3", "9007199254740992"},
      {"1.00000000000000000001", "1"},
      {"3.14159265358979323846", "3.141592653589793"},
      {"1e-400", "0"},
      {"-0.0000001e-99999999999999999999", "-0"},
  };
  for (auto const& [number, read] : changed) {
    CAPTURE(number);
    for (std::string const& object :
         {"{\"a\":1,\"k\":" + number + "}", "{\"k\" : [{\"x\":{\"1\":[ " + number + " ]}}],\"a\":1}",
          "{\"s\":\"9007199254740993,\\\"\",\"\\u006b\":[1," + number + "]}"}) {
      auto const found = problems({.dynamic = text(object)});
      REQUIRE(found.size() == 1);
      CHECK(found[0].code == bw::errc::format_cannot_hold);
      CHECK(found[0].field == "$meta");
      std::string const message = "the number " + number + " of the key 'k' would be read as ";
      CHECK(found[0].message.starts_with(message));
      if (read != "-0") CHECK(found[0].message == message + read + " from a CSV file");
    }
    CHECK(refused({.doc = text(number)}) == "");  // whose text is stored as it is
  }
  for (char const* const number :
       {"0", "-0", "0.0", "0e999", "9007199254740992", "-9007199254740994", "1e22", "10000000000000000000000", "0.1",
        "0.1e1", "1.50", "100", "1e2", "0.30000000000000004", "0.10000000000000001", "3.1415926535897931", "1e-5",
        "0.1000000000000000055511151231257827021181583404541015625", "1.7976931348623157e308", "5e-324", "4.9e-324",
        "2.2250738585072014e-308", "123456789012345680000", "0.1000000000000000000000000000000000000",
        "\"9007199254740993\""}) {
    CAPTURE(number);
    CHECK(refused({.dynamic = text("{\"k\":[" + std::string(number) + "]}")}) == "");
  }
  std::string const digits(60'000, '7');
  auto const found = problems({.dynamic = text("{\"k\":0." + digits + "}")});
  REQUIRE(found.size() == 1);
  CHECK(found[0].message.size() < 300);
  // of a row that is refused for its own sake, whatever it holds
  for (char const* const broken : {"", "{", "[1e", "}9007199254740993", "{\"k", "{\"k\\", "{\"k\":\"\\", "]]]-", "\":1e999999"})
    problems({.dynamic = text(broken)});
}

TEST_CASE("a lone empty cell is no empty line, which readers skip") {
  struct lone : bw::schema<bw::column<"id", bw::varchar{.max_length = 8, .is_primary = true}>> {};
  auto const e = bw::format::csv{}.try_make_encoder(lone::infos).value();
  collector out;
  bw::cell const cells[] = {text("")};
  e->put_row(cells);
  e->end_row();
  CHECK(e->finish(out.sink()));
  CHECK(out.text == "id\n\"\"\n");
}

TEST_CASE("CSV: a dropped row leaves no trace, and a new file has a header again") {
  auto const write = [](bool with_drops) {
    auto const e = make();
    collector out;
    for (int file = 0; file < 2; ++file) {
      for (int n = 0; n < 3; ++n) {
        if (with_drops) {
          put_row(*e, {.must = text("dropped")});
          e->drop_row();
          put_row(*e, {.must = text("never ended")});
        }
        put_row(*e, {.must = text("kept")});
        e->end_row();
        if (n == 1) CHECK(e->flush(out.sink()));
      }
      CHECK(e->finish(out.sink()));
    }
    return out.text;
  };
  std::string const kept = "true,,0.1,,en,kept,,\"[0.1,-1.5]\",{}\n", file = header + kept + kept + kept;
  CHECK(write(false) == file + file);
  CHECK(write(true) == write(false));
}

TEST_CASE("CSV: size_bound is the size that the file will have") {
  auto const e = make();
  collector out;
  for (int n = 0; n < 100; ++n) {
    std::string const quotes(static_cast<std::size_t>(n) % 64, '"');
    put_row(*e, {.must = text(quotes)});
    std::uint64_t const bound = e->size_bound(), alone = e->lone_row_bound();
    e->end_row();
    if (n == 0) CHECK(alone == bound);
    if (n % 7 == 0) CHECK(e->flush(out.sink()));
    if (n == 99) {
      CHECK(e->finish(out.sink()));
      CHECK(out.text.size() == bound);
    }
  }
}
