#pragma once

#include <bulkwriter/schema/field_info.hpp>

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
inline namespace v1 {

// Default values: structural types that convert from the plain value, and know whether they were set.
struct default_int {
  std::int64_t value = 0;
  bool set = false, fits = true;
  constexpr default_int() = default;
  template <class I>
    requires(std::is_integral_v<I> && !std::is_same_v<I, bool>)
  constexpr default_int(I v) noexcept
      : value(static_cast<std::int64_t>(v)), set(true), fits(std::in_range<std::int64_t>(v)) {}
};
struct default_bool {
  bool value = false, set = false;
  constexpr default_bool() = default;
  template <class B>
    requires std::is_same_v<B, bool>
  constexpr default_bool(B v) noexcept : value(v), set(true) {}
};
struct default_float {
  double value = 0;
  bool set = false;
  constexpr default_float() = default;
  template <class F>
    requires std::is_arithmetic_v<F>
  constexpr default_float(F v) noexcept : value(static_cast<double>(v)), set(true) {}
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
struct default_string {
  static constexpr std::size_t capacity = 256;  ///< bytes
  char data[capacity]{};
  std::uint32_t size = 0;
  bool set = false;
  constexpr default_string() = default;
  template <std::size_t N>
  constexpr default_string(char const (&text)[N]) noexcept : size(N - 1 < capacity ? N - 1 : capacity), set(true) {
    (void)sizeof(detail::text_attribute_check<N - 1, capacity>);
    for (std::size_t i = 0; i + 1 < N && i < capacity; ++i) data[i] = text[i];
  }
  constexpr std::string_view view() const noexcept { return {data, size}; }
};

struct boolean {
  bool is_partition_key = false, is_clustering_key = false, nullable = false;
  default_bool default_value = {};
  static constexpr kind tag = kind::boolean;
};
struct int8 {
  bool is_partition_key = false, is_clustering_key = false, nullable = false;
  default_int default_value = {};
  static constexpr kind tag = kind::int8;
};
struct int16 {
  bool is_partition_key = false, is_clustering_key = false, nullable = false;
  default_int default_value = {};
  static constexpr kind tag = kind::int16;
};
struct int32 {
  bool is_partition_key = false, is_clustering_key = false, nullable = false;
  default_int default_value = {};
  static constexpr kind tag = kind::int32;
};
struct int64 {
  bool is_primary = false, auto_id = false, is_partition_key = false, is_clustering_key = false, nullable = false;
  default_int default_value = {};
  static constexpr kind tag = kind::int64;
};
struct float32 {
  bool is_clustering_key = false, nullable = false;
  default_float default_value = {};
  static constexpr kind tag = kind::float32;
};
struct float64 {
  bool is_clustering_key = false, nullable = false;
  default_float default_value = {};
  static constexpr kind tag = kind::float64;
};
/// UTF-8 text of at most max_length bytes.
struct varchar {
  std::uint32_t max_length = 0;
  bool is_primary = false, auto_id = false, is_partition_key = false, is_clustering_key = false, nullable = false;
  default_string default_value = {};
  static constexpr kind tag = kind::varchar;
};
/// UTF-8 text without a length limit (servers from 3.0 on).
struct text {
  bool nullable = false;
  static constexpr kind tag = kind::text;
};
/// Any JSON value, given as text or, with <bulkwriter/adapt/boost_json.hpp>, as a boost::json::value.
struct json {
  bool nullable = false;
  static constexpr kind tag = kind::json;
};
/// A shape as WKT text.
struct geometry {
  bool nullable = false;
  static constexpr kind tag = kind::geometry;
};
/// A point in time, as ISO 8601 text or std::chrono::sys_time.
struct timestamptz {
  bool nullable = false;
  default_string default_value = {};
  static constexpr kind tag = kind::timestamptz;
};
struct float_vector {
  std::uint32_t dim = 0;
  bool nullable = false;
  static constexpr kind tag = kind::float_vector;
};
struct float16_vector {
  std::uint32_t dim = 0;
  bool nullable = false;
  static constexpr kind tag = kind::float16_vector;
};
struct bfloat16_vector {
  std::uint32_t dim = 0;
  bool nullable = false;
  static constexpr kind tag = kind::bfloat16_vector;
};
struct int8_vector {
  std::uint32_t dim = 0;
  bool nullable = false;
  static constexpr kind tag = kind::int8_vector;
};
/// dim counts bits and is a multiple of 8.
struct binary_vector {
  std::uint32_t dim = 0;
  bool nullable = false;
  static constexpr kind tag = kind::binary_vector;
};
struct sparse_float_vector {
  bool nullable = false;
  static constexpr kind tag = kind::sparse_float_vector;
};

/// What an array holds: any scalar kind without attributes other than max_length.
struct element {
  kind tag = kind::boolean;
  std::uint32_t max_length = 0;
  bool plain = true;  ///< no key, nullable or default attribute was set on it

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
struct array {
  element element_type;
  std::uint32_t max_capacity = 0;
  bool nullable = false;
  static constexpr kind tag = kind::array;
};

/// Names the fields of a nested struct, so that several struct_arrays can share them: struct clip_fields :
/// bw::struct_fields<…> {};
template <class... Sub>
struct struct_array;
template <class... Sub>
struct struct_fields {
  using is_struct_fields = struct_array<Sub...>;
};
/// An array of structs: struct_array<clip_fields>{.max_capacity = 32}, or the fields listed in place.
template <class... Sub>
struct struct_array {
  std::uint32_t max_capacity = 0;
  bool nullable = false;
  static constexpr kind tag = kind::struct_array;
};

// Functions of the server. Their output is a field of the collection that rows and files must not hold.
struct bm25 {
  default_string input_field_name = {};
  default_string name = {};
  static constexpr kind output = kind::sparse_float_vector;
  static constexpr function_kind tag = function_kind::bm25;
};
struct text_embedding {
  default_string input_field_name = {};
  default_string name = {};
  default_string params = {};  ///< JSON object text
  static constexpr kind output = kind::float_vector;
  static constexpr function_kind tag = function_kind::text_embedding;
};
struct minhash {
  default_string input_field_name = {};
  default_string name = {};
  default_string params = {};
  static constexpr kind output = kind::binary_vector;
  static constexpr function_kind tag = function_kind::minhash;
};

}  // namespace v1
}  // namespace bulkwriter
