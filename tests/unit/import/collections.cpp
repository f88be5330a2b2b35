#include "scripted_server.hpp"

#include "support/error_of.hpp"

#include <bulkwriter/import/collections.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <span>
#include <string>
#include <utility>
#include <vector>

using namespace bulkwriter;
using namespace std::chrono_literals;
using boost::json::parse;
using boost::json::serialize;

namespace {

struct article_schema
    : schema<column<"id", int64{.is_primary = true}>, column<"title_vector", float_vector{.dim = 768}>,
             column<"title", varchar{.max_length = 512}>, column<"link", varchar{.max_length = 512}>, dynamic_field<>> {
};

struct clip_fields : struct_fields<column<"caption", varchar{.max_length = 256}>, column<"frame", int64{}>,
                                   column<"v", float_vector{.dim = 4}>> {};

struct every_schema
    : schema<column<"key", varchar{.max_length = 36, .is_primary = true, .auto_id = true}>,
             column<"flag", boolean{.default_value = true}>, column<"i8", int8{.default_value = -128}>,
             column<"i16", int16{.nullable = true}>, column<"i32", int32{.is_clustering_key = true}>,
             column<"i64", int64{.default_value = 9007199254740992}>, column<"f32", float32{.default_value = 0.5f}>,
             column<"f64", float64{.nullable = true, .default_value = -2.25}>,
             column<"lang", varchar{.max_length = 8, .is_partition_key = true, .default_value = "en"}>,
             column<"body", text{}>, column<"meta", json{.nullable = true}>,
             column<"tags", array{.element_type = varchar{.max_length = 64}, .max_capacity = 16}>,
             column<"sizes", array{.element_type = int32{}, .max_capacity = 4, .nullable = true}>,
             column<"at", geometry{}>, column<"when", timestamptz{.default_value = "2026-01-01T00:00:00Z"}>,
             column<"v16", float16_vector{.dim = 8}>, column<"vb16", bfloat16_vector{.dim = 8}>,
             column<"v8", int8_vector{.dim = 8}>, column<"bits", binary_vector{.dim = 128}>,
             column<"sparse", sparse_float_vector{}>, column<"clips", struct_array<clip_fields>{.max_capacity = 32}>,
             function_output<"body_sparse", sparse_float_vector{}, bm25{.input_field_name = "body"}>,
             function_output<"lang_vector", float_vector{.dim = 16},
                             text_embedding{
                                 .input_field_name = "lang", .name = "embed", .params = R"({"provider":"x"})"}>> {};

constexpr char done[] = R"({"code":0,"data":{}})";

milvus target_at(scripted_server const& server) {
  return {
      .uri = server.url(), .token = "root:Milvus", .retry = {.max_attempts = 3, .base_delay = 1ms, .max_delay = 2ms}};
}

}  // namespace

TEST_CASE("create: the guide's collection, as the reference page writes it") {
  scripted_server server(done);
  collections c{target_at(server)};
  c.create<article_schema>("medium_articles", {.index = {{"title_vector", "AUTOINDEX", "IP"}}});
  CHECK(server.only().target == "/v2/vectordb/collections/create");
  CHECK(server.only().authorization == "Bearer root:Milvus");
  CHECK(server.only().json() == parse(R"({"collectionName":"medium_articles",
    "schema":{"autoID":false,"enableDynamicField":true,"fields":[
      {"fieldName":"id","dataType":"Int64","isPrimary":true},
      {"fieldName":"title_vector","dataType":"FloatVector","elementTypeParams":{"dim":"768"}},
      {"fieldName":"title","dataType":"VarChar","elementTypeParams":{"max_length":"512"}},
      {"fieldName":"link","dataType":"VarChar","elementTypeParams":{"max_length":"512"}}]},
    "indexParams":[{"fieldName":"title_vector","indexName":"title_vector","metricType":"IP","indexType":"AUTOINDEX"}]})"));
}

