#pragma once

#include <bit>
#include <cstdint>

namespace bulkwriter {
inline namespace v1 {
namespace detail {

/// Judged by its bits: std::isfinite is always true under -ffast-math.
constexpr bool is_finite(float value) noexcept {
  return (std::bit_cast<std::uint32_t>(value) & 0x7f800000u) != 0x7f800000u;
}
constexpr bool is_finite(double value) noexcept {
  return (std::bit_cast<std::uint64_t>(value) & 0x7ff0000000000000u) != 0x7ff0000000000000u;
}

}  // namespace detail
}  // namespace v1
}  // namespace bulkwriter
