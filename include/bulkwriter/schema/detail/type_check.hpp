#pragma once

#include <bulkwriter/schema/detail/lower.hpp>
#include <bulkwriter/schema/member_type.hpp>

#include <cstddef>

// What is said of a C++ type that does not go with a field: one sentence a kind.

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace rule {
/// Shows the numbers of elements beside the name.
template <fixed_string Field, std::size_t Given, std::size_t Dim>
inline constexpr bool elements = Given == Dim;
}  // namespace rule

namespace detail {

template <fixed_string Name, class CppType, kind K, strictness How, bool Fits>
struct type_check {
  template <kind Of>
  static constexpr bool is_other = K != Of;
  static constexpr bool is_member = How == strictness::member;

  static_assert(rule::field<Name, is_other<kind::boolean>>, "bulkwriter: a boolean field takes bool; of a number give `n != 0`");
  static_assert(rule::field<Name, is_other<kind::int8> || !is_member>,
                "bulkwriter: an int8 field takes a member of std::int8_t; change the member or the kind (char is text)");
  static_assert(rule::field<Name, is_other<kind::int16> || !is_member>,
                "bulkwriter: an int16 field takes a member of an integer type that fits 16 bits; change the member or the "
                "kind");
  static_assert(rule::field<Name, is_other<kind::int32> || !is_member>,
                "bulkwriter: an int32 field takes a member of an integer type that fits 32 bits; change the member or the "
                "kind");
  static_assert(rule::field<Name, is_other<kind::int64> || !is_member>,
                "bulkwriter: an int64 field takes a member of an integer type; change the member or the kind");
  static_assert(rule::field < Name, !is_integer(K) || is_member >,
                "bulkwriter: an integer field takes a value of any integer type (bool and char are none); convert it");
  static_assert(rule::field<Name, is_other<kind::float32> || !is_member>,
                "bulkwriter: a float32 field takes a member of float; change the member, or the kind to float64");
  static_assert(rule::field<Name, is_other<kind::float64> || !is_member>,
                "bulkwriter: a float64 field takes a member of double or float; change the member or the kind");
  static_assert(rule::field < Name, (is_other<kind::float32> && is_other<kind::float64>) || is_member >,
                "bulkwriter: a float field takes a float, a double or an integer of at most 32 bits; convert the value");
  static_assert(rule::field<Name, is_other<kind::varchar>>,
                "bulkwriter: a varchar field takes text: std::string, std::string_view or char const*");
  static_assert(rule::field<Name, is_other<kind::text>>,
                "bulkwriter: a text field takes text: std::string, std::string_view or char const*");
  static_assert(rule::field<Name, is_other<kind::geometry>>,
                "bulkwriter: a geometry field takes text in WKT, \"POINT (30 10)\": std::string, std::string_view or "
                "char const*");
  static_assert(rule::field<Name, is_other<kind::json>>,
                "bulkwriter: a json field takes JSON text (std::string, std::string_view, char const*) or, where "
                "<bulkwriter/adapt/boost_json.hpp> is included, a type of boost::json");
  static_assert(rule::field<Name, is_other<kind::timestamptz>>,
                "bulkwriter: a timestamptz field takes text of ISO 8601, \"2026-01-31T08:00:00Z\", or a "
                "std::chrono::sys_time");
  static_assert(rule::field<Name, is_other<kind::array>>,
                "bulkwriter: an array field takes a sized range whose elements its element_type takes: std::vector, "
                "std::array, std::set of std::string for varchar, of std::int32_t for int32");
  static_assert(rule::field<Name, is_other<kind::struct_array>>,
                "bulkwriter: a struct_array field takes a sized range (std::vector) of the struct that its fields are "
                "members of or, where they are column<>, of tuples with a value for each");
  static_assert(rule::field<Name, is_other<kind::float_vector>>,
                "bulkwriter: a float_vector field takes a contiguous range of float: std::array, std::vector or std::span; "
                "convert doubles to float first");
  static_assert(rule::field<Name, is_other<kind::float16_vector>>,
                "bulkwriter: a float16_vector field takes a contiguous range of float, which is rounded, or of 16 bits as "
                "they are: bw::float16, std::uint16_t or _Float16");
  static_assert(rule::field<Name, is_other<kind::bfloat16_vector>>,
                "bulkwriter: a bfloat16_vector field takes a contiguous range of float, which is rounded, or of 16 bits as "
                "they are: bw::float16 or std::uint16_t");
  static_assert(rule::field<Name, is_other<kind::int8_vector>>,
                "bulkwriter: an int8_vector field takes a contiguous range of std::int8_t");
  static_assert(rule::field<Name, is_other<kind::binary_vector>>,
                "bulkwriter: a binary_vector field takes dim / 8 bytes, a contiguous range of std::uint8_t or std::byte, or "
                "dim bits, a range of bool or a std::bitset");
  static_assert(rule::field<Name, is_other<kind::sparse_float_vector>>,
                "bulkwriter: a sparse_float_vector field takes pairs of index and value, std::map<std::uint32_t, float> or "
                "a vector of pairs, or bw::sparse_view");
};
template <fixed_string Name, class CppType, kind K, strictness How>
struct type_check<Name, CppType, K, How, true> {};

// The extent that the compiler knows, beside the one that the field wants of it.
template <fixed_string Name, class CppType, kind K, std::size_t Due, bool Fits>
struct extent_check {
  static_assert(rule::elements<Name, fixed_extent<CppType>, Due>,
                "bulkwriter: the size of this array, the first number beside the name, differs from the second, which the "
                "field's dim asks for (binary_vector: dim / 8 bytes); make both equal");
};
template <fixed_string Name, class CppType, kind K, std::size_t Due>
struct extent_check<Name, CppType, K, Due, true> {};

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
