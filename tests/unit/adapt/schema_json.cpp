#include <bulkwriter/adapt/boost_json.hpp>

#include <doctest/doctest.h>

#include <boost/json/parse.hpp>
#include <charconv>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace bw = bulkwriter;
using bw::kind;

// Schemas from JSON: what is accepted is what servers and pymilvus write, what is refused is said with its place.

namespace {

bool says(std::string const& text, std::string_view part) { return text.find(part) != std::string::npos; }

// Of a schema with a key and one more field; the message without the code, "" for what is accepted.
std::string message(std::string const& field, std::string const& besides = "") {
  std::string const text =
      R"({"fields":[{"fieldName":"id","dataType":"Int64","isPrimary":true},)" + field + "]" + besides + "}";
  auto const read = bw::try_schema_from_json(text);
  auto const tree = bw::try_schema_from_json(boost::json::parse(text));
  CHECK_MESSAGE(bool(read) == bool(tree), text);
  if (read || tree) return {};
  CHECK(read.error().code == bw::errc::invalid_schema);
  CHECK(read.error().message.starts_with("schema, line 1, column "));
  // the same, with the place
  CHECK_MESSAGE(read.error().message.ends_with(": " + tree.error().message), read.error().message);
  return tree.error().message;
}
bw::field_info second(bw::runtime_schema const& s) {
  REQUIRE(s.size() > 1);
  return s.fields()[1];
}

// MilvusClient.create_schema() of pymilvus 3.0.1 with a field of every kind, as its to_dict() and as the dict() of what
// a server would describe, both through json.dumps with protobuf's MessageToDict for default values.
constexpr char pymilvus_schema[] = R"({"auto_id": true,
"description": "d",
"fields": [
  {"name": "id", "description": "", "type": 5, "is_primary": true, "auto_id": true},
  {"name": "flag", "description": "", "type": 1, "default_value": {"bool_data": true}},
  {"name": "i8", "description": "", "type": 2, "default_value": {"long_data": "-5"}},
  {"name": "i16", "description": "", "type": 3, "nullable": true},
  {"name": "i32", "description": "", "type": 4, "is_clustering_key": true},
  {"name": "i64", "description": "", "type": 5, "default_value": {"long_data": "9007199254740993"}},
  {"name": "f", "description": "", "type": 10, "default_value": {"float_data": 0.5}},
  {"name": "d", "description": "", "type": 11, "default_value": {"double_data": 0.25}},
  {"name": "lang", "description": "", "type": 21, "params": {"max_length": 8}, "is_partition_key": true, "default_value": {"string_data": "en"}},
  {"name": "body", "description": "", "type": 21, "params": {"max_length": 1000, "enable_match": true, "enable_analyzer": true}},
  {"name": "meta", "description": "", "type": 23, "nullable": true},
  {"name": "tags", "description": "", "type": 22, "params": {"max_length": 64, "max_capacity": 16}, "element_type": 21},
  {"name": "nums", "description": "", "type": 22, "params": {"max_capacity": 4}, "element_type": 4},
  {"name": "place", "description": "", "type": 24},
  {"name": "at", "description": "", "type": 26, "nullable": true},
  {"name": "v", "description": "", "type": 101, "params": {"dim": 768}},
  {"name": "h", "description": "", "type": 102, "params": {"dim": 8}},
  {"name": "b", "description": "", "type": 103, "params": {"dim": 8}},
  {"name": "i8v", "description": "", "type": 105, "params": {"dim": 8}},
  {"name": "bits", "description": "", "type": 100, "params": {"dim": 128}},
  {"name": "sparse", "description": "", "type": 104, "is_function_output": true}],
"enable_dynamic_field": true,
"enable_namespace": false,
"functions": [
  {"name": "f", "description": "", "type": 1, "input_field_names": ["body"], "output_field_names": ["sparse"], "params": {}}],
"struct_fields": [
  {"name": "clips", "description": "", "fields": [{"name": "caption", "description": "", "type": 21, "params": {"max_length": 256}}, {"name": "vec", "description": "", "type": 101, "params": {"dim": 4}}], "max_capacity": 32}]})";
constexpr char pymilvus_description[] = R"({"collection_name": "articles",
"auto_id": true,
"num_shards": 0,
"description": "d",
"fields": [
  {"field_id": 0, "name": "id", "description": "", "type": 5, "params": {}, "auto_id": true, "is_primary": true},
  {"field_id": 0, "name": "flag", "description": "", "type": 1, "params": {}, "default_value": {"bool_data": true}},
  {"field_id": 0, "name": "i8", "description": "", "type": 2, "params": {}, "default_value": {"long_data": "-5"}},
  {"field_id": 0, "name": "i16", "description": "", "type": 3, "params": {}, "nullable": true},
  {"field_id": 0, "name": "i32", "description": "", "type": 4, "params": {}, "is_clustering_key": true},
  {"field_id": 0, "name": "i64", "description": "", "type": 5, "params": {}, "default_value": {"long_data": "9007199254740993"}},
  {"field_id": 0, "name": "f", "description": "", "type": 10, "params": {}, "default_value": {"float_data": 0.5}},
  {"field_id": 0, "name": "d", "description": "", "type": 11, "params": {}, "default_value": {"double_data": 0.25}},
  {"field_id": 0, "name": "lang", "description": "", "type": 21, "params": {"max_length": 8}, "default_value": {"string_data": "en"}, "is_partition_key": true},
  {"field_id": 0, "name": "body", "description": "", "type": 21, "params": {"max_length": 1000, "enable_match": "true", "enable_analyzer": "true"}},
  {"field_id": 0, "name": "meta", "description": "", "type": 23, "params": {}, "nullable": true},
  {"field_id": 0, "name": "tags", "description": "", "type": 22, "params": {"max_length": 64, "max_capacity": 16}, "element_type": 21},
  {"field_id": 0, "name": "nums", "description": "", "type": 22, "params": {"max_capacity": 4}, "element_type": 4},
  {"field_id": 0, "name": "place", "description": "", "type": 24, "params": {}},
  {"field_id": 0, "name": "at", "description": "", "type": 26, "params": {}, "nullable": true},
  {"field_id": 0, "name": "v", "description": "", "type": 101, "params": {"dim": 768}},
  {"field_id": 0, "name": "h", "description": "", "type": 102, "params": {"dim": 8}},
  {"field_id": 0, "name": "b", "description": "", "type": 103, "params": {"dim": 8}},
  {"field_id": 0, "name": "i8v", "description": "", "type": 105, "params": {"dim": 8}},
  {"field_id": 0, "name": "bits", "description": "", "type": 100, "params": {"dim": 128}},
  {"field_id": 0, "name": "sparse", "description": "", "type": 104, "params": {}, "is_function_output": true}],
