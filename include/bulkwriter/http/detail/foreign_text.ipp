#pragma once

#include <bulkwriter/http/detail/foreign_text.hpp>

namespace bulkwriter {
inline namespace v1 {
namespace http {
namespace detail {

// Bytes of the UTF-8 character that begins here (RFC 3629); 0 if none does.
BULKWRITER_DECL std::size_t character_size(std::string_view text) noexcept {
  auto const at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char const first = at(0);
  if (first < 0x80) return 1;
  std::size_t const size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((at(i) & 0xC0) != 0x80) return 0;
  bool const overlong = (first == 0xE0 && at(1) < 0xA0) || (first == 0xF0 && at(1) < 0x90);
  bool const no_character = (first == 0xED && at(1) > 0x9F) || (first == 0xF4 && at(1) > 0x8F);
  return overlong || no_character ? 0 : size;
}

BULKWRITER_DECL std::string foreign_text(std::string_view text, std::size_t limit) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t const size = character_size(text.substr(at));
    if (at + (size == 0 ? 1 : size) > limit) return out + "…";
    auto const c = static_cast<unsigned char>(text[at]);
    if (size == 0)
      out += '?';
    else if (c < 0x20 || c == 0x7f)
      out += ' ';
    else
      out.append(text, at, size);
    at += size == 0 ? 1 : size;
  }
  return out;
}

}  // namespace detail
}  // namespace http
}  // namespace v1
}  // namespace bulkwriter
