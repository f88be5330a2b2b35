#pragma once

#include <bulkwriter/config.hpp>

#include <concepts>
#include <cstdint>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// The field kinds of a collection. What each holds: the struct of its name; what is known of each: traits_of.
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

namespace detail {

// char and its kin are text, not numbers
template <class V>
concept integer_like =
    std::integral<V> && !std::same_as<V, bool> && !std::same_as<V, char> && !std::same_as<V, wchar_t> &&
    !std::same_as<V, char8_t> && !std::same_as<V, char16_t> && !std::same_as<V, char32_t>;

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
