#pragma once

#include <bulkwriter/format/detail/byte_chain.hpp>
#include <bulkwriter/format/detail/parquet_format.hpp>
#include <bulkwriter/format/detail/parquet_metadata.hpp>
#include <bulkwriter/format/detail/parquet_pages.hpp>
#include <bulkwriter/format/format.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace format {
struct parquet;
}
namespace detail {

/// Where the format's own integers end: sizes of pages and of the footer are of 32 bits, and a sign. Readers take no
/// more row groups (Arrow's limit of a list in the footer). Tests lower them.
struct parquet_limits {
  std::uint64_t page = 0x7fffffff, footer = 0x7fffffff;  // bytes
  std::uint64_t groups = 1'000'000;                      // of a file
};

/// How a file comes about (https://github.com/apache/parquet-format):
///
///   (1) "PAR1".
///   (2) Values go into one byte_chain a leaf of the schema, in the very bytes that they have in a page (booleans
///       aside); a page is a range of a chain. Which rows are null and how long lists are stands beside, once a field.
///   (3) When a row group is full, each leaf's pages are handed over: page header, levels, values where they lie.
///       Nothing is copied a second time, and nothing written before is ever patched.
///       The widest vector does not wait for that: its chunk comes first in the row group, and each of its pages goes
///       out as soon as it is full, out of the cache. So memory holds a page of it and a row group of the rest.
///   (4) The row group's metadata is kept, serialized, for the footer.
///   (5) Footer, its length, "PAR1".
class parquet_encoder final : public format::encoder {
 public:
  parquet_encoder(format::parquet const& options, std::span<field_info const> fields, parquet_limits const& limits = {});

  BULKWRITER_DECL void check_row(std::span<cell const> cells, std::vector<problem>& problems) const override;
  BULKWRITER_DECL void put_row(std::span<cell const> cells) override;
  BULKWRITER_DECL void end_row() override;
  BULKWRITER_DECL void drop_row() override;

  std::uint64_t rows() const noexcept override { return file_rows_ + group_rows_; }
  BULKWRITER_DECL std::uint64_t size_bound() const noexcept override;
  std::uint64_t lone_row_bound() const noexcept override {
    // 2: the first row of a leaf begins new bytes of bits
    return parquet_format::magic.size() + row_bytes_ + 2 * leaves_.size() + dictionary_bytes_ +
           around_rows(metadata_.lone_group_bound());
  }
  bool ready() const noexcept override { return group_is_full() || streamed_page_is_full(); }
  BULKWRITER_DECL result<void> flush(format::byte_sink const& sink) override;
  BULKWRITER_DECL result<void> finish(format::byte_sink const& sink) override;

 private:
  // pymilvus' bound; servers size their read buffers by rows too
  static constexpr std::uint64_t max_group_rows = 1'000'000;
  // no page header with its level lengths, run headers and last bytes of bits or padding is longer
  static constexpr std::uint64_t page_overhead = 96;
  // no levels of a row are longer where its values are texts
  static constexpr std::uint64_t text_level_bound = 16;

  struct page {
    std::size_t value_end = 0;  // in the chain
    std::size_t row_end = 0;    // in the row group
  };
  struct column {
    field_info const* field;
    std::size_t place;                   // of the field in the schema
    std::size_t first_leaf, leaf_count;  // in leaves_
    parquet_rows rows = {};
    // Columns that never hold nulls have no validity; a default takes the place of null before it comes here.
    bool holds_nulls = field->nullable && !field->has_default;
  };
  struct leaf : parquet_leaf {
    column* of;
    std::size_t place_in_struct;   // 0 elsewhere
    std::uint64_t level_bound;     // of a row, where all rows have the same
    byte_chain values;             // booleans: a byte each
    std::vector<page> pages = {};  // closed ones
    std::size_t page_begin = 0;    // in values, of the open page
    std::size_t row_begin = 0;     // in values, of the row put: what drop_row goes back to
    parquet_chunk chunk = {};      // what has been handed over in this row group

    // Texts that no rule of the schema bounds. With the largest dim, max_length and max_capacity a row takes 512 MiB of
    // any other leaf, and a page with all levels less than 2 GiB.
    bool has_free_texts = physical() == parquet_format::physical::byte_array && type != kind::varchar;
  };

  void put(column& c, cell const& value);
  void put_list(column& c, cell const& value);
  // Pages end between rows, so the open page is closed when the row behind its last one begins: if it is full, or the
  // texts that come would be too many for one page.
  void begin_row(leaf& l, cell const& value) {
    if (l.has_free_texts) make_room(l, value);
    if (l.values.size() - l.page_begin >= full_page_) close_page(l);
  }
  void make_room(leaf& l, cell const& value);
  std::uint64_t text_bytes(leaf const& l, cell const& value) const;
  void close_page(leaf& l);
  void put_value(leaf& l, cell const& value);
  void put_text(leaf& l, std::string_view text);
  void put_halves(leaf& l, cell const& value);
  void put_bytes(leaf& l, std::span<std::byte const> bytes) {
    l.values.append(bytes.data(), bytes.size());
    grow(bytes.size());
  }
  template <class Type>
  void put_fixed(leaf& l, Type value) {
    // chains of numbers are written by numbers, so one never straddles slabs
    std::memcpy(l.values.extend(sizeof value).data(), &value, sizeof value);
    grow(sizeof value);
  }
  void grow(std::uint64_t bytes) noexcept { row_bytes_ += bytes; }

  // Of a file, beside its values and closed pages: headers of the open pages, footer, its length and magic.
  std::uint64_t around_rows(std::uint64_t metadata) const noexcept {
    return leaves_.size() * page_overhead + metadata + 8;
  }
  bool group_is_full() const noexcept { return group_bytes_ >= row_group_size_ || group_rows_ == max_group_rows; }
  bool streamed_page_is_full() const noexcept { return streamed_ != nullptr && streamed_->values.size() >= page_size_; }

  result<void> begin_file(format::byte_sink const& sink);
  result<void> write_group(format::byte_sink const& sink);
  result<void> write_leaf(format::byte_sink const& sink, leaf& l);
  result<void> write_page(format::byte_sink const& sink, leaf& l, std::size_t value_begin, page const& end);
  result<void> stream_page(format::byte_sink const& sink);

  std::uint64_t row_group_size_, page_size_;
  bool page_checksum_;
  parquet_limits limits_;
  std::uint64_t value_limit_;  // bytes of a page's values, or of a row's in one leaf
  std::uint64_t full_page_;    // from so many bytes of values on no row is added to a page
  slab_pool pool_;
  std::vector<column> columns_;
  std::vector<leaf> leaves_;
  std::vector<leaf const*> free_texts_;  // of leaves_
  leaf* streamed_ = nullptr;
  parquet_metadata metadata_;

  bool row_is_put_ = false;
  std::size_t group_rows_ = 0;          // ended
  std::uint64_t group_bytes_ = 0;       // with their share of levels and page headers
  std::uint64_t held_bytes_ = 0;        // of group_bytes_, what has not been handed over
  std::uint64_t dictionary_bytes_ = 0;  // no less than what a row group's dictionaries take
  std::uint64_t row_bytes_ = 0;         // of the row put
  std::uint64_t file_rows_ = 0, file_bytes_ = 0;    // handed over

  std::string text_;           // scratch of put_value
  std::string head_, levels_;  // scratch of write_page
  std::vector<std::byte> packed_;
  std::vector<std::span<std::byte const>> pieces_;
};

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/format/detail/parquet_encoder.ipp>
#endif
