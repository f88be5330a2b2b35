#pragma once

#include <bulkwriter/schema/kind.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace bulkwriter {
inline namespace v1 {
namespace detail {

// Floats of 16 bits, as bits. Integer arithmetic and selects in place of branches, so that compilers make vector code
// of loops over these; the two float operations are on normal numbers, so flushing of subnormals does not matter.

/// The nearest IEEE 754 binary16, of two the even one; beyond 65519.99… infinity; of NaN a quiet NaN.
constexpr std::uint16_t to_float16_bits(float value) noexcept {
  auto const bits = std::bit_cast<std::uint32_t>(value);
  std::uint32_t const sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fff'ffff;
  // from 2^-14 on: 112 off the exponent, 13 bits off the mantissa; a carry goes into the exponent as it should
  std::uint32_t const normal = (magnitude + 0xfff + (magnitude >> 13 & 1) - (112u << 23)) >> 13;
  // below: a sum with 0.5 has the unit of binary16's subnormals, 2^-24, as its last place
  std::uint32_t const small = magnitude < 0x3880'0000 ? magnitude : 0;
  std::uint32_t const subnormal =
      std::bit_cast<std::uint32_t>(std::bit_cast<float>(small) + 0.5f) - std::bit_cast<std::uint32_t>(0.5f);
  std::uint32_t const finite = magnitude < 0x3880'0000 ? subnormal : normal;
  std::uint32_t const special = magnitude > 0x7f80'0000 ? 0x7e00 | (magnitude >> 13 & 0x3ff) : 0x7c00;
  return static_cast<std::uint16_t>(sign | (magnitude < 0x4780'0000 ? finite : special));
}

/// The nearest bfloat16, of two the even one; beyond its largest infinity; of NaN a quiet NaN.
constexpr std::uint16_t to_bfloat16_bits(float value) noexcept {
  auto const bits = std::bit_cast<std::uint32_t>(value);
  bool const is_nan = (bits & 0x7fff'ffff) > 0x7f80'0000;
  return static_cast<std::uint16_t>((is_nan ? bits | 0x40'0000 : bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

/// What the bits stand for, exactly; of NaN the same NaN.
/// @{
constexpr float from_float16_bits(std::uint16_t half) noexcept {
  std::uint32_t const sign = (half & 0x8000u) << 16, magnitude = half & 0x7fffu, shifted = magnitude << 13;
  std::uint32_t const exponent = magnitude < 0x7c00 ? 112u << 23 : 224u << 23;
  // 2^-14 and the fraction, less 2^-14
  float const fraction = std::bit_cast<float>(0x3880'0000 | (shifted & 0x7f'ffff)) - 0x1p-14f;
  std::uint32_t const subnormal = std::bit_cast<std::uint32_t>(fraction) & 0x7fff'ffff;
  return std::bit_cast<float>(sign | (magnitude < 0x400 ? subnormal : shifted + exponent));
}
constexpr float from_bfloat16_bits(std::uint16_t half) noexcept {
  return std::bit_cast<float>(std::uint32_t{half} << 16);
}
/// @}

/// The same for a kind, float16_vector or bfloat16_vector, chosen once for many values: as many as there are go to
/// `out`.
/// @{
constexpr void to_half_bits(kind k, std::span<float const> values, std::uint16_t* out) noexcept {
  float const* const in = values.data();
  std::size_t const count = values.size();
  if (k == kind::float16_vector)
    for (std::size_t i = 0; i < count; ++i) out[i] = to_float16_bits(in[i]);
  else
    for (std::size_t i = 0; i < count; ++i) out[i] = to_bfloat16_bits(in[i]);
}
constexpr void from_half_bits(kind k, std::span<std::uint16_t const> halves, float* out) noexcept {
  std::uint16_t const* const in = halves.data();
  std::size_t const count = halves.size();
  if (k == kind::float16_vector)
    for (std::size_t i = 0; i < count; ++i) out[i] = from_float16_bits(in[i]);
  else
    for (std::size_t i = 0; i < count; ++i) out[i] = from_bfloat16_bits(in[i]);
}
/// @}

}  // namespace detail
}  // namespace v1
}  // namespace bulkwriter
