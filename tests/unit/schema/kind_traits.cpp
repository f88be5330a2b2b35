#include <bulkwriter/schema/field.hpp>
#include <bulkwriter/schema/kind_traits.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <iterator>
#include <limits>
#include <set>
#include <string_view>

namespace bw = bulkwriter;
using bw::kind;

// Of pymilvus' data_types.py, and of the server's schema.proto, whose names REST takes.
TEST_CASE("kinds have the names and numbers of the server's enum") {
  struct {
    kind value;
    std::string_view pymilvus, rest;
    int number;
  } const facts[] = {
      {kind::boolean, "BOOL", "Bool", 1},
      {kind::int8, "INT8", "Int8", 2},
      {kind::int16, "INT16", "Int16", 3},
      {kind::int32, "INT32", "Int32", 4},
      {kind::int64, "INT64", "Int64", 5},
      {kind::float32, "FLOAT", "Float", 10},
      {kind::float64, "DOUBLE", "Double", 11},
      {kind::varchar, "VARCHAR", "VarChar", 21},
      {kind::array, "ARRAY", "Array", 22},
      {kind::json, "JSON", "JSON", 23},
      {kind::geometry, "GEOMETRY", "Geometry", 24},
      {kind::text, "TEXT", "Text", 25},
      {kind::timestamptz, "TIMESTAMPTZ", "Timestamptz", 26},
      {kind::binary_vector, "BINARY_VECTOR", "BinaryVector", 100},
      {kind::float_vector, "FLOAT_VECTOR", "FloatVector", 101},
      {kind::float16_vector, "FLOAT16_VECTOR", "Float16Vector", 102},
      {kind::bfloat16_vector, "BFLOAT16_VECTOR", "BFloat16Vector", 103},
      {kind::sparse_float_vector, "SPARSE_FLOAT_VECTOR", "SparseFloatVector", 104},
      {kind::int8_vector, "INT8_VECTOR", "Int8Vector", 105},
      {kind::struct_array, "_ARRAY_OF_STRUCT", "ArrayOfStruct", 200},
  };
  CHECK(std::size(facts) == std::size(bw::all_kinds));
  std::set<int> seen;
  for (auto const& fact : facts) {
    bw::kind_traits const& traits = bw::traits_of(fact.value);
    CAPTURE(traits.name);
    CHECK(traits.value == fact.value);
    CHECK(traits.pymilvus_name == fact.pymilvus);
    CHECK(traits.rest_name == fact.rest);
    CHECK(traits.number == fact.number);
    seen.insert(traits.number);
  }
  CHECK(seen.size() == std::size(bw::all_kinds));
}

TEST_CASE("integers of a kind are those of the C++ type of its width") {
  auto const check = [](kind k, auto number) {
    using limits = std::numeric_limits<decltype(number)>;
    CAPTURE(bw::to_string(k));
    CHECK(bw::min_of(k) == (limits::min)());
    CHECK(bw::max_of(k) == (limits::max)());
  };
  check(kind::int8, std::int8_t{});
  check(kind::int16, std::int16_t{});
  check(kind::int32, std::int32_t{});
  check(kind::int64, std::int64_t{});
  for (auto const& k : bw::all_kinds)
    CHECK(bw::is_integer(k.value) == (k.name.starts_with("int") && !k.name.ends_with("vector")));
}

// Bytes as milvus-import-contract has them of Parquet and NumPy: 4 dim, 2 dim, dim, dim / 8.
TEST_CASE("a vector of 64 has the bytes that servers read") {
  CHECK(bw::vector_bytes(kind::float_vector, 64) == 256);
  CHECK(bw::vector_bytes(kind::float16_vector, 64) == 128);
  CHECK(bw::vector_bytes(kind::bfloat16_vector, 64) == 128);
  CHECK(bw::vector_bytes(kind::int8_vector, 64) == 64);
  CHECK(bw::vector_bytes(kind::binary_vector, 64) == 8);
  for (auto const& k : bw::all_kinds) {
    CAPTURE(k.name);
    CHECK(bw::is_vector(k.value) == k.name.ends_with("_vector"));
    CHECK(bw::is_dense_vector(k.value) == (k.name.ends_with("_vector") && !k.name.starts_with("sparse")));
    CHECK(bw::is_list(k.value) == k.name.ends_with("array"));
  }
}

TEST_CASE("dims are those of the Milvus limits page, in whole bytes") {
  for (kind const k : {kind::float_vector, kind::float16_vector, kind::bfloat16_vector, kind::int8_vector}) {
    for (std::uint32_t const dim : {2u, 3u, 32768u}) CHECK(bw::is_valid_dim(k, dim));
    for (std::uint32_t const dim : {0u, 1u, 32769u, 4294967295u}) CHECK_FALSE(bw::is_valid_dim(k, dim));
  }
  for (std::uint32_t const dim : {8u, 16u, 262144u}) CHECK(bw::is_valid_dim(kind::binary_vector, dim));
  for (std::uint32_t const dim : {0u, 2u, 4u, 12u, 262152u, 4294967288u})
    CHECK_FALSE(bw::is_valid_dim(kind::binary_vector, dim));
}

// The attributes of a kind's struct and what its row allows are told in two places: they agree.
TEST_CASE("a kind's struct has the attributes that its row allows") {
  auto const check = [](auto attributes) {
    using attributes_of = decltype(attributes);
    bw::kind_traits const& traits = bw::traits_of(attributes_of::tag);
    CAPTURE(traits.name);
    CHECK(requires { attributes.is_primary; } == traits.may_be_key);
    CHECK(requires { attributes.default_value; } == traits.may_have_default);
    CHECK(requires { attributes.max_length; } == traits.has_max_length);
    CHECK(requires { attributes.max_capacity; } == bw::is_list(traits.value));
    CHECK(requires { attributes.dim; } == bw::is_dense_vector(traits.value));
  };
  check(bw::boolean{});
  check(bw::int8{});
  check(bw::int16{});
  check(bw::int32{});
  check(bw::int64{});
  check(bw::float32{});
  check(bw::float64{});
  check(bw::varchar{});
  check(bw::text{});
  check(bw::json{});
  check(bw::array{bw::int8{}});
  check(bw::geometry{});
  check(bw::timestamptz{});
  check(bw::float_vector{});
  check(bw::float16_vector{});
  check(bw::bfloat16_vector{});
  check(bw::int8_vector{});
  check(bw::binary_vector{});
  check(bw::sparse_float_vector{});
  check(bw::struct_array<bw::column<"n", bw::int8{}>>{});
}

TEST_CASE("a number that is no kind is known as such") {
  auto const none = static_cast<kind>(std::size(bw::all_kinds));
  CHECK(bw::to_string(none) == "unknown");
  CHECK(bw::to_string(static_cast<kind>(255)) == "unknown");
  CHECK_FALSE(bw::is_integer(none));
  CHECK_FALSE(bw::is_vector(none));
  CHECK_FALSE(bw::traits_of(none).in_parquet);
}
