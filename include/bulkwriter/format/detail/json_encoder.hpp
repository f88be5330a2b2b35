#pragma once

#include <bulkwriter/format/format.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace v1 {
namespace detail {

/// Encodes a row at once, at the end of a buffer that is handed over when about a megabyte has come together.
class json_encoder final : public format::encoder {
 public:
  explicit json_encoder(std::span<field_info const> fields);

  BULKWRITER_DECL void put_row(std::span<cell const> cells) override;
  BULKWRITER_DECL void end_row() override;
  void drop_row() override { buffer_.resize(row_begin_); }

  std::uint64_t rows() const noexcept override { return rows_; }
  std::uint64_t size_bound() const noexcept override {
    return handed_over_ + buffer_.size() + 1 + closing.size();  // 1: the row's own '}'
  }
  std::uint64_t lone_row_bound() const noexcept override {
    return opening.size() + (buffer_.size() - row_begin_) + 1 + closing.size();
  }
  bool ready() const noexcept override { return row_begin_ >= flush_size; }
  BULKWRITER_DECL result<void> flush(format::byte_sink const& sink) override;
  BULKWRITER_DECL result<void> finish(format::byte_sink const& sink) override;

 private:
  static constexpr std::string_view opening = "{\"rows\":[\n", closing = "\n]}\n";
  static constexpr std::size_t flush_size = std::size_t{1} << 20;

  void put_value(cell const& value);
  void put_floats(std::span<float const> values);

  std::span<field_info const> fields_;
  std::vector<std::string> keys_;  // `"name":` by field index
  std::string buffer_;
  std::size_t row_begin_ = 0;  // in buffer_: end of the last ended row
  std::uint64_t rows_ = 0, handed_over_ = 0;
};

}  // namespace detail
}  // namespace v1
}  // namespace bulkwriter
