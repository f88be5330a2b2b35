#pragma once

#include <bulkwriter/schema/field_info.hpp>
#include <bulkwriter/schema/finite.hpp>
#include <bulkwriter/schema/fixed_string.hpp>
#include <bulkwriter/schema/kinds.hpp>
#include <bulkwriter/schema/timestamp.hpp>
#include <bulkwriter/text/utf8.hpp>

#include <cstdint>
#include <string_view>
#include <type_traits>

// From a kind with its attributes to a field_info, and the rules of default values.

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// Not for use: what a failed static_assert shows beside its text.
namespace rule {
/// A variable template over the field's name: a failed static_assert that uses it prints the name beside the text.
template <fixed_string Field, bool Holds>
inline constexpr bool field = Holds;
}  // namespace rule

namespace detail {

template <class D>
constexpr field_info lower(std::string_view name, D const& d) {
  field_info f{};
  f.name = name;
  f.type = D::tag;
  if constexpr (requires { d.dim; }) f.dim = d.dim;
  if constexpr (requires { d.max_length; }) f.max_length = d.max_length;
  if constexpr (requires { d.max_capacity; }) f.max_capacity = d.max_capacity;
  if constexpr (requires { d.element_type; }) {
    f.element = d.element_type.tag;
    f.max_length = d.element_type.max_length;
  }
  if constexpr (requires { d.is_primary; }) {
    f.is_primary = d.is_primary;
    f.auto_id = d.auto_id;
  }
  if constexpr (requires { d.is_partition_key; }) f.is_partition_key = d.is_partition_key;
  if constexpr (requires { d.is_clustering_key; }) f.is_clustering_key = d.is_clustering_key;
  if constexpr (requires { d.nullable; }) f.nullable = d.nullable;
  if constexpr (requires { d.default_value; }) {
    f.has_default = d.default_value.set;
    if constexpr (requires { d.default_value.fits; }) f.default_overflows = !d.default_value.fits;
    if constexpr (requires { d.default_value.view(); })
      f.default_text = d.default_value.view();
    else if constexpr (std::is_same_v<decltype(d.default_value), default_float>)
      f.default_number = d.default_value.value;
    else
      f.default_integer = d.default_value.value;
  }
  return f;
}

// What is wrong with the default value of a field, at compile time and at run time.
enum class default_rule : std::uint8_t { none, kind, range, finite, length, utf8, timestamp };
constexpr default_rule judge_default(field_info const& f) {
  auto const unless = [](bool holds, default_rule rule) { return holds ? default_rule::none : rule; };
  if (!f.has_default) return default_rule::none;
  if (f.type == kind::boolean) return unless(f.default_integer == 0 || f.default_integer == 1, default_rule::range);
  if (is_integer(f.type))
    return unless(!f.default_overflows && f.default_integer >= min_of(f.type) && f.default_integer <= max_of(f.type),
                  default_rule::range);
  if (f.type == kind::float32)
    return unless(fits_float32(f.default_number), default_rule::range);
  if (f.type == kind::float64) return unless(is_finite(f.default_number), default_rule::finite);
  if (f.type == kind::varchar && f.default_text.size() > f.max_length) return default_rule::length;
  if (f.type == kind::varchar)
    return unless(find_utf8_fault(f.default_text) == std::string_view::npos, default_rule::utf8);
  if (f.type == kind::timestamptz) return unless(!find_timestamp_fault(f.default_text), default_rule::timestamp);
  return default_rule::kind;
}

template <class D>
inline constexpr bool is_field_kind = requires { D::tag; };

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
