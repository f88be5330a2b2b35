#pragma once

#include <bulkwriter/row/half.hpp>
#include <bulkwriter/row/row_checker.hpp>
#include <bulkwriter/row/row_problems.hpp>
#include <bulkwriter/row/syntax.hpp>
#include <bulkwriter/text/hex.hpp>
#include <bulkwriter/text/json.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

// A float is finite unless all bits of its exponent are set. Written over blocks of constant length with independent
// lanes, so that compilers turn it into vector code at -O2.
// Not into its caller, where compilers may know, and believe, how the numbers were made.
[[gnu::noinline]] BULKWRITER_DECL std::size_t find_not_finite(std::span<float const> values) noexcept {
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

// The beginning of a value for a message.
inline std::string quoted_start(std::string_view text) { return in_quotes(text, 32); }
inline std::string number_text(std::uint64_t bits) {
  if (!is_finite_bits(bits)) {
    if ((bits & 0x000f'ffff'ffff'ffffu) != 0) return "nan";
    return bits >> 63 != 0 ? "-inf" : "inf";
  }
  std::string out;
  append_json_number(out, std::bit_cast<double>(bits));
  return out;
}

BULKWRITER_DECL void row_checker::add(errc code, std::string message) {
  std::string place;
  if (element_ != nowhere) place = "element [" + std::to_string(element_) + "]: ";
  if (sub_field_ != nullptr) place += quoted_name(sub_field_->name) + ": ";
  problems_.push_back({.code = code, .field = std::string(field_->name), .message = place + std::move(message)});
}

BULKWRITER_DECL void row_checker::judge(std::span<cell const> cells, std::span<problem const> found) {
  problems_.clear();
  // by field, in the order in which they were found; those of no field behind all others
  std::vector<std::pair<std::size_t, problem const*>> given;
  for (problem const& p : found) {
    if (p.field.empty()) problems_.push_back(p);
    given.emplace_back(index_.find(p.field), &p);
  }
  if (!problems_.empty()) return;  // of the row as a whole
  std::sort(given.begin(), given.end());  // problems of one field stay as they lie in `found`
  auto next = given.begin();
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    field_ = &fields_[i];
    if (next != given.end() && next->first == i)
      for (; next != given.end() && next->first == i; ++next) problems_.push_back(*next->second);
    else if (field_->written())
      check_value(*field_, cells[i]);
  }
  for (; next != given.end(); ++next) problems_.push_back(*next->second);
}

BULKWRITER_DECL result<void> row_checker::verdict(std::int64_t row) {
  if (problems_.empty()) [[likely]]
    return {};
  return refused_row(row, std::exchange(problems_, {}));
}

// Whether all numbers of a vector are 0 in the file, of whatever sign.
inline bool is_all_zero(kind k, cell const& vector) noexcept {
  auto const none = [](auto const& values, auto significant) {
    return std::none_of(values.begin(), values.end(), [&](auto v) { return significant(v) != 0; });
  };
  auto const as_it_is = [](auto v) { return v; };
  auto const without_sign = [](auto bits) { return bits & ((1u << (sizeof bits * 8 - 1)) - 1); };
  auto const float_bits = [&](float v) { return without_sign(std::bit_cast<std::uint32_t>(v)); };
  switch (vector.holds()) {
    case cell::type::floats:
      if (layout_of(k).cell == cell_type::halves)
        return none(vector.as_floats(), [&](float v) { return without_sign(to_half_bits(k, v)); });
      return none(vector.as_floats(), float_bits);
    case cell::type::halves: return none(vector.as_halves(), without_sign);
    case cell::type::int8s: return none(vector.as_int8s(), as_it_is);
    case cell::type::bytes: return none(vector.as_bytes(), as_it_is);
    case cell::type::sparse: return none(vector.sparse_values(), float_bits);
    default: return false;
  }
}

BULKWRITER_DECL void row_checker::check_value(field_info const& f, cell const& value) {
  if (!refuse_zero_vectors_ || !is_vector(f.type)) return check_kind(f, value);
  std::size_t const before = problems_.size();
  check_kind(f, value);
  if (problems_.size() == before && is_all_zero(f.type, value))
    add(errc::zero_vector, "a vector of zeros only, which this writer refuses");
}

BULKWRITER_DECL void row_checker::check_kind(field_info const& f, cell const& value) {
  using type = cell::type;
  type const t = value.holds();
  if (t == type::null) {
    if (sub_field_ != nullptr || element_ != nowhere)
      add(errc::null_not_allowed, "null, which no array holds");
    else if (!f.may_be_null())
      add(errc::null_not_allowed, "no value was given, and the field is neither nullable nor has a default_value");
    return;
  }
  switch (layout_of(f.type).cell) {
    case type::boolean:
      if (t == type::boolean) return;
      break;
    case type::integer:
      if (t == type::integer || t == type::unsigned_integer) return check_integer(f.type, value);
      break;
    case type::float32:
    case type::float64:
      if (t == type::float32 || t == type::float64) return check_number(f.type, value);
      break;
    case type::text:
      if (t == type::text) return check_text(f, value.as_text());
      break;
    case type::floats:
      if (t == type::floats) return check_floats(f, value.as_floats());
      break;
    case type::halves:
      if (t == type::floats) return check_floats(f, value.as_floats());
      if (t == type::halves) return check_halves(f, value.as_halves());
      break;
    case type::int8s:
      if (t == type::int8s) return void(check_size(f, value.size(), f.dim));
      break;
    case type::bytes:
      if (t == type::bytes) return void(check_size(f, value.size() * 8, f.dim));
      break;
    case type::sparse:
      if (t == type::sparse) return check_sparse(value);
      break;
    case type::list:
      if (t == type::list) return f.type == kind::array ? check_array(f, value) : check_structs(f, value);
      break;
    case type::null:
    case type::unsigned_integer: break;  // of no kind
  }
  add(errc::wrong_type, describe(value) + " cannot be stored in " + std::string(to_string(f.type)));
}

// What a cell holds, in the words of messages.
BULKWRITER_DECL std::string row_checker::describe(cell const& value) {
  auto const size_and = [&](char const* what) { return std::to_string(value.size()) + what; };
  switch (value.holds()) {
    case cell::type::null: return "null";
    case cell::type::boolean: return value.as_boolean() ? "the boolean true" : "the boolean false";
    case cell::type::integer: return "the integer " + std::to_string(value.as_integer());
    case cell::type::unsigned_integer: return "the integer " + std::to_string(value.as_unsigned());
    case cell::type::float32:
    case cell::type::float64: return "the float " + number_text(value.number_bits());
    case cell::type::text: return "the text " + quoted_start(value.as_text());
    case cell::type::floats: return "a vector of " + size_and(" floats");
    case cell::type::halves: return "a vector of " + size_and(" 16-bit floats");
    case cell::type::int8s: return "a vector of " + size_and(" int8 values");
    case cell::type::bytes: return "a vector of " + size_and(" bytes");
    case cell::type::sparse: return "a sparse vector of " + size_and(" entries");
    case cell::type::list: return "a list of " + size_and(" elements");
  }
  return "a value of unknown type";
}

BULKWRITER_DECL void row_checker::check_integer(kind k, cell const& value) {
  if (value.holds() == cell::type::integer) {
    std::int64_t const n = value.as_integer();
    int const unused = 64 - layout_of(k).bits;  // copies of the sign, where n fits
    if (n << unused >> unused != n) add_out_of_range(k, std::to_string(n));
  } else if (std::uint64_t const n = value.as_unsigned(); n > static_cast<std::uint64_t>(max_of(k))) {
    add_out_of_range(k, std::to_string(n));
  }
}

BULKWRITER_DECL void row_checker::add_out_of_range(kind k, std::string const& value) {
  add(errc::out_of_range, "value " + value + " is outside " + std::to_string(min_of(k)) + ".." +
                              std::to_string(max_of(k)) + " of " + std::string(to_string(k)));
}

BULKWRITER_DECL void row_checker::check_number(kind k, cell const& value) {
  std::uint64_t const bits = value.number_bits();
  if (!is_finite_bits(bits))
    add(errc::not_finite, "value " + number_text(bits) + " is not a finite number");
  else if (k == kind::float32 && !fits_float32_bits(bits))
    add(errc::out_of_range, "value " + number_text(bits) + " is outside the range of float32");
}

inline std::string text_there(std::string_view text, std::size_t offset) {
  return offset < text.size() ? ": " + quoted_start(text.substr(offset)) : std::string();
}
inline std::string complaint(std::string_view text, text_fault const& fault) {
  return std::string(fault.what) + " at byte " + std::to_string(fault.offset) + text_there(text, fault.offset);
}
inline std::string complaint(std::string_view text, json_fault const& fault, std::string_view not_what,
                             std::string_view a_key = "the key") {
  return fault.rule(not_what, a_key) + (fault.key ? std::string() : text_there(text, fault.offset));
}

BULKWRITER_DECL void row_checker::check_text(field_info const& f, std::string_view value) {
  if (f.is_dynamic) return check_dynamic(value);
  if (f.type == kind::json) return check_json(value);
  if (layout_of(f.type).has_max_length && value.size() > f.max_length)
    add(errc::varchar_too_long, std::to_string(value.size()) + " bytes exceed max_length " +
                                    std::to_string(f.max_length) + ": " + quoted_start(value));
  if (std::size_t const at = find_utf8_fault(value); at != std::string_view::npos) {
    std::string message = "byte 0x";
    append_hex(message, static_cast<unsigned char>(value[at]), 2);
    add(errc::invalid_utf8, std::move(message) + " at offset " + std::to_string(at) + " is not well-formed UTF-8");
    return;
  }
  if (f.type == kind::geometry) {
    if (auto const fault = find_wkt_fault(value))
      add(errc::invalid_geometry, "not WKT: " + complaint(value, *fault));
  } else if (f.type == kind::timestamptz) {
    if (auto const fault = find_timestamp_fault(value))
      add(errc::invalid_timestamp, "not an ISO 8601 timestamp: " + complaint(value, *fault));
  }
}

BULKWRITER_DECL bool row_checker::check_size(field_info const& f, std::size_t given, std::size_t wanted) {
  if (given == wanted) return true;
  add(errc::wrong_dim, "a vector of " + std::to_string(given) + (traits_of(f.type).bits == 1 ? " bits" : " values") +
                           " where dim is " + std::to_string(wanted));
  return false;
}

BULKWRITER_DECL void row_checker::check_floats(field_info const& f, std::span<float const> value) {
  if (!check_size(f, value.size(), f.dim)) return;
  auto const shown = [&](std::size_t at) {
    return "element [" + std::to_string(at) + "] is " + number_text(widened_bits(value[at]));
  };
  if (std::size_t const at = find_not_finite(value); at != value.size())
    return add(errc::not_finite, shown(at) + ", not a finite number");
  if (layout_of(f.type).cell == cell_type::floats) return;
  auto const large = std::find_if(value.begin(), value.end(), [&](float const& v) {
    return !is_finite_half(f.type, to_half_bits(f.type, v));
  });
  if (large == value.end()) return;
  std::string_view const number = to_string(f.type).substr(0, to_string(f.type).find('_'));
  add(errc::out_of_range, shown(static_cast<std::size_t>(large - value.begin())) + ", outside the range of " +
                              std::string(number));
}

BULKWRITER_DECL void row_checker::check_halves(field_info const& f, std::span<std::uint16_t const> bits) {
  if (!check_size(f, bits.size(), f.dim)) return;
  auto const bad = std::find_if(bits.begin(), bits.end(), [&](unsigned b) { return !is_finite_half(f.type, b); });
  if (bad == bits.end()) return;
  add(errc::not_finite, "element [" + std::to_string(bad - bits.begin()) + "] is " +
                            (is_nan_half(f.type, *bad) ? "nan"
                             : *bad >> 15 != 0         ? "-inf"
                                                       : "inf") +
                            ", not a finite number");
}

BULKWRITER_DECL void row_checker::check_sparse(cell const& value) {
  if (value.is_ragged()) return add(errc::wrong_dim, "indices and values differ in number");
  auto const indices = value.sparse_indices();
  auto const values = value.sparse_values();
  for (std::size_t i = 0; i < indices.size(); ++i) {
    auto const index = [&] { return "index " + std::to_string(indices[i]); };
    if (indices[i] == (std::numeric_limits<std::uint32_t>::max)())
      return add(errc::out_of_range, index() + " is outside 0..4294967294");
    if (i > 0 && indices[i] == indices[i - 1]) return add(errc::invalid_sparse, index() + " appears more than once");
    if (i > 0 && indices[i] < indices[i - 1])
      return add(errc::invalid_sparse, index() + " comes after " + std::to_string(indices[i - 1]));
    auto const value_is = [&] { return "the value of " + index() + " is " + number_text(widened_bits(values[i])); };
    if (!is_finite(values[i])) return add(errc::not_finite, value_is() + ", not a finite number");
    if (values[i] < 0) return add(errc::invalid_sparse, value_is() + ", less than 0");
  }
}

// A list is a view of cells of the user's: that its elements are as wide as those of the field is not given.
BULKWRITER_DECL bool row_checker::check_width(cell const& list, std::size_t wanted) {
  if (list.is_ragged())
    add(errc::wrong_type, "a list whose cells are no whole number of elements of " + std::to_string(list.width()));
  else if (list.size() == 0 || list.width() == wanted)
    return true;
  else if (field_->type == kind::array)
    add(errc::wrong_type, "elements of " + std::to_string(list.width()) + " cells where an array has single ones");
  else
    add(errc::wrong_type, "structs of " + std::to_string(list.width()) + " cells where the struct has " +
                              std::to_string(wanted) + " fields");
  return false;
}

BULKWRITER_DECL void row_checker::check_array(field_info const& f, cell const& value) {
  if (!check_width(value, 1)) return;
  if (value.size() > f.max_capacity)
    return add(errc::capacity_exceeded,
               std::to_string(value.size()) + " elements exceed max_capacity " + std::to_string(f.max_capacity));
  field_info element{.name = f.name, .type = f.element, .max_length = f.max_length};
  std::size_t const before = problems_.size();
  // up to the first that is bad: a list of all would be no help
  for (element_ = 0; element_ < value.size() && problems_.size() == before; ++element_)
    check_value(element, value.element(element_).front());
  element_ = nowhere;
}

BULKWRITER_DECL void row_checker::check_structs(field_info const& f, cell const& value) {
  if (!check_width(value, f.sub_count)) return;
  if (value.size() > f.max_capacity)
    return add(errc::capacity_exceeded,
               std::to_string(value.size()) + " structs exceed max_capacity " + std::to_string(f.max_capacity));
  std::size_t const before = problems_.size();
  for (element_ = 0; element_ < value.size() && problems_.size() == before; ++element_)
    for (std::size_t k = 0; k < f.sub_count; ++k) {
      sub_field_ = &f.sub[k];
      check_value(f.sub[k], value.element(element_)[k]);
    }
  element_ = nowhere;
  sub_field_ = nullptr;
}

BULKWRITER_DECL void row_checker::check_json(std::string_view text) {
  if (text.size() > limits::max_json_length)
    add(errc::json_too_long, std::to_string(text.size()) + " bytes exceed the " +
                                 std::to_string(limits::max_json_length) + " of a JSON cell");
  else if (auto const fault = find_json_fault(text))
    add(fault->code(), complaint(text, *fault, "not JSON"));
}

BULKWRITER_DECL void row_checker::check_dynamic(std::string_view text) {
  if (text.size() > limits::max_json_length) {
    add(errc::json_too_long, std::to_string(text.size()) + " bytes exceed the " +
                                 std::to_string(limits::max_json_length) + " of the dynamic field");
    return;
  }
  if (auto const fault = find_json_object_fault(text, keys_))
    return add(fault->code(), complaint(text, *fault, "not a JSON object", "the dynamic key"));
  for (std::string const& key : keys_) {
    if (key == dynamic_field_name || index_.find(key) != field_index::npos)
      add(errc::duplicate_key, "the dynamic key " + quoted_name(key) + " is the name of a field of the schema");
  }
}

inline cell default_cell(field_info const& f) noexcept {
  switch (traits_of(f.type).cell) {
    case cell_type::boolean: return cell::boolean(f.default_integer != 0);
    case cell_type::integer: return cell::integer(f.default_integer);
    case cell_type::float32: return cell::float32(static_cast<float>(f.default_number));
    case cell_type::float64: return cell::float64(f.default_number);
    default: return cell::text(f.default_text);
  }
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
    else if (f.has_default)
      c = default_cell(f);
  }
}

BULKWRITER_DECL void respell_timestamps(std::span<std::size_t const> places, std::span<cell> cells, cell_row& memory) {
  for (std::size_t const i : places) {
    if (cells[i].is_null()) continue;
    if (auto spelled = respelled_timestamp(cells[i].as_text())) {
      std::string& text = memory.new_text();
      text = *std::move(spelled);
      cells[i] = cell::text(text);
    }
  }
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
