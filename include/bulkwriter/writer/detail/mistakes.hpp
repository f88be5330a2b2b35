#pragma once

#include <bulkwriter/format/format.hpp>
#include <bulkwriter/row/bind.hpp>
#include <bulkwriter/row/columns.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>

// What a mistake in the use of a writer says.

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

// A mistake in a call instantiates one of these: the assertion's message, with schema and field in the type beside it.
template <class S, fixed_string Name>
struct no_such_field {
  static_assert(
      rule::field<Name, sizeof(S) == 0>,
      "bulkwriter: the schema has no field of this name, and no dynamic_field<> to take it; correct the name or add a "
      "dynamic_field<>");
};
template <class S, fixed_string Name>
struct repeated_value {
  static_assert(rule::field<Name, sizeof(S) == 0>, "bulkwriter: two values were given for this name; remove one");
};
template <class S, fixed_string Name>
struct unwanted_value {
  static_assert(rule::field<Name, sizeof(S) == 0>,
                "bulkwriter: the server fills this field (auto_id or function output); give no value for it");
};
template <class S, fixed_string... Name>
struct missing_values {
  static_assert(
      (rule::field<Name, sizeof(S) == 0> || ...),
      "bulkwriter: no value was given for these fields, and they are neither nullable nor have a default_value; "
      "add the values");
};
// The fields that a binding leaves without a value although they need one.
template <class S, auto Bound>
consteval auto fields_without_value() {
  constexpr auto lacks = [](std::size_t i) {
    return Bound.argument_of[i] == no_value && S::infos[i].written() && !S::infos[i].may_be_null();
  };
  constexpr std::size_t n = [lacks] {
    std::size_t count = 0;
    for (std::size_t i = 0; i < S::size; ++i) count += lacks(i) ? 1u : 0u;
    return count;
  }();
  std::array<std::size_t, n> fields{};
  for (std::size_t i = 0, k = 0; i < S::size; ++i)
    if (lacks(i)) fields[k++] = i;
  return fields;
}
template <class S, auto Fields, std::size_t... K>
missing_values<S, field_at<S, Fields[K]>::name_storage...> missing_values_of(std::index_sequence<K...>);
template <class S, fixed_string Name, class V, bool Fits>
struct dynamic_value_check {
  static_assert(rule::field<Name, Fits>,
                "bulkwriter: a value of this C++ type cannot be stored in the dynamic field (bool, numbers, text, "
                "ranges of these, "
                "boost::json types with <bulkwriter/adapt/boost_json.hpp>)");
};
template <class S, std::size_t Given, std::size_t Wanted>
struct wrong_arity {
  static_assert(rule::field<"std::tuple", sizeof(S) == 0>,
                "bulkwriter: the tuple must hold one value for each field of the schema, in schema order, without "
                "auto_id fields and "
                "function outputs");
};
template <class Format, fixed_string Name>
struct cannot_hold {
  static_assert(rule::field<Name, sizeof(Format) == 0>,
                "bulkwriter: this file format cannot hold this field's kind, or (csv) a field of its structs, or (npy) "
                "a nullable field without a default_value; choose parquet, json or jsonl, which hold every field, or "
                "change the kind");
};

template <class S, class... V>
struct not_a_row {
  static_assert(rule::field<"append_row", sizeof(S) == 0>,
                "bulkwriter: append_row takes the schema's row struct, a std::tuple in schema order, or \"name\"_f = "
                "value pairs, all with a name; put values without names into a std::tuple");
};
template <class S, class Rows>
struct not_a_range_of_rows {
  static_assert(rule::field<"append_rows", sizeof(S) == 0>,
                "bulkwriter: append_rows takes a range of rows, such as a std::vector; one row goes to append_row");
};
template <class S, class... C>
struct not_named_columns {
  static_assert(rule::field<"append_columns", sizeof(S) == 0>,
                "bulkwriter: append_columns takes a column for each field, by name: \"id\"_f = ids, \"v\"_f = block");
};
template <fixed_string Name, class C, bool Holds>
struct column_type_check {
  static_assert(rule::field<Name, Holds>,
                "bulkwriter: a column is a random-access range with a value for each row (std::vector), a contiguous block "
                "of rows × dim numbers for a vector field, a bw::string_block, or bw::masked of these");
};
// Whether the values of a column go with its field, and what says so: found here, before the loop over the rows, for the
// sake of a short list of instantiations.
template <class S, fixed_string Name, class C>
struct column_rules {
  static constexpr std::size_t index = [] {
    std::size_t i = 0;
    while (i < S::size && S::infos[i].name != Name.view()) ++i;
    return i;
  }();
  static consteval auto judge() {
    if constexpr (index < S::size) {
      using value = std::remove_cvref_t<decltype(column_rows<C>::template at<width_of<S, C>(Name.view())>(
          std::declval<C const&>(), std::size_t{}))>;
      if constexpr (!value_rules<S, index, value>::ok) return std::type_identity<value_check<S, index, value>>();
      else return std::type_identity<void*>();
    } else {
      return std::type_identity<void*>();
    }
  }
  using check = typename decltype(judge())::type;
  static constexpr bool ok = std::is_same_v<check, void*>;
};

template <class S, bool IsSchema>
struct schema_check_of_writer {
  static_assert(IsSchema, "bulkwriter: the first argument of a writer is a schema: struct my_schema : bw::schema<…> {}");
};
template <class Format, bool IsFormat>
struct format_check_of_writer {
  static_assert(IsFormat, "bulkwriter: the second argument of a writer is a format such as bw::format::parquet");
};

// Whether it is given as the struct of the schema, void where there is none.
template <class Row, class... V>
inline constexpr bool is_struct_row = false;
template <class Row, class V>
inline constexpr bool is_struct_row<Row, V> = std::is_convertible_v<V const&, Row const&>;
template <class V>
inline constexpr bool is_struct_row<void, V> = false;

/// What braces after append_row are where there is no row struct.
struct braces {
  template <class... V>
  braces(V const&...) noexcept {}
};

template <class S>
struct row_type_of {  // of what is no schema: one message is enough
  using type = void;
};
template <class S>
  requires requires { typename S::row_type; }
struct row_type_of<S> {
  using type = typename S::row_type;
};

/// Whether rows can be written: it has been said if not.
template <class S>
inline constexpr bool is_right = false;
template <typed_schema S>
inline constexpr bool is_right<S> = S::right;

template <class S, class Format>
consteval int first_unheld_field() {
  for (std::size_t i = 0; i < S::size; ++i)
    if (S::infos[i].written() && !format::can_hold<Format>(S::infos[i])) return static_cast<int>(i);
  return -1;
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
