#pragma once

#include <bulkwriter/config.hpp>

#include <concepts>
#include <cstdint>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// The field kinds of a collection, in the order in which the library has them. What each holds: the struct of its
/// name.
enum class kind : std::uint8_t {
  boolean,              ///< true or false
  int8,                 ///< integer of 8 bits
  int16,                ///< integer of 16 bits
  int32,                ///< integer of 32 bits
  int64,                ///< integer of 64 bits
  float32,              ///< IEEE 754, 32 bits
  float64,              ///< IEEE 754, 64 bits
  varchar,              ///< text with a max_length
  text,                 ///< text without one
  json,                 ///< any JSON value
  array,                ///< scalars
  geometry,             ///< WKT
  timestamptz,          ///< a point in time
  float_vector,         ///< float
  float16_vector,       ///< IEEE 754 binary16
  bfloat16_vector,      ///< bfloat16
  int8_vector,          ///< integers of 8 bits
  binary_vector,        ///< bits
  sparse_float_vector,  ///< index and float
  struct_array,         ///< structs
};

/// The name as it is spelled in C++: "float_vector".
constexpr std::string_view to_string(kind k) noexcept {
  switch (k) {
    case kind::boolean: return "boolean";
    case kind::int8: return "int8";
    case kind::int16: return "int16";
    case kind::int32: return "int32";
    case kind::int64: return "int64";
    case kind::float32: return "float32";
    case kind::float64: return "float64";
    case kind::varchar: return "varchar";
    case kind::text: return "text";
    case kind::json: return "json";
    case kind::array: return "array";
    case kind::geometry: return "geometry";
    case kind::timestamptz: return "timestamptz";
    case kind::float_vector: return "float_vector";
    case kind::float16_vector: return "float16_vector";
    case kind::bfloat16_vector: return "bfloat16_vector";
    case kind::int8_vector: return "int8_vector";
    case kind::binary_vector: return "binary_vector";
    case kind::sparse_float_vector: return "sparse_float_vector";
    case kind::struct_array: return "struct_array";
  }
  return "unknown";
}

/// Groups of kinds: int8 to int64; vectors with a dim; all vectors.
/// @{
constexpr bool is_integer(kind k) noexcept { return k >= kind::int8 && k <= kind::int64; }
constexpr bool is_dense_vector(kind k) noexcept { return k >= kind::float_vector && k <= kind::binary_vector; }
constexpr bool is_vector(kind k) noexcept { return k >= kind::float_vector && k <= kind::sparse_float_vector; }
/// @}

/// Smallest and largest value of an integer kind.
/// @{
constexpr std::int64_t min_of(kind k) noexcept {
  return k == kind::int8 ? INT8_MIN : k == kind::int16 ? INT16_MIN : k == kind::int32 ? INT32_MIN : INT64_MIN;
}
constexpr std::int64_t max_of(kind k) noexcept {
  return k == kind::int8 ? INT8_MAX : k == kind::int16 ? INT16_MAX : k == kind::int32 ? INT32_MAX : INT64_MAX;
}
/// @}

/// Limits of the servers (Milvus limits page; milvus-import-contract).
namespace limits {
inline constexpr std::uint32_t min_dim = 2;                   ///< of a vector: servers refuse 1
inline constexpr std::uint32_t max_dim = 32768;               ///< numbers of a vector; bytes of a binary_vector
inline constexpr std::uint32_t max_varchar_length = 65535;    ///< bytes
inline constexpr std::uint32_t max_capacity = 4096;           ///< elements of an array
inline constexpr std::uint32_t max_json_length = 65536;       ///< bytes of a JSON cell
inline constexpr std::uint32_t max_name_length = 255;         ///< bytes of a field's name
inline constexpr double max_float32 = 3.4028234663852886e38;  ///< FLT_MAX
}  // namespace limits

/// The dims that servers take, of a vector in numbers and of a binary_vector in bits.
/// @{
constexpr std::uint32_t max_dim_of(kind k) noexcept {
  return k == kind::binary_vector ? limits::max_dim * 8 : limits::max_dim;
}
constexpr bool is_valid_dim(kind k, std::uint32_t dim) noexcept {
  return dim >= limits::min_dim && dim <= max_dim_of(k) && (k != kind::binary_vector || dim % 8 == 0);
}
/// @}

namespace detail {

// char and its kin are text, not numbers
template <class V>
concept integer_like =
    std::integral<V> && !std::same_as<V, bool> && !std::same_as<V, char> && !std::same_as<V, wchar_t> &&
    !std::same_as<V, char8_t> && !std::same_as<V, char16_t> && !std::same_as<V, char32_t>;

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
