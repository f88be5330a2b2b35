#include <bulkwriter/local.hpp>
#include <bulkwriter/writer/runtime_bulk_writer.hpp>

#include <doctest/doctest.h>

#include <unistd.h>

#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace bw = bulkwriter;
namespace fs = std::filesystem;

namespace {

std::string text_of(bw::output::memory const& memory, std::string const& name = "1.json") {
  auto const files = memory.files();
  auto const& bytes = files.at(name);
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

bw::runtime_schema articles() {
  bw::runtime_schema s;
  s.add_field("id", bw::int64{.is_primary = true})
      .add_field("ok", bw::boolean{.nullable = true})
      .add_field("n", bw::int8{.nullable = true})
      .add_field("f", bw::float32{.nullable = true})
      .add_field("d", bw::float64{.nullable = true, .default_value = 0.5})
      .add_field("title", bw::varchar{.max_length = 9, .nullable = true})
      .add_field("doc", bw::json{.nullable = true})
      .add_field("v", bw::float_vector{.dim = 2})
      .add_dynamic_field();
  return s;
}

using json_writer = bw::bulk_writer<bw::runtime_schema, bw::format::json>;

struct to_memory {
  explicit to_memory(bw::runtime_schema schema = articles()) : writer(std::move(schema), memory) {}
  std::shared_ptr<bw::output::memory> memory = std::make_shared<bw::output::memory>();
  json_writer writer;
  // the error of a row of JSON text, "" if it is accepted
  std::string refusal(std::string_view row) {
    auto const appended = writer.try_append_row(bw::json_text{row});
    return appended ? std::string() : appended.error().to_string();
  }
  std::string commit() {
    writer.commit();
    return text_of(*memory);
  }
};

bool says(std::string const& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("runtime: points in time are written as the first servers with the kind read them") {
  bw::runtime_schema s;
  s.add_field("id", bw::int64{.is_primary = true})
      .add_field("at", bw::timestamptz{.default_value = "2006-01-02 15:04:05.5-12"});
  to_memory to(s);
  struct {
    char const *given, *written;
  } const moments[] = {{R"("2006-01-02 15:04:05+08:00")", R"("2006-01-02T15:04:05+08:00")"},
                       {R"("2006-01-02 15:04:05Z")", R"("2006-01-02T15:04:05Z")"},
                       {R"("2006-01-02 15:04:05.25+08")", R"("2006-01-02T15:04:05.25+08:00")"},
                       {"null", R"("2006-01-02T15:04:05.5-12:00")"},
                       {R"("2006-01-02 15:04:05")", R"("2006-01-02 15:04:05")"},
                       {R"("2006-01-02T15:04:05.1234567891")", R"("2006-01-02T15:04:05.1234567891")"},
                       {R"("2006-01-02T15:04:05+14:00")", R"("2006-01-02T15:04:05+14:00")"}};
  std::string expected = "{\"rows\":[";
  for (auto const& m : moments) {
    CHECK(to.refusal(R"({"id":1,"at":)" + std::string(m.given) + "}") == "");
    expected += (expected.ends_with('[') ? "\n" : ",\n") + std::string(R"({"id":1,"at":)") + m.written + "}";
  }
  CHECK(to.refusal(R"({"id":1,"at":"2006-01-02T15:04:05-12:30"})") ==
        "row 7, field 'at': not an ISO 8601 timestamp: the offset is outside -12:00 to +14:00 at byte 19: '-12:30' "
        "[bulkwriter.invalid_timestamp]");
  CHECK(to.commit() == expected + "\n]}\n");
}

TEST_CASE("runtime: cells, texts and JSON text become the same rows") {
  std::string const expected =
      "{\"rows\":[\n"
      R"({"id":1,"ok":true,"n":-8,"f":0.1,"d":1e-07,"title":"caf\u00e9 \"x\"","doc":"{\"a\": [1, null]}","v":[1,0.25],"k":7,"s":"x"})"
      "\n]}\n";
  auto const with_e = [](std::string text) {
    std::size_t const at = text.find("\\u00e9");
    return text.replace(at, 6, "\xc3\xa9");
  };

  SUBCASE("cells") {
    to_memory m;
    std::vector<float> const v{1, 0.25f};
    m.writer.append_row(
        std::vector{bw::cell::integer(std::int64_t{1}), bw::cell::boolean(true), bw::cell::integer(std::int64_t{-8}),
                    bw::cell::float32(0.1f), bw::cell::float64(1e-7), bw::cell::text("caf\xc3\xa9 \"x\""),
                    bw::cell::text(R"({"a": [1, null]})"), bw::cell::floats(v), bw::cell::text(R"({"k":7,"s":"x"})")});
    CHECK(m.commit() == with_e(expected));
  }
  SUBCASE("texts") {
    to_memory m;
    std::vector<std::string> const names{"v", "k", "id", "ok", "n", "f", "d", "title", "doc", "s"};
    bw::text_columns const columns{m.writer.schema().fields(), names};
    std::vector<std::string_view> const texts{
        "[1, 2.5e-1 ]", "7", "1", "True", "-8", "0.1", "1e-7", "caf\xc3\xa9 \"x\"", R"({"a": [1, null]})", "x"};
    m.writer.append_row(columns, texts);
    CHECK(m.commit() == with_e(expected));
  }
  SUBCASE("JSON text") {
    to_memory m;
    m.writer.append_row(bw::json_text{
        R"( {"v": [1, 0.25], "k":7, "id":1, "ok":true, "n":-8, "f":0.1, "d":1e-7, "title":"caf\u00e9 \"x\"", "doc":{"a": [1, null]}, "$meta":{"s": "x"}} )"});
    CHECK(m.commit() == with_e(expected));
  }
}

TEST_CASE("runtime: what is left out or empty is null, a default, or an empty object") {
  to_memory m;
  m.writer.append_row(bw::json_text{R"({"id":1,"v":[0,0],"title":null})"});
  bw::text_columns const columns{m.writer.schema().fields(),
                                 std::vector<std::string>{"id", "v", "title", "n", "$meta", "loose"}};
  m.writer.append_row(columns, std::vector<std::string_view>{"2", "[0,0]", "", "", "", ""});
  m.writer.append_row(columns,
                      std::vector<std::string_view>{"3", "[0,0]", "", "", R"({"a":1})", "18446744073709551616"});
  CHECK(
      m.commit() ==
      "{\"rows\":[\n"
      R"({"id":1,"ok":null,"n":null,"f":null,"d":0.5,"title":null,"doc":null,"v":[0,0]})"
      ",\n"
      R"({"id":2,"ok":null,"n":null,"f":null,"d":0.5,"title":null,"doc":null,"v":[0,0]})"
      ",\n"
      R"({"id":3,"ok":null,"n":null,"f":null,"d":0.5,"title":null,"doc":null,"v":[0,0],"loose":"18446744073709551616","a":1})"
      "\n]}\n");
}

TEST_CASE("runtime: a refused row names row, field, rule and value, and changes nothing") {
  to_memory m;
  CHECK(m.refusal(R"({"id":1,"v":[1]})") ==
        "row 0, field 'v': a vector of 1 values where dim is 2 [bulkwriter.wrong_dim]");
  CHECK(m.refusal(R"({"id":"1","v":[1,2]})") ==
        "row 1, field 'id': \"1\" where an integer is due [bulkwriter.wrong_type]");
  CHECK(m.refusal(R"({"v":[1,2]})") ==
        "row 2, field 'id': no value was given, and the field is neither nullable nor has a default_value "
        "[bulkwriter.null_not_allowed]");
  CHECK(m.refusal(R"({"id":1,"v":[1,"x"]})") ==
        "row 3, field 'v': element [1]: \"x\" where a number is due [bulkwriter.wrong_type]");
  CHECK(m.refusal(R"({"id":1,"v":[1,1e39]})") ==
        "row 4, field 'v': element [1]: 1e39 is outside the range of float32 [bulkwriter.out_of_range]");
  CHECK(m.refusal(R"({"id":1.5,"v":[1,2],"n":128,"title":"1234567890","ok":1})") ==
        "row 5: 4 problems: field 'id': 1.5 where an integer is due [bulkwriter.wrong_type]; field 'ok': 1 where true "
        "or false is due [bulkwriter.wrong_type]; field 'n': value 128 is outside -128..127 of int8 "
        "[bulkwriter.out_of_range]; field 'title': 10 bytes exceed max_length 9: '1234567890' "
        "[bulkwriter.varchar_too_long] [bulkwriter.several_problems]");
  CHECK(m.refusal(R"({"id":1,"v":[1,2],})") ==
        "row 6: not a JSON object: a key in quotes was expected at byte 18 [bulkwriter.invalid_json]");
  CHECK(m.refusal(R"([1])") == "row 7: not a JSON object: an object was expected at byte 0 [bulkwriter.invalid_json]");
  CHECK(m.refusal(R"({"id":1,"v":[1,2],"id":2})") ==
        "row 8, field 'id': the key 'id' appears more than once [bulkwriter.duplicate_key]");
  CHECK(m.refusal(R"({"id":1,"v":[1,2],"doc":{"a":[{"b":1,"\u0062":2}]}})") ==
        "row 9, field 'doc': the key 'b' appears more than once in 'doc.a[0]' [bulkwriter.duplicate_key]");
  CHECK(m.refusal(R"({"id":18446744073709551615,"v":[1,2]})") ==
        "row 10, field 'id': value 18446744073709551615 is outside -9223372036854775808..9223372036854775807 of int64 "
        "[bulkwriter.out_of_range]");
  CHECK(m.refusal(R"({"id":1,"v":[1,2],"f":1e39})") ==
        "row 11, field 'f': value 1e+39 is outside the range of float32 [bulkwriter.out_of_range]");
  CHECK(m.writer.row_count() == 0);
  CHECK(m.refusal(R"({"id":1,"v":[1,2]})") == "");
  CHECK(m.writer.row_count() == 1);
  m.commit();
}

TEST_CASE("runtime: text cells that are not their kind's") {
  to_memory m;
  std::vector<std::string> const names{"id", "v", "n", "f", "ok", "doc"};
  bw::text_columns const columns{m.writer.schema().fields(), names};
  auto const refusal = [&](std::vector<std::string_view> const& texts) {
    auto const appended = m.writer.try_append_row(columns, texts);
    return appended ? std::string() : appended.error().to_string();
  };
  CHECK(refusal({"1x", "[1,2]", "", "", "", ""}) ==
        "row 0, field 'id': '1x' is not an integer [bulkwriter.invalid_number]");
  CHECK(refusal({"1", "[1,nan]", "", "", "", ""}) ==
        "row 1, field 'v': element [1]: 'nan' is not a finite number [bulkwriter.not_finite]");
  CHECK(refusal({"1", "[1,2]", "", "inf", "", ""}) ==
        "row 2, field 'f': 'inf' is not a finite number [bulkwriter.invalid_number]");
  CHECK(refusal({"1", "[1,2]", "", "1e39", "", ""}) ==
        "row 3, field 'f': '1e39' is outside the range of float32 [bulkwriter.out_of_range]");
  CHECK(refusal({"1", "[1,2]", "", "", "yes", ""}) ==
        "row 4, field 'ok': 'yes' is neither true nor false [bulkwriter.wrong_type]");
  CHECK(says(refusal({"1", "[1,2]", "", "", "", "hello"}), "row 5, field 'doc': not JSON"));
  CHECK(refusal({"1", "0.5", "", "", "", ""}) ==
        "row 6, field 'v': 0.5 where an array of numbers is due [bulkwriter.wrong_type]");
  CHECK(refusal({"1"}) == "row 7: 1 texts where there are 6 columns [bulkwriter.wrong_dim]");
  CHECK(refusal({"", "[1,2]", "", "", "", ""}) ==
        "row 8, field 'id': no value was given, and the field is neither nullable nor has a default_value "
        "[bulkwriter.null_not_allowed]");
  CHECK(m.writer.row_count() == 0);
}

TEST_CASE("runtime: columns and keys that the schema does not know") {
  bw::runtime_schema s;
  s.add_field("id", bw::int64{.is_primary = true, .auto_id = true}).add_field("t", bw::varchar{.max_length = 8});
  to_memory m(s);
  CHECK(m.refusal(R"({"t":"x","u":1})") ==
        "row 0, field 'u': the schema has no field of this name, and no dynamic field to take it "
        "[bulkwriter.unknown_field]");
  CHECK(m.refusal(R"({"t":"x","id":1})") ==
        "row 1, field 'id': the server fills this field (auto_id or function output); give no value for it "
        "[bulkwriter.unknown_field]");
  auto const columns = [&](std::vector<std::string> const& names) {
    auto const made = bw::text_columns::try_make(m.writer.schema().fields(), names);
    return made ? bw::errc::none : made.error().code;
  };
  CHECK(columns({"t"}) == bw::errc::none);
  CHECK(columns({"t", "u"}) == bw::errc::unknown_field);
  CHECK(columns({"t", "id"}) == bw::errc::unknown_field);
  CHECK(columns({"t", "t"}) == bw::errc::duplicate_key);
  CHECK(columns({}) == bw::errc::null_not_allowed);
}

TEST_CASE("runtime: schemas and formats are judged when the writer is made") {
  auto const memory = std::make_shared<bw::output::memory>();
  bw::runtime_schema no_key;
  no_key.add_field("t", bw::varchar{.max_length = 8});
  CHECK(json_writer::try_open(no_key, memory).error().code == bw::errc::invalid_schema);
  bw::runtime_schema s;
  s.add_field("id", bw::int64{.is_primary = true}).add_field("t", bw::timestamptz{});
  struct no_time : bw::format::json {
    static constexpr bool holds(bw::kind k) noexcept { return k != bw::kind::timestamptz; }
  };
  auto const made = bw::bulk_writer<bw::runtime_schema, no_time>::try_open(s, memory);
  REQUIRE(!made);
  CHECK(made.error().message == "field 't': json files cannot hold timestamptz");
  CHECK(bw::bulk_writer<bw::runtime_schema, bw::format::any>::try_open(s, memory, no_time{}).error().message ==
        made.error().message);
}

TEST_CASE("runtime: the writer keeps its own schema, and moves") {
  auto const folder = fs::temp_directory_path() / ("runtime_bulk_writer." + std::to_string(::getpid()));
  auto schema = std::make_unique<bw::runtime_schema>(articles());
  bw::local_bulk_writer<bw::runtime_schema, bw::format::any> first{
      *schema, bw::format::any::named("json"), {.local_path = folder.string()}};
  schema.reset();
  first.append_row(bw::json_text{R"({"id":1,"v":[1,2]})"});
  auto second = std::move(first);
  CHECK(first.try_append_row(bw::json_text{R"({"id":1,"v":[1,2]})"}).error().code == bw::errc::invalid_state);
  second.append_row(bw::json_text{R"({"id":2,"v":[1,2]})"});
  auto const files = second.commit();
  REQUIRE(files.size() == 1);
  CHECK(files.groups[0].rows == 2);
  CHECK(files.groups[0].paths[0].ends_with("/1.json"));
  fs::remove_all(folder);
}

TEST_CASE("runtime: rows from a range") {
  to_memory m;
  std::vector<bw::json_text> const rows{bw::json_text{R"({"id":1,"v":[1,2]})"}, bw::json_text{R"({"id":2,"v":[1]})"}};
  CHECK(m.writer.try_append_rows(rows).error().row == 1);
  CHECK(m.writer.row_count() == 1);
  m.commit();
}

TEST_CASE("runtime: vectors of zeros only are refused where that is asked for") {
  bw::runtime_schema schema;
  schema.add_field("id", bw::int64{.is_primary = true}).add_field("s", bw::sparse_float_vector{});
  bw::bulk_writer<bw::runtime_schema, bw::format::any> writer{
      schema, std::make_shared<bw::output::memory>(), bw::format::any::named("csv"), {.refuse_zero_vectors = true}};
  for (char const* const zeros : {"{}", R"({"7":0})", R"({"indices":[7],"values":[-0.0]})"}) {
    auto const refused = writer.try_append_row(bw::json_text(R"({"id":1,"s":)" + std::string(zeros) + "}"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == bw::errc::zero_vector);
  }
  writer.append_row(bw::json_text(R"({"id":1,"s":{"7":1}})"));
  // servers read an index with a zero before it as octal
  for (char const* const index : {"00", "07", "010", "0x7"}) {
    auto const refused = writer.try_append_row(bw::json_text(R"({"id":1,"s":{")" + std::string(index) + R"(":1}})"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find('\'' + std::string(index) + "' where an index is due") != std::string::npos);
  }
  writer.append_row(bw::json_text(R"({"id":1,"s":{"0":1}})"));
}

TEST_CASE("runtime: a default that the format cannot hold is refused where it would be written") {
  using namespace std::string_literals;
  struct {
    std::string format, text, message;
  } const cases[] = {
      {"csv", "a\r\nb", "row 1, field 'title': \\r\\n at offset 1 would be read as \\n from a CSV file"},
      {"npy", "a\0b"s, "row 1, field 'title': U+0000 at byte 1 cannot be stored in a NumPy file: its readers drop it"},
  };
  for (auto const& c : cases)
    for (std::string const format : {"parquet", "json", "jsonl", "csv", "npy"}) {
      CAPTURE(c.format);
      CAPTURE(format);
      bw::field_info const fields[] = {
          {.name = "id", .type = bw::kind::int64, .is_primary = true},
          {.name = "title", .type = bw::kind::varchar, .max_length = 9, .has_default = true, .default_text = c.text}};
      auto const memory = std::make_shared<bw::output::memory>();
      bw::bulk_writer<bw::runtime_schema, bw::format::any> writer(bw::runtime_schema(fields), memory,
                                                                  bw::format::any::named(format));
      writer.append_row(bw::json_text{R"({"id": 1, "title": "given"})"});
      auto const defaulted = writer.try_append_row(bw::json_text{R"({"id": 2})"});
      CHECK(defaulted.has_value() == (format != c.format));
      if (!defaulted) CHECK(defaulted.error().to_string() == c.message + " [bulkwriter.format_cannot_hold]");
      CHECK(writer.commit()[0].rows == (format == c.format ? 1U : 2U));
    }
}
