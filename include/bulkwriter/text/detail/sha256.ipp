#pragma once

#include <bulkwriter/text/sha256.hpp>

#include <algorithm>
#include <bit>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

// The first 32 bits of the fractions of the cube roots of the first 64 primes.
inline constexpr std::uint32_t sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

BULKWRITER_DECL void sha256_stream::compress(state& h, std::byte const* block) noexcept {
  std::uint32_t w[64];
  for (std::size_t t = 0; t < 16; ++t) {
    auto const at = [&](std::size_t i) { return std::to_integer<std::uint32_t>(block[4 * t + i]); };
    w[t] = at(0) << 24 | at(1) << 16 | at(2) << 8 | at(3);
  }
  for (std::size_t t = 16; t < 64; ++t) {
    std::uint32_t const s0 = std::rotr(w[t - 15], 7) ^ std::rotr(w[t - 15], 18) ^ w[t - 15] >> 3;
    std::uint32_t const s1 = std::rotr(w[t - 2], 17) ^ std::rotr(w[t - 2], 19) ^ w[t - 2] >> 10;
    w[t] = w[t - 16] + s0 + w[t - 7] + s1;
  }
  // Eight rounds at a time: each takes the place of the names that the standard moves on by one.
  std::uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], i = h[7];
  auto const round = [&w](std::uint32_t a1, std::uint32_t b1, std::uint32_t c1, std::uint32_t& d1, std::uint32_t e1,
                          std::uint32_t f1, std::uint32_t g1, std::uint32_t& h1, std::size_t t) {
    std::uint32_t const s1 = std::rotr(e1, 6) ^ std::rotr(e1, 11) ^ std::rotr(e1, 25);
    std::uint32_t const t1 = h1 + s1 + (g1 ^ (e1 & (f1 ^ g1))) + sha256_constants[t] + w[t];
    std::uint32_t const s0 = std::rotr(a1, 2) ^ std::rotr(a1, 13) ^ std::rotr(a1, 22);
    d1 += t1;
    h1 = t1 + s0 + ((a1 & b1) | (c1 & (a1 | b1)));
  };
  for (std::size_t t = 0; t < 64; t += 8) {
    round(a, b, c, d, e, f, g, i, t);
    round(i, a, b, c, d, e, f, g, t + 1);
    round(g, i, a, b, c, d, e, f, t + 2);
    round(f, g, i, a, b, c, d, e, t + 3);
    round(e, f, g, i, a, b, c, d, t + 4);
    round(d, e, f, g, i, a, b, c, t + 5);
    round(c, d, e, f, g, i, a, b, t + 6);
    round(b, c, d, e, f, g, i, a, t + 7);
  }
  h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e, h[5] += f, h[6] += g, h[7] += i;
}

BULKWRITER_DECL void sha256_stream::update(std::span<std::byte const> data) noexcept {
  std::size_t const had = size_ % block_size;
  size_ += data.size();
  if (had != 0) {
    auto const fill = data.first((std::min)(data.size(), block_size - had));
    std::copy(fill.begin(), fill.end(), rest_.begin() + static_cast<std::ptrdiff_t>(had));
    if (had + fill.size() < block_size) return;
    compress(h_, rest_.data());
    data = data.subspan(fill.size());
  }
  for (; data.size() >= block_size; data = data.subspan(block_size)) compress(h_, data.data());
  std::copy(data.begin(), data.end(), rest_.begin());
}

BULKWRITER_DECL sha256_digest sha256_stream::digest() const noexcept {
  // A bit 1, zeros, and the number of bits in the last eight bytes of a block: this one or one more.
  state h = h_;
  auto block = rest_;
  std::size_t const used = size_ % block_size;
  block[used] = std::byte{0x80};
  std::fill(block.begin() + static_cast<std::ptrdiff_t>(used + 1), block.end(), std::byte{0});
  if (used + 1 > block_size - 8) {
    compress(h, block.data());
    block.fill(std::byte{0});
  }
  for (std::size_t i = 0; i < 8; ++i) block[block_size - 1 - i] = static_cast<std::byte>(size_ * 8 >> 8 * i);
  compress(h, block.data());
  sha256_digest out;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::byte>(h[i / 4] >> (24 - 8 * (i % 4)));
  return out;
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
