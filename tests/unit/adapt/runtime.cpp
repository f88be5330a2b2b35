#include <bulkwriter/adapt/boost_json.hpp>
#include <bulkwriter/local.hpp>
#include <bulkwriter/writer/runtime_bulk_writer.hpp>

#include <doctest/doctest.h>

#include <boost/json/parse.hpp>
#include <limits>
#include <string>
#include <vector>

namespace bw = bulkwriter;

namespace {

// As std::to_string has it, whatever the locale.
std::string number(double value) {
  std::string text = std::to_string(value);
  if (std::size_t const comma = text.find(','); comma != std::string::npos) text[comma] = '.';
  return text;
}
std::string number(int value) { return std::to_string(value); }

// Keeps the cells of the last row as text, of whatever kind: what a format would see.
std::string shown(bw::cell const& c) {
  std::string out;
  auto const list = [&](auto const& values) {
    for (auto const v : values) out += (out.empty() ? "" : " ") + number(v);
  };
  switch (c.holds()) {
    case bw::cell::type::null: return "null";
    case bw::cell::type::boolean: return c.as_boolean() ? "true" : "false";
    case bw::cell::type::integer: return std::to_string(c.as_integer());
    case bw::cell::type::text: return '"' + std::string(c.as_text()) + '"';
    case bw::cell::type::floats: list(c.as_floats()); return "f " + out;
    case bw::cell::type::int8s: list(c.as_int8s()); return "i " + out;
    case bw::cell::type::bytes: list(c.as_bytes()); return "b " + out;
    case bw::cell::type::sparse:
      for (std::size_t i = 0; i < c.size(); ++i)
        out += std::to_string(c.sparse_indices()[i]) + ":" + number(c.sparse_values()[i]) + " ";
      return out;
    case bw::cell::type::list: {
      for (std::size_t i = 0; i < c.size(); ++i) {
        out += "(";
        for (auto const& sub : c.element(i)) out += shown(sub) + ",";
        out += ")";
      }
      return out;
    }
    default: return "?";
  }
}

bw::runtime_schema every_kind() {
  bw::runtime_schema clip;
  clip.add_field("caption", bw::varchar{.max_length = 8}).add_field("v", bw::float_vector{.dim = 2});
  bw::runtime_schema s;
  s.add_field("id", bw::int64{.is_primary = true})
      .add_field("f16", bw::float16_vector{.dim = 2})
      .add_field("i8", bw::int8_vector{.dim = 2})
      .add_field("bits", bw::binary_vector{.dim = 16})
      .add_field("sparse", bw::sparse_float_vector{})
      .add_field("tags", bw::array{.element_type = bw::varchar{.max_length = 4}, .max_capacity = 4})
      .add_struct_array("clips", clip, 4)
      .add_field("at", bw::timestamptz{})
      .add_dynamic_field();
  return s;
}

std::string cells_of(bw::cell_row const& row) {
  std::string out;
  for (auto const& c : row.cells()) out += shown(c) + "; ";
  for (auto const& p : row.problems())
    out += p.field + ": " + p.message + " [" + std::string(bw::to_string(p.code)) + "]";
  return out;
}

// The cells that JSON text and the object parsed from it both become.
std::string cells_of_both(bw::cell_row& row, std::string const& text) {
  bw::cells_of<bw::json_text>::read(bw::json_text(text), row);
  std::string const of_text = cells_of(row);
  auto const object = boost::json::parse(text).as_object();
  bw::cells_of<boost::json::object>::read(object, row);
  CHECK(cells_of(row) == of_text);
  return of_text;
}

}  // namespace

