#pragma once

#include <bulkwriter/format/format.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace format {

/// Apache Parquet, in the form that every Milvus from 2.3.4 on reads: all columns OPTIONAL, three-level lists, strings
/// annotated as such, PLAIN values, data pages v1, no compression (embeddings do not compress). json, geometry,
/// timestamptz and sparse vectors are strings; float16, bfloat16 and binary vectors lists of unsigned bytes, 16-bit
/// floats with the lower byte first; an array of structs is a list of structs whose fields are REQUIRED.
///
/// Lists of bytes, signed ones of int8 vectors too, take a byte a byte: PLAIN would make four of each, so they are
/// RLE_DICTIONARY, and each of their columns has a dictionary of 1 KiB in each row group.
///
/// A page's size is a 32-bit integer: of text, geometry and sparse vectors a value, and in structs all texts of a row,
/// take at most 2,131,483,551 bytes (more is refused as format_cannot_hold).
struct parquet {
  /// Bytes of values, 4 KiB to 2 GiB: what a reader holds in memory, and the encoder of all columns but the widest
  /// vector.
  std::uint64_t row_group_size = std::uint64_t{32} << 20;
  /// Bytes of values, 1 KiB to 512 MiB; a page ends with the row that reaches it.
  std::uint64_t page_size = std::uint64_t{1} << 20;
  bool page_checksum = false;  ///< CRC-32 of every page, for readers that check it

  static constexpr std::string_view extension = "parquet";     ///< of the files
  static constexpr bool holds(kind) noexcept { return true; }  ///< every kind, nullable or not

  /// What writes the bytes. Errors: invalid_option, for a size out of its range; invalid_schema, for a schema without a
  /// field that is written.
  result<std::unique_ptr<encoder>> try_make_encoder(std::span<field_info const> fields) const;
};

}  // namespace format
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/format/detail/parquet_encoder.ipp>
#endif