"struct_array_fields": [
  {"field_id": 0, "name": "clips", "description": "", "type": 200, "fields": [{"field_id": 0, "name": "caption", "description": "", "type": 22, "params": {"max_length": 256, "max_capacity": 32}, "element_type": 21}, {"field_id": 0, "name": "vec", "description": "", "type": 106, "params": {"dim": 4, "max_capacity": 32}, "element_type": 101}]}],
"functions": [
  {"name": "f", "id": 0, "description": "", "type": 1, "params": {}, "input_field_names": ["body"], "input_field_ids": [], "output_field_names": ["sparse"], "output_field_ids": []}],
"aliases": [],
"collection_id": 0,
"consistency_level": 0,
"consistency_level_name": "Strong",
"properties": {},
"num_partitions": 0,
"enable_dynamic_field": true,
"enable_namespace": false,
"schema_version": 0})";
// What describe_collection() of its client makes of the struct.
constexpr char pymilvus_struct[] =
    R"({"field_id": 0, "name": "clips", "description": "", "type": 22, "element_type": 201, "params": {"max_capacity": 32}, "struct_fields": [{"field_id": 0, "name": "caption", "type": 21, "description": "", "params": {"max_length": 256}}, {"field_id": 0, "name": "vec", "type": 101, "description": "", "params": {"dim": 4}}]})";

void check_every_kind(bw::runtime_schema const& s) {
  struct {
    char const* name;
    kind type;
    std::uint32_t dim = 0, max_length = 0, max_capacity = 0;
  } const expected[] = {{"id", kind::int64},
                        {"flag", kind::boolean},
                        {"i8", kind::int8},
                        {"i16", kind::int16},
                        {"i32", kind::int32},
                        {"i64", kind::int64},
                        {"f", kind::float32},
                        {"d", kind::float64},
                        {"lang", kind::varchar, 0, 8},
                        {"body", kind::varchar, 0, 1000},
                        {"meta", kind::json},
                        {"tags", kind::array, 0, 64, 16},
                        {"nums", kind::array, 0, 0, 4},
                        {"place", kind::geometry},
                        {"at", kind::timestamptz},
                        {"v", kind::float_vector, 768},
                        {"h", kind::float16_vector, 8},
                        {"b", kind::bfloat16_vector, 8},
                        {"i8v", kind::int8_vector, 8},
                        {"bits", kind::binary_vector, 128},
                        {"sparse", kind::sparse_float_vector},
                        {"clips", kind::struct_array, 0, 0, 32},
                        {"$meta", kind::json}};
  REQUIRE(s.size() == std::size(expected));
  auto const f = s.fields();
  for (std::size_t i = 0; i < f.size(); ++i) {
    CAPTURE(expected[i].name);
    CHECK(f[i].name == expected[i].name);
    CHECK(f[i].type == expected[i].type);
    CHECK(f[i].dim == expected[i].dim);
    CHECK(f[i].max_length == expected[i].max_length);
    CHECK(f[i].max_capacity == expected[i].max_capacity);
    CHECK(f[i].is_primary == (i == 0));
    CHECK(f[i].auto_id == (i == 0));
    CHECK(f[i].nullable == (f[i].name == "i16" || f[i].name == "meta" || f[i].name == "at"));
    CHECK(f[i].has_default == ((i >= 5 && i <= 8) || i == 1 || i == 2));
  }
  CHECK(f[1].default_integer == 1);
  CHECK(f[2].default_integer == -5);
  CHECK(f[4].is_clustering_key);
  CHECK(f[5].default_integer == 9007199254740993);
  CHECK(f[6].default_number == 0.5);
  CHECK(f[7].default_number == 0.25);
  CHECK((f[8].is_partition_key && f[8].default_text == "en"));
  CHECK(f[11].element == kind::varchar);
  CHECK(f[12].element == kind::int32);
  CHECK((f[20].function == bw::function_kind::bm25 && f[20].function_input == "body" && f[20].function_name == "f"));
  REQUIRE(f[21].sub_count == 2);
  CHECK((f[21].sub[0].name == "caption" && f[21].sub[0].type == kind::varchar && f[21].sub[0].max_length == 256));
  CHECK((f[21].sub[1].name == "vec" && f[21].sub[1].type == kind::float_vector && f[21].sub[1].dim == 4));
  CHECK(f[22].is_dynamic);
}

}  // namespace

