#pragma once

#include <bulkwriter/text/quoted.hpp>
#include <bulkwriter/text/utf8.hpp>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

// The code point of a character of well-formed UTF-8.
inline unsigned code_point(std::string_view character) noexcept {
  auto const at = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(character[i])); };
  if (character.size() == 1) return at(0);
  unsigned code = at(0) & (0xffu >> (character.size() + 1));
  for (std::size_t i = 1; i < character.size(); ++i) code = code << 6 | (at(i) & 0x3f);
  return code;
}

// What terminals obey, or what makes readers see another text than there is.
inline bool is_invisible(unsigned code) noexcept {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x200b && code <= 0x200f) ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

BULKWRITER_DECL std::string one_line(std::string_view text, std::size_t limit) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out, next;
  auto const escape = [&next](char letter, unsigned value, int count) {
    (next = '\\') += letter;
    while (count-- > 0) next += digits[value >> (4 * count) & 15];
  };
  for (std::size_t at = 0; at < text.size();) {
    unsigned const first = static_cast<unsigned char>(text[at]);
    std::size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    std::string_view const character = text.substr(at, size);
    if (find_utf8_fault(character) != std::string_view::npos) {
      size = 1;
      escape('x', first, 2);
    } else if (first == '\n' || first == '\r') {
      escape(first == '\n' ? 'n' : 'r', 0, 0);
    } else if (unsigned const code = code_point(character); is_invisible(code)) {
      code < 0x80 ? escape('x', code, 2) : escape('u', code, 4);
    } else {
      next = character;
    }
    if (out.size() + next.size() > limit) return out += "…";
    out += next;
    at += size;
  }
  return out;
}

BULKWRITER_DECL std::string in_quotes(std::string_view text, std::size_t limit) {
  return '\'' + one_line(text, limit) + '\'';
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
