#pragma once

#include <bulkwriter/schema/kind.hpp>
#include <bulkwriter/schema/server_version.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

// All that is known of a kind, told once: checks, formats, schemas in JSON and the README's table derive from its row.
// Facts of the servers: their schema.proto, the sources of their import, release notes.

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// What a cell holds: the closed set of values that checks and formats see.
enum class cell_type : std::uint8_t {
  null,              ///< no value
  boolean,           ///< true or false
  integer,           ///< of 64 bits, signed
  unsigned_integer,  ///< of 64 bits: what is above the range of int64 shows to those who judge it
  float32,           ///< single precision
  float64,           ///< double precision
  text,              ///< bytes that should be UTF-8
  floats,            ///< a vector of float
  halves,            ///< a vector of 16-bit floats as their bits; binary16 or bfloat16: the field decides
  int8s,             ///< a vector of int8
  bytes,             ///< a vector of bits, eight a byte
  sparse,            ///< a sparse vector: indices in ascending order and as many values
  list,              ///< the elements of an array, or the structs of an array of structs
};

/// A row of the table of kinds.
struct kind_traits {
  kind value = kind::boolean;          ///< whose row this is
  std::string_view name = {};          ///< in C++: "float_vector"
  std::string_view rest_name = {};     ///< in REST, and of the server's enum DataType: "FloatVector"
  std::string_view pymilvus_name = {};  ///< of pymilvus' enum DataType: "FLOAT_VECTOR"
  int number = 0;                      ///< in both enums
  /// Of a value. There may be given instead: unsigned_integer for integer, float32 for float64 and the reverse, floats
  /// for halves.
  cell_type cell = cell_type::null;
  std::uint8_t bits = 0;          ///< of a number, or of each of the dim of a vector; 0: no fixed size
  bool has_max_length = false;    ///< bounded text: a field, or an array's element, has max_length
  bool is_plain_text = false;     ///< any text is a value, the empty one too, and functions of the server may read it
  bool may_be_element = false;    ///< of an array
  bool may_be_in_struct = false;  ///< a field of a struct_array
  bool may_be_key = false;        ///< the primary or the partition key
  bool may_have_default = false;  ///< a default_value
  /// The first release whose import reads it: anywhere; in NumPy files, where that is later; as null; in structs, where
  /// that is later.
  /// @{
  server_version since = {}, since_in_npy = {}, null_since = {2, 5, 0}, since_in_struct = {};
  /// @}
  /// The formats whose files hold it (in_json: both JSON and JSON Lines), and whether structs in CSV files do.
  /// @{
  bool in_parquet = true, in_json = true, in_csv = true, in_npy = false, in_csv_struct = false;
  /// @}
};