TEST_CASE("create: every kind, functions, a struct array, options") {
  scripted_server server(done);
  milvus target = target_at(server);
  target.db_name = "news";
  collections c{target};
  c.create<every_schema>("every", {.index = {{.field_name = "body_sparse",
                                              .index_type = "SPARSE_INVERTED_INDEX",
                                              .metric_type = "BM25",
                                              .params = {{"inverted_index_algo", "DAAT_MAXSCORE"}},
                                              .index_name = "by_words"},
                                             {"i64", "STL_SORT"},
                                             {"clips[v]", "HNSW", "MAX_SIM_COSINE"}},
                                   .description = "all of it",
                                   .shards_num = 2,
                                   .partitions_num = 16,
                                   .consistency_level = "Strong",
                                   .params = {{"ttlSeconds", "86400"}},
                                   .field_params = {{"body", "analyzer_params", R"({"type":"english"})"}}});
  CHECK(server.only().db_name == "news");
  // structFields: as Milvus' own tests of its REST interface write them.
  CHECK(server.only().json() == parse(R"({"dbName":"news","collectionName":"every",
    "schema":{"autoID":true,"enableDynamicField":false,"fields":[
      {"fieldName":"key","dataType":"VarChar","isPrimary":true,"elementTypeParams":{"max_length":"36"}},
      {"fieldName":"flag","dataType":"Bool","defaultValue":true},
      {"fieldName":"i8","dataType":"Int8","defaultValue":-128},
      {"fieldName":"i16","dataType":"Int16","nullable":true},
      {"fieldName":"i32","dataType":"Int32","isClusteringKey":true},
      {"fieldName":"i64","dataType":"Int64","defaultValue":9007199254740992},
      {"fieldName":"f32","dataType":"Float","defaultValue":0.5},
      {"fieldName":"f64","dataType":"Double","nullable":true,"defaultValue":-2.25},
      {"fieldName":"lang","dataType":"VarChar","isPartitionKey":true,"defaultValue":"en","elementTypeParams":{"max_length":"8"}},
      {"fieldName":"body","dataType":"Text","elementTypeParams":{"enable_analyzer":"true","analyzer_params":"{\"type\":\"english\"}"}},
      {"fieldName":"meta","dataType":"JSON","nullable":true},
      {"fieldName":"tags","dataType":"Array","elementDataType":"VarChar","elementTypeParams":{"max_length":"64","max_capacity":"16"}},
      {"fieldName":"sizes","dataType":"Array","elementDataType":"Int32","nullable":true,"elementTypeParams":{"max_capacity":"4"}},
      {"fieldName":"at","dataType":"Geometry"},
      {"fieldName":"when","dataType":"Timestamptz","defaultValue":"2026-01-01T00:00:00Z"},
      {"fieldName":"v16","dataType":"Float16Vector","elementTypeParams":{"dim":"8"}},
      {"fieldName":"vb16","dataType":"BFloat16Vector","elementTypeParams":{"dim":"8"}},
      {"fieldName":"v8","dataType":"Int8Vector","elementTypeParams":{"dim":"8"}},
      {"fieldName":"bits","dataType":"BinaryVector","elementTypeParams":{"dim":"128"}},
      {"fieldName":"sparse","dataType":"SparseFloatVector"},
      {"fieldName":"body_sparse","dataType":"SparseFloatVector"},
      {"fieldName":"lang_vector","dataType":"FloatVector","elementTypeParams":{"dim":"16"}}],
     "functions":[
      {"name":"body_sparse_function","type":"BM25","inputFieldNames":["body"],"outputFieldNames":["body_sparse"],"params":{}},
      {"name":"embed","type":"TextEmbedding","inputFieldNames":["lang"],"outputFieldNames":["lang_vector"],"params":{"provider":"x"}}],
     "structFields":[{"fieldName":"clips","typeParams":{"max_capacity":"32"},"fields":[
      {"fieldName":"caption","dataType":"Array","elementDataType":"VarChar","elementTypeParams":{"max_length":"256","max_capacity":"32"}},
      {"fieldName":"frame","dataType":"Array","elementDataType":"Int64","elementTypeParams":{"max_capacity":"32"}},
      {"fieldName":"v","dataType":"ArrayOfVector","elementDataType":"FloatVector","elementTypeParams":{"dim":"4","max_capacity":"32"}}]}]},
    "indexParams":[
      {"fieldName":"body_sparse","indexName":"by_words","metricType":"BM25","indexType":"SPARSE_INVERTED_INDEX",
       "params":{"inverted_index_algo":"DAAT_MAXSCORE"}},
      {"fieldName":"i64","indexName":"i64","indexType":"STL_SORT"},
      {"fieldName":"clips[v]","indexName":"clips[v]","metricType":"MAX_SIM_COSINE","indexType":"HNSW"}],
    "params":{"shardsNum":2,"partitionsNum":16,"consistencyLevel":"Strong","ttlSeconds":"86400"},"description":"all of it"})"));
}