TEST_CASE("schema text: what pymilvus prints") {
  check_every_kind(bw::schema_from_json(pymilvus_schema));
  check_every_kind(bw::schema_from_json(pymilvus_description));
  std::string described(pymilvus_description);
  auto const begin = described.find("\"struct_array_fields\""), end = described.find("\"functions\"");
  described.erase(begin, end - begin);
  described.insert(described.find("],\n\"functions\""), std::string(",\n") + pymilvus_struct);
  check_every_kind(bw::schema_from_json(described));
}

TEST_CASE("schema text: names and numbers of types") {
  // DataType of pymilvus and schema.proto of Milvus
  struct {
    kind type;
    char const *rest, *pymilvus;
    int number;
    char const* params;
  } const types[] = {{kind::boolean, "Bool", "BOOL", 1, ""},
                     {kind::int8, "Int8", "INT8", 2, ""},
                     {kind::int16, "Int16", "INT16", 3, ""},
                     {kind::int32, "Int32", "INT32", 4, ""},
                     {kind::int64, "Int64", "INT64", 5, ""},
                     {kind::float32, "Float", "FLOAT", 10, ""},
                     {kind::float64, "Double", "DOUBLE", 11, ""},
                     {kind::varchar, "VarChar", "VARCHAR", 21, R"("max_length":9)"},
                     {kind::json, "JSON", "JSON", 23, ""},
                     {kind::geometry, "Geometry", "GEOMETRY", 24, ""},
                     {kind::text, "Text", "TEXT", 25, ""},
                     {kind::timestamptz, "Timestamptz", "TIMESTAMPTZ", 26, ""},
                     {kind::binary_vector, "BinaryVector", "BINARY_VECTOR", 100, R"("dim":8)"},
                     {kind::float_vector, "FloatVector", "FLOAT_VECTOR", 101, R"("dim":8)"},
                     {kind::float16_vector, "Float16Vector", "FLOAT16_VECTOR", 102, R"("dim":8)"},
                     {kind::bfloat16_vector, "BFloat16Vector", "BFLOAT16_VECTOR", 103, R"("dim":8)"},
                     {kind::sparse_float_vector, "SparseFloatVector", "SPARSE_FLOAT_VECTOR", 104, ""},
                     {kind::int8_vector, "Int8Vector", "INT8_VECTOR", 105, R"("dim":8)"}};
  for (auto const& t : types)
    for (auto const& spelling : {std::string("\"") + t.rest + '"', std::string("\"") + t.pymilvus + '"',
                                 std::string("\"DataType.") + t.pymilvus + '"', std::to_string(t.number),
                                 '"' + std::to_string(t.number) + '"'}) {
      CAPTURE(spelling);
      auto const s =
          bw::try_schema_from_json(R"({"fields":[{"name":"id","type":5,"is_primary":true},{"name":"f","type":)" +
                                   spelling + R"(,"params":{)" + t.params + "}}]}");
      REQUIRE_MESSAGE(s, s.error().message);
      CHECK(second(*s).type == t.type);
    }
  auto const of = [](std::string const& type) { return message(R"({"fieldName":"f","dataType":)" + type + "}"); };
  CHECK(of("\"Int65\"") == "fields[1].dataType of field 'f': unknown type \"Int65\"; did you mean Int64?");
  CHECK(of("999") == "fields[1].dataType of field 'f': unknown type 999");
  CHECK(of("20") == "fields[1].dataType of field 'f': unknown type 20");
  CHECK(of("\"\"") == "fields[1].dataType of field 'f': unknown type \"\"");
  CHECK(of("true") == "fields[1].dataType of field 'f': true where a type such as \"Int64\" is due");
  CHECK(of("5.5") == "fields[1].dataType of field 'f': 5.5E0 where a type such as \"Int64\" is due");
  CHECK(of("[\"Int64\"]") == "fields[1].dataType of field 'f': a list where a type such as \"Int64\" is due");
  CHECK(message(R"({"fieldName":"f"})") == "fields[1] of field 'f': no \"dataType\"");
  CHECK(message(R"({"fieldName":"f","dataType":"Array","elementTypeParams":{"max_capacity":4}})") ==
        "fields[1] of field 'f': no \"elementDataType\"");
  CHECK(message(
            R"({"fieldName":"f","dataType":"Array","elementDataType":"Int","elementTypeParams":{"max_capacity":4}})") ==
        "fields[1].elementDataType of field 'f': unknown type \"Int\"; did you mean Int8?");
}

