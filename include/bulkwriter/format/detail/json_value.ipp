#pragma once

#include <bulkwriter/format/detail/json_value.hpp>
#include <bulkwriter/row/text.hpp>

#include <charconv>
#include <cstddef>
#include <span>

namespace bulkwriter {
inline namespace v1 {
namespace detail {

inline void append_json_floats(std::string& out, std::span<float const> values) {
  constexpr std::size_t longest = 16;  // "-1.1754944e-38" and a comma
  std::size_t const begin = out.size();
  out.resize(begin + 2 + values.size() * longest);
  char* at = out.data() + begin;
  char* const end = out.data() + out.size();
  *at++ = '[';
  for (float const v : values) {
    at = std::to_chars(at, end, v).ptr;
    *at++ = ',';
  }
  if (!values.empty()) --at;
  *at++ = ']';
  out.resize(static_cast<std::size_t>(at - out.data()));
}

BULKWRITER_DECL void append_json_sparse(std::string& out, cell const& value) {
  constexpr std::size_t longest = 30;  // an index of 10 digits in quotes, a colon, a float, a comma
  std::span const indices = value.sparse_indices();
  std::span const values = value.sparse_values();
  std::size_t const begin = out.size();
  out.resize(begin + 2 + values.size() * longest);
  char* at = out.data() + begin;
  char* const end = out.data() + out.size();
  *at++ = '{';
  for (std::size_t k = 0; k < values.size(); ++k) {
    *at++ = '"';
    at = std::to_chars(at, end, indices[k]).ptr;
    *at++ = '"';
    *at++ = ':';
    at = std::to_chars(at, end, values[k]).ptr;
    *at++ = ',';
  }
  if (!values.empty()) --at;
  *at++ = '}';
  out.resize(static_cast<std::size_t>(at - out.data()));
}

BULKWRITER_DECL void append_json_cell(std::string& out, field_info const&, cell const& value) {
  switch (value.holds()) {
    case cell::type::null: out += "null"; break;
    case cell::type::boolean: out += value.as_boolean() ? "true" : "false"; break;
    case cell::type::integer: append_json_number(out, static_cast<long long>(value.as_integer())); break;
    case cell::type::unsigned_integer:
      append_json_number(out, static_cast<unsigned long long>(value.as_unsigned()));
      break;
    case cell::type::float32: append_json_number(out, static_cast<float>(value.as_number())); break;
    case cell::type::float64: append_json_number(out, value.as_number()); break;
    case cell::type::text: append_json_string(out, value.as_text()); break;
    case cell::type::floats: append_json_floats(out, value.as_floats()); break;
    default: break;
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace bulkwriter
