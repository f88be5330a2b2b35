#pragma once

#include <bulkwriter/schema/field_info.hpp>
#include <bulkwriter/schema/finite.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

// The field kinds with their attributes, as aggregates for designated initializers:
//
//   bw::varchar{.max_length = 512, .nullable = true}
//
// The order of attributes is the same everywhere and part of the API: dim | max_length | element_type | max_capacity,
// is_primary, auto_id, is_partition_key, is_clustering_key, nullable, default_value. Whether values make sense is
// judged by column<> and field<>, which know the field's name.

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

// Default values: structural types that convert from the plain value, and know whether they were set.

/// The default_value of an integer kind.
struct default_int {
  /// The value, whether one was given, and whether it fits 64 bits.
  /// @{
  std::int64_t value = 0;
  bool set = false, fits = true;
  /// @}
  constexpr default_int() = default;  ///< none
  /// From any integer.
  template <class Index>
    requires(std::is_integral_v<Index> && !std::is_same_v<Index, bool>)
  constexpr default_int(Index v) noexcept
      : value(static_cast<std::int64_t>(v)), set(true), fits(std::in_range<std::int64_t>(v)) {}
};
/// The default_value of a boolean.
struct default_bool {
  /// The value, and whether one was given.
  /// @{
  bool value = false, set = false;
  /// @}
  constexpr default_bool() = default;  ///< none
  /// From bool alone: a 1 is a slip of the pen.
  template <class B>
    requires std::is_same_v<B, bool>
  constexpr default_bool(B v) noexcept : value(v), set(true) {}
};
/// The default_value of float32 and float64.
struct default_float {
  /// The value, and whether one was given.
  /// @{
  double value = 0;
  bool set = false;
  /// @}
  constexpr default_float() = default;  ///< none
  /// From any number.
  template <class F>
    requires std::is_arithmetic_v<F>
  constexpr default_float(F const& v) noexcept : set(true) {
    if constexpr (std::is_same_v<F, float>)
      value = std::bit_cast<double>(detail::widened_bits(v));
    else
      value = static_cast<double>(v);
  }
};
namespace detail {
// A class of its own: the constructor below stays good for constants where this fails.
template <std::size_t Size, std::size_t Capacity>
struct text_attribute_check {
  static_assert(Size <= Capacity,
                "bulkwriter: text given as an attribute (default_value, input_field_name, params, …) has at most 256 "
                "bytes; shorten it, or use a runtime_schema, whose field_info takes longer text");
};
}  // namespace detail
/// Text as an attribute: the default_value of text kinds, names and parameters of functions.
struct default_string {
  static constexpr std::size_t capacity = 256;  ///< bytes
  /// The bytes, how many they are, and whether any were given.
  /// @{
  char data[capacity]{};
  std::uint32_t size = 0;
  bool set = false;
  /// @}
  constexpr default_string() = default;  ///< none
  /// From a string literal of at most 256 bytes.
  template <std::size_t Size>
  constexpr default_string(char const (&text)[Size]) noexcept : size(Size - 1 < capacity ? Size - 1 : capacity), set(true) {
    (void)sizeof(detail::text_attribute_check<Size - 1, capacity>);
    for (std::size_t i = 0; i + 1 < Size && i < capacity; ++i) data[i] = text[i];
  }
  /// The text.
  constexpr std::string_view view() const noexcept { return {data, size}; }
};

