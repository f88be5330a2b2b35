#pragma once

#include <bulkwriter/schema/field_name.hpp>
#include <bulkwriter/schema/kind.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// Functions of the server that compute a field from another.
enum class function_kind : std::uint8_t {
  none,            ///< an ordinary field
  bm25,            ///< varchar or text to sparse_float_vector, for full text search
  text_embedding,  ///< varchar or text to float_vector, by a model that the server calls
  minhash,         ///< varchar or text to binary_vector, for near duplicates
};

/// A field of any schema, lowered: all that checks, formats and collections ever see of it.
/// Views point into the schema, which outlives its use (compile-time schemas: for ever). Limits: namespace limits.
struct field_info {
  std::string_view name = {};          ///< in the collection and in files
  kind type = kind::boolean;           ///< what it holds
  kind element = kind::boolean;        ///< of an array
  std::uint32_t dim = 0;               ///< of a vector; bits for binary_vector
  std::uint32_t max_length = 0;        ///< bytes, of a varchar or of each varchar of an array
  std::uint32_t max_capacity = 0;      ///< elements of an array or struct_array
  bool is_primary = false;             ///< the collection's key: exactly one, int64 or varchar
  bool auto_id = false;                ///< the server makes the key: rows and files hold none
  bool is_partition_key = false;       ///< the server spreads rows over partitions by it: at most one, not nullable
  bool is_clustering_key = false;      ///< the server clusters rows by it: at most one
  bool nullable = false;               ///< a row may hold null
  bool has_default = false;            ///< a default_ member stands in place of null; it wins over nullable
  bool is_dynamic = false;             ///< the dynamic field: the text of a JSON object
  bool default_overflows = false;      ///< an integer beyond 64 bits was given as the default: no check lets it pass
  std::int64_t default_integer = 0;    ///< also of a boolean: 0 or 1
  double default_number = 0;           ///< of float32 and float64
  std::string_view default_text = {};  ///< of varchar and timestamptz
  function_kind function = function_kind::none;  ///< what computes it; none for an ordinary field
  std::string_view function_name = {};           ///< empty: the field's name with "_function" behind it
  std::string_view function_input = {};          ///< the field that the function reads
  std::string_view function_params = {};         ///< JSON object text or empty
  field_info const* sub = nullptr;               ///< fields of a struct_array
  std::size_t sub_count = 0;                     ///< how many

  /// Whether the server computes it.
  constexpr bool is_function_output() const noexcept { return function != function_kind::none; }
  /// Whether rows and files hold it: the server fills the others.
  constexpr bool written() const noexcept { return !auto_id && !is_function_output(); }
  /// Whether a row may leave it out.
  constexpr bool may_be_null() const noexcept { return nullable || has_default || is_dynamic; }
  /// The fields of a struct_array; empty for other kinds.
  constexpr std::span<field_info const> sub_fields() const noexcept { return {sub, sub_count}; }
};

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