/// Every kind, each at the index of its value.
inline constexpr kind_traits all_kinds[] = {
    {.value = kind::boolean, .name = "boolean", .rest_name = "Bool", .pymilvus_name = "BOOL", .number = 1,
     .cell = cell_type::boolean, .bits = 1, .may_be_element = true, .may_be_in_struct = true, .may_have_default = true,
     .in_npy = true, .in_csv_struct = true},
    {.value = kind::int8, .name = "int8", .rest_name = "Int8", .pymilvus_name = "INT8", .number = 2,
     .cell = cell_type::integer, .bits = 8, .may_be_element = true, .may_be_in_struct = true, .may_have_default = true,
     .in_npy = true, .in_csv_struct = true},
    {.value = kind::int16, .name = "int16", .rest_name = "Int16", .pymilvus_name = "INT16", .number = 3,
     .cell = cell_type::integer, .bits = 16, .may_be_element = true, .may_be_in_struct = true, .may_have_default = true,
     .in_npy = true, .in_csv_struct = true},
    {.value = kind::int32, .name = "int32", .rest_name = "Int32", .pymilvus_name = "INT32", .number = 4,
     .cell = cell_type::integer, .bits = 32, .may_be_element = true, .may_be_in_struct = true, .may_have_default = true,
     .in_npy = true, .in_csv_struct = true},
    {.value = kind::int64, .name = "int64", .rest_name = "Int64", .pymilvus_name = "INT64", .number = 5,
     .cell = cell_type::integer, .bits = 64, .may_be_element = true, .may_be_in_struct = true, .may_be_key = true,
     .may_have_default = true, .in_npy = true, .in_csv_struct = true},
    {.value = kind::float32, .name = "float32", .rest_name = "Float", .pymilvus_name = "FLOAT", .number = 10,
     .cell = cell_type::float32, .bits = 32, .may_be_element = true, .may_be_in_struct = true, .may_have_default = true,
     .in_npy = true, .in_csv_struct = true},
    {.value = kind::float64, .name = "float64", .rest_name = "Double", .pymilvus_name = "DOUBLE", .number = 11,
     .cell = cell_type::float64, .bits = 64, .may_be_element = true, .may_be_in_struct = true, .may_have_default = true,
     .in_npy = true, .in_csv_struct = true},
    {.value = kind::varchar, .name = "varchar", .rest_name = "VarChar", .pymilvus_name = "VARCHAR", .number = 21,
     .cell = cell_type::text, .has_max_length = true, .is_plain_text = true, .may_be_element = true,
     .may_be_in_struct = true, .may_be_key = true, .may_have_default = true, .in_npy = true, .in_csv_struct = true},
    {.value = kind::text, .name = "text", .rest_name = "Text", .pymilvus_name = "TEXT", .number = 25,
     .cell = cell_type::text, .is_plain_text = true, .may_be_in_struct = true, .since = {3, 0, 0}, .in_csv = false},
    {.value = kind::json, .name = "json", .rest_name = "JSON", .pymilvus_name = "JSON", .number = 23,
     .cell = cell_type::text, .since = {2, 3, 4}, .in_npy = true},
    {.value = kind::array, .name = "array", .rest_name = "Array", .pymilvus_name = "ARRAY", .number = 22,
     .cell = cell_type::list, .since = {2, 3, 4}},
    {.value = kind::geometry, .name = "geometry", .rest_name = "Geometry", .pymilvus_name = "GEOMETRY", .number = 24,
     .cell = cell_type::text, .since = {2, 6, 6}, .in_npy = true},
    {.value = kind::timestamptz, .name = "timestamptz", .rest_name = "Timestamptz", .pymilvus_name = "TIMESTAMPTZ",
     .number = 26, .cell = cell_type::text, .may_have_default = true, .since = {2, 6, 6}},
    {.value = kind::float_vector, .name = "float_vector", .rest_name = "FloatVector", .pymilvus_name = "FLOAT_VECTOR",
     .number = 101, .cell = cell_type::floats, .bits = 32, .may_be_in_struct = true, .null_since = {2, 6, 18},
     .in_npy = true, .in_csv_struct = true},
    // Servers read 16-bit floats in NumPy files as their bytes, and later than elsewhere.
    {.value = kind::float16_vector, .name = "float16_vector", .rest_name = "Float16Vector",
     .pymilvus_name = "FLOAT16_VECTOR", .number = 102, .cell = cell_type::halves, .bits = 16, .may_be_in_struct = true,
     .since = {2, 4, 1}, .since_in_npy = {2, 4, 5}, .null_since = {2, 6, 18}, .since_in_struct = {3, 0, 0},
     .in_npy = true},
    {.value = kind::bfloat16_vector, .name = "bfloat16_vector", .rest_name = "BFloat16Vector",
     .pymilvus_name = "BFLOAT16_VECTOR", .number = 103, .cell = cell_type::halves, .bits = 16, .may_be_in_struct = true,
     .since = {2, 4, 1}, .since_in_npy = {2, 4, 5}, .null_since = {2, 6, 18}, .since_in_struct = {3, 0, 0},
     .in_npy = true},
    {.value = kind::int8_vector, .name = "int8_vector", .rest_name = "Int8Vector", .pymilvus_name = "INT8_VECTOR",
     .number = 105, .cell = cell_type::int8s, .bits = 8, .may_be_in_struct = true, .since = {2, 6, 0},
     .null_since = {2, 6, 18}, .since_in_struct = {3, 0, 0}, .in_npy = true},
    {.value = kind::binary_vector, .name = "binary_vector", .rest_name = "BinaryVector",
     .pymilvus_name = "BINARY_VECTOR", .number = 100, .cell = cell_type::bytes, .bits = 1, .may_be_in_struct = true,
     .null_since = {2, 6, 18}, .since_in_struct = {3, 0, 0}, .in_npy = true},
    {.value = kind::sparse_float_vector, .name = "sparse_float_vector", .rest_name = "SparseFloatVector",
     .pymilvus_name = "SPARSE_FLOAT_VECTOR", .number = 104, .cell = cell_type::sparse, .since = {2, 4, 3},
     .null_since = {2, 6, 18}, .since_in_struct = {3, 0, 0}},
    // Before 2.6.7 no empty one.
    {.value = kind::struct_array, .name = "struct_array", .rest_name = "ArrayOfStruct",
     .pymilvus_name = "_ARRAY_OF_STRUCT", .number = 200, .cell = cell_type::list, .since = {2, 6, 7},
     .null_since = {3, 0, 0}},
};