TEST_CASE("JSON objects and JSON text become the same cells of every kind") {
  auto const schema = every_kind();
  bw::cell_row row(schema.fields());
  auto const both = [&](std::string const& text) { return cells_of_both(row, text); };
  CHECK(both(R"({"id":7,"f16":[1,0.5],"i8":[-128,127],"bits":[0,255],"sparse":{"12":0.5,"3":1},"tags":["a","b"],)"
             R"("clips":[{"v":[1,2],"caption":"x"},{"caption":"y","v":[]}],"at":"2026-01-01T00:00:00Z","k":1,)"
             R"("$meta":{"l":"z"}})") ==
        R"(7; f 1.000000 0.500000; i -128 127; b 0 255; 3:1.000000 12:0.500000 ; ("a",)("b",); )"
        R"(("x",f 1.000000 2.000000,)("y",f ,); "2026-01-01T00:00:00Z"; "{"k":1,"l":"z"}"; )");
  CHECK(both(R"({"sparse":{"indices":[5,2],"values":[0.5,0.25]}})") ==
        "null; null; null; null; 2:0.250000 5:0.500000 ; null; null; null; null; ");
  auto const problem = [&](std::string const& text) {
    std::string const all = both(text);
    return all.substr(std::string("null; null; null; null; null; null; null; null; null; ").size());
  };
  CHECK(problem(R"({"i8":[1,128]})") == "i8: element [1]: 128 is outside -128..127 [out_of_range]");
  CHECK(problem(R"({"i8":[1,true]})") == "i8: element [1]: true where an integer is due [wrong_type]");
  CHECK(problem(R"({"bits":[-1]})") == "bits: element [0]: -1 is outside 0..255 [out_of_range]");
  CHECK(problem(R"({"bits":{}})") == "bits: {} where an array of integers is due [wrong_type]");
  CHECK(problem(R"({"sparse":[1]})") == "sparse: [1] where an object of indices and values is due [wrong_type]");
  CHECK(problem(R"({"sparse":{"x":1}})") == "sparse: 'x' where an index is due [wrong_type]");
  CHECK(problem(R"({"sparse":{"4294967296":1}})") ==
        "sparse: index 4294967296 is outside 0..4294967294 [out_of_range]");
  CHECK(problem(R"({"sparse":{"067":1}})") == "sparse: '067' where an index is due [wrong_type]");
  CHECK(problem(R"({"sparse":{"07":1}})") == "sparse: '07' where an index is due [wrong_type]");
  CHECK(both(R"({"sparse":{"0":1,"7":2}})").find("0:1.000000 7:2.000000") != std::string::npos);
  CHECK(problem(R"({"sparse":{"indices":[1,"x"],"values":[1,2]}})") ==
        "sparse: 'indices': element [1]: '\"x\"' where an index is due [wrong_type]");
  CHECK(problem(R"({"sparse":{"indices":[1,2],"values":[1,"y"]}})") ==
        "sparse: 'values': element [1]: \"y\" where a number is due [wrong_type]");
  CHECK(problem(R"({"sparse":{"-1":1}})") == "sparse: '-1' where an index is due [wrong_type]");
  CHECK(problem(R"({"sparse":{"1":[1]}})") == "sparse: index 1: [1] where a number is due [wrong_type]");
  for (char const* const mixed : {R"({"indices":[1],"values":[1],"7":1})", R"({"indices":[1]})", R"({"values":[1]})"}) {
    CHECK(problem(R"({"sparse":)" + std::string(mixed) + "}") ==
          "sparse: " + std::string(mixed) +
              R"( where {"index": value, …} or {"indices": […], "values": […]} is due [wrong_type])");
  }
  CHECK(problem(R"({"sparse":{"indices":[1,2],"values":[1]}})") == "sparse: 2 indices and 1 values [wrong_dim]");
  CHECK(problem(R"({"tags":["a",null]})") == "tags: element [1]: null, which no array holds [null_not_allowed]");
  CHECK(problem(R"({"tags":["a",1]})") == "tags: element [1]: 1 where a string is due [wrong_type]");
  CHECK(problem(R"({"clips":[{"v":[1,2]}]})") == "clips: element [0]: no value for 'caption' [null_not_allowed]");
  CHECK(problem(R"({"clips":[{"v":[1,"z"],"caption":"x"}]})") ==
        "clips: element [0]: 'v': element [1]: \"z\" where a number is due [wrong_type]");
  CHECK(problem(R"({"clips":[{"v":[1,2],"caption":"x","w":1}]})") ==
        "clips: element [0]: the struct has no field 'w' [unknown_field]");
  // a boost::json::object cannot have a key twice
  bw::cells_of<bw::json_text>::read(bw::json_text(R"({"clips":[{"v":[1,2],"caption":"x","\u0063aption":"y"}]})"), row);
  CHECK(cells_of(row).ends_with("clips: the key 'caption' appears more than once in 'clips[0]' [duplicate_key]"));
  CHECK(problem(R"({"$meta":[1]})") == "$meta: [1] where an object is due [wrong_type]");
}

