#pragma once

#include <bulkwriter/row/row_checker.hpp>
#include <bulkwriter/row/row_problems.hpp>
#include <bulkwriter/row/text.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

namespace bulkwriter {
inline namespace v1 {
namespace detail {

// A float is finite unless all bits of its exponent are set. Written over blocks of constant length with independent
// lanes, so that compilers turn it into vector code at -O2.
BULKWRITER_DECL std::size_t find_not_finite(std::span<float const> values) noexcept {
  constexpr std::uint32_t exponent = 0x7f800000;
  constexpr std::size_t block = 64, lanes = 16;
  std::size_t i = 0;
  for (; i + block <= values.size(); i += block) {
    std::uint32_t bits[block];
    std::memcpy(bits, values.data() + i, sizeof bits);
    std::uint32_t bad[lanes] = {};
    for (std::size_t k = 0; k < block; k += lanes)
      for (std::size_t lane = 0; lane < lanes; ++lane) bad[lane] |= (bits[k + lane] & exponent) == exponent ? 1u : 0u;
    std::uint32_t any = 0;
    for (std::uint32_t const b : bad) any |= b;
    if (any != 0) break;
  }
  for (; i < values.size(); ++i)
    if (!is_finite(values[i])) break;
  return i;
}

// The beginning of a value for a message, cut where it stops being UTF-8, so that no message holds broken text.
inline std::string quoted_start(std::string_view text) {
  std::string_view start = text.substr(0, 32);
  start = start.substr(0, std::min(find_utf8_fault(start), start.size()));
  std::string out = "'";
  for (char const c : start) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return out += start.size() < text.size() ? "…'" : "'";
}
inline std::string number_text(double value) {
  if (!is_finite(value)) {
    auto const bits = std::bit_cast<std::uint64_t>(value);
    if ((bits & 0x000fffffffffffffu) != 0) return "nan";
    return bits >> 63 != 0 ? "-inf" : "inf";
  }
  std::string out;
  append_json_number(out, value);
  return out;
}

BULKWRITER_DECL void row_checker::add(std::size_t i, errc code, std::string message) {
  problems_.push_back({.code = code, .field = std::string(fields_[i].name), .message = std::move(message)});
}

BULKWRITER_DECL void row_checker::judge(std::span<cell const> cells) {
  problems_.clear();
  for (std::size_t i = 0; i < fields_.size(); ++i)
    if (fields_[i].written()) check_value(i, cells[i]);
}

BULKWRITER_DECL result<void> row_checker::verdict(std::int64_t row) {
  if (problems_.empty()) [[likely]]
    return {};
  return refusal(row);
}

BULKWRITER_DECL void row_checker::check_value(std::size_t i, cell const& value) {
  field_info const& f = fields_[i];
  switch (value.holds()) {
    case cell::type::null:
      if (!f.may_be_null())
        add(i, errc::null_not_allowed, "no value was given, and the field is neither nullable nor has a default_value");
      break;
    case cell::type::boolean: break;
    case cell::type::integer: {
      std::int64_t const n = value.as_integer();
      if (n < min_of(f.type) || n > max_of(f.type)) add_out_of_range(i, std::to_string(n));
      break;
    }
    case cell::type::unsigned_integer: {
      std::uint64_t const n = value.as_unsigned();
      if (n > static_cast<std::uint64_t>(max_of(f.type))) add_out_of_range(i, std::to_string(n));
      break;
    }
    case cell::type::float32:
    case cell::type::float64: check_number(i, value.as_number()); break;
    case cell::type::text: check_text(i, value.as_text()); break;
    case cell::type::floats: check_vector(i, value.as_floats()); break;
    default:
      add(i, errc::wrong_type, "a value of this type cannot be stored in " + std::string(to_string(f.type)));
      break;
  }
}

BULKWRITER_DECL void row_checker::add_out_of_range(std::size_t i, std::string const& value) {
  kind const k = fields_[i].type;
  add(i, errc::out_of_range,
      "value " + value + " is outside " + std::to_string(min_of(k)) + ".." + std::to_string(max_of(k)) + " of " +
          std::string(to_string(k)));
}

BULKWRITER_DECL void row_checker::check_number(std::size_t i, double value) {
  if (!is_finite(value))
    add(i, errc::not_finite, "value " + number_text(value) + " is not a finite number");
  else if (fields_[i].type == kind::float32 && !is_finite(static_cast<float>(value)))
    add(i, errc::out_of_range, "value " + number_text(value) + " is outside the range of float32");
}

BULKWRITER_DECL void row_checker::check_text(std::size_t i, std::string_view value) {
  field_info const& f = fields_[i];
  if (f.is_dynamic) return check_dynamic(i, value);
  if (f.type == kind::json) return check_json(i, value);
  if (f.type == kind::varchar && value.size() > f.max_length)
    add(i, errc::varchar_too_long,
        std::to_string(value.size()) + " bytes exceed max_length " + std::to_string(f.max_length) + ": " +
            quoted_start(value));
  if (std::size_t const at = find_utf8_fault(value); at != std::string_view::npos) {
    constexpr char digits[] = "0123456789abcdef";
    auto const byte = static_cast<unsigned char>(value[at]);
    add(i, errc::invalid_utf8,
        std::string("byte 0x") + digits[byte >> 4] + digits[byte & 15] + " at offset " + std::to_string(at) +
            " is not well-formed UTF-8");
  }
}

BULKWRITER_DECL void row_checker::check_vector(std::size_t i, std::span<float const> value) {
  field_info const& f = fields_[i];
  if (value.size() != f.dim) {
    add(i, errc::wrong_dim,
        "a vector of " + std::to_string(value.size()) + " values where dim is " + std::to_string(f.dim));
    return;
  }
  if (std::size_t const at = find_not_finite(value); at != value.size())
    add(i, errc::not_finite,
        "element [" + std::to_string(at) + "] is " + number_text(static_cast<double>(value[at])) +
            ", not a finite number");
}

inline std::string json_complaint(std::string_view text, text_fault const& fault) {
  std::string_view const rest = text.substr(std::min(fault.offset, text.size()));
  return std::string(fault.what) + " at byte " + std::to_string(fault.offset) +
         (rest.empty() ? "" : ": " + quoted_start(rest));
}

BULKWRITER_DECL void row_checker::check_json(std::size_t i, std::string_view text) {
  if (text.size() > limits::max_json_length)
    add(i, errc::json_too_long,
        std::to_string(text.size()) + " bytes exceed the " + std::to_string(limits::max_json_length) +
            " of a JSON cell");
  else if (auto const fault = find_json_fault(text))
    add(i, errc::invalid_json, "not JSON: " + json_complaint(text, *fault));
}

BULKWRITER_DECL void row_checker::check_dynamic(std::size_t i, std::string_view text) {
  if (text.size() > limits::max_json_length) {
    add(i, errc::json_too_long,
        std::to_string(text.size()) + " bytes exceed the " + std::to_string(limits::max_json_length) +
            " of the dynamic field");
    return;
  }
  if (auto const fault = find_json_object_fault(text, keys_)) {
    add(i, errc::invalid_json, "not a JSON object: " + json_complaint(text, *fault));
    return;
  }
  std::sort(keys_.begin(), keys_.end());
  for (std::size_t k = 0; k < keys_.size(); ++k) {
    std::string const& key = keys_[k];
    if (k > 0 && keys_[k - 1] == key) {
      if (k < 2 || keys_[k - 2] != key)
        add(i, errc::duplicate_key, "the dynamic key '" + key + "' appears more than once");
      continue;
    }
    bool const taken = key == dynamic_field_name ||
                       std::any_of(fields_.begin(), fields_.end(), [&](auto const& f) { return f.name == key; });
    if (taken) add(i, errc::duplicate_key, "the dynamic key '" + key + "' is the name of a field of the schema");
  }
}

BULKWRITER_DECL error_info row_checker::refusal(std::int64_t row_number) {
  return refused_row(row_number, std::exchange(problems_, {}));
}

BULKWRITER_DECL void settle(std::span<field_info const> fields, std::span<cell> cells) noexcept {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    field_info const& f = fields[i];
    cell& c = cells[i];
    if (f.type == kind::float32 && c.holds() == cell::type::float64)
      c = cell::float32(static_cast<float>(c.as_number()));
    if (!c.is_null()) continue;
    if (f.is_dynamic)
      c = cell::text("{}");
    else if (!f.has_default)
      continue;
    else if (f.type == kind::boolean)
      c = cell::boolean(f.default_integer != 0);
    else if (is_integer(f.type))
      c = cell::integer(f.default_integer);
    else if (f.type == kind::float32)
      c = cell::float32(static_cast<float>(f.default_number));
    else if (f.type == kind::float64)
      c = cell::float64(f.default_number);
    else
      c = cell::text(f.default_text);
  }
}

}  // namespace detail
}  // namespace v1
}  // namespace bulkwriter
