#pragma once

#include <bulkwriter/config.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// Memory in equal slabs that go round: touching fresh memory costs more than copying a row into it.
class slab_pool {
 public:
  static constexpr std::size_t slab_size = 128 * 1024;  // a multiple of every fixed width, so numbers never straddle
  using slab = std::unique_ptr<std::byte[]>;

  slab take() {
    if (free_.empty()) {
      free_.reserve(++slabs_);  // so that give never allocates
      return std::make_unique_for_overwrite<std::byte[]>(slab_size);
    }
    slab s = std::move(free_.back());
    free_.pop_back();
    return s;
  }
  void give(slab s) noexcept { free_.push_back(std::move(s)); }

 private:
  std::vector<slab> free_;
  std::size_t slabs_ = 0;
};

/// A byte string that grows without ever moving what it holds.
class byte_chain {
 public:
  explicit byte_chain(slab_pool& pool) noexcept : pool_(&pool) {}

  std::size_t size() const noexcept { return size_; }

  /// Makes room for at most this many bytes, at least one, in one piece at the end, to be written at once. Where all
  /// sizes given are multiples of a number that divides slab_size, so is each piece.
  std::span<std::byte> extend(std::size_t most) {
    std::size_t const used = size_ % slab_pool::slab_size;
    if (size_ == slabs_.size() * slab_pool::slab_size) slabs_.push_back(pool_->take());
    std::size_t const now = (std::min)(most, slab_pool::slab_size - used);
    std::byte* const at = slabs_[size_ / slab_pool::slab_size].get() + used;
    size_ += now;
    return {at, now};
  }
  void append(void const* data, std::size_t n) {
    auto const* from = static_cast<std::byte const*>(data);
    while (n != 0) {
      std::span<std::byte> const piece = extend(n);
      std::memcpy(piece.data(), from, piece.size());
      from += piece.size();
      n -= piece.size();
    }
  }

  /// Cuts the end off.
  void truncate(std::size_t size) {
    size_ = size;
    while (slabs_.size() * slab_pool::slab_size >= size_ + slab_pool::slab_size) {
      pool_->give(std::move(slabs_.back()));
      slabs_.pop_back();
    }
  }
  void clear() { truncate(0); }

  /// Calls f(std::span<std::byte const>) for the pieces of [begin, end), in order.
  template <class F>
  void for_pieces(std::size_t begin, std::size_t end, F&& f) const {
    while (begin < end) {
      std::size_t const used = begin % slab_pool::slab_size;
      std::size_t const now = (std::min)(end - begin, slab_pool::slab_size - used);
      f(std::span<std::byte const>(slabs_[begin / slab_pool::slab_size].get() + used, now));
      begin += now;
    }
  }

 private:
  slab_pool* pool_;
  std::vector<slab_pool::slab> slabs_;
  std::size_t size_ = 0;
};

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
