#pragma once

#include <bulkwriter/config.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// Offset of the first byte that is not part of well-formed UTF-8 (Unicode 15, table 3-7); npos if there is none.
constexpr std::size_t find_utf8_fault(std::string_view text) noexcept {
  std::size_t const n = text.size();
  auto const byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  auto const is_tail = [&](std::size_t at, unsigned low = 0x80, unsigned high = 0xbf) {
    return at < n && byte(at) >= low && byte(at) <= high;
  };
  std::size_t i = 0;
  while (i < n) {
    if (!std::is_constant_evaluated() && i + 8 <= n) {
      std::uint64_t eight = 0;
      std::memcpy(&eight, text.data() + i, 8);
      if ((eight & 0x8080808080808080u) == 0) {
        i += 8;
        continue;
      }
    }
    unsigned const c = byte(i);
    std::size_t length = 0;
    if (c < 0x80)
      length = 1;
    else if (c >= 0xc2 && c <= 0xdf)
      length = is_tail(i + 1) ? 2 : 0;
    else if (c >= 0xe0 && c <= 0xef)
      length = is_tail(i + 1, c == 0xe0 ? 0xa0 : 0x80, c == 0xed ? 0x9f : 0xbf) && is_tail(i + 2) ? 3 : 0;
    else if (c >= 0xf0 && c <= 0xf4)
      length =
          is_tail(i + 1, c == 0xf0 ? 0x90 : 0x80, c == 0xf4 ? 0x8f : 0xbf) && is_tail(i + 2) && is_tail(i + 3) ? 4 : 0;
    if (length == 0) return i;
    i += length;
  }
  return std::string_view::npos;
}

/// The code point, of at most 21 bits, in UTF-8.
inline void append_utf8(std::string& out, unsigned code) {
  auto const push = [&](unsigned byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    push(code);
  } else if (code < 0x800) {
    push(0xc0 | code >> 6), push(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    push(0xe0 | code >> 12), push(0x80 | (code >> 6 & 0x3f)), push(0x80 | (code & 0x3f));
  } else {
    push(0xf0 | code >> 18), push(0x80 | (code >> 12 & 0x3f)), push(0x80 | (code >> 6 & 0x3f)),
        push(0x80 | (code & 0x3f));
  }
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