TEST_CASE("schema text: default values of another type are refused with field, value and what is due") {
  char const* const values[] = {"5",          "\"5\"",
                                "\"x\"",      "1.5",
                                "5.0",        "true",
                                "\"true\"",   "[1,2]",
                                "{\"a\":1}",  "300",
                                "-1",         "40000",
                                "3000000000", "9223372036854775808",
                                "1e300",      "\"2026-01-01T00:00:00Z\""};
  struct {
    char const* type;
    char const* good;  // which of them, by their letters
  } const kinds[] = {
      {"\"Bool\"", "f"},
      {"\"Int8\"", "ak"},
      {"\"Int16\"", "ajk"},
      {"\"Int32\"", "ajkl"},
      {"\"Int64\"", "ajklm"},
      {"\"Float\"", "adejklmn"},
      {"\"Double\"", "adejklmno"},
      {R"("VarChar","elementTypeParams":{"max_length":30})", "bcgp"},
      {"\"Timestamptz\"", "p"},
      {"\"JSON\"", ""},
      {"\"Text\"", ""},
      {"\"Geometry\"", ""},
      {R"("Array","elementDataType":"Int8","elementTypeParams":{"max_capacity":4})", ""},
      {R"("FloatVector","elementTypeParams":{"dim":2})", ""},
      {R"("BinaryVector","elementTypeParams":{"dim":8})", ""},
      {"\"SparseFloatVector\"", ""},
  };
  for (auto const& k : kinds)
    for (std::size_t i = 0; i < std::size(values); ++i) {
      std::string const field =
          std::string(R"({"fieldName":"f","dataType":)") + k.type + R"(,"defaultValue":)" + values[i] + "}";
      CAPTURE(field);
      bool const good = std::string_view(k.good).find(static_cast<char>('a' + i)) != std::string_view::npos;
      std::string const said = message(field);
      CHECK_MESSAGE(said.empty() == good, said);
      if (!good) CHECK_MESSAGE(says(said, "field 'f'"), said);
    }
  auto const of = [](std::string const& type, std::string const& value) {
    return message(R"({"fieldName":"f","dataType":")" + type +
                   R"(","elementTypeParams":{"max_length":"9","dim":2},"defaultValue":)" + value + "}");
  };
  CHECK(of("Int64", "\"5\"") == "fields[1].defaultValue of field 'f': \"5\" where an integer is due");
  CHECK(of("Int64", "true") == "fields[1].defaultValue of field 'f': true where an integer is due");
  CHECK(of("Bool", "\"true\"") == "fields[1].defaultValue of field 'f': \"true\" where true or false is due");
  CHECK(of("Bool", "1") == "fields[1].defaultValue of field 'f': 1 where true or false is due");
  CHECK(of("VarChar", "5") == "fields[1].defaultValue of field 'f': 5 where a string is due");
  CHECK(of("Int8", "128") == "fields[1].defaultValue of field 'f': 128 is not between -128 and 127");
  CHECK(of("Int64", "18446744073709551615") ==
        "fields[1].defaultValue of field 'f': 18446744073709551615 is not between "
        "-9223372036854775808 and 9223372036854775807");
  CHECK(of("FloatVector", "[1,2]") == "fields[1].defaultValue of field 'f': FloatVector takes no default value");
  CHECK(says(of("Float", "1e39"), "default_value is out of the range of float32"));
  CHECK(says(of("VarChar", "\"longer than nine\""), "16 bytes, max_length is 9"));
  CHECK(of("Int64", "null") == "");
  // the server's union
  CHECK(of("Int64", R"({"Data":{"LongData":5}})") == "");
  CHECK(of("Int64", R"({"Data":{"StringData":"5"}})") ==
        "fields[1].defaultValue.Data.StringData of field 'f': \"5\" where an integer is due");
  CHECK(of("Int64", R"({"longData":"5"})") == "");
  CHECK(of("VarChar", R"({"longData":"5"})") ==
        "fields[1].defaultValue.longData of field 'f': a 64-bit integer where a string is due");
  CHECK(of("Bool", R"({"Data":{"LongData":1}})") ==
        "fields[1].defaultValue.Data.LongData of field 'f': 1 where true or false is due");
  CHECK(of("Int64", R"({"long_data":"x"})") ==
        "fields[1].defaultValue.long_data of field 'f': \"x\" where an integer is due");

  // nearest numbers, whatever Boost.JSON's parser makes of them
  for (std::string const digits : {"0.1", "2.2250738585072011e-308", "7.038531e-26", "1.7976931348623157e308",
                                   "6.02214076e23", "9007199254740993", "123456.789012345678"}) {
    auto const s = bw::schema_from_json(std::string(R"({"fields":[{"name":"id","type":5,"is_primary":true},
      {"name":"d","type":11,"default_value":)") +
                                        digits + "}]}");
    double expected = 0;
    REQUIRE(std::from_chars(digits.data(), digits.data() + digits.size(), expected).ec == std::errc{});
    CHECK(second(s).default_number == expected);
  }
}

