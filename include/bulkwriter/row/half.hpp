#pragma once

#include <bulkwriter/schema/kind.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <span>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

// Floats of 16 bits, as bits. Masks in place of branches, so that compilers make vector code of loops over these; the
// two float operations are on normal numbers, so flushing of subnormals does not matter.

// One of two by a condition: of a ?: with float operations in it GCC makes a jump.
constexpr std::uint32_t choose(bool condition, std::uint32_t yes, std::uint32_t no) noexcept {
  std::uint32_t const mask = 0 - std::uint32_t{condition};
  return (yes & mask) | (no & ~mask);
}

/// The nearest IEEE 754 binary16, of two the even one; from 65520 on infinity; of NaN a quiet NaN.
constexpr std::uint16_t to_float16_bits(float const& value) noexcept {
  auto const bits = std::bit_cast<std::uint32_t>(value);
  std::uint32_t const sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fff'ffff;
  bool const is_small = magnitude < 0x3880'0000;  // 2^-14
  // 112 off the exponent, 13 bits off the mantissa; a carry goes into the exponent as it should
  std::uint32_t const normal = (magnitude + 0xfff + (magnitude >> 13 & 1) - (112u << 23)) >> 13;
  // a sum with 0.5 has the unit of binary16's subnormals, 2^-24, as its last place
  float const sum = std::bit_cast<float>(choose(is_small, magnitude, 0)) + 0.5f;
  std::uint32_t const subnormal = std::bit_cast<std::uint32_t>(sum) - std::bit_cast<std::uint32_t>(0.5f);
  std::uint32_t const special = choose(magnitude > 0x7f80'0000, 0x7e00 | (magnitude >> 13 & 0x3ff), 0x7c00);
  return static_cast<std::uint16_t>(sign |
                                    choose(magnitude < 0x4780'0000, choose(is_small, subnormal, normal), special));
}

/// The nearest bfloat16, of two the even one; beyond its largest infinity; of NaN a quiet NaN.
constexpr std::uint16_t to_bfloat16_bits(float const& value) noexcept {
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
  return std::bit_cast<float>(sign | choose(magnitude < 0x400, subnormal, shifted + exponent));
}
constexpr float from_bfloat16_bits(std::uint16_t half) noexcept {
  return std::bit_cast<float>(std::uint32_t{half} << 16);
}
/// @}

// f for every value. Written over blocks of constant length that share no memory, so that compilers make vector code of
// it at -O2.
template <class From, class To, class F>
void transform_blocks(std::span<From const> values, To* out, F f) noexcept {
  constexpr std::size_t block = 32;
  std::size_t i = 0;
  for (; i + block <= values.size(); i += block) {
    From in[block];
    To made[block];
    std::memcpy(in, values.data() + i, sizeof in);
    for (std::size_t k = 0; k < block; ++k) made[k] = f(in[k]);
    std::memcpy(out + i, made, sizeof made);
  }
  for (; i < values.size(); ++i) out[i] = f(values[i]);
}

/// The same of many values, which may lie anywhere but in `out`, to as many at `out`; the kind, float16_vector or
/// bfloat16_vector, is asked once.
/// @{
inline void to_half_bits(kind k, std::span<float const> values, std::uint16_t* out) noexcept {
  if (k == kind::float16_vector)
    transform_blocks(values, out, [](float const& value) { return to_float16_bits(value); });
  else
    transform_blocks(values, out, [](float const& value) { return to_bfloat16_bits(value); });
}
inline void from_half_bits(kind k, std::span<std::uint16_t const> halves, float* out) noexcept {
  if (k == kind::float16_vector)
    transform_blocks(halves, out, [](std::uint16_t half) { return from_float16_bits(half); });
  else
    transform_blocks(halves, out, [](std::uint16_t half) { return from_bfloat16_bits(half); });
}
/// @}

/// The same a block at a time, where there is no room for all: `take(std::span<std::uint16_t const>)` gets each in
/// turn.
template <class Take>
void for_half_blocks(kind k, std::span<float const> values, Take const& take) {
  std::uint16_t halves[512];
  while (!values.empty()) {
    auto const some = values.first((std::min)(values.size(), std::size(halves)));
    to_half_bits(k, some, halves);
    take(std::span<std::uint16_t const>(halves, some.size()));
    values = values.subspan(some.size());
  }
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
