#pragma once

// UTF-8 by the definition (Unicode, table 3-7), by nothing of the library's.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

/// Gives each code point; false where something is none.
template <class Take>
bool each_code_point(std::string_view text, Take const& take) {
  for (std::size_t i = 0; i < text.size();) {
    auto const first = static_cast<unsigned char>(text[i]);
    std::size_t const more = first < 0x80   ? 0
                             : first < 0xC2 ? 9
                             : first < 0xE0 ? 1
                             : first < 0xF0 ? 2
                             : first < 0xF5 ? 3
                                            : 9;
    if (more == 9 || text.size() - i <= more) return false;
    char32_t code = more == 0 ? first : first & (0x3Fu >> more);
    for (std::size_t k = 1; k <= more; ++k) {
      auto const next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xC0) != 0x80) return false;
      code = code << 6 | (next & 0x3F);
    }
    static constexpr char32_t smallest[] = {0, 0x80, 0x800, 0x10000};
    if (code < smallest[more] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
    take(code);
    i += more + 1;
  }
  return true;
}
inline bool is_utf8(std::string_view text) {
  return each_code_point(text, [](char32_t) {});
}
/// The code points, or nothing.
inline std::optional<std::vector<char32_t>> code_points(std::string_view text) {
  std::vector<char32_t> out;
  if (!each_code_point(text, [&](char32_t code) { out.push_back(code); })) return std::nullopt;
  return out;
}

inline void append_utf8(std::string& out, char32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  int const more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  static constexpr unsigned lead[] = {0, 0xC0, 0xE0, 0xF0};
  out += static_cast<char>(lead[more] | code >> (6 * more));
  for (int k = more - 1; k >= 0; --k) out += static_cast<char>(0x80 | (code >> (6 * k) & 0x3F));
}

}  // namespace fuzz
