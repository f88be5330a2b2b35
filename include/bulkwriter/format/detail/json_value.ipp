#pragma once

#include <bulkwriter/format/detail/json_value.hpp>
#include <bulkwriter/row/half.hpp>
#include <bulkwriter/row/text.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

// The longest that these are, with a character behind them.
inline constexpr std::size_t longest_float = 16,  // "-1.1754944e-38"
    longest_byte = 5,                             // "-128"
    longest_index = 11,                           // "4294967294"
    longest_sparse_entry = longest_index + longest_float + 3;

// Makes room for so many characters at the end, has them written by write(first, last), which gives their end, and cuts
// off the rest.
template <class Write>
void append_at_most(std::string& out, std::size_t room, Write const& write) {
  std::size_t const begin = out.size();
  out.resize(begin + room);
  char* const end = write(out.data() + begin, out.data() + out.size());
  out.resize(static_cast<std::size_t>(end - out.data()));
}

// A list of numbers; each is `number(value)`.
template <std::size_t longest, class Type, class Number>
void append_json_numbers(std::string& out, std::span<Type const> values, Number const& number) {
  append_at_most(out, 2 + values.size() * longest, [&](char* at, char* end) {
    *at++ = '[';
    for (Type const v : values) {
      at = write_json_number(at, end, number(v));
      *at++ = ',';
    }
    if (!values.empty()) --at;
    *at++ = ']';
    return at;
  });
}

// As the floats that the 16 bits stand for, whether they were given as bits or are to be rounded: every format stores
// the same number.
template <auto to_bits, auto from_bits>
void append_json_halves(std::string& out, cell const& value) {
  if (value.holds() == cell::type::halves)
    append_json_numbers<longest_float>(out, value.as_halves(), from_bits);
  else
    append_json_numbers<longest_float>(out, value.as_floats(), [](float v) { return from_bits(to_bits(v)); });
}

inline char* write_sparse_entry(char* at, char* end, std::uint32_t index, float value) {
  *at++ = '"';
  at = write_json_number(at, end, index);
  *at++ = '"';
  *at++ = ':';
  at = write_json_number(at, end, value);
  *at++ = ',';
  return at;
}

// An entry at a time: these vectors have no dim that would bound them.
BULKWRITER_DECL void append_json_sparse(std::string& out, cell const& vector) {
  auto const indices = vector.sparse_indices();
  auto const values = vector.sparse_values();
  out += '{';
  for (std::size_t i = 0; i < indices.size(); ++i) {
    char entry[longest_sparse_entry];
    out.append(entry, write_sparse_entry(entry, entry + sizeof entry, indices[i], values[i]));
  }
  if (!indices.empty()) out.pop_back();
  out += '}';
}

BULKWRITER_DECL std::uint64_t json_sparse_bound(cell const& vector) noexcept {
  return 2 + std::uint64_t{vector.size()} * longest_sparse_entry;
}

BULKWRITER_DECL std::uint64_t json_sparse_size(cell const& vector) {
  auto const indices = vector.sparse_indices();
  auto const values = vector.sparse_values();
  std::uint64_t size = indices.empty() ? 2 : 1;  // braces, and a comma less
  for (std::size_t i = 0; i < indices.size(); ++i) {
    char entry[longest_sparse_entry];
    size += static_cast<std::uint64_t>(write_sparse_entry(entry, entry + sizeof entry, indices[i], values[i]) - entry);
  }
  return size;
}

// Of every kind but those that are made of others.
inline void append_json_value(std::string& out, kind k, cell const& value) {
  switch (k) {
    case kind::boolean: out += value.as_boolean() ? "true" : "false"; break;
    case kind::int8:
    case kind::int16:
    case kind::int32:
    case kind::int64: append_json_number(out, static_cast<long long>(value.as_integer())); break;
    case kind::float32: append_json_number(out, static_cast<float>(value.as_number())); break;
    case kind::float64: append_json_number(out, value.as_number()); break;
    case kind::varchar:
    case kind::text:
    case kind::json:
    case kind::geometry:
    case kind::timestamptz: append_json_string(out, value.as_text()); break;
    case kind::float_vector:
      append_json_numbers<longest_float>(out, value.as_floats(), [](float v) { return v; });
      break;
    case kind::float16_vector: append_json_halves<to_float16_bits, from_float16_bits>(out, value); break;
    case kind::bfloat16_vector: append_json_halves<to_bfloat16_bits, from_bfloat16_bits>(out, value); break;
    case kind::int8_vector:
      append_json_numbers<longest_byte>(out, value.as_int8s(), [](std::int8_t v) { return int{v}; });
      break;
    case kind::binary_vector:
      append_json_numbers<longest_byte>(out, value.as_bytes(), [](std::uint8_t v) { return int{v}; });
      break;
    case kind::sparse_float_vector: append_json_sparse(out, value); break;
    case kind::array:
    case kind::struct_array: break;
  }
}

inline void append_json_array(std::string& out, kind element, cell const& value) {
  out += '[';
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (at != 0) out += ',';
    append_json_value(out, element, value.element(at).front());
  }
  out += ']';
}

inline void append_json_structs(std::string& out, std::span<field_info const> fields, cell const& value) {
  out += '[';
  for (std::size_t at = 0; at < value.size(); ++at) {
    out += at == 0 ? "{" : ",{";
    auto const cells = value.element(at);
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i != 0) out += ',';
      append_json_string(out, fields[i].name);
      out += ':';
      append_json_cell(out, fields[i], cells[i]);
    }
    out += '}';
  }
  out += ']';
}

BULKWRITER_DECL void append_json_cell(std::string& out, field_info const& field, cell const& value) {
  if (value.is_null())
    out += "null";
  else if (field.type == kind::array)
    append_json_array(out, field.element, value);
  else if (field.type == kind::struct_array)
    append_json_structs(out, field.sub_fields(), value);
  else
    append_json_value(out, field.type, value);
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