TEST_CASE("create: wrong schemas and options are refused before anything is sent") {
  scripted_server server(done);
  collections c{target_at(server)};
  runtime_schema no_key;
  no_key.add_field("id", int64{});
  CHECK(error_of(c.try_create("c", no_key)).code == errc::invalid_schema);
  runtime_schema good;
  good.add_field("id", int64{.is_primary = true}).add_field("v", float_vector{.dim = 4});
  CHECK(error_of(c.try_create("c", good, {.index = {{"w", "AUTOINDEX", "IP"}}})).message.find("no field 'w'") !=
        std::string::npos);
  CHECK(error_of(c.try_create("c", good, {.field_params = {{"w", "a", "b"}}})).code == errc::invalid_option);
  CHECK(error_of(c.try_create("", good)).code == errc::invalid_option);
  CHECK(error_of(c.try_create_index("c", {})).code == errc::invalid_option);
  good.add_field("n", int64{.default_value = 9007199254740993});
  CHECK(error_of(c.try_create("c", good)).message.find("9007199254740993") != std::string::npos);
  CHECK(server.seen().empty());
}

TEST_CASE("create: a lost answer is an unknown outcome, other calls are repeated") {
  scripted_server server({{.lost = true}, {.lost = true}, {.body = R"({"code":0,"data":{"has":true}})"}});
  collections c{target_at(server)};
  auto const got = c.try_create<article_schema>("articles");
  CHECK(error_of(got).code == errc::outcome_unknown);
  CHECK(error_of(got).message.find("has and describe") != std::string::npos);
  CHECK(server.seen().size() == 1);
  CHECK(c.has("articles"));
  CHECK(server.seen().size() == 3);
}

TEST_CASE("the plain calls") {
  scripted_server server(
      {{.body = R"({"code":0,"data":{"has":false}})"},
       {.body = done},
       {.body = R"({"code":0,"data":{"loadProgress":50,"loadState":"LoadStateLoading","message":""}})"},
       {.body = R"({"code":0,"data":{"loadProgress":100,"loadState":"LoadStateLoaded","message":""}})"},
       {.body = R"({"code":0,"data":{"loadState":"LoadStateNotLoad"}})"},
       {.body = done},
       {.body = R"({"code":0,"data":{"rowCount":5133}})"},
       {.body = R"({"code":0,"data":{"rowCount":"5133"}})"},
       {.body = R"x({"code":0,"cost":0,"data":[{"count(*)":"5000"}]})x"},
       {.body = done},
       {.body = R"({"code":0,"data":["a","b"]})"},
       {.body = done},
       {.body = R"({"code":100,"message":"collection not found"})"}});
  collections c{target_at(server)};
  CHECK_FALSE(c.has("articles"));
  c.load("articles");
  auto progress = c.load_state("articles");
  CHECK(progress.state == load_state::loading);
  CHECK(progress.percent == 50);
  CHECK(c.load_state("articles").state == load_state::loaded);
  CHECK(c.load_state("articles").state == load_state::not_loaded);
  c.refresh_load("articles");
  CHECK(c.row_count("articles") == 5133);
  CHECK(c.row_count("articles") == 5133);
  CHECK(c.row_count("articles", count_by::query) == 5000);
  c.create_index("articles", {{.field_name = "v", .index_type = "HNSW", .metric_type = "L2", .params = {{"M", "16"}}}});
  CHECK(c.list() == std::vector<std::string>{"a", "b"});
  c.drop("articles");
  CHECK(error_of(c.try_describe("articles")).code == errc::collection_not_found);

  auto const seen = server.seen();
  std::vector<std::string> const targets{"collections/has",
                                         "collections/load",
                                         "collections/get_load_state",
                                         "collections/get_load_state",
                                         "collections/get_load_state",
                                         "collections/refresh_load",
                                         "collections/get_stats",
                                         "collections/get_stats",
                                         "entities/query",
                                         "indexes/create",
                                         "collections/list",
                                         "collections/drop",
                                         "collections/describe"};
  REQUIRE(seen.size() == targets.size());
  for (std::size_t i = 0; i < targets.size(); ++i) CHECK(seen[i].target == "/v2/vectordb/" + targets[i]);
  CHECK(seen[0].json() == parse(R"({"collectionName":"articles"})"));
  CHECK(
      seen[8].json() ==
      parse(R"x({"collectionName":"articles","filter":"","outputFields":["count(*)"],"consistencyLevel":"Strong"})x"));
  CHECK(seen[9].json() ==
        parse(R"({"collectionName":"articles","indexParams":[{"fieldName":"v","indexName":"v","metricType":"L2",
    "indexType":"HNSW","params":{"M":"16"}}]})"));
  CHECK(seen[10].json() == parse("{}"));
}

