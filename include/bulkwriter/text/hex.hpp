#pragma once

#include <bulkwriter/config.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// 0 to 15 of a hexadecimal digit in either case; -1 of anything else.
constexpr int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}
constexpr bool is_hex(char c) noexcept { return hex_value(c) >= 0; }

/// Appends the last `count` hexadecimal digits of a number, in lower case.
inline void append_hex(std::string& out, std::uint64_t value, int count) {
  while (count-- > 0) out += "0123456789abcdef"[value >> (4 * count) & 15];
}

/// Two lower-case hexadecimal digits a byte.
inline std::string to_hex(std::span<std::byte const> data) {
  std::string out;
  out.reserve(data.size() * 2);
  for (std::byte const b : data) append_hex(out, std::to_integer<unsigned>(b), 2);
  return out;
}

/// The reverse, in either case; nothing where a digit is missing or is none.
inline std::optional<std::vector<std::byte>> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::vector<std::byte> out;
  out.reserve(text.size() / 2);
  for (std::size_t at = 0; at < text.size(); at += 2) {
    int const high = hex_value(text[at]), low = hex_value(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<std::byte>(high * 16 + low));
  }
  return out;
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
