#pragma once

#include <bulkwriter/schema/field_info.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// Numbers of parquet.thrift (https://github.com/apache/parquet-format).
namespace parquet_format {
enum class physical : std::uint8_t { boolean = 0, int32 = 1, int64 = 2, float32 = 4, float64 = 5, byte_array = 6 };
inline constexpr int data_page = 0, dictionary_page = 2;
inline constexpr int plain = 0, rle = 3, rle_dictionary = 8;
inline constexpr int uncompressed = 0;
inline constexpr int required = 0, optional = 1, repeated = 2;
inline constexpr int converted_utf8 = 0, converted_list = 3, converted_uint8 = 11, converted_int8 = 15,
                     converted_int16 = 16;
inline constexpr int logical_string = 1, logical_list = 3, logical_integer = 10;
inline constexpr std::string_view magic = "PAR1";
}  // namespace parquet_format

/// How the values of a row lie in a leaf of the schema. Lists have the three levels of the format's own rules; what is
/// inside a struct is REQUIRED, since servers drop nulls there in silence; all else is OPTIONAL, also where no null can
/// occur, since servers up to 2.5.4 crash on REQUIRED.
enum class parquet_nesting : std::uint8_t {
  scalar,         // optional T f
  vector,         // optional group f (LIST) { repeated group list { optional T element } }, `width` values a row
  array,          // the same, of any length
  struct_scalar,  // optional group f (LIST) { repeated group list { required group element { required T sub } } }
  struct_vector,  // a list of `width` values in the place of that T: repeated group list { required T element }
};

/// A leaf of the schema: all values of one column of the file.
struct parquet_leaf {
  field_info const* field;  // of the schema
  field_info const* sub;    // of the field's struct, or null
  kind type;                // of the field, of its elements, or of the sub-field
  std::uint32_t width;      // values a vector has in the file: floats, or bytes; 1 for other kinds
  parquet_nesting nesting;

  parquet_format::physical physical() const noexcept {
    switch (type) {
      case kind::boolean: return parquet_format::physical::boolean;
      case kind::int64: return parquet_format::physical::int64;
      case kind::float32:
      case kind::float_vector: return parquet_format::physical::float32;
      case kind::float64: return parquet_format::physical::float64;
      case kind::int8:
      case kind::int16:
      case kind::int32:
      case kind::float16_vector:
      case kind::bfloat16_vector:
      case kind::int8_vector:
      case kind::binary_vector: return parquet_format::physical::int32;
      default: return parquet_format::physical::byte_array;
    }
  }
  /// Vectors of bytes. Parquet has no type as narrow, only INT32 with a note that a byte is meant; so their dictionary
  /// lists all 256 values in the order of the bytes, and the values of a page are bytes, each the index of itself.
  bool is_bytes() const noexcept {
    return type == kind::float16_vector || type == kind::bfloat16_vector || type == kind::int8_vector ||
           type == kind::binary_vector;
  }
  /// Bytes that a vector takes in a page.
  std::uint64_t vector_size() const noexcept { return std::uint64_t{width} * (is_bytes() ? 1 : sizeof(float)); }
  /// The definition level of a value.
  int max_definition() const noexcept {
    switch (nesting) {
      case parquet_nesting::scalar: return 1;
      case parquet_nesting::struct_scalar: return 2;
      default: return 3;
    }
  }
  std::vector<std::string_view> path() const {
    switch (nesting) {
      case parquet_nesting::scalar: return {field->name};
      case parquet_nesting::struct_scalar: return {field->name, "list", "element", sub->name};
      case parquet_nesting::struct_vector: return {field->name, "list", "element", sub->name, "list", "element"};
      default: return {field->name, "list", "element"};
    }
  }
};

/// A byte is a value of its own; a 16-bit float is two.
constexpr std::uint32_t parquet_width(field_info const& f) noexcept {
  switch (f.type) {
    case kind::float_vector:
    case kind::int8_vector: return f.dim;
    case kind::float16_vector:
    case kind::bfloat16_vector: return f.dim * 2;
    case kind::binary_vector: return f.dim / 8;
    default: return 1;
  }
}

/// Appends the leaves of a field in the order of the schema: one a sub-field of a struct_array, else one.
inline void append_parquet_leaves(std::vector<parquet_leaf>& out, field_info const& f) {
  if (f.type == kind::array) {
    out.push_back({&f, nullptr, f.element, 1, parquet_nesting::array});
  } else if (f.type != kind::struct_array) {
    auto const nesting = is_dense_vector(f.type) ? parquet_nesting::vector : parquet_nesting::scalar;
    out.push_back({&f, nullptr, f.type, parquet_width(f), nesting});
  } else {
    for (field_info const& sub : f.sub_fields()) {
      auto const nesting = is_dense_vector(sub.type) ? parquet_nesting::struct_vector : parquet_nesting::struct_scalar;
      out.push_back({&f, &sub, sub.type, parquet_width(sub), nesting});
    }
  }
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