TEST_CASE("answers without what was asked for are invalid_response") {
  scripted_server server(done);
  collections c{target_at(server)};
  CHECK(error_of(c.try_has("a")).code == errc::invalid_response);
  CHECK(error_of(c.try_describe("a")).code == errc::invalid_response);
  CHECK(error_of(c.try_load_state("a")).code == errc::invalid_response);
  CHECK(error_of(c.try_row_count("a")).code == errc::invalid_response);
  CHECK(error_of(c.try_row_count("a", count_by::query)).code == errc::invalid_response);
}

TEST_CASE("describe: as a server answers") {
  // Shapes as in Milvus' printFieldDetail: params as pairs, default values as a union, function types as numbers.
  std::string const answer =
      R"({"code":0,"message":"","data":{"collectionName":"articles","collectionID":453120000000000001,
    "description":"d","autoId":false,"enableDynamicField":true,"aliases":["a1"],"load":"LoadStateLoaded","shardsNum":1,"properties":[],
    "fields":[
     {"name":"id","id":100,"type":"Int64","primaryKey":true,"partitionKey":false,"clusteringKey":false,"autoId":false,"nullable":false,"description":""},
     {"name":"v","id":101,"type":"FloatVector","primaryKey":false,"params":[{"key":"dim","value":"768"}]},
     {"name":"title","id":102,"type":"VarChar","nullable":true,"params":[{"key":"max_length","value":"512"},{"key":"enable_analyzer","value":"true"}],
      "defaultValue":{"Data":{"StringData":"none"}}},
     {"name":"n","type":"Int64","partitionKey":true,"defaultValue":{"Data":{"LongData":9007199254740993}}},
     {"name":"flag","type":"Bool","defaultValue":{"Data":{"BoolData":true}}},
     {"name":"score","type":"Double","clusteringKey":true,"defaultValue":{"Data":{"DoubleData":0.25}}},
     {"name":"tags","type":"Array","elementType":"VarChar","params":[{"key":"max_length","value":"64"},{"key":"max_capacity","value":"16"}]},
     {"name":"sparse","type":"SparseFloatVector","isFunctionOutput":true}],
    "structFields":[{"name":"clips","type":"ArrayOfStruct","nullable":false,"params":[{"key":"max_capacity","value":"32"}],"fields":[
      {"name":"caption","type":"Array","elementType":"VarChar","params":[{"key":"max_length","value":"256"}]},
      {"name":"clips[vec]","type":"ArrayOfVector","elementType":"FloatVector","params":[{"key":"dim","value":"4"}]}]}],
    "functions":[{"name":"f","type":1,"id":100,"inputFieldNames":["title"],"outputFieldNames":["sparse"],"params":[]}],
    "indexes":[{"fieldName":"v","indexName":"vi","metricType":"IP"}]}})";
  scripted_server server(answer);
  collection_description const d = collections{target_at(server)}.describe("articles");
  CHECK(d.name == "articles");
  CHECK(d.description == "d");
  CHECK(d.aliases == std::vector<std::string>{"a1"});
  CHECK(d.load_state == "LoadStateLoaded");
  CHECK(d.raw == answer);
  REQUIRE(d.indexes.size() == 1);
  CHECK(d.indexes[0].index_name == "vi");
  CHECK(d.indexes[0].metric_type == "IP");

  runtime_schema const s = d.schema;  // a copy has texts of its own
  CHECK(s.try_check());
  REQUIRE(s.size() == 10);
  auto const f = s.fields();
  CHECK((f[0].name == "id" && f[0].type == kind::int64 && f[0].is_primary && !f[0].auto_id));
  CHECK((f[1].name == "v" && f[1].type == kind::float_vector && f[1].dim == 768));
  CHECK((f[2].nullable && f[2].max_length == 512 && f[2].has_default && f[2].default_text == "none"));
  CHECK((f[3].is_partition_key && f[3].has_default && f[3].default_integer == 9007199254740993));
  CHECK((f[4].type == kind::boolean && f[4].default_integer == 1));
  CHECK((f[5].type == kind::float64 && f[5].default_number == 0.25 && f[5].is_clustering_key));
  CHECK(
      (f[6].type == kind::array && f[6].element == kind::varchar && f[6].max_length == 64 && f[6].max_capacity == 16));
  CHECK((f[7].function == function_kind::bm25 && f[7].function_input == "title" && f[7].function_name == "f" &&
         !f[7].written()));
  CHECK((f[8].name == "clips" && f[8].type == kind::struct_array && f[8].max_capacity == 32));
  REQUIRE(f[8].sub_count == 2);
  CHECK((f[8].sub[0].name == "caption" && f[8].sub[0].type == kind::varchar && f[8].sub[0].max_length == 256));
  CHECK((f[8].sub[1].name == "vec" && f[8].sub[1].type == kind::float_vector && f[8].sub[1].dim == 4));
  CHECK((f[9].name == "$meta" && f[9].is_dynamic));
}

