#pragma once

// Boost.JSON values as values of json fields, as the dynamic field's member, and as undeclared values of a named
// append. Include it before the schemas that use it.

#include <bulkwriter/schema/member_type.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <string>

namespace bulkwriter {
inline namespace v1 {
namespace detail {
template <class T>
struct boost_json_text {
  static void append(std::string& out, T const& value) { out += boost::json::serialize(value); }
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

}  // namespace v1
}  // namespace bulkwriter
