#pragma once

#include <bulkwriter/detail/descriptor.hpp>

#include <cstddef>
#include <cstdint>
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
    if (!file_.is_open()) return {};
    auto const buffer = std::make_unique_for_overwrite<std::byte[]>(buffer_size);
    for (std::uint64_t at = 0; at != size_;) {
      auto const n = static_cast<std::size_t>(size_ - at < buffer_size ? size_ - at : buffer_size);
      std::span<std::byte> const piece(buffer.get(), n);
      if (auto filled = fill(at, piece); !filled) return filled;
      if (auto taken = f(std::span<std::byte const>(piece)); !taken) return taken;
      at += n;
    }
    return {};
  }
  /// Gives the room on the disk back.
  void clear() noexcept {
    file_ = {};
    size_ = 0;
  }

 private:
  static constexpr std::size_t buffer_size = 128 * 1024;

  result<void> open();
  result<void> fill(std::uint64_t offset, std::span<std::byte> piece);

  descriptor file_;
  std::uint64_t size_ = 0;
};

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/format/detail/spill_file.ipp>
#endif
