#pragma once

// Schemas as REST v2 writes and describes them. Knows nothing of requests, so that reading a schema costs no network.

#include <bulkwriter/import/detail/rest_json.ipp>
#include <bulkwriter/schema/runtime_schema.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace v1 {
namespace detail {

struct named_kind {
  std::string_view name;
  kind value;
};

// Names of the server's enum, case-sensitive.
BULKWRITER_DECL std::array<named_kind, 19> const& data_types() noexcept {
  static constexpr std::array<named_kind, 19> all{{
      {"Bool", kind::boolean},
      {"Int8", kind::int8},
      {"Int16", kind::int16},
      {"Int32", kind::int32},
      {"Int64", kind::int64},
      {"Float", kind::float32},
      {"Double", kind::float64},
      {"VarChar", kind::varchar},
      {"Text", kind::text},
      {"JSON", kind::json},
      {"Array", kind::array},
      {"Geometry", kind::geometry},
      {"Timestamptz", kind::timestamptz},
      {"FloatVector", kind::float_vector},
      {"Float16Vector", kind::float16_vector},
      {"BFloat16Vector", kind::bfloat16_vector},
      {"Int8Vector", kind::int8_vector},
      {"BinaryVector", kind::binary_vector},
      {"SparseFloatVector", kind::sparse_float_vector},
  }};
  return all;
}
BULKWRITER_DECL std::string_view data_type_name(kind k) noexcept {
  for (auto const& one : data_types())
    if (one.value == k) return one.name;
  return "ArrayOfStruct";
}
BULKWRITER_DECL std::optional<kind> kind_of_data_type(std::string_view name) noexcept {
  for (auto const& one : data_types())
    if (one.name == name) return one.value;
  return std::nullopt;
}

BULKWRITER_DECL boost::json::value default_json(field_info const& f) {
  if (f.type == kind::boolean) return f.default_integer != 0;
  if (is_integer(f.type)) return f.default_integer;
  if (f.type == kind::float32 || f.type == kind::float64) return f.default_number;
  return boost::json::value(f.default_text);
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
  return f == function_kind::bm25 ? "BM25" : f == function_kind::text_embedding ? "TextEmbedding" : "MinHash";
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

// Members have one name in a create request and another in what a server describes.
BULKWRITER_DECL boost::json::value const* either(boost::json::object const& object, std::string_view created,
                                                 std::string_view described) {
  auto const* found = member(object, created);
  return found != nullptr ? found : member(object, described);
}
BULKWRITER_DECL std::string text_of_either(boost::json::object const& object, std::string_view created,
                                           std::string_view described) {
  auto const* found = either(object, created, described);
  return found != nullptr ? to_text(*found) : std::string();
}

// `[{"key": "dim", "value": "768"}]`, or an object.
BULKWRITER_DECL std::uint32_t type_param_at(boost::json::object const& field, std::string_view name) {
  auto const narrow = [](std::optional<std::int64_t> n) {
    return n && *n > 0 && *n <= (std::numeric_limits<std::uint32_t>::max)() ? static_cast<std::uint32_t>(*n) : 0u;
  };
  auto const* params = either(field, "elementTypeParams", "params");
  if (params == nullptr) params = member(field, "typeParams");
  if (params == nullptr) return 0;
  if (params->is_object()) return narrow(int_at(params->get_object(), name));
  if (!params->is_array()) return 0;
  for (auto const& one : params->get_array())
    if (one.is_object() && string_at(one.get_object(), "key") == name) return narrow(int_at(one.get_object(), "value"));
  return 0;
}

// The plain value, or the server's own union: {"Data": {"LongData": 5}}.
BULKWRITER_DECL void read_default(boost::json::value const& given, field_info& f, std::string& text) {
  auto const* value = &given;
  while (value->is_object() && value->get_object().size() == 1) value = &value->get_object().begin()->value();
  if (value->is_bool()) {
    f.default_integer = value->get_bool() ? 1 : 0;
    f.has_default = true;
  } else if (value->is_string()) {
    text = std::string(std::string_view(value->get_string()));
    f.has_default = true;
  } else if (auto const number = to_double(*value)) {
    f.default_number = *number;
    f.default_integer = to_int(*value).value_or(0);
    f.has_default = true;
  }
}

BULKWRITER_DECL function_kind function_kind_of(boost::json::object const& function) {
  std::string const type = string_at(function, "type");  // a name, or the number of the server's enum
  if (type == "BM25" || type == "1") return function_kind::bm25;
  if (type == "TextEmbedding" || type == "2") return function_kind::text_embedding;
  if (type == "MinHash" || type == "4") return function_kind::minhash;
  return function_kind::none;
}

BULKWRITER_DECL boost::json::array const& array_at(boost::json::object const& object, std::string_view name) {
  static boost::json::array const none;
  auto const* found = member(object, name);
  return found != nullptr && found->is_array() ? found->get_array() : none;
}

// Reads both forms, and what older servers made of them.
class schema_reader {
 public:
  // `unknown`: the code of a type that the library does not know.
  schema_reader(boost::json::object const& data, errc unknown) : data_(data), unknown_(unknown) {}

  result<runtime_schema> read() {
    runtime_schema schema;
    for (auto const& one : array_at(data_, "fields")) {
      if (!one.is_object()) continue;
      if (auto good = add_field(schema, one.get_object()); !good) return std::move(good).error();
    }
    for (auto const& one : array_at(data_, "structFields")) {
      if (!one.is_object()) continue;
      if (auto good = add_struct(schema, one.get_object()); !good) return std::move(good).error();
    }
    if (flag_at(data_, "enableDynamicField")) schema.add_dynamic_field();
    return schema;
  }

 private:
  error_info unknown_type(std::string const& field, std::string const& type) const {
    return {.code = unknown_,
            .message = "field " + quoted_name(field) + " is of the unknown type " + in_quotes(type),
            .field = field};
  }

  result<void> add_field(runtime_schema& schema, boost::json::object const& field) {
    std::string const name = text_of_either(field, "fieldName", "name");
    std::string const type = text_of_either(field, "dataType", "type");
    if (name == dynamic_field_name) return {};
    auto const k = kind_of_data_type(type);
    if (!k) return unknown_type(name, type);
    field_info f;
    f.name = name;
    f.type = *k;
    if (*k == kind::array) {
      std::string const element = text_of_either(field, "elementDataType", "elementType");
      auto const e = kind_of_data_type(element);
      if (!e) return unknown_type(name, "Array of " + element);
      f.element = *e;
    }
    f.dim = type_param_at(field, "dim");
    f.max_length = type_param_at(field, "max_length");
    f.max_capacity = type_param_at(field, "max_capacity");
    auto const flag = [&](std::string_view created, std::string_view described) {
      return flag_at(field, created) || flag_at(field, described);
    };
    f.is_primary = flag("isPrimary", "primaryKey");
    f.auto_id = flag("autoID", "autoId") || (f.is_primary && (flag_at(data_, "autoID") || flag_at(data_, "autoId")));
    f.is_partition_key = flag("isPartitionKey", "partitionKey");
    f.is_clustering_key = flag("isClusteringKey", "clusteringKey");
    f.nullable = flag_at(field, "nullable");
    std::string text, function_name, input, params;
    if (auto const* value = member(field, "defaultValue")) read_default(*value, f, text);
    f.default_text = text;
    for (auto const& one : array_at(data_, "functions")) {
      if (!one.is_object()) continue;
      auto const& function = one.get_object();
      auto const& outputs = array_at(function, "outputFieldNames");
      if (std::none_of(outputs.begin(), outputs.end(), [&](auto const& o) { return to_text(o) == name; })) continue;
      f.function = function_kind_of(function);
      if (f.function == function_kind::none)
        return unknown_type(name, "output of function " + string_at(function, "type"));
      function_name = string_at(function, "name");
      if (auto const& inputs = array_at(function, "inputFieldNames"); !inputs.empty()) input = to_text(inputs.front());
      params = function_params(function);
    }
    f.function_name = function_name;
    f.function_input = input;
    f.function_params = params;
    schema.add_field(f);
    return {};
  }

  static std::string function_params(boost::json::object const& function) {
    boost::json::object object;
    for (auto const& one : array_at(function, "params"))
      if (one.is_object()) object[string_at(one.get_object(), "key")] = string_at(one.get_object(), "value");
    if (auto const* given = member(function, "params"); given != nullptr && given->is_object())
      object = given->get_object();
    return object.empty() ? std::string() : boost::json::serialize(object);
  }

  result<void> add_struct(runtime_schema& schema, boost::json::object const& field) {
    std::string const name = text_of_either(field, "fieldName", "name");
    runtime_schema sub;
    std::uint32_t capacity = type_param_at(field, "max_capacity");
    for (auto const& one : array_at(field, "fields")) {
      if (!one.is_object()) continue;
      auto const& s = one.get_object();
      std::string sub_name = text_of_either(s, "fieldName", "name");
      if (std::string const wrapped = name + '['; sub_name.starts_with(wrapped) && sub_name.ends_with(']'))
        sub_name = sub_name.substr(wrapped.size(), sub_name.size() - wrapped.size() - 1);
      std::string const element = text_of_either(s, "elementDataType", "elementType");
      auto const k = kind_of_data_type(element);
      if (!k)
        return unknown_type(name + '[' + sub_name + ']', text_of_either(s, "dataType", "type") + " of " + element);
      field_info f;
      f.name = sub_name;
      f.type = *k;
      f.dim = type_param_at(s, "dim");
      f.max_length = type_param_at(s, "max_length");
      if (capacity == 0) capacity = type_param_at(s, "max_capacity");
      sub.add_field(f);
    }
    schema.add_struct_array(name, sub, capacity, flag_at(field, "nullable"));
    return {};
  }

  boost::json::object const& data_;
  errc unknown_;
};

}  // namespace detail
}  // namespace v1
}  // namespace bulkwriter
