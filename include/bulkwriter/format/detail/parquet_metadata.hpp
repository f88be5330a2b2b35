#pragma once

#include <bulkwriter/config.hpp>
#include <bulkwriter/format/detail/parquet_format.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

struct parquet_range {
  std::int64_t least, greatest;
};

/// Where the values of a leaf in a row group lie in the file.
struct parquet_chunk {
  std::uint64_t offset = 0, size = 0;
  std::uint64_t dictionary_size = 0;        // of the size, with its page's header
  std::uint64_t entries = 0, values = 0;    // with nulls and empty lists, and without
  std::size_t rows = 0;                     // handed over
  std::optional<parquet_range> range = {};  // of integers outside lists
};

/// Appends a ColumnChunk.
void append_parquet_chunk(std::string& out, parquet_leaf const& leaf, parquet_chunk const& chunk);

/// The metadata of a file as it grows: the schema, and some 100 bytes a leaf and row group, serialized.
class parquet_metadata {
 public:
  /// Of a schema with at least these leaves' fields, in their order.
  parquet_metadata(std::span<field_info const> fields, std::span<parquet_leaf const> leaves);

  /// One chunk a leaf, appended to each other.
  void add_group(std::string_view chunks, std::uint64_t offset, std::uint64_t size, std::uint64_t rows);
  /// FileMetaData.
  std::string footer(std::uint64_t rows) const;
  /// No smaller than the footer with one more group.
  std::uint64_t size_bound() const noexcept { return groups_.size() + bound_without_groups_; }
  /// No smaller than the footer of a file with one group.
  std::uint64_t lone_group_bound() const noexcept { return bound_without_groups_; }
  std::size_t groups() const noexcept { return group_count_; }
  /// A new file begins.
  void clear() noexcept;

 private:
  std::string schema_, groups_;
  std::size_t nodes_ = 0, leaves_, group_count_ = 0;
  std::uint64_t bound_without_groups_;
};

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/format/detail/parquet_metadata.ipp>
#endif
