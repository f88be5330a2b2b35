#pragma once

#include <bulkwriter/format/detail/byte_chain.hpp>
#include <bulkwriter/format/detail/spill_file.hpp>
#include <bulkwriter/format/format.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// A column a file (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
///
/// Columns of numbers go out as they fill up, behind a header of fixed size that gets its number of rows at the end.
/// Columns of text are kept as UTF-8, each text with a NUL behind it, first in memory and then on disk; when the
/// longest is known, they are read again and written at its width.
class npy_encoder final : public format::encoder {
 public:
  // NumPy before 2.0 has a value's size in an int: 4 bytes a character. Tests lower the limit.
  static constexpr std::size_t most_characters = 0x7fffffff / 4;

  explicit npy_encoder(std::span<field_info const> fields, std::size_t character_limit = most_characters);

  std::span<std::string_view const> file_names() const noexcept override { return names_; }
  std::size_t head_size(std::size_t file) const noexcept override { return columns_[file].is_text() ? 0 : head_bytes; }

  BULKWRITER_DECL void check_row(std::span<cell const> cells, std::vector<problem>& problems) const override;
  BULKWRITER_DECL void put_row(std::span<cell const> cells) override;
  BULKWRITER_DECL void end_row() override;
  BULKWRITER_DECL void drop_row() override;

  std::uint64_t rows() const noexcept override { return rows_; }
  std::uint64_t size_bound() const noexcept override { return size_of(rows_ + has_row_, characters_); }
  std::uint64_t lone_row_bound() const noexcept override { return size_of(1, row_characters_); }
  bool ready() const noexcept override { return ready_; }
  BULKWRITER_DECL result<void> flush(format::byte_sink const& sink) override;
  BULKWRITER_DECL result<void> finish(format::byte_sink const& sink) override;

 private:
  static constexpr std::size_t head_bytes = 128;  // numpy aligns data by 64; no header of ours is longer
  static constexpr std::size_t flush_size = std::size_t{256} << 10, spill_size = std::size_t{1} << 20;
  static constexpr std::size_t character = 4;  // bytes

  struct column {
    std::size_t place;         // of the field in the schema
    kind of;                   // the field's
    std::string_view type;     // as numpy writes it, without the width of text
    std::size_t values_a_row;  // of a vector; 0: a single one
    std::size_t bytes;         // of a row; 0: text
    byte_chain values;
    std::size_t row_begin = 0;             // in values, of the begun row
    bool begun = false;                    // the header was handed over
    std::size_t width = 1, row_width = 1;  // characters of the longest text, and of the begun row; numpy knows no <U0
    spill_file spilled = {};

    bool is_text() const noexcept { return bytes == 0; }
    std::size_t hand_over_at() const noexcept { return is_text() ? spill_size : flush_size; }
  };

  static column make_column(field_info const& f, std::size_t place, slab_pool& pool);
  static void put(column& c, cell const& value);
  static void put_floats(column& c, std::span<float const> values);
  std::uint64_t size_of(std::uint64_t rows, std::uint64_t characters) const noexcept {
    return columns_.size() * head_bytes + rows * (fixed_bytes_ + characters * character);
  }
  std::string head(column const& c, std::uint64_t rows) const;
  result<void> hand_over(format::byte_sink const& sink, std::size_t file, std::uint64_t rows);
  result<void> finish_numbers(format::byte_sink const& sink, std::size_t file);
  result<void> finish_texts(format::byte_sink const& sink, std::size_t file);

  std::size_t character_limit_;
  slab_pool pool_;
  std::vector<column> columns_;
  std::vector<std::string_view> names_;
  std::uint64_t fixed_bytes_ = 0;  // of a row, in all columns of numbers
  std::uint64_t characters_ = 0,
                row_characters_ = 0;  // of a row in all columns of text: at their width with the begun row, and its own
  std::uint64_t rows_ = 0;
  bool has_row_ = false, ready_ = false;
  std::vector<std::span<std::byte const>> pieces_;  // scratch
};

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/format/detail/npy_encoder.ipp>
#endif