TEST_CASE("schema text: sizes are whole numbers or their digits") {
  auto const dim = [](std::string const& value) {
    return message(R"({"fieldName":"f","dataType":"FloatVector","elementTypeParams":{"dim":)" + value + "}}");
  };
  for (char const* good : {"2", "\"2\"", "768", "\"32768\"", "\"0008\""}) CHECK_MESSAGE(dim(good) == "", good);
  for (char const* bad :
       {"-2", "0", "1e12", "1000000000000", "1.5", "768.0", "\"768 \"", "\" 768\"", "\"\"", "\"x\"", "\"1.5\"",
        "\"0x10\"", "\"-2\"", "\"99999999999999999999\"", "18446744073709551615", "true", "[2]", "{\"a\":2}"}) {
    std::string const said = dim(bad);
    CHECK_MESSAGE(said.starts_with("fields[1].elementTypeParams.dim of field 'f': "), said);
    CHECK_MESSAGE(said.ends_with(" where a whole number from 1 to 4294967295 is due"), said);
  }
  CHECK(says(dim("-2"), ": -2 where"));
  CHECK(says(dim("1000000000000"), ": 1000000000000 where"));
  CHECK(says(dim("\"x\""), ": \"x\" where"));
  CHECK(says(dim("1"), "field 'f': dim 1 is not between 2 and 32768"));
  CHECK(says(dim("32769"), "field 'f': dim 32769 is not between 2 and 32768"));
  CHECK(dim("null") == "fields[1].elementTypeParams of field 'f': no \"dim\", which FloatVector needs; given: dim");

  auto const of = [](std::string const& rest) { return message(R"({"fieldName":"f",)" + rest + "}"); };
  CHECK(of(R"("dataType":"FloatVector","elementTypeParams":{"dimension":"768"})") ==
        "fields[1].elementTypeParams of field 'f': no \"dim\", which FloatVector needs; given: dimension");
  CHECK(of(R"("dataType":"FloatVector")") ==
        "fields[1] of field 'f': no \"dim\", which FloatVector needs; it stands in \"elementTypeParams\"");
  CHECK(of(R"("dataType":"VarChar","elementTypeParams":{"max_length":"x"})") ==
        "fields[1].elementTypeParams.max_length of field 'f': \"x\" where a whole number from 1 to 4294967295 is due");
  CHECK(says(of(R"("dataType":"VarChar","elementTypeParams":{"max_length":"65536"})"),
             "max_length 65536 is not between"));
  CHECK(of(R"("dataType":"Array","elementDataType":"Int8","elementTypeParams":{"max_capacity":-1})") ==
        "fields[1].elementTypeParams.max_capacity of field 'f': -1 where a whole number from 1 to 4294967295 is due");
  CHECK(of(R"("dataType":"Array","elementDataType":"VarChar","elementTypeParams":{"max_capacity":4})") ==
        "fields[1].elementTypeParams of field 'f': no \"max_length\", which Array needs; given: max_capacity");
  // the other forms of the same
  for (char const* form :
       {R"("typeParams":{"dim":4})", R"("params":{"dim":4})", R"("type_params":{"dim":"4"})",
        R"("params":[{"key":"dim","value":"4"}])",
        R"("params":[{"key":"mmap.enabled","value":"true"},{"key":"dim","value":4}])", R"("dim":4)",
        R"("dim":4,"elementTypeParams":{"dim":"4"})",
        R"("elementTypeParams":{"dim":"4","mmap.enabled":"true","analyzer_params":{"type":"english"}})"})
    CHECK_MESSAGE(of(std::string(R"("dataType":"FloatVector",)") + form) == "", form);
  CHECK(of(R"("dataType":"FloatVector","dim":8,"elementTypeParams":{"dim":"4"})") ==
        "fields[1].elementTypeParams.dim of field 'f': 4 where it was 8 before");
  CHECK(of(R"("dataType":"FloatVector","params":5)") ==
        "fields[1].params of field 'f': 5 where a list of pairs or an object is due");
  CHECK(of(R"("dataType":"FloatVector","params":["dim"])") ==
        "fields[1].params[0] of field 'f': \"dim\" where a pair {\"key\": …, \"value\": …} is due");
  CHECK(of(R"("dataType":"FloatVector","params":[{"key":"dim","value":"x"}])") ==
        "fields[1].params[0].value of field 'f': \"x\" where a whole number from 1 to 4294967295 is due");
  CHECK(of(R"("dataType":"FloatVector","params":[{"key":"dim","value":"4"},{"key":"dim","value":"8"}])") ==
        "fields[1].params[1].value of field 'f': 8 where it was 4 before");
}

TEST_CASE("schema text: flags are true or false") {
  for (char const* name :
       {"nullable", "isPrimary", "is_primary", "primaryKey", "autoID", "autoId", "auto_id", "isPartitionKey",
        "partitionKey", "is_partition_key", "isClusteringKey", "clusteringKey", "is_clustering_key"})
    for (char const* value : {"1", "0", "\"true\"", "\"false\"", "\"\"", "\"yes\"", "[]", "{}", "1.0"}) {
      std::string const said =
          message(std::string(R"({"fieldName":"f","dataType":"Int64",")") + name + "\":" + value + "}");
      CHECK_MESSAGE(said.starts_with(std::string("fields[1].") + name + " of field 'f': "), said);
      CHECK_MESSAGE(said.ends_with(" where true or false is due"), said);
    }
  CHECK(message(R"({"fieldName":"f","dataType":"Int64","nullable":null})") == "");
  for (char const* name : {"enableDynamicField", "enable_dynamic_field", "autoID", "autoId", "auto_id"}) {
    std::string const said = message(R"({"fieldName":"f","dataType":"Int64"})", std::string(",\"") + name + "\":1");
    CHECK_MESSAGE(said == std::string(name) + ": 1 where true or false is due", said);
  }
  // two spellings
  CHECK(message(R"({"fieldName":"f","dataType":"Int64","isPartitionKey":true,"is_partition_key":true})") == "");
  CHECK(message(R"({"fieldName":"f","dataType":"Int64","isPartitionKey":true,"is_partition_key":false})") ==
        "fields[1].is_partition_key of field 'f': false where \"isPartitionKey\" is true");
  CHECK(message(R"({"fieldName":"f","name":"g","dataType":"Int64"})") ==
        "fields[1].name of field 'f': \"g\" where \"fieldName\" is \"f\"");
}

TEST_CASE("schema text: autoID of the schema is that of the primary key") {
  auto const auto_ids = [](std::string_view text) {
    bw::runtime_schema const schema = bw::schema_from_json(text);
    std::vector<bool> out;
    for (auto const& f : schema.fields()) out.push_back(f.auto_id);
    return out;
  };
  CHECK(auto_ids(R"({"autoID":true,"fields":[{"fieldName":"id","dataType":"Int64","isPrimary":true},
    {"fieldName":"n","dataType":"Int64"}]})") == std::vector<bool>{true, false});
  CHECK(auto_ids(R"({"autoID":false,"fields":[{"fieldName":"id","dataType":"Int64","isPrimary":true}]})") ==
        std::vector<bool>{false});
  CHECK(auto_ids(R"({"autoId":true,"fields":[{"name":"id","type":"Int64","primaryKey":true}]})") ==
        std::vector<bool>{true});
  CHECK(says(message(R"({"fieldName":"f","dataType":"Int64","autoID":true})"),
             "field 'f': only a primary key can be auto_id"));
}

