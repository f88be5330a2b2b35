#pragma once

// Reading of answers whose members have changed names and types over the years: numbers that come as text, ids that
// come as numbers. Included by bodies only.

#include <bulkwriter/config.hpp>

#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

// The member, unless it is absent or null.
BULKWRITER_DECL boost::json::value const* member(boost::json::object const& object, std::string_view name) {
  auto const* found = object.if_contains(name);
  return found != nullptr && !found->is_null() ? found : nullptr;
}

BULKWRITER_DECL std::optional<double> to_double(boost::json::value const& value) {
  if (value.is_double()) return value.get_double();
  if (value.is_int64()) return static_cast<double>(value.get_int64());
  if (value.is_uint64()) return static_cast<double>(value.get_uint64());
  if (!value.is_string()) return std::nullopt;
  std::string_view const text = value.get_string();
  double number = 0;
  auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

BULKWRITER_DECL std::optional<std::int64_t> to_int(boost::json::value const& value) {
  if (value.is_int64()) return value.get_int64();
  if (value.is_uint64()) return std::nullopt;  // beyond int64: no code, size or count is
  if (value.is_string()) {
    std::string_view const text = value.get_string();
    std::int64_t number = 0;
    auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed == std::errc() && end == text.data() + text.size()) return number;
  }
  auto const number = to_double(value);
  if (!number || !(std::abs(*number) < 9.0e18) || std::trunc(*number) != *number) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

BULKWRITER_DECL std::optional<std::int64_t> int_at(boost::json::object const& object, std::string_view name) {
  auto const* found = member(object, name);
  return found ? to_int(*found) : std::nullopt;
}

BULKWRITER_DECL std::optional<std::uint64_t> to_count(boost::json::value const& value) {
  if (value.is_uint64()) return value.get_uint64();
  auto const number = to_int(value);
  return number && *number >= 0 ? std::optional(static_cast<std::uint64_t>(*number)) : std::nullopt;
}

// A size or a count that is told by the way: what is missing, negative or no number counts as 0.
BULKWRITER_DECL std::uint64_t count_at(boost::json::object const& object, std::string_view name) {
  auto const* found = member(object, name);
  return found != nullptr ? to_count(*found).value_or(0) : 0;
}

// Text, or a number in its exact digits.
BULKWRITER_DECL std::string to_text(boost::json::value const& value) {
  if (value.is_string()) return std::string(std::string_view(value.get_string()));
  if (value.is_int64()) return std::to_string(value.get_int64());
  if (value.is_uint64()) return std::to_string(value.get_uint64());
  return {};
}

BULKWRITER_DECL std::string string_at(boost::json::object const& object, std::string_view name) {
  auto const* found = member(object, name);
  return found ? to_text(*found) : std::string();
}

// Nothing where it is absent or neither true nor false.
BULKWRITER_DECL std::optional<bool> flag_at(boost::json::object const& object, std::string_view name) {
  auto const* found = member(object, name);
  if (found == nullptr) return std::nullopt;
  if (found->is_bool()) return found->get_bool();
  if (to_text(*found) == "true") return true;
  return to_text(*found) == "false" ? std::optional(false) : std::nullopt;
}

// "data" as an object; some pages of the documentation show a list with one.
BULKWRITER_DECL boost::json::object const* data_object(boost::json::value const& root) {
  if (!root.is_object()) return nullptr;
  auto const* data = member(root.get_object(), "data");
  if (data == nullptr) return nullptr;
  if (data->is_array() && data->get_array().size() == 1) data = &data->get_array().front();
  return data->if_object();
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
