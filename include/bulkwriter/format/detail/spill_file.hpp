#pragma once

#include <bulkwriter/error.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// Bytes that wait on disk, in a file without a name: whatever becomes of the program, nothing stays. Made by the first
/// append. Errors: io_error, no_space.
class spill_file {
 public:
  result<void> append(std::span<std::byte const> piece);
  /// Calls f(std::span<std::byte const>), which gives a result<void>, for all that was appended, in order.
  template <class F>
  result<void> read(F&& f) {
    if (!stream_) return {};
    if (auto at_begin = rewind(); !at_begin) return at_begin;
    auto const buffer = std::make_unique_for_overwrite<std::byte[]>(buffer_size);
    for (std::uint64_t left = size_; left != 0;) {
      auto const n = static_cast<std::size_t>(left < buffer_size ? left : buffer_size);
      std::span<std::byte> const piece(buffer.get(), n);
      if (auto filled = fill(piece); !filled) return filled;
      if (auto taken = f(std::span<std::byte const>(piece)); !taken) return taken;
      left -= n;
    }
    return {};
  }
  /// Gives the room on the disk back.
  void clear() noexcept {
    stream_.reset();
    size_ = 0;
  }

 private:
  static constexpr std::size_t buffer_size = 128 * 1024;
  struct closer {
    void operator()(std::FILE* stream) const noexcept { std::fclose(stream); }
  };

  result<void> open();
  result<void> rewind();
  result<void> fill(std::span<std::byte> piece);

  std::unique_ptr<std::FILE, closer> stream_;
  std::uint64_t size_ = 0;
};

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/format/detail/spill_file.ipp>
#endif
