#pragma once

// Boost.JSON values as values of json fields, as the dynamic field's member, and as undeclared values of a named
// append; objects as rows of a run-time schema; run-time schemas from and to JSON. Include it before the schemas that
// use it. In separate compilation the unit that holds the bodies includes it too.

#include <bulkwriter/error.hpp>
#include <bulkwriter/row/cell_row.hpp>
#include <bulkwriter/schema/member_type.hpp>
#include <bulkwriter/schema/runtime_schema.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {
template <class Type>
struct boost_json_text {
  static void append(std::string& out, Type const& value) { out += boost::json::serialize(value); }
};
}  // namespace detail

/// Boost.JSON values write themselves: `boost::json::serialize`.
template <>
struct json_text_of<boost::json::value> : detail::boost_json_text<boost::json::value> {};
/// As for any Boost.JSON value.
template <>
struct json_text_of<boost::json::object> : detail::boost_json_text<boost::json::object> {};
/// As for any Boost.JSON value.
template <>
struct json_text_of<boost::json::array> : detail::boost_json_text<boost::json::array> {};

/// Objects are rows of a run-time schema: `writer.append_row(object)`. They are what `json_text` of the same row is: a
/// string in a json field, or as $meta, is JSON text (in a member of a struct and in a named append a Boost.JSON value is
/// itself); keys that the schema does not declare go to the dynamic field. Errors: invalid_json, wrong_type,
/// out_of_range, unknown_field, wrong_dim.
template <>
struct cells_of<boost::json::object> {
  /// Fills the row. The cells are views of the object.
  static void read(boost::json::object const& value, cell_row& row);
};

namespace detail {
result<runtime_schema> read_schema_text(std::string_view text, std::string_view name);
template <class T>
concept schema_text = std::is_convertible_v<T const&, std::string_view>;
}  // namespace detail

/// A schema from what REST v2 has for one: the body of a create request or its "schema" alone, the answer to a describe
/// request or its "data" alone; also from what pymilvus prints, with its names and numbers of types. Attributes that
/// concern no row (indexes, analyzers, …) are not looked at; one that looks like a known one misspelt is an error.
/// Error: invalid_schema, with the path of the value ("fields[2].elementTypeParams.dim"), what is due there and what
/// was found; also for a schema that breaks a rule.
/// @{
result<runtime_schema> try_schema_from_json(boost::json::value const& collection);
inline runtime_schema schema_from_json(boost::json::value const& collection) {
  return try_schema_from_json(collection).value();
}
/// @}
/// The same from text (UTF-8, a byte order mark may stand before it): errors also say line and column, in bytes, both
/// from 1, behind `name`, which is a file's mostly. A key that comes twice is an error, too.
/// @{
template <detail::schema_text Text>
result<runtime_schema> try_schema_from_json(Text const& text, std::string_view name = "schema") {
  return detail::read_schema_text(text, name);
}
template <detail::schema_text Text>
runtime_schema schema_from_json(Text const& text, std::string_view name = "schema") {
  return detail::read_schema_text(text, name).value();
}
/// @}

/// The "schema" of a create request: {"autoID": false, "enableDynamicField": true, "fields": […]}. Error:
/// invalid_schema, also for a default_value that JSON would round.
/// @{
result<boost::json::object> try_schema_to_json(std::span<field_info const> fields);
inline boost::json::object schema_to_json(std::span<field_info const> fields) {
  return try_schema_to_json(fields).value();
}
inline result<boost::json::object> try_schema_to_json(runtime_schema const& schema) {
  return try_schema_to_json(schema.fields());
}
inline boost::json::object schema_to_json(runtime_schema const& schema) { return schema_to_json(schema.fields()); }
/// @}

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/adapt/detail/boost_json.ipp>
#endif
