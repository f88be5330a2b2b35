#pragma once

#include <bulkwriter/format/format.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// What stands around the rows of a file of text.
struct text_frame {
  std::string opening = {};  // of the file
  std::string between = {};  // two rows
  std::string row_end = {};  // of every row
  std::string closing = {};  // of the file
};

/// Of formats whose files are text, a row behind the other: encodes a row at once, at the end of a buffer that is
/// handed over when about a megabyte has come together.
class text_encoder : public format::encoder {
 public:
  explicit text_encoder(text_frame frame)
      : frame_(std::move(frame)), buffer_(frame_.opening), row_begin_(buffer_.size()) {}

  BULKWRITER_DECL void put_row(std::span<cell const> cells) final;
  BULKWRITER_DECL void end_row() final;
  void drop_row() final { buffer_.resize(row_begin_); }

  std::uint64_t rows() const noexcept final { return rows_; }
  std::uint64_t size_bound() const noexcept final { return handed_over_ + buffer_.size() + frame_.closing.size(); }
  std::uint64_t lone_row_bound() const noexcept final {
    return frame_.opening.size() + (buffer_.size() - row_begin_) + frame_.closing.size();
  }
  bool ready() const noexcept final { return row_begin_ >= flush_size; }
  BULKWRITER_DECL result<void> flush(format::byte_sink const& sink) final;
  BULKWRITER_DECL result<void> finish(format::byte_sink const& sink) final;

 private:
  static constexpr std::size_t flush_size = std::size_t{1} << 20;

  virtual void append_row(std::string& out, std::span<cell const> cells) = 0;

  text_frame frame_;
  std::string buffer_;
  std::size_t row_begin_;  // in buffer_: end of the last ended row
  std::uint64_t rows_ = 0, handed_over_ = 0;
};

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/format/detail/text_encoder.ipp>
#endif