TEST_CASE("schema text: names, lists and objects are what they must be") {
  CHECK(message(R"({"dataType":"Int64"})") == "fields[1]: no \"fieldName\"");
  CHECK(message(R"({"fieldName":null,"dataType":"Int64"})") == "fields[1]: no \"fieldName\"");
  CHECK(message(R"({"fieldName":5,"dataType":"Int64"})") == "fields[1].fieldName: 5 where a name is due");
  CHECK(says(message(R"({"fieldName":"","dataType":"Int64"})"), "1 to 255 bytes"));
  CHECK(says(message(R"({"fieldName":"id","dataType":"Int64"})"), "field 'id': two fields have this name"));
  CHECK(says(message(R"({"fieldName":"Null","dataType":"Int64"})"), "field 'Null': servers keep this name"));
  for (char const* entry : {"5", "\"f\"", "null", "true", "[]"})
    CHECK_MESSAGE(message(entry).ends_with(" where an object that describes a field is due"), entry);
  auto const whole = [](std::string const& text) {
    auto const read = bw::try_schema_from_json(boost::json::parse(text));
    return read ? std::string() : read.error().message;
  };
  CHECK(whole("1") == "schema: no object with \"fields\"");
  CHECK(whole("[]") == "schema: no object with \"fields\"");
  CHECK(whole("{}") == "schema: no object with \"fields\"");
  CHECK(whole(R"({"fields":null})") == "schema: no object with \"fields\"");
  CHECK(whole(R"({"schema":1})") == "schema: no object with \"fields\"");
  CHECK(whole(R"({"data":{"schema":{"fields":{}}}})") == "data.schema.fields: an object where a list of fields is due");
  CHECK(whole(R"({"data":[{"fields":5}]})") == "data[0].fields: 5 where a list of fields is due");
  CHECK(whole(R"({"fields":"id"})") == "fields: \"id\" where a list of fields is due");
  CHECK(whole(R"({"fields":[]})") == "schema: a schema without fields");
  CHECK(message(R"({"fieldName":"f","dataType":"Int64"})", R"(,"functions":{})") ==
        "functions: an object where a list of functions is due");
  CHECK(message(R"({"fieldName":"f","dataType":"Int64"})", R"(,"structFields":1)") ==
        "structFields: 1 where a list of struct fields is due");
  CHECK(message(R"({"fieldName":"f","dataType":"Int64"})", R"(,"structFields":[1])") ==
        "structFields[0]: 1 where an object that describes a struct field is due");
}

TEST_CASE("schema text: misspelt attributes are named, further ones are not looked at") {
  struct {
    char const *written, *meant;
  } const slips[] = {{"nulable", "nullable"},
                     {"Nullable", "nullable"},
                     {"null", "nullable"},
                     {"is_primery", "isPrimary"},
                     {"isprimary", "isPrimary"},
                     {"primary", "isPrimary"},
                     {"primary_key", "primaryKey"},
                     {"maxlength", "max_length"},
                     {"max_lenght", "max_length"},
                     {"maxCapacity", "max_capacity"},
                     {"elementType_Params", "elementTypeParams"},
                     {"defaultvalue", "defaultValue"},
                     {"default", "defaultValue"},
                     {"defualtValue", "defaultValue"},
                     {"partition_key", "partitionKey"},
                     {"isClusterKey", "isClusteringKey"},
                     {"autoid", "autoID"},
                     {"fieldname", "fieldName"},
                     {"datatyp", "dataType"}};
  for (auto const& s : slips)
    CHECK_MESSAGE(message(std::string(R"({"fieldName":"f","dataType":"Int64",")") + s.written + "\":true}") ==
                      std::string("fields[1].") + s.written + " of field 'f': no such attribute; did you mean \"" +
                          s.meant + "\"?",
                  s.written);
  for (char const* further :
       {"description", "externalField", "id", "field_id", "isDynamic", "warmup", "elementNullable", "x", "", "comment",
        "indexParams", "unit", "mmap.enabled", "a_name_that_no_server_has_had_until_now"})
    CHECK_MESSAGE(message(std::string(R"({"fieldName":"f","dataType":"Int64",")") + further + "\":true}") == "",
                  further);
  auto const besides = [](std::string const& more) {
    return message(R"({"fieldName":"f","dataType":"Int64"})", "," + more);
  };
  CHECK(besides(R"("enableDynamicFeild":true)") ==
        "enableDynamicFeild: no such attribute; did you mean \"enableDynamicField\"?");
  CHECK(besides(R"("dynamic":true)") == "dynamic: no such attribute; did you mean \"enableDynamicField\"?");
  CHECK(besides(R"("function":[])") == "function: no such attribute; did you mean \"functions\"?");
  CHECK(besides(R"("structfields":[])") == "structfields: no such attribute; did you mean \"structFields\"?");
  CHECK(besides(R"("description":"d","shardsNum":1,"properties":[],"externalSource":"x")") == "");
}