TEST_CASE("describe: what a server adds is not looked at, what it says must be what it is") {
  auto const of = [](std::string const& field, std::string const& besides = "") {
    scripted_server server(
        R"({"code":0,"data":{"collectionName":"c","fields":[{"name":"id","type":"Int64","primaryKey":true},)" + field +
        "]" + besides + "}}");
    return collections{target_at(server)}.try_describe("c");
  };
  auto const message = [&](std::string const& field, std::string const& besides = "") {
    auto const got = of(field, besides);
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::invalid_response);
    return got.error().message;
  };
  auto const field = [&](std::string const& described, std::string const& besides = "") {
    auto const got = of(described, besides);
    REQUIRE_MESSAGE(got, got.error().message);
    runtime_schema const schema = got->schema;
    REQUIRE(schema.size() > 1);
    field_info f = schema.fields()[1];
    return std::pair(f, std::string(f.default_text));
  };
  // attributes of servers to come, also such as people might mistype
  CHECK(field(R"({"name":"f","type":"Int64","nulable":true,"isPrimery":1,"elementNullable":false,"x":{"y":[]}})",
              R"(,"dynamic":1,"functionz":5)")
            .first.type == kind::int64);
  // schemas that are no longer allowed: a writer judges them
  CHECK(field(R"({"name":"v","type":"FloatVector","params":[{"key":"dim","value":"1"}]})").first.dim == 1);
  CHECK(field(R"({"name":"f","type":"VarChar","params":[{"key":"max_length","value":"1048576"}]})").first.max_length ==
        1048576);
  // default values: of Timestamptz as text, or in microseconds where a server has them so
  CHECK(field(R"({"name":"f","type":"Timestamptz","defaultValue":{"Data":{"StringData":"2026-01-01T00:00:00Z"}}})")
            .second == "2026-01-01T00:00:00Z");
  CHECK(field(R"({"name":"f","type":"Timestamptz","defaultValue":{"Data":{"TimestamptzData":1729697400123456}}})")
            .second == "2024-10-23T15:30:00.123456Z");
  CHECK(field(R"({"name":"f","type":"Timestamptz","defaultValue":{"Data":{"TimestamptzData":-1}}})").second ==
        "1969-12-31T23:59:59.999999Z");
  CHECK_FALSE(field(R"({"name":"f","type":"JSON","defaultValue":{"Data":{"BytesData":"e30="}}})").first.has_default);
  CHECK_FALSE(field(R"({"name":"f","type":"Int64","defaultValue":{"Data":null}})").first.has_default);
  CHECK(field(R"({"name":"f","type":"Int8","defaultValue":{"Data":{"IntData":-3}}})").first.default_integer == -3);

  std::string const prefix = "describe collection 'c': data.fields[1]";
  CHECK(message(R"({"name":"f","type":"Int64","nullable":"yes"})") ==
        prefix + ".nullable of field 'f': \"yes\" where true or false is due");
  CHECK(message(R"({"name":"f","type":"Int64","defaultValue":{"Data":{"StringData":"5"}}})") ==
        prefix + ".defaultValue.Data.StringData of field 'f': \"5\" where an integer is due");
  CHECK(message(R"({"name":"f","type":"Timestamptz","defaultValue":{"Data":{"TimestamptzData":9e18}}})")
            .find("microseconds") != std::string::npos);
  CHECK(message(R"({"name":"v","type":"FloatVector","params":[{"key":"dim","value":"x"}]})") ==
        prefix + ".params[0].value of field 'v': \"x\" where a whole number from 1 to 4294967295 is due");
  CHECK(message(R"({"name":"v","type":"FloatVector","params":[]})") ==
        prefix + ".params of field 'v': no \"dim\", which FloatVector needs");
  CHECK(message("5") == prefix + ": 5 where an object that describes a field is due");
  CHECK(message(R"({"type":"Int64"})") == prefix + ": no \"fieldName\"");
}