namespace detail {
constexpr bool is_table_in_order() noexcept {
  for (std::size_t i = 0; i < std::size(all_kinds); ++i)
    if (all_kinds[i].value != static_cast<kind>(i)) return false;
  return true;
}
static_assert(is_table_in_order(), "bulkwriter: the rows of all_kinds stand in the order of kind, without a gap");

// Of what is no kind: a number that was cast.
inline constexpr kind_traits unknown_kind{
    .name = "unknown", .in_parquet = false, .in_json = false, .in_csv = false};

// What is asked of every cell, by whatever number a kind has: a load away, where a row of the table is a test and a
// product away.
struct kind_layout {
  cell_type cell = cell_type::null;
  std::uint8_t bits = 0;
  bool has_max_length = false, is_dense_vector = false;
};
struct kind_layouts {
  kind_layout of[256];
};
inline constexpr kind_layouts layouts = [] {
  kind_layouts all{};
  for (kind_traits const& k : all_kinds)
    all.of[static_cast<std::size_t>(k.value)] = {k.cell, k.bits, k.has_max_length,
                                                 k.cell == cell_type::floats || k.cell == cell_type::halves ||
                                                     k.cell == cell_type::int8s || k.cell == cell_type::bytes};
  return all;
}();
constexpr kind_layout layout_of(kind k) noexcept { return layouts.of[static_cast<std::size_t>(k)]; }
}  // namespace detail

/// The row of a kind.
constexpr kind_traits const& traits_of(kind k) noexcept {
  auto const at = static_cast<std::size_t>(k);
  return at < std::size(all_kinds) ? all_kinds[at] : detail::unknown_kind;
}

/// The name as it is spelled in C++: "float_vector".
constexpr std::string_view to_string(kind k) noexcept { return traits_of(k).name; }

/// Groups of kinds: int8 to int64; float32 and float64; vectors with a dim; all vectors; those that hold others.
/// @{
constexpr bool is_integer(kind k) noexcept { return detail::layout_of(k).cell == cell_type::integer; }
constexpr bool is_float(kind k) noexcept {
  cell_type const c = detail::layout_of(k).cell;
  return c == cell_type::float32 || c == cell_type::float64;
}
constexpr bool is_dense_vector(kind k) noexcept { return detail::layout_of(k).is_dense_vector; }
constexpr bool is_vector(kind k) noexcept {
  return is_dense_vector(k) || detail::layout_of(k).cell == cell_type::sparse;
}
constexpr bool is_list(kind k) noexcept { return detail::layout_of(k).cell == cell_type::list; }
/// @}

/// Smallest and largest value of an integer kind.
/// @{
constexpr std::int64_t min_of(kind k) noexcept { return INT64_MIN >> (-detail::layout_of(k).bits & 63); }
constexpr std::int64_t max_of(kind k) noexcept { return INT64_MAX >> (-detail::layout_of(k).bits & 63); }
/// @}

/// The bytes of a vector of this dim, of a kind with a fixed size.
constexpr std::uint64_t vector_bytes(kind k, std::uint32_t dim) noexcept {
  return std::uint64_t{dim} * traits_of(k).bits / 8;
}

/// The dims that servers take, of a vector in numbers and of a binary_vector in bits: whole bytes.
/// @{
constexpr std::uint32_t max_dim_of(kind k) noexcept {
  return traits_of(k).cell == cell_type::bytes ? limits::max_dim * 8 : limits::max_dim;
}
constexpr bool is_valid_dim(kind k, std::uint32_t dim) noexcept {
  return dim >= limits::min_dim && dim <= max_dim_of(k) && std::uint64_t{dim} * traits_of(k).bits % 8 == 0;
}
/// @}

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
