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
inline namespace v1 {
namespace detail {

template <class V>
consteval bool is_dynamic_value() {
  using T = plain_type<V>;
  if constexpr (is_null_type<T> || std::is_same_v<T, bool> || integer_like<T> || text_like<T> || has_json_text<T>)
    return true;
  else if constexpr (std::floating_point<T>)
    return sizeof(T) <= 8;
  else if constexpr (std::ranges::input_range<T const>)
    return is_dynamic_value<std::ranges::range_value_t<T const>>();
  else
    return false;
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
    append_json_number(out, value);
  } else if constexpr (text_like<V>) {
    append_json_string(out, value);
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
}  // namespace v1
}  // namespace bulkwriter