TEST_CASE("schema text: the dynamic field") {
  auto const dynamic = [](std::string const& fields, std::string const& besides) {
    auto const s = bw::schema_from_json(R"({"fields":[{"fieldName":"id","dataType":"Int64","isPrimary":true})" +
                                        fields + "]" + besides + "}");
    return s.size() == 2 && s.fields()[1].is_dynamic && s.fields()[1].name == "$meta";
  };
  std::string const meta = R"({"fieldName":"$meta","dataType":"JSON"})";
  CHECK(dynamic("", R"(,"enableDynamicField":true)"));
  CHECK(dynamic("," + meta, ""));
  CHECK(message(meta + "," + meta) == "fields[2] of field '$meta': $meta is declared twice: before in fields[1]");
  CHECK(says(message(meta, R"(,"enableDynamicField":true)"), "fields[1]: $meta is declared twice"));
  CHECK(says(message(meta, R"(,"enableDynamicField":false)"), "enableDynamicField is false"));
  CHECK(says(message(R"({"fieldName":"$meta","dataType":"VarChar","elementTypeParams":{"max_length":9}})"),
             "$meta is a JSON field"));
}

TEST_CASE("schema text: functions") {
  std::string const fields =
      R"({"fieldName":"t","dataType":"VarChar","elementTypeParams":{"max_length":9}},{"fieldName":"s","dataType":"SparseFloatVector"})";
  auto const of = [&](std::string const& function) { return message(fields, R"(,"functions":[)" + function + "]"); };
  for (char const* type : {"\"BM25\"", "1", "\"1\"", "\"FunctionType.BM25\"", "\"bm25\""})
    CHECK_MESSAGE(of(std::string(R"({"name":"f","type":)") + type +
                     R"(,"inputFieldNames":["t"],"outputFieldNames":["s"]})") == "",
                  type);
  CHECK(of(R"({"name":"f","type":"BM26","inputFieldNames":["t"],"outputFieldNames":["s"]})") ==
        "functions[0].type: \"BM26\" where BM25, TextEmbedding or MinHash is due");
  CHECK(of(R"({"type":"BM25","inputFieldNames":["t"],"outputFieldNames":["z"]})") ==
        "functions[0]: its output 'z' is no field");
  CHECK(of(R"({"type":"BM25","inputFieldNames":"t","outputFieldNames":["s"]})") ==
        "functions[0].inputFieldNames: \"t\" where a list of names is due");
  CHECK(of(R"({"type":"BM25","inputFieldNames":["t"],"outputFieldNames":"s"})") ==
        "functions[0].outputFieldNames: \"s\" where a list of names is due");
  CHECK(of(R"({"type":"BM25","outputFieldNames":["s"]})") == "functions[0]: no \"inputFieldNames\"");
  CHECK(of(R"({"type":"BM25","inputFieldNames":[],"outputFieldNames":["s"]})") ==
        "functions[0].inputFieldNames: 0 names where one is due");
  CHECK(of(R"({"type":"BM25","inputFieldNames":["t","u"],"outputFieldNames":["s"]})") ==
        "functions[0].inputFieldNames: 2 names where one is due");
  CHECK(of(R"({"type":"BM25","inputFieldNames":[1],"outputFieldNames":["s"]})") ==
        "functions[0].inputFieldNames[0]: 1 where a name is due");
  CHECK(of(R"({"type":"BM25","inputFieldNames":["t"],"outputFieldNames":["s"],"params":5})") ==
        "functions[0].params: 5 where a list of pairs or an object is due");
  CHECK(of(R"({"type":"BM25","inputFeildNames":["t"],"outputFieldNames":["s"]})") ==
        "functions[0].inputFeildNames: no such attribute; did you mean \"inputFieldNames\"?");
  CHECK(of("5") == "functions[0]: 5 where an object that describes a function is due");
  CHECK(
      of(R"({"type":"BM25","inputFieldNames":["t"],"outputFieldNames":["s"]},{"type":"BM25","inputFieldNames":["t"],"outputFieldNames":["s"]})") ==
      "functions[1].outputFieldNames[0]: \"s\" is the output of another function, too");
  CHECK(of(R"({"name":"rerank","type":"Rerank","inputFieldNames":["t"],"outputFieldNames":[]})") == "");
  CHECK(
      message(R"({"fieldName":"s","dataType":"SparseFloatVector","isFunctionOutput":true})") ==
      "fields[1].isFunctionOutput of field 's': true where no function of \"functions\" has this field as its output");
}

