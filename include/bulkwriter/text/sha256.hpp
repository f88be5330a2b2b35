#pragma once

#include <bulkwriter/config.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

using sha256_digest = std::array<std::byte, 32>;  ///< most significant byte first, as FIPS 180-4 writes it

/// SHA-256 (FIPS 180-4) of bytes that come piece by piece, in plain C++: for what the half without OpenSSL hashes. It
/// has about a fifth of the speed of auth::sha256 where the processor has instructions for it.
class sha256_stream {
 public:
  void update(std::span<std::byte const> data) noexcept;
  void update(std::string_view text) noexcept {
    update(std::as_bytes(std::span<char const>(text.data(), text.size())));
  }

  /// Of all bytes so far. More may come after it.
  sha256_digest digest() const noexcept;

 private:
  static constexpr std::size_t block_size = 64;
  using state = std::array<std::uint32_t, 8>;
  static void compress(state& h, std::byte const* block) noexcept;

  // The first 32 bits of the fractions of the square roots of the first eight primes.
  state h_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::byte, block_size> rest_ = {};  // of a block that is not full: size_ modulo its size
  std::uint64_t size_ = 0;                       // in bytes
};

/// Of the whole.
/// @{
inline sha256_digest sha256(std::span<std::byte const> data) noexcept {
  sha256_stream all;
  all.update(data);
  return all.digest();
}
inline sha256_digest sha256(std::string_view text) noexcept {
  return sha256(std::as_bytes(std::span<char const>(text.data(), text.size())));
}
/// @}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/text/detail/sha256.ipp>
#endif
