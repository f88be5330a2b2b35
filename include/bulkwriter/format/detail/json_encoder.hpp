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
namespace format {
struct json;
}
namespace detail {

/// Encodes a row at once, at the end of a buffer that is handed over when about a megabyte has come together.
class json_encoder {
 public:
  json_encoder(format::json const& options, std::span<field_info const> fields);

  void begin_row();
  void put(std::size_t i, std::nullptr_t);
  void put(std::size_t i, bool value);
  void put(std::size_t i, std::int64_t value);
  void put(std::size_t i, float value);
  void put(std::size_t i, double value);
  void put(std::size_t i, std::string_view value);
  void put(std::size_t i, std::span<float const> value);
  void end_row();
  void drop_row() { buffer_.resize(row_begin_); }

  std::uint64_t rows() const noexcept { return rows_; }
  std::uint64_t size_bound() const noexcept {
    return handed_over_ + buffer_.size() + 1 + closing.size();
  }  // 1: the row's own '}'
  std::uint64_t lone_row_bound() const noexcept {
    return opening.size() + (buffer_.size() - row_begin_) + 1 + closing.size();
  }
  bool ready() const noexcept { return row_begin_ >= flush_size; }
  result<void> flush(format::byte_sink const& sink);
  result<void> finish(format::byte_sink const& sink);

 private:
  static constexpr std::string_view opening = "{\"rows\":[\n", closing = "\n]}\n";
  static constexpr std::size_t flush_size = std::size_t{1} << 20;

  void key(std::size_t i);

  std::span<field_info const> fields_;
  std::vector<std::string> keys_;  // `"name":` by field index
  std::string buffer_;
  std::size_t row_begin_ = 0;  // in buffer_: end of the last ended row
  bool first_in_row_ = true;
  std::uint64_t rows_ = 0, handed_over_ = 0;
};

}  // namespace detail
}  // namespace v1
}  // namespace bulkwriter
