#pragma once

#include <bulkwriter/schema/kind.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bulkwriter {
inline namespace v1 {

/// Functions of the server that compute a field from another.
enum class function_kind : std::uint8_t { none, bm25, text_embedding, minhash };

/// A field of any schema, lowered: all that checks, formats and collections ever see of it.
/// Views point into the schema, which outlives its use (compile-time schemas: for ever).
struct field_info {
  std::string_view name = {};
  kind type = kind::boolean;
  kind element = kind::boolean;    ///< of an array
  std::uint32_t dim = 0;           ///< of a vector; bits for binary_vector
  std::uint32_t max_length = 0;    ///< bytes, of a varchar or of each varchar of an array
  std::uint32_t max_capacity = 0;  ///< elements of an array or struct_array
  bool is_primary = false;
  bool auto_id = false;
  bool is_partition_key = false;
  bool is_clustering_key = false;
  bool nullable = false;
  bool has_default = false;
  bool is_dynamic = false;
  std::int64_t default_integer = 0;  ///< also of a boolean: 0 or 1
  double default_number = 0;
  std::string_view default_text = {};
  function_kind function = function_kind::none;  ///< what computes it; none for an ordinary field
  std::string_view function_name = {};
  std::string_view function_input = {};   ///< the field that the function reads
  std::string_view function_params = {};  ///< JSON object text or empty
  field_info const* sub = nullptr;        ///< fields of a struct_array
  std::size_t sub_count = 0;

  constexpr bool is_function_output() const noexcept { return function != function_kind::none; }
  /// Whether rows and files hold it: the server fills the others.
  constexpr bool written() const noexcept { return !auto_id && !is_function_output(); }
  /// Whether a row may leave it out.
  constexpr bool may_be_null() const noexcept { return nullable || has_default || is_dynamic; }
  constexpr std::span<field_info const> sub_fields() const noexcept { return {sub, sub_count}; }
};

}  // namespace v1
}  // namespace bulkwriter
