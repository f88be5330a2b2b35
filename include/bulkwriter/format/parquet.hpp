#pragma once

#include <bulkwriter/format/format.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace bulkwriter {
inline namespace v1 {
namespace format {

/// Apache Parquet, in the form that every Milvus from 2.3.4 on reads: all columns OPTIONAL, three-level lists, strings
/// annotated as such, PLAIN values, data pages v1, no compression (embeddings do not compress).
struct parquet {
  /// Bytes of values: what a reader holds in memory, and the encoder of all columns but the widest vector.
  std::uint64_t row_group_size = std::uint64_t{32} << 20;
  std::uint64_t page_size = std::uint64_t{1} << 20;  ///< bytes of values; a page ends with the row that reaches it
  bool page_checksum = false;                        ///< CRC-32 of every page, for readers that check it

  static constexpr std::string_view extension = "parquet";
  static constexpr bool holds(kind k) noexcept {
    return k <= kind::json || k == kind::float_vector ? k != kind::text : false;
  }

  result<std::unique_ptr<encoder>> try_make_encoder(std::span<field_info const> fields) const;
};

}  // namespace format
}  // namespace v1
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/format/detail/parquet_encoder.ipp>
#endif
