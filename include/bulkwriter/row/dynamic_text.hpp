#pragma once

#include <bulkwriter/row/text.hpp>
#include <bulkwriter/schema/member_type.hpp>

#include <concepts>
#include <cstddef>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>

// Undeclared names of a named append become the members of a JSON object.

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// Text of whatever is like it. An array of char ends with its first NUL, or where it ends.
template <class V>
std::string_view text_view(V const& value) noexcept {
  if constexpr (std::is_array_v<V>) {
    std::string_view const all(value, std::extent_v<V>);
    return all.substr(0, all.find('\0'));
  } else {
    return std::string_view(value);
  }
}

template <class V>
consteval bool is_dynamic_value() {
  using Type = plain_type<V>;
  if constexpr (is_null_type<Type> || std::is_same_v<Type, bool> || integer_like<Type> || text_like<Type> || has_json_text<Type>)
    return true;
  else if constexpr (std::floating_point<Type>)
    return sizeof(Type) <= 8;
  else if constexpr (!std::ranges::input_range<Type const>)
    return false;
  else if constexpr (std::is_same_v<std::ranges::range_value_t<Type const>, Type>)
    return false;  // std::filesystem::path is a range of itself
  else
    return is_dynamic_value<std::ranges::range_value_t<Type const>>();
}

template <class V>
void append_dynamic_value(std::string& out, V const& value) {
  if constexpr (is_optional<V>) {
    if (value)
      append_dynamic_value(out, *value);
    else
      out += "null";
  } else if constexpr (is_null_type<V>) {
    out += "null";
  } else if constexpr (std::is_pointer_v<V>) {
    if (value != nullptr)
      append_json_string(out, value);
    else
      out += "null";
  } else if constexpr (std::is_same_v<V, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (integer_like<V>) {
    if constexpr (std::is_signed_v<V>)
      append_json_number(out, static_cast<long long>(value));
    else
      append_json_number(out, static_cast<unsigned long long>(value));
  } else if constexpr (std::floating_point<V>) {
    std::size_t const begin = out.size();
    append_json_number(out, value);
    // the type of a key must not depend on the value: 3.0 is no integer
    if (out.find_first_not_of("-0123456789", begin) == std::string::npos) out += ".0";
  } else if constexpr (text_like<V>) {
    append_json_string(out, text_view(value));
  } else if constexpr (has_json_text<V>) {
    json_text_of<V>::append(out, value);
  } else {
    out += '[';
    bool first = true;
    for (auto const& element : value) {
      if (!first) out += ',';
      first = false;
      append_dynamic_value(out, static_cast<std::ranges::range_value_t<V const> const&>(element));
    }
    out += ']';
  }
}

// A std::optional without a value adds no key at all.
template <class V>
void append_dynamic_member(std::string& object, std::string_view key, V const& value) {
  if constexpr (is_optional<V>)
    if (!value) return;
  if (object.size() > 1) object += ',';
  append_json_string(object, key);
  object += ':';
  append_dynamic_value(object, value);
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