TEST_CASE("describe: autoId of the collection is that of its primary key") {
  scripted_server server(R"({"code":0,"data":{"collectionName":"c","autoId":true,
    "fields":[{"name":"n","type":"Int64"},{"name":"id","type":"Int64","primaryKey":true}]}})");
  runtime_schema const s = collections{target_at(server)}.describe("c").schema;
  REQUIRE(s.size() == 2);
  CHECK_FALSE(s.fields()[0].auto_id);
  CHECK(s.fields()[1].auto_id);
}

TEST_CASE("answers that are no number or flag are no answer") {
  for (char const* count : {"\"x\"", "-1", "1.5", "1e19", "\"1e19\"", "[]", "true", "\"\""}) {
    scripted_server server(std::string(R"x({"code":0,"data":{"rowCount":)x") + count + R"x(,"count(*)":)x" + count +
                           "}}");
    CHECK_MESSAGE(error_of(collections{target_at(server)}.try_row_count("a")).code == errc::invalid_response, count);
    CHECK_MESSAGE(
        error_of(collections{target_at(server)}.try_row_count("a", count_by::query)).code == errc::invalid_response,
        count);
  }
  scripted_server large(R"({"code":0,"data":{"rowCount":18446744073709551615}})");
  CHECK(collections{target_at(large)}.row_count("a") == 18446744073709551615u);
  for (char const* has : {"1", "0", "\"yes\"", "\"\"", "[]"}) {
    scripted_server server(std::string(R"({"code":0,"data":{"has":)") + has + "}}");
    CHECK_MESSAGE(error_of(collections{target_at(server)}.try_has("a")).code == errc::invalid_response, has);
  }
  // a code that no server has: neither success nor one that it might have been
  for (char const* code : {"1e19", "-1e19", "0.5", "\"1e19\"", "true"}) {
    scripted_server server(std::string(R"({"code":)") + code + R"(,"data":{"has":true},"message":"m"})");
    auto const got = collections{target_at(server)}.try_has("a");
    REQUIRE_FALSE(got.has_value());
    CHECK_MESSAGE(got.error().code == errc::invalid_response, code);
    CHECK_MESSAGE(got.error().server_code == 0, code);
  }
}

TEST_CASE("create: points in time as every server reads them") {
  scripted_server server(done);
  runtime_schema s;
  s.add_field("id", int64{.is_primary = true})
      .add_field("at", timestamptz{.default_value = "2026-01-01 08:00:00.5+08"});
  collections{target_at(server)}.create("c", s);
  CHECK(server.only().json().at("schema").at("fields").at(1).at("defaultValue") == "2026-01-01T08:00:00.5+08:00");
}

TEST_CASE("describe: a type that is not known is an error, not a missing field") {
  scripted_server server(R"({"code":0,"data":{"collectionName":"c","fields":[{"name":"x","type":"Quaternion"}]}})");
  auto const got = collections{target_at(server)}.try_describe("c");
  CHECK(error_of(got).code == errc::invalid_response);
  CHECK(error_of(got).message.find("Quaternion") != std::string::npos);
}
