#include <bulkwriter/schema/runtime_schema.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

using namespace bulkwriter;

namespace {

struct clip_fields : struct_fields<column<"caption", varchar{.max_length = 256}>, column<"v", float_vector{.dim = 4}>> {
};
struct article_schema
    : schema<column<"id", int64{.is_primary = true}>,
             column<"title", varchar{.max_length = 64, .default_value = "none"}>,
             column<"clips", struct_array<clip_fields>{.max_capacity = 8}>,
             function_output<"sparse", sparse_float_vector{}, bm25{.input_field_name = "title", .name = "f"}>,
             dynamic_field<>> {};

void check_equal(std::span<field_info const> a, std::span<field_info const> b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CAPTURE(a[i].name);
    CHECK(a[i].name == b[i].name);
    CHECK(a[i].type == b[i].type);
    CHECK(a[i].element == b[i].element);
    CHECK(a[i].dim == b[i].dim);
    CHECK(a[i].max_length == b[i].max_length);
    CHECK(a[i].max_capacity == b[i].max_capacity);
    CHECK(a[i].is_primary == b[i].is_primary);
    CHECK(a[i].auto_id == b[i].auto_id);
    CHECK(a[i].is_partition_key == b[i].is_partition_key);
    CHECK(a[i].is_clustering_key == b[i].is_clustering_key);
    CHECK(a[i].nullable == b[i].nullable);
    CHECK(a[i].has_default == b[i].has_default);
    CHECK(a[i].is_dynamic == b[i].is_dynamic);
    CHECK(a[i].default_integer == b[i].default_integer);
    CHECK(a[i].default_number == b[i].default_number);
    CHECK(a[i].default_text == b[i].default_text);
    CHECK(a[i].function == b[i].function);
    CHECK(a[i].function_name == b[i].function_name);
    CHECK(a[i].function_input == b[i].function_input);
    check_equal(a[i].sub_fields(), b[i].sub_fields());
  }
}