/// true or false, from bool.
struct boolean {
  /// As in field_info, whose `type` the `tag` is. @{
  bool is_partition_key = false, is_clustering_key = false, nullable = false;
  default_bool default_value = {};
  static constexpr kind tag = kind::boolean;
  /// @}
};
/// An integer from -128 to 127. A member's type must be as narrow (std::int8_t); a value by name or by position may be
/// of any integer type and is judged itself (`out_of_range`). char is text, not a number.
struct int8 {
  /// As in field_info, whose `type` the `tag` is. @{
  bool is_partition_key = false, is_clustering_key = false, nullable = false;
  default_int default_value = {};
  static constexpr kind tag = kind::int8;
  /// @}
};
/// An integer from -32,768 to 32,767. See int8.
struct int16 {
  /// As in field_info, whose `type` the `tag` is. @{
  bool is_partition_key = false, is_clustering_key = false, nullable = false;
  default_int default_value = {};
  static constexpr kind tag = kind::int16;
  /// @}
};
/// An integer of 32 bits. See int8.
struct int32 {
  /// As in field_info, whose `type` the `tag` is. @{
  bool is_partition_key = false, is_clustering_key = false, nullable = false;
  default_int default_value = {};
  static constexpr kind tag = kind::int32;
  /// @}
};
/// An integer of 64 bits; takes std::uint64_t too. See int8.
struct int64 {
  /// As in field_info, whose `type` the `tag` is. @{
  bool is_primary = false, auto_id = false, is_partition_key = false, is_clustering_key = false, nullable = false;
  default_int default_value = {};
  static constexpr kind tag = kind::int64;
  /// @}
};
/// A finite number, from float. By name or by position double and integers of at most 32 bits will do as well:
/// `out_of_range` where they exceed a float.
struct float32 {
  /// As in field_info, whose `type` the `tag` is. @{
  bool is_clustering_key = false, nullable = false;
  default_float default_value = {};
  static constexpr kind tag = kind::float32;
  /// @}
};
/// A finite number, from float or double; by name or by position also from an integer of at most 32 bits.
struct float64 {
  /// As in field_info, whose `type` the `tag` is. @{
  bool is_clustering_key = false, nullable = false;
  default_float default_value = {};
  static constexpr kind tag = kind::float64;
  /// @}
};
/// UTF-8 text of at most max_length bytes (1 to 65,535): std::string, std::string_view, a literal.
struct varchar {
  /// As in field_info, whose `type` the `tag` is. @{
  std::uint32_t max_length = 0;
  bool is_primary = false, auto_id = false, is_partition_key = false, is_clustering_key = false, nullable = false;
  default_string default_value = {};
  static constexpr kind tag = kind::varchar;
  /// @}
};
/// UTF-8 text without a length limit (servers from 3.0 on).
struct text {
  /// As in field_info, whose `type` the `tag` is. @{
  bool nullable = false;
  static constexpr kind tag = kind::text;
  /// @}
};
/// Any JSON value, given as text or, with <bulkwriter/adapt/boost_json.hpp>, as a boost::json::value.
struct json {
  /// As in field_info, whose `type` the `tag` is. @{
  bool nullable = false;
  static constexpr kind tag = kind::json;
  /// @}
};
/// A shape as WKT text.
struct geometry {
  /// As in field_info, whose `type` the `tag` is. @{
  bool nullable = false;
  static constexpr kind tag = kind::geometry;
  /// @}
};
/// A point in time, as ISO 8601 text or std::chrono::sys_time.
struct timestamptz {
  /// As in field_info, whose `type` the `tag` is. @{
  bool nullable = false;
  default_string default_value = {};
  static constexpr kind tag = kind::timestamptz;
  /// @}
};
/// A vector of dim (2 to 32,768) finite floats: std::array, std::vector, std::span or another contiguous range of
/// float.
struct float_vector {
  /// As in field_info, whose `type` the `tag` is. @{
  std::uint32_t dim = 0;
  bool nullable = false;
  static constexpr kind tag = kind::float_vector;
  /// @}
};
/// A vector of dim (2 to 32,768) half floats, given as float or float16.
struct float16_vector {
  /// As in field_info, whose `type` the `tag` is. @{
  std::uint32_t dim = 0;
  bool nullable = false;
  static constexpr kind tag = kind::float16_vector;
  /// @}
};
/// A vector of dim (2 to 32,768) bfloat16 numbers, given as float or float16.
struct bfloat16_vector {
  /// As in field_info, whose `type` the `tag` is. @{
  std::uint32_t dim = 0;
  bool nullable = false;
  static constexpr kind tag = kind::bfloat16_vector;
  /// @}
};
/// A vector of dim (2 to 32,768) integers of 8 bits.
struct int8_vector {
  /// As in field_info, whose `type` the `tag` is. @{
  std::uint32_t dim = 0;
  bool nullable = false;
  static constexpr kind tag = kind::int8_vector;
  /// @}
};
/// A vector of bits, given as dim / 8 bytes (std::uint8_t or std::byte). dim counts bits: a multiple of 8, at most
/// 262,144.
struct binary_vector {
  /// As in field_info, whose `type` the `tag` is. @{
  std::uint32_t dim = 0;
  bool nullable = false;
  static constexpr kind tag = kind::binary_vector;
  /// @}
};
/// A vector whose elements are mostly 0: sparse_view, or a range of (index, value) pairs.
struct sparse_float_vector {
  /// As in field_info, whose `type` the `tag` is. @{
  bool nullable = false;
  static constexpr kind tag = kind::sparse_float_vector;
  /// @}
};