TEST_CASE("schema text: struct fields") {
  auto const of = [](std::string const& sub, std::string const& about = R"("typeParams":{"max_capacity":"4"})") {
    return message(R"({"fieldName":"f","dataType":"Int64"})",
                   R"(,"structFields":[{"fieldName":"c",)" + about + R"(,"fields":[)" + sub + "]}]");
  };
  std::string const caption =
      R"({"fieldName":"t","dataType":"Array","elementDataType":"VarChar","elementTypeParams":{"max_length":"9","max_capacity":"4"}})";
  CHECK(of(caption) == "");
  CHECK(of(caption, R"("description":"")") == "");  // said in its fields
  CHECK(of(caption, R"("typeParams":{"max_capacity":"5"})") ==
        "structFields[0].fields[0] of field 'c[t]': max_capacity 4 where the struct has 5");
  CHECK(of(R"({"fieldName":"t","dataType":"Array","elementDataType":"Int8"})", R"("description":"")") ==
        "structFields[0] of field 'c': no \"max_capacity\", which ArrayOfStruct needs; it stands in "
        "\"elementTypeParams\"");
  CHECK(of("5") == "structFields[0].fields[0] of field 'c': 5 where an object that describes a field is due");
  CHECK(of(R"({"fieldName":"t","dataType":"Array","elementDataType":"Nope"})") ==
        "structFields[0].fields[0].elementDataType of field 'c[t]': unknown type \"Nope\"");
  CHECK(of(R"({"fieldName":"t","dataType":"ArrayOfVector","elementDataType":"VarChar"})") ==
        "structFields[0].fields[0].elementDataType of field 'c[t]': \"VarChar\" where a type of vectors is due");
  CHECK(of(R"({"fieldName":"t","dataType":"ArrayOfVector","elementDataType":"FloatVector"})") ==
        "structFields[0].fields[0] of field 'c[t]': no \"dim\", which FloatVector needs; it stands in "
        "\"elementTypeParams\"");
  CHECK(says(
      of(R"({"fieldName":"t","dataType":"ArrayOfVector","elementDataType":"FloatVector","elementTypeParams":{"dim":1}})"),
      "field 'c[t]': dim 1 is not between"));
  CHECK(says(of(R"({"fieldName":"t","dataType":"Array","elementDataType":"Int8","nullable":true})"),
             "field 'c[t]': a field of a struct is no key"));
  CHECK(says(of(R"({"fieldName":"t","dataType":"Array","elementDataType":"Int8","isPrimary":true})"),
             "field 'c[t]': a field of a struct is no key"));
  CHECK(of(R"({"fieldName":"t","dataType":"Array","elementDataType":"Int8","defaultValue":"x"})") ==
        "structFields[0].fields[0].defaultValue of field 'c[t]': \"x\" where an integer is due");
  CHECK(of(R"({"fieldName":"t","dataType":"Array","elementDataType":"Int8","nulable":true})") ==
        "structFields[0].fields[0].nulable of field 'c[t]': no such attribute; did you mean \"nullable\"?");
  CHECK(of(R"({"fieldName":"t","dataType":"Array","elementDataType":"Int8","nullable":true})",
           R"("nullable":true,"typeParams":{"max_capacity":"4"})") == "");
  CHECK(message(R"({"fieldName":"f","dataType":"Int64"})", R"(,"structFields":[{"fieldName":"c","max_capacity":4}])") ==
        "structFields[0] of field 'c': no \"fields\"");
}

TEST_CASE("schema text: errors say file, line and column") {
  auto const of = [](std::string_view text) { return bw::try_schema_from_json(text, "s.json").error().message; };
  CHECK(of("") == "s.json, line 1, column 1: not JSON: a value was expected");
  CHECK(of("{\n  \"fields\": [\n    {\"fieldName\": \"id\",}]}") ==
        "s.json, line 3, column 24: not JSON: a key in quotes was expected");
  CHECK(of("{} x") == "s.json, line 1, column 4: not JSON: text behind the value");
  std::string const text =
      "{\n"
      "  \"fields\": [\n"
      "    {\"fieldName\": \"id\", \"dataType\": \"Int64\", \"isPrimary\": true},\r\n"
      "    {\"fieldName\": \"v\", \"dataType\": \"FloatVector\",\n"
      "\t\"elementTypeParams\": {\"mmap.enabled\": \"a\\\":\", \"dim\": \"x\"}}]}\n";
  CHECK(of(text) ==
        "s.json, line 5, column 55: fields[1].elementTypeParams.dim of field 'v': \"x\" where a whole number from 1 to "
        "4294967295 is due");
  CHECK(of("\xEF\xBB\xBF" + text).starts_with("s.json, line 5, column 55: "));
  CHECK(of("\xEF\xBB\xBF{").starts_with("s.json, line 1, column 2: "));
  auto const changed = [&](std::string_view from, std::string_view to) {
    std::string copy = text;
    copy.replace(copy.find(from), from.size(), to);
    return of(copy);
  };
  CHECK(changed("\"x\"", "1") == "s.json, line 4, column 5: schema: field 'v': dim 1 is not between 2 and 32768");
  CHECK(changed("\"isPrimary\"", "\"is\\u0050rimay\"") ==
        "s.json, line 3, column 46: fields[0].isPrimay of field 'id': no such attribute; did you mean \"isPrimary\"?");
  CHECK(changed("{\"fieldName\": \"v\",", "{") == "s.json, line 4, column 5: fields[1]: no \"fieldName\"");
  CHECK(changed("\"FloatVector\"", "\"FlaotVector\"") ==
        "s.json, line 4, column 36: fields[1].dataType of field 'v': unknown type \"FlaotVector\"; did you mean "
        "FloatVector?");
  CHECK(changed("\"dim\"", "\"mmap.\\u0065nabled\"") ==
        "s.json, line 5, column 69: the key 'mmap.enabled' appears more than once in 'fields[1].elementTypeParams'");
  CHECK(changed("true}", "true, \"fieldName\": \"id\"}") ==
        "s.json, line 3, column 78: the key 'fieldName' appears more than once in 'fields[0]'");
  CHECK(bw::try_schema_from_json(std::string("[")).error().code == bw::errc::invalid_schema);
  CHECK(bw::try_schema_from_json("[").error().message.starts_with("schema, line 1, column 2: "));
  // what others wrote stays on one line
  auto const odd = bw::try_schema_from_json(R"({"fields":[{"fieldName":"a\n\u001b[31m\u0000b","dataType":"x\ny"}]})")
                       .error()
                       .message;
  CHECK(odd.find_first_of(std::string_view("\n\x1b\0", 3)) == std::string::npos);
  CHECK(bw::try_schema_from_json(R"({"fields":[{"fieldName":")" + std::string(100000, 'n') + "\"}]}")
            .error()
            .message.size() < 400);
}
