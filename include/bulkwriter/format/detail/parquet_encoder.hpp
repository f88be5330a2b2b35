#pragma once

#include <bulkwriter/format/detail/byte_chain.hpp>
#include <bulkwriter/format/format.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace v1 {
namespace format {
struct parquet;
}
namespace detail {

/// How a file comes about (https://github.com/apache/parquet-format):
///
///   (1) "PAR1".
///   (2) Rows go into one byte_chain a column, in the very bytes of PLAIN encoding; a page is a range of a chain.
///   (3) When a row group is full, each column's pages are handed over: page header, levels, values where they lie.
///       Nothing is copied a second time, and nothing written before is ever patched.
///       The widest vector column does not wait for that: its chunk comes first in the row group, and each of its pages
///       goes out as soon as it is full, out of the cache. So memory holds a page of it and a row group of the rest.
///   (4) The row group's metadata is kept, serialized, for the footer: some 100 bytes a column.
///   (5) Footer, its length, "PAR1".
///
/// Levels are runs in closed form: a vector without nulls costs 5 or 6 bytes of repetition levels a row and a few bytes
/// of definition levels a page, instead of a level pair for every float.
class parquet_encoder final : public format::encoder {
 public:
  parquet_encoder(format::parquet const& options, std::span<field_info const> fields);

  BULKWRITER_DECL void put_row(std::span<cell const> cells) override;
  BULKWRITER_DECL void end_row() override;
  BULKWRITER_DECL void drop_row() override;

  std::uint64_t rows() const noexcept override { return file_rows_ + group_rows_; }
  BULKWRITER_DECL std::uint64_t size_bound() const noexcept override;
  std::uint64_t lone_row_bound() const noexcept override {
    return 4 + row_bytes_ + 2 * columns_.size() +
           around_rows();  // 2: the first row of a column begins new bytes of bits
  }
  bool ready() const noexcept override { return group_is_full() || streamed_page_is_full(); }
  BULKWRITER_DECL result<void> flush(format::byte_sink const& sink) override;
  BULKWRITER_DECL result<void> finish(format::byte_sink const& sink) override;

 private:
  // pymilvus' bound; servers size their read buffers by rows too
  static constexpr std::uint64_t max_group_rows = 1'000'000;
  // no page header with its level lengths and run headers is longer, no column's metadata without its name and
  // statistics
  static constexpr std::uint64_t page_overhead = 96, column_overhead = 160;

  enum class physical : std::uint8_t { boolean = 0, int32 = 1, int64 = 2, float32 = 4, float64 = 5, byte_array = 6 };

  struct page {
    std::size_t value_end = 0;  // in the chain
    std::size_t row_end = 0;    // in the row group
  };
  struct column {
    field_info const* field;
    std::size_t place;  // of the field in the schema
    physical type;
    byte_chain values;
    std::vector<bool> valid;  // one a row, for columns that may hold nulls
    std::vector<page> pages;  // closed ones
    std::size_t rows = 0;
    std::size_t page_begin = 0;  // of the open page
    std::size_t row_begin = 0;   // in values, of the begun row: what drop_row goes back to
    bool has_row = false;        // the begun row has been put
    struct {
      std::uint64_t offset = 0, size = 0;  // in the file
      std::uint64_t entries = 0;           // values and nulls
      std::size_t rows = 0;
    } chunk = {};  // what has been handed over in this row group
  };

  static physical physical_type(field_info const& f) noexcept;
  static bool is_list(field_info const& f) noexcept { return is_vector(f.type); }
  // Columns that never hold nulls have no validity; a default takes the place of null before it comes here.
  static bool holds_nulls(field_info const& f) noexcept { return f.nullable && !f.has_default; }

  void put(column& c, cell const& value);
  void begin_value(column& c, bool valid);
  void append_integer(column& c, std::int64_t value);
  void append_float(column& c, double value);
  void append_fixed(column& c, void const* value, std::size_t size) {
    c.values.append(value, size);
    grow(size);
  }
  void grow(std::uint64_t bytes) noexcept { row_bytes_ += bytes; }

  // Of a file, beside its pages and the metadata of earlier row groups: headers of the open pages, footer.
  std::uint64_t around_rows() const noexcept {
    return columns_.size() * page_overhead + footer_per_group_ + footer_base_ + 8;
  }
  bool group_is_full() const noexcept { return group_bytes_ >= row_group_size_ || group_rows_ == max_group_rows; }
  bool streamed_page_is_full() const noexcept { return streamed_ != nullptr && streamed_->values.size() >= page_size_; }

  result<void> begin_file(format::byte_sink const& sink);
  result<void> write_group(format::byte_sink const& sink);
  result<void> write_column(format::byte_sink const& sink, column& c);
  result<void> write_page(format::byte_sink const& sink, column& c, std::size_t value_begin, page const& end);
  result<void> stream_page(format::byte_sink const& sink);
  std::uint64_t make_levels(column const& c, std::size_t row_begin, std::size_t row_end);
  void append_column_metadata(std::string& out, column const& c) const;
  void append_schema(std::string& out) const;
  std::string make_footer() const;

  std::uint64_t row_group_size_, page_size_;
  bool page_checksum_;
  slab_pool pool_;
  std::vector<column> columns_;
  column* streamed_ = nullptr;

  std::uint64_t group_rows_ = 0, group_bytes_ = 0;  // ended rows; bytes with their share of levels and page headers
  std::uint64_t held_bytes_ = 0;                    // of group_bytes_, what has not been handed over
  std::uint64_t row_bytes_ = 0;                     // of the begun row
  std::uint64_t file_rows_ = 0, file_bytes_ = 0;    // handed over
  std::size_t groups_ = 0;
  std::string group_metadata_;  // serialized RowGroups
  std::uint64_t footer_base_, footer_per_group_;

  std::string head_, levels_;  // scratch of write_page
  std::vector<std::byte> packed_;
  std::vector<std::span<std::byte const>> pieces_;
};

}  // namespace detail
}  // namespace v1
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/format/detail/parquet_encoder.ipp>
#endif