/// What an array holds: any scalar kind without attributes other than max_length.
struct element {
  kind tag = kind::boolean;      ///< boolean to varchar
  std::uint32_t max_length = 0;  ///< bytes, of varchar
  bool plain = true;             ///< no key, nullable or default attribute was set on it

  /// From a kind: `bw::int32{}`.
  template <class Kind>
    requires requires { Kind::tag; }
  constexpr element(Kind k) noexcept : tag(Kind::tag) {
    if constexpr (requires { k.max_length; }) max_length = k.max_length;
    if constexpr (requires { k.is_primary; }) plain = plain && !k.is_primary && !k.auto_id;
    if constexpr (requires { k.is_partition_key; }) plain = plain && !k.is_partition_key;
    if constexpr (requires { k.is_clustering_key; }) plain = plain && !k.is_clustering_key;
    if constexpr (requires { k.nullable; }) plain = plain && !k.nullable;
    if constexpr (requires { k.default_value; }) plain = plain && !k.default_value.set;
  }
};
/// An array of at most max_capacity (1 to 4,096) scalars, from a sized range:
/// `array{.element_type = bw::varchar{.max_length = 64}, .max_capacity = 16}`.
struct array {
  /// As in field_info, whose `type` the `tag` is. @{
  element element_type;
  std::uint32_t max_capacity = 0;
  bool nullable = false;
  static constexpr kind tag = kind::array;
  /// @}
};

template <class... Sub>
struct struct_array;
/// Names the fields of a nested struct, so that several struct_arrays can share them:
/// `struct clip_fields : bw::struct_fields<…> {};`
template <class... Sub>
struct struct_fields {
  using is_struct_fields = struct_array<Sub...>;  ///< the array of these fields
};
/// An array of at most max_capacity (1 to 4,096) structs: `struct_array<clip_fields>{.max_capacity = 32}`, or the
/// fields listed in place.
template <class... Sub>
struct struct_array {
  /// As in field_info, whose `type` the `tag` is. @{
  std::uint32_t max_capacity = 0;
  bool nullable = false;
  static constexpr kind tag = kind::struct_array;
  /// @}
};

// Functions of the server. Their output is a field of the collection that rows and files must not hold.

/// Full text search: the weights of a text's words, as a sparse_float_vector.
struct bm25 {
  default_string input_field_name = {};                      ///< a varchar or text field of the schema
  default_string name = {};                                  ///< empty: the output's name with "_function" behind it
  static constexpr kind output = kind::sparse_float_vector;  ///< of the computed field
  static constexpr function_kind tag = function_kind::bm25;  ///< for the library
};
/// An embedding of a text by a model that the server calls, as a float_vector.
struct text_embedding {
  default_string input_field_name = {};               ///< a varchar or text field of the schema
  default_string name = {};                           ///< empty: the output's name with "_function" behind it
  default_string params = {};                         ///< JSON object text
  static constexpr kind output = kind::float_vector;  ///< of the computed field
  static constexpr function_kind tag = function_kind::text_embedding;  ///< for the library
};
/// A fingerprint of a text that similar texts share in part, as a binary_vector.
struct minhash {
  default_string input_field_name = {};                         ///< a varchar or text field of the schema
  default_string name = {};                                     ///< empty: the output's name with "_function" behind it
  default_string params = {};                                   ///< JSON object text
  static constexpr kind output = kind::binary_vector;           ///< of the computed field
  static constexpr function_kind tag = function_kind::minhash;  ///< for the library
};

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
