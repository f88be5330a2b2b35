#pragma once

// Schemas as REST v2 writes them. Knows nothing of requests, so that reading a schema costs no network.

#include <bulkwriter/schema/runtime_schema.hpp>
#include <bulkwriter/schema/timestamp.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

// A member of one of the server's enums: its name in REST, of which pymilvus' differs in case and underscores only, and
// its number.
struct wire_name {
  std::string_view name;
  int number;
};
struct data_type {
  wire_name as;
  kind value;
};

BULKWRITER_DECL std::array<data_type, 19> const& data_types() noexcept {
  static constexpr std::array<data_type, 19> all{{
      {{"Bool", 1}, kind::boolean},
      {{"Int8", 2}, kind::int8},
      {{"Int16", 3}, kind::int16},
      {{"Int32", 4}, kind::int32},
      {{"Int64", 5}, kind::int64},
      {{"Float", 10}, kind::float32},
      {{"Double", 11}, kind::float64},
      {{"VarChar", 21}, kind::varchar},
      {{"Text", 25}, kind::text},
      {{"JSON", 23}, kind::json},
      {{"Array", 22}, kind::array},
      {{"Geometry", 24}, kind::geometry},
      {{"Timestamptz", 26}, kind::timestamptz},
      {{"FloatVector", 101}, kind::float_vector},
      {{"Float16Vector", 102}, kind::float16_vector},
      {{"BFloat16Vector", 103}, kind::bfloat16_vector},
      {{"Int8Vector", 105}, kind::int8_vector},
      {{"BinaryVector", 100}, kind::binary_vector},
      {{"SparseFloatVector", 104}, kind::sparse_float_vector},
  }};
  return all;
}
// What no field of ours is by itself: the parts of a struct array, as the server has them and as pymilvus says it.
inline constexpr wire_name array_of_vector{"ArrayOfVector", 106}, array_of_struct{"ArrayOfStruct", 200},
    struct_type{"Struct", 201};

BULKWRITER_DECL std::string_view data_type_name(kind k) noexcept {
  for (auto const& one : data_types())
    if (one.value == k) return one.as.name;
  return array_of_struct.name;
}

struct named_function {
  wire_name as;
  function_kind value;
};
inline constexpr named_function function_types[] = {{{"BM25", 1}, function_kind::bm25},
                                                    {{"TextEmbedding", 2}, function_kind::text_embedding},
                                                    {{"MinHash", 4}, function_kind::minhash}};

BULKWRITER_DECL boost::json::value default_json(field_info const& f) {
  if (f.type == kind::boolean) return f.default_integer != 0;
  if (is_integer(f.type)) return f.default_integer;
  if (f.type == kind::float32 || f.type == kind::float64) return f.default_number;
  auto const respelled = f.type == kind::timestamptz ? respelled_timestamp(f.default_text) : std::nullopt;
  return respelled ? boost::json::value(*respelled) : boost::json::value(f.default_text);
}

BULKWRITER_DECL boost::json::object type_params_json(field_info const& f) {
  boost::json::object params;  // values are strings: the oldest servers take nothing else
  if (f.dim != 0) params["dim"] = std::to_string(f.dim);
  if (f.max_length != 0) params["max_length"] = std::to_string(f.max_length);
  if (f.max_capacity != 0) params["max_capacity"] = std::to_string(f.max_capacity);
  return params;
}

// On the server a struct is a bundle of arrays: each of its fields is an Array or an ArrayOfVector.
BULKWRITER_DECL boost::json::object struct_json(field_info const& f) {
  boost::json::array fields;
  for (auto const& s : f.sub_fields()) {
    boost::json::object one;
    one["fieldName"] = s.name;
    one["dataType"] = is_vector(s.type) ? "ArrayOfVector" : "Array";
    one["elementDataType"] = data_type_name(s.type);
    boost::json::object params = type_params_json(s);
    params["max_capacity"] = std::to_string(f.max_capacity);
    one["elementTypeParams"] = std::move(params);
    fields.emplace_back(std::move(one));
  }
  boost::json::object object;
  object["fieldName"] = f.name;
  if (f.nullable) object["nullable"] = true;
  object["typeParams"] = boost::json::object{{"max_capacity", std::to_string(f.max_capacity)}};
  object["fields"] = std::move(fields);
  return object;
}

BULKWRITER_DECL std::string_view function_type_name(function_kind f) noexcept {
  for (auto const& one : function_types)
    if (one.value == f) return one.as.name;
  return {};
}

// {"autoID": …, "enableDynamicField": …, "fields": […], …}: what a create request has as "schema".
BULKWRITER_DECL result<boost::json::object> schema_json(std::span<field_info const> fields) {
  boost::json::array list, functions, structs;
  bool auto_id = false, dynamic = false;
  for (auto const& f : fields) {
    auto_id = auto_id || f.auto_id;
    if (f.is_dynamic) {
      dynamic = true;
      continue;
    }
    if (f.type == kind::struct_array) {
      structs.emplace_back(struct_json(f));
      continue;
    }
    boost::json::object one;
    one["fieldName"] = f.name;
    one["dataType"] = data_type_name(f.type);
    if (f.type == kind::array) one["elementDataType"] = data_type_name(f.element);
    if (f.is_primary) one["isPrimary"] = true;
    if (f.is_partition_key) one["isPartitionKey"] = true;
    if (f.is_clustering_key) one["isClusteringKey"] = true;
    if (f.nullable) one["nullable"] = true;
    if (f.has_default) {
      // Servers read numbers of this request as doubles.
      constexpr std::int64_t exact = std::int64_t(1) << 53;
      if (f.type == kind::int64 && (f.default_integer > exact || f.default_integer < -exact))
        return error_info{.code = errc::invalid_schema,
                          .message = "field " + quoted_name(f.name) + ": default_value " +
                                     std::to_string(f.default_integer) +
                                     " would reach the server rounded; REST carries integers up to 2^53 exactly",
                          .field = std::string(f.name)};
      one["defaultValue"] = default_json(f);
    }
    boost::json::object params = type_params_json(f);
    bool const analyzed = std::any_of(fields.begin(), fields.end(), [&](auto const& g) {
      return g.function == function_kind::bm25 && g.function_input == f.name;
    });
    if (analyzed) params["enable_analyzer"] = "true";
    if (!params.empty()) one["elementTypeParams"] = std::move(params);
    list.emplace_back(std::move(one));

    if (f.is_function_output()) {
      boost::json::object function;
      std::string name(f.function_name);
      if (name.empty()) name = std::string(f.name) + "_function";
      function["name"] = name;
      function["type"] = function_type_name(f.function);
      function["inputFieldNames"] = boost::json::array{boost::json::value(f.function_input)};
      function["outputFieldNames"] = boost::json::array{boost::json::value(f.name)};
      boost::json::value parsed = boost::json::object();
      if (!f.function_params.empty()) {
        boost::system::error_code failed;
        parsed = boost::json::parse(f.function_params, failed);
        if (failed || !parsed.is_object())
          return error_info{
              .code = errc::invalid_schema,
              .message = "field " + quoted_name(f.name) + ": the params of its function are no JSON object",
              .field = std::string(f.name)};
      }
      function["params"] = std::move(parsed);
      functions.emplace_back(std::move(function));
    }
  }
  boost::json::object schema;
  schema["autoID"] = auto_id;
  schema["enableDynamicField"] = dynamic;
  schema["fields"] = std::move(list);
  if (!functions.empty()) schema["functions"] = std::move(functions);
  if (!structs.empty()) schema["structFields"] = std::move(structs);
  return schema;
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