// The problem found with one more field, "" if there is none.
template <class Kind>
std::string verdict(std::string const& name, Kind const& attributes) {
  runtime_schema s;
  s.add_field("pk", int64{.is_primary = true}).add_field(name, attributes);
  auto const got = s.try_check();
  if (got) return {};
  CHECK(got.error().code == errc::invalid_schema);
  REQUIRE(got.error().problems.size() == 1);
  CHECK(got.error().problems[0].field == name);
  return got.error().problems[0].message;
}
bool says(std::string const& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("runtime_schema: fields added by hand are those of the typed schema") {
  runtime_schema s;
  s.add_field("id", int64{.is_primary = true})
      .add_field("title", varchar{.max_length = 64, .default_value = "none"})
      .add_field("clips", struct_array<clip_fields>{.max_capacity = 8})
      .add_function_output("sparse", sparse_float_vector{}, bm25{.input_field_name = "title", .name = "f"})
      .add_dynamic_field();
  s.check();
  check_equal(s.fields(), article_schema::infos);
  auto const twin = runtime_schema::of<article_schema>();
  check_equal(twin.fields(), article_schema::infos);

  runtime_schema sub;
  sub.add_field("caption", varchar{.max_length = 256}).add_field("v", float_vector{.dim = 4});
  runtime_schema nested;
  nested.add_struct_array("clips", sub, 8);
  check_equal(nested.fields(), std::span(s.fields()).subspan(2, 1));
}

TEST_CASE("runtime_schema: attributes of every kind") {
  runtime_schema s;
  s.add_field("a", boolean{.is_partition_key = true, .default_value = true})
      .add_field("b", int8{.default_value = -5})
      .add_field("c", float32{.is_clustering_key = true, .default_value = 0.5})
      .add_field("d", array{.element_type = varchar{.max_length = 9}, .max_capacity = 3, .nullable = true})
      .add_field("e", int64{.is_primary = true, .auto_id = true})
      .add_field("f", binary_vector{.dim = 16, .nullable = true})
      .add_field("g", timestamptz{.default_value = "2026-01-01T00:00:00Z"});
  auto const f = s.fields();
  CHECK((f[0].is_partition_key && f[0].has_default && f[0].default_integer == 1));
  CHECK((f[1].type == kind::int8 && f[1].default_integer == -5));
  CHECK((f[2].is_clustering_key && f[2].default_number == 0.5));
  CHECK((f[3].element == kind::varchar && f[3].max_length == 9 && f[3].max_capacity == 3 && f[3].nullable));
  CHECK((f[4].is_primary && f[4].auto_id && !f[4].has_default));
  CHECK((f[5].dim == 16 && f[5].nullable));
  CHECK((f[6].type == kind::timestamptz && f[6].default_text == "2026-01-01T00:00:00Z"));
}

TEST_CASE("runtime_schema: texts belong to it, through copies, moves and growth") {
  auto make = [] {
    std::string name = "a_name_that_is_too_long_for_small_strings", sub_name = "sub", text(1000, 'x');
    runtime_schema sub;
    sub.add_field(sub_name, int64{});
    runtime_schema s;
    field_info f;
    f.name = name;
    f.type = kind::varchar;
    f.max_length = 2000;
    f.has_default = true;
    f.default_text = text;
    s.add_field("pk", int64{.is_primary = true}).add_field(f).add_struct_array("clips", sub, 4);
    std::fill(name.begin(), name.end(), '#');
    std::fill(text.begin(), text.end(), '#');
    return s;
  };
  auto const intact = [](runtime_schema const& s) {
    return s.size() >= 3 && s.fields()[1].name == "a_name_that_is_too_long_for_small_strings" &&
           s.fields()[1].default_text == std::string(1000, 'x') && s.fields()[2].sub[0].name == "sub" &&
           s.fields()[0].name == "pk";
  };
  runtime_schema s = make();
  CHECK(intact(s));
  CHECK(s.try_check());

  auto const before = s.fields();
  runtime_schema moved = std::move(s);
  CHECK(intact(moved));
  CHECK(moved.fields().data() == before.data());  // views that were taken go on
  CHECK(before[1].name == "a_name_that_is_too_long_for_small_strings");

  runtime_schema copy = moved;
  moved = runtime_schema();
  CHECK(intact(copy));
  for (int i = 0; i < 100; ++i) copy.add_field("f" + std::to_string(i), int32{});
  CHECK(intact(copy));
  runtime_schema assigned;
  assigned = copy;
  copy = runtime_schema();
  CHECK(intact(assigned));
  assigned = assigned.fields().empty() ? runtime_schema() : runtime_schema(assigned.fields());
  CHECK(intact(assigned));
  std::vector<runtime_schema> several(10, assigned);
  several.push_back(assigned);
  for (auto const& one : several) CHECK(intact(one));
  CHECK(assigned.find("f99") != nullptr);
  CHECK(assigned.find("f100") == nullptr);
}

TEST_CASE("runtime_schema: the rules for one field") {
  CHECK(verdict("ok", varchar{.max_length = 65535}) == "");
  CHECK(says(verdict("no-dash", int32{}), "letter"));
  CHECK(says(verdict("", int32{}), "1 to 255 bytes"));
  CHECK(says(verdict("9a", int32{}), "begins with"));
  CHECK(says(verdict(std::string(256, 'a'), int32{}), "255"));
  CHECK(verdict(std::string(255, 'a'), int32{}) == "");
  CHECK(says(verdict("pk", int32{}), "two fields"));
  CHECK(says(verdict("v", float_vector{}), "dim 0"));
  // Milvus' validateDimension: 2 to 32,768; of binary vectors multiples of 8 up to eight times as much
  CHECK(says(verdict("v", float_vector{.dim = 1}), "dim 1 is not between 2 and 32768"));
  CHECK(verdict("v", float_vector{.dim = 2}) == "");
  CHECK(says(verdict("v", float_vector{.dim = 32769}), "dim 32769"));
  CHECK(verdict("v", float_vector{.dim = 32768}) == "");
  CHECK(says(verdict("v", float16_vector{.dim = 1}), "dim 1 is"));
  CHECK(says(verdict("v", bfloat16_vector{.dim = 40000}), "dim 40000 is"));
  CHECK(says(verdict("v", int8_vector{.dim = 1}), "dim 1 is"));
  CHECK(says(verdict("v", binary_vector{.dim = 12}), "multiple of 8"));
  CHECK(says(verdict("v", binary_vector{}), "dim 0"));
  CHECK(says(verdict("v", binary_vector{.dim = 1}), "dim 1 "));
  CHECK(verdict("v", binary_vector{.dim = 8}) == "");
  CHECK(verdict("v", binary_vector{.dim = 262144}) == "");
  CHECK(says(verdict("v", binary_vector{.dim = 262152}), "262144"));
  CHECK(says(verdict("s", varchar{}), "max_length 0"));
  CHECK(says(verdict("s", varchar{.max_length = 65536}), "max_length 65536"));
  CHECK(says(verdict("a", array{.element_type = int32{}}), "max_capacity 0"));
  CHECK(says(verdict("a", array{.element_type = int32{}, .max_capacity = 4097}), "max_capacity 4097"));
  CHECK(says(verdict("a", array{.element_type = varchar{}, .max_capacity = 4}), "max_length 0"));
  CHECK(says(verdict("a", array{.element_type = json{}, .max_capacity = 4}), "element_type json"));
  CHECK(says(verdict("n", int8{.default_value = 128}), "128"));
  CHECK(verdict("n", int8{.default_value = 127}) == "");
  CHECK(says(verdict("n", int32{.default_value = 2147483648}), "2147483648"));
  CHECK(says(verdict("n", float32{.default_value = 1e39}), "float32"));
  CHECK(says(verdict("n", float64{.default_value = 1e308 * 10}), "finite"));
  CHECK(says(verdict("s", varchar{.max_length = 3, .default_value = "four"}), "4 bytes"));
  CHECK(says(verdict("k", varchar{.max_length = 3, .is_partition_key = true, .nullable = true}), "partition key"));
  CHECK(says(verdict("k", int32{.is_partition_key = true}), "must be int64 or varchar"));
  CHECK(says(verdict("k", boolean{.is_clustering_key = true}), "clustering key"));
}

TEST_CASE("runtime_schema: names that servers refuse") {
  // Milvus 3.x, internal/proxy: TestFieldNameKeywordPolicy and validateReservedFieldNames
  for (std::string const word : {"like", "and", "or", "not", "in", "null"})
    for (unsigned capitals = 0; capitals < 1u << word.size(); ++capitals) {
      std::string name = word;
      for (std::size_t i = 0; i < name.size(); ++i)
        if ((capitals >> i & 1) != 0) name[i] = static_cast<char>(name[i] - 'a' + 'A');
      CHECK_MESSAGE(says(verdict(name, int32{}), "servers keep this name"), name);
    }
  for (char const* name : {"RowID",
                           "Timestamp",
                           "__virtual_pk__",
                           "true",
                           "True",
                           "TRUE",
                           "false",
                           "False",
                           "FALSE",
                           "exists",
                           "EXISTS",
                           "json_contains",
                           "JSON_CONTAINS",
                           "json_contains_all",
                           "JSON_CONTAINS_ALL",
                           "json_contains_any",
                           "JSON_CONTAINS_ANY",
                           "array_contains",
                           "ARRAY_CONTAINS",
                           "array_contains_all",
                           "ARRAY_CONTAINS_ALL",
                           "array_contains_any",
                           "ARRAY_CONTAINS_ANY",
                           "array_length",
                           "ARRAY_LENGTH",
                           "text_match",
                           "TEXT_MATCH",
                           "phrase_match",
                           "PHRASE_MATCH",
                           "random_sample",
                           "RANDOM_SAMPLE"})
    CHECK_MESSAGE(says(verdict(name, int32{}), "servers keep this name"), name);
  for (char const* name : {"$meta", "$x"}) CHECK_MESSAGE(says(verdict(name, int32{}), "begins with"), name);
  for (char const* name : {"iso",
                           "INTERVAL",
                           "match_all",
                           "match_any",
                           "threshold",
                           "element_filter",
                           "st_within",
                           "ST_CONTAINS",
                           "text_match_fuzzy",
                           "minimum_should_match",
                           "tRUE",
                           "Exists",
                           "rowid",
                           "row_id",
                           "timestamp",
                           "_virtual_pk_",
                           "ands",
                           "an",
                           "i",
                           "nul",
                           "nulls",
                           "_in"})
    CHECK_MESSAGE(verdict(name, int32{}) == "", name);
}

TEST_CASE("runtime_schema: the rules for default values are those of typed schemas") {
  CHECK(verdict("t", timestamptz{.default_value = "2024-02-29T08:00:00+01:00"}) == "");
  CHECK(verdict("t", timestamptz{.default_value = "2024-02-29 08:00:00"}) == "");
  CHECK(
      says(verdict("t", timestamptz{.default_value = "2023-02-29T08:00:00Z"}), "no such day in this month at byte 8"));
  CHECK(says(verdict("t", timestamptz{.default_value = ""}), "a digit was expected at byte 0"));
  CHECK(says(verdict("t", timestamptz{.default_value = "2024-02-29T08:00:00+15:00"}), "-12:00 to +14:00 at byte 19"));
  CHECK(says(verdict("t", timestamptz{.default_value = "2024-02-29T08:00:00-12:30"}), "-12:00 to +14:00 at byte 19"));
  CHECK(verdict("t", timestamptz{.default_value = "2024-02-29 08:00:00.1234567890+08"}) == "");
  // A std::uint64_t that an std::int64_t holds, and one that would become -1.
  CHECK(verdict("n", int64{.default_value = std::uint64_t{9223372036854775807u}}) == "");
  CHECK(verdict("n", int64{.default_value = std::uint64_t{18446744073709551615u}}) ==
        "default_value is out of the range of int64");
  CHECK(verdict("n", int8{.default_value = std::uint64_t{18446744073709551615u}}) ==
        "default_value is out of the range of int8");
  double const nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(says(verdict("n", float32{.default_value = nan}), "float32"));
  CHECK(says(verdict("n", float64{.default_value = nan}), "finite"));
  CHECK(says(verdict("s", varchar{.max_length = 3, .default_value = "\xff"}), "not UTF-8"));
  CHECK(verdict("s", varchar{.max_length = 3, .default_value = "abc"}) == "");
  CHECK(says(verdict("s", varchar{.max_length = 3, .default_value = "abcd"}), "max_length"));

  // What only a lowered field can say.
  auto const lowered = [](field_info f) {
    f.name = "f";
    f.has_default = true;
    auto const got = runtime_schema().add_field("pk", int64{.is_primary = true}).add_field(f).try_check();
    REQUIRE_FALSE(got);
    REQUIRE(got.error().problems.size() == 1);
    return got.error().problems[0].message;
  };
  CHECK(says(lowered({.type = kind::boolean, .default_integer = 2}), "0 or 1"));
  CHECK(lowered({.type = kind::json}) == "a json field takes no default_value");
  CHECK(lowered({.type = kind::geometry}) == "a geometry field takes no default_value");
}

TEST_CASE("runtime_schema: the rules for keys, functions and structs") {
  auto const problems = [](runtime_schema const& s) {
    std::vector<std::string> all;
    if (auto const got = s.try_check(); !got)
      for (auto const& p : got.error().problems) all.push_back(p.field + ": " + p.message);
    return all;
  };
  auto const only = [&](runtime_schema const& s, std::string_view part) {
    auto const all = problems(s);
    CAPTURE(part);
    REQUIRE(all.size() == 1);
    CHECK(says(all[0], part));
  };
  only({}, "without fields");
  only(runtime_schema().add_field("a", int64{}), "no field is the primary key");
  only(runtime_schema().add_field("a", int64{.is_primary = true}).add_field("b", int64{.is_primary = true}),
       "2 fields are the primary key");
  only(runtime_schema().add_field("a", int64{.is_primary = true, .nullable = true}), "cannot be nullable");
  only(runtime_schema().add_field("a", int64{.is_primary = true, .default_value = 1}), "have a default_value");
  only(runtime_schema().add_field("a", varchar{.max_length = 4, .is_primary = true, .default_value = ""}),
       "have a default_value");
  only(runtime_schema().add_field("a", int64{.is_primary = true}).add_field("b", int64{.auto_id = true}),
       "only a primary key");
  only(runtime_schema()
           .add_field("a", int64{.is_primary = true})
           .add_field("b", int64{.is_partition_key = true})
           .add_field("c", int64{.is_partition_key = true}),
       "2 fields are the partition key");
  only(runtime_schema()
           .add_field("a", int64{.is_primary = true})
           .add_field("b", int64{.is_clustering_key = true})
           .add_field("c", int8{.is_clustering_key = true}),
       "2 fields are the clustering key");
  only(runtime_schema().add_field("a", int64{.is_primary = true}).add_dynamic_field().add_dynamic_field(),
       "two fields");
  for (auto const change : {+[](field_info& f) { f.nullable = true; }, +[](field_info& f) { f.has_default = true; }}) {
    field_info output{.name = "words", .type = kind::sparse_float_vector, .function = function_kind::bm25, .function_input = "t"};
    change(output);
    auto const all = problems(
        runtime_schema().add_field("a", int64{.is_primary = true}).add_field("t", varchar{.max_length = 9}).add_field(output));
    CHECK(std::count(all.begin(), all.end(), "words: a function's output is no key, not nullable and has no default_value") == 1);
  }
  field_info odd;
  odd.name = "a";
  odd.type = kind::float_vector;
  odd.dim = 4;
  odd.is_primary = true;
  only(runtime_schema().add_field(odd), "must be int64 or varchar");
  only(runtime_schema()
           .add_field("a", int64{.is_primary = true})
           .add_function_output("s", sparse_float_vector{}, bm25{.input_field_name = "t"}),
       "reads 't'");
  only(runtime_schema()
           .add_field("a", varchar{.max_length = 4, .is_primary = true})
           .add_function_output("s", float_vector{.dim = 4}, bm25{.input_field_name = "a"}),
       "gives a sparse_float_vector");
  // a function reads what rows give: neither a key that the server makes nor another function's output
  only(runtime_schema()
           .add_field("a", varchar{.max_length = 4, .is_primary = true, .auto_id = true})
           .add_function_output("s", sparse_float_vector{}, bm25{.input_field_name = "a"}),
       "reads 'a'");
  runtime_schema const keyed = runtime_schema().add_field("a", int64{.is_primary = true});
  auto const with_struct = [&](runtime_schema const& sub) {
    return runtime_schema(keyed).add_struct_array("s", sub, 4);
  };
  only(with_struct({}), "without fields");
  only(with_struct(runtime_schema().add_field("j", json{})), "s[j]: a struct cannot hold a json field");
  only(with_struct(runtime_schema().add_field("j", sparse_float_vector{})), "sparse_float_vector");
  only(with_struct(runtime_schema().add_field("j", int64{.nullable = true})), "not nullable");
  only(with_struct(runtime_schema().add_field("j", float_vector{})), "s[j]: dim 0");
  only(with_struct(runtime_schema().add_field("j", float_vector{.dim = 1})), "s[j]: dim 1");
  only(with_struct(runtime_schema().add_field("j", binary_vector{.dim = 262152})), "s[j]: dim 262152");
  only(with_struct(runtime_schema().add_field("And", int64{})), "s[And]: servers keep this name");
  only(runtime_schema(keyed).add_struct_array("null", runtime_schema().add_field("j", int64{}), 4),
       "null: servers keep this name");
  only(with_struct(runtime_schema().add_field("j", int64{}).add_field("j", int64{})), "two fields");

  // all problems at once, in the order of the schema
  auto const all = problems(runtime_schema().add_field("x", varchar{}).add_field("v", float_vector{}));
  REQUIRE(all.size() == 3);
  CHECK(says(all[0], "x: max_length"));
  CHECK(says(all[1], "v: dim"));
  CHECK(says(all[2], "primary key"));
}
