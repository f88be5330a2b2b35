#pragma once

#include <bulkwriter/config.hpp>

#include <bit>
#include <cstdint>
#include <type_traits>

// Which numbers are finite, whatever a program is compiled with. With -ffast-math or -ffinite-math-only compilers take
// every float that a function is given or gives back by value for finite, so that a test of its bits folds away; and a
// conversion of one that is not may give anything. So what may be NaN or infinite is handed on by reference or as its
// bits, is read here as memory that the optimiser knows nothing of, and becomes a float by value only when it is found
// to be finite.

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// The bits of a number that may be NaN or infinite.
/// @{
constexpr std::uint32_t bits_of(float const& value) noexcept {
  if (std::is_constant_evaluated()) return std::bit_cast<std::uint32_t>(value);
  float const read = static_cast<float const volatile&>(value);
  return std::bit_cast<std::uint32_t>(read);
}
constexpr std::uint64_t bits_of(double const& value) noexcept {
  if (std::is_constant_evaluated()) return std::bit_cast<std::uint64_t>(value);
  double const read = static_cast<double const volatile&>(value);
  return std::bit_cast<std::uint64_t>(read);
}
/// @}

/// By the bits of a number: not all of its exponent are set.
/// @{
constexpr bool is_finite_bits(std::uint32_t bits) noexcept { return (bits & 0x7f80'0000u) != 0x7f80'0000u; }
constexpr bool is_finite_bits(std::uint64_t bits) noexcept {
  return (bits & 0x7ff0'0000'0000'0000u) != 0x7ff0'0000'0000'0000u;
}
constexpr bool is_finite(float const& value) noexcept { return is_finite_bits(bits_of(value)); }
constexpr bool is_finite(double const& value) noexcept { return is_finite_bits(bits_of(value)); }
/// @}

/// Whether the nearest float of a double, by the bits of the latter, is finite: below FLT_MAX and half of its last place.
constexpr bool fits_float32_bits(std::uint64_t bits) noexcept {
  return (bits & 0x7fff'ffff'ffff'ffffu) < 0x47ef'ffff'f000'0000u;
}
constexpr bool fits_float32(double const& value) noexcept { return fits_float32_bits(bits_of(value)); }

/// The bits of the double of the same value; of a NaN a NaN.
constexpr std::uint64_t widened_bits(float const& value) noexcept {
  std::uint32_t const bits = bits_of(value);
  if (is_finite_bits(bits)) return std::bit_cast<std::uint64_t>(double{std::bit_cast<float>(bits)});
  return std::uint64_t{bits & 0x8000'0000u} << 32 | 0x7ff0'0000'0000'0000u | std::uint64_t{bits & 0x7f'ffffu} << 29;
}

/// The bits of the nearest float, beyond the largest an infinity; of a NaN a NaN.
constexpr std::uint32_t narrowed_bits(double const& value) noexcept {
  std::uint64_t const bits = bits_of(value);
  if (fits_float32_bits(bits))
    return std::bit_cast<std::uint32_t>(static_cast<float>(std::bit_cast<double>(bits)));
  bool const is_nan = (bits & 0x7fff'ffff'ffff'ffffu) > 0x7ff0'0000'0000'0000u;
  return static_cast<std::uint32_t>(bits >> 32 & 0x8000'0000u) | (is_nan ? 0x7fc0'0000u : 0x7f80'0000u);
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
