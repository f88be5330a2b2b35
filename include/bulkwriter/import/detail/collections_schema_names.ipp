#pragma once

// What schemas call their attributes in JSON. Facts of REST v2 (Milvus 2.3 to 3.x) and pymilvus (to 3.0).

#include <bulkwriter/import/detail/collections_schema.ipp>
#include <bulkwriter/import/detail/json_attributes.ipp>

#include <boost/json.hpp>
#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

// Attributes under all their spellings: of a create request first, then of a description, then pymilvus'.
namespace attribute {
// Of a field.
inline constexpr std::string_view name[] = {"fieldName", "name"};
inline constexpr std::string_view type[] = {"dataType", "type", "data_type"};
inline constexpr std::string_view element[] = {"elementDataType", "elementType", "element_type"};
inline constexpr std::string_view params[] = {"elementTypeParams", "typeParams", "params", "type_params"};
inline constexpr std::string_view dim[] = {"dim"};
inline constexpr std::string_view max_length[] = {"max_length"};
inline constexpr std::string_view max_capacity[] = {"max_capacity"};
inline constexpr std::string_view primary[] = {"isPrimary", "primaryKey", "is_primary", "isPrimaryKey"};
inline constexpr std::string_view auto_id[] = {"autoID", "autoId", "auto_id"};
inline constexpr std::string_view partition_key[] = {"isPartitionKey", "partitionKey", "is_partition_key"};
inline constexpr std::string_view clustering_key[] = {"isClusteringKey", "clusteringKey", "is_clustering_key"};
inline constexpr std::string_view nullable[] = {"nullable"};
inline constexpr std::string_view default_value[] = {"defaultValue", "default_value"};
inline constexpr std::string_view function_output[] = {"isFunctionOutput", "is_function_output"};
inline constexpr std::string_view sub_fields[] = {"fields", "struct_fields"};
// Of a schema.
inline constexpr std::string_view fields[] = {"fields"};
inline constexpr std::string_view dynamic[] = {"enableDynamicField", "enable_dynamic_field"};
inline constexpr std::string_view functions[] = {"functions"};
inline constexpr std::string_view structs[] = {"structFields", "struct_fields", "struct_array_fields",
                                               "structArrayFields"};
// Of a function.
inline constexpr std::string_view function_name[] = {"name"};
inline constexpr std::string_view function_type[] = {"type"};
inline constexpr std::string_view inputs[] = {"inputFieldNames", "input_field_names"};
inline constexpr std::string_view outputs[] = {"outputFieldNames", "output_field_names"};
inline constexpr std::string_view function_params[] = {"params"};
// Of a pair.
inline constexpr std::string_view key[] = {"key"};
inline constexpr std::string_view value[] = {"value"};
// What servers and pymilvus say besides, which changes nothing about rows.
inline constexpr std::string_view further[] = {"description",
                                               "id",
                                               "fieldID",
                                               "fieldId",
                                               "field_id",
                                               "isDynamic",
                                               "is_dynamic",
                                               "indexParams",
                                               "index_params",
                                               "externalField",
                                               "external_field",
                                               "elementNullable",
                                               "mmap.enabled",
                                               "mmap_enabled",
                                               "inputFieldIds",
                                               "input_field_ids",
                                               "outputFieldIds",
                                               "output_field_ids",
                                               "collectionName",
                                               "shardsNum",
                                               "partitionsNum",
                                               "enableNamespace",
                                               "enable_namespace",
                                               "properties",
                                               "name"};

inline constexpr spellings of_field[] = {name,           type,         element,       params,          dim,
                                         max_length,     max_capacity, primary,       auto_id,         partition_key,
                                         clustering_key, nullable,     default_value, function_output, sub_fields};
inline constexpr spellings of_schema[] = {fields, dynamic, functions, structs, auto_id};
inline constexpr spellings of_function[] = {function_name, function_type, inputs, outputs, function_params};
}  // namespace attribute

// The server's union of default values: its members as Go, as Python and as JSON in protobuf's form have them. The last
// writes 64 bits as text.
inline constexpr std::string_view union_longs[] = {"LongData", "long_data", "longData"};
inline constexpr std::string_view union_moments[] = {"TimestamptzData", "timestamptz_data", "timestamptzData"};
inline constexpr std::string_view union_others[] = {
    "BoolData",   "bool_data",   "boolData",   "IntData",    "int_data",    "intData",
    "FloatData",  "float_data",  "floatData",  "DoubleData", "double_data", "doubleData",
    "StringData", "string_data", "stringData", "BytesData",  "bytes_data",  "bytesData"};

// Whether a value is that member of an enum: by its name as REST or pymilvus has it, or by its number, as text too.
BULKWRITER_DECL bool is_named(boost::json::value const& given, wire_name as) {
  if (auto const* number = given.if_int64()) return *number == as.number;
  auto const* text = given.if_string();
  if (text == nullptr) return false;
  std::string_view name = *text;
  if (auto const dot = name.rfind('.'); dot != std::string_view::npos) name.remove_prefix(dot + 1);  // DataType.INT64
  return name == std::to_string(as.number) || folded(name) == folded(as.name);
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