TEST_CASE("a string in a json field or as $meta is JSON text, in JSON text as in JSON objects") {
  bw::runtime_schema s;
  s.add_field("id", bw::int64{.is_primary = true}).add_field("j", bw::json{.nullable = true}).add_dynamic_field();
  bw::cell_row row(s.fields());
  auto const both = [&](std::string const& text) { return cells_of_both(row, text); };
  CHECK(both(R"({"id":1,"j":{"a":1}})") == R"(1; "{"a":1}"; null; )");
  CHECK(both(R"({"id":1,"j":"{\"a\":1}"})") == R"(1; "{"a":1}"; null; )");
  CHECK(both(R"({"id":1,"j":"\"x\""})") == R"(1; ""x""; null; )");
  CHECK(both(R"({"id":1,"j":"null"})") == R"(1; "null"; null; )");
  CHECK(both(R"({"id":1,"j":null})") == "1; null; null; ");
  CHECK(both(R"({"id":1,"k":"{\"a\":1}"})") == R"(1; null; "{"k":"{\"a\":1}"}"; )");  // undeclared: a string
  CHECK(both(R"({"id":1,"$meta":"{\"k\":1}","l":2})") == R"(1; null; "{"k":1,"l":2}"; )");
  CHECK(both(R"({"id":1,"$meta":"{}"})") == "1; null; null; ");
  CHECK(both(R"({"id":1,"j":"x"})").find("j: the string 'x' is not JSON text") != std::string::npos);
  CHECK(both(R"({"id":1,"j":""})").find("j: the string '' is not JSON text") != std::string::npos);
  CHECK(both(R"({"id":1,"$meta":"[1]"})").find("$meta: the string '[1]' is not the text of a JSON object") !=
        std::string::npos);
}

TEST_CASE("objects are rows of a run-time schema") {
  bw::runtime_schema s;
  s.add_field("id", bw::int64{.is_primary = true}).add_field("v", bw::float_vector{.dim = 2}).add_dynamic_field();
  auto const memory = std::make_shared<bw::output::memory>();
  bw::bulk_writer<bw::runtime_schema, bw::format::json> writer{s, memory};
  writer.append_row(boost::json::object{{"id", 1}, {"v", {0.5, 1}}, {"k", {{"l", 1}}}});
  double const inf = std::numeric_limits<double>::infinity();
  CHECK(writer.try_append_row(boost::json::object{{"id", 1}, {"v", {inf, 1}}}).error().field == "v");
  CHECK(writer.try_append_row(boost::json::object{{"id", "1"}, {"v", {1, 1}}}).error().to_string() ==
        "row 2, field 'id': \"1\" where an integer is due [bulkwriter.wrong_type]");
  writer.commit();
  auto const bytes = memory->files().at("1.json");
  CHECK(std::string_view(reinterpret_cast<char const*>(bytes.data()), bytes.size()) ==
        "{\"rows\":[\n{\"id\":1,\"v\":[0.5,1],\"k\":{\"l\":1}}\n]}\n");
}

TEST_CASE("schemas from and to the JSON of a create request") {
  auto const create = boost::json::parse(R"({"autoID":false,"enableDynamicField":true,"fields":[
    {"fieldName":"id","dataType":"Int64","isPrimary":true},
    {"fieldName":"title","dataType":"VarChar","nullable":true,"defaultValue":"none","elementTypeParams":{"max_length":"64"}},
    {"fieldName":"v","dataType":"FloatVector","elementTypeParams":{"dim":"4"}},
    {"fieldName":"tags","dataType":"Array","elementDataType":"VarChar","elementTypeParams":{"max_length":"8","max_capacity":"4"}}]})");
  auto const schema = bw::schema_from_json(create);
  auto const fields = schema.fields();
  REQUIRE(fields.size() == 5);
  CHECK(fields[0].is_primary);
  CHECK(fields[0].type == bw::kind::int64);
  CHECK_FALSE(fields[0].auto_id);
  CHECK(fields[1].max_length == 64);
  CHECK(fields[1].nullable);
  CHECK(fields[1].default_text == "none");
  CHECK(fields[2].dim == 4);
  CHECK(fields[3].element == bw::kind::varchar);
  CHECK(fields[3].max_capacity == 4);
  CHECK(fields[4].is_dynamic);
  CHECK(boost::json::value(bw::schema_to_json(schema)) == create);
  CHECK(bw::schema_to_json(bw::schema_from_json(boost::json::object{{"collectionName", "c"}, {"schema", create}})) ==
        create.as_object());

  // numbers in place of texts, autoID, structs
  auto const clips = every_kind();
  CHECK(bw::schema_to_json(bw::schema_from_json(bw::schema_to_json(clips))) == bw::schema_to_json(clips));
  auto const numbers = bw::schema_from_json(boost::json::parse(
      R"({"autoID":true,"fields":[{"fieldName":"id","dataType":"Int64","isPrimary":true},
                                 {"fieldName":"v","dataType":"FloatVector","elementTypeParams":{"dim":4}}]})"));
  CHECK(numbers.fields()[0].auto_id);
  CHECK(numbers.fields()[1].dim == 4);
}

TEST_CASE("schemas from the answer to a describe request") {
  auto const schema =
      bw::schema_from_json(boost::json::parse(R"({"code":0,"data":{"autoId":false,"enableDynamicField":false,
    "fields":[{"name":"id","type":"Int64","primaryKey":true,"autoId":true},
              {"name":"v","type":"FloatVector","params":[{"key":"dim","value":"8"}]}]}})"));
  REQUIRE(schema.size() == 2);
  CHECK(schema.fields()[0].auto_id);
  CHECK(schema.fields()[1].dim == 8);
}

TEST_CASE("schemas that are none") {
  auto const code = [](std::string const& text) {
    auto const read = bw::try_schema_from_json(boost::json::parse(text));
    return read ? bw::errc::none : read.error().code;
  };
  for (auto const* text :
       {"1", "{}", R"({"schema":1})", R"({"fields":[]})", R"({"fields":[{"fieldName":"a","dataType":"Int65"}]})",
        R"({"fields":[{"fieldName":"a","dataType":"Int64"}]})"})
    CHECK(code(text) == bw::errc::invalid_schema);
}
