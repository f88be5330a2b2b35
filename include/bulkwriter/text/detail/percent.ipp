#pragma once

#include <bulkwriter/text/ascii.hpp>
#include <bulkwriter/text/hex.hpp>
#include <bulkwriter/text/percent.hpp>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

BULKWRITER_DECL std::string percent_encode(std::string_view text, bool keep_slash) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (char const c : text) {
    bool const unreserved = is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved || (keep_slash && c == '/')) {
      out += c;
    } else {
      auto const b = static_cast<unsigned char>(c);
      out += '%';
      out += digits[b >> 4];
      out += digits[b & 15];
    }
  }
  return out;
}

// Whether the text begins with a percent sign and two digits; what they stand for.
inline bool read_percent(std::string_view text, char& means) noexcept {
  if (text.size() < 3 || text[0] != '%' || !is_hex(text[1]) || !is_hex(text[2])) return false;
  means = static_cast<char>(hex_value(text[1]) * 16 + hex_value(text[2]));
  return true;
}

BULKWRITER_DECL std::string percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    char c = text[at];
    at += read_percent(text.substr(at), c) ? 3 : 1;
    out += c;
  }
  return out;
}

BULKWRITER_DECL std::optional<std::string> strictly_percent_decoded(std::string_view text) {
  char means = 0;
  for (std::size_t at = text.find('%'); at < text.size(); at = text.find('%', at + 1))
    if (!read_percent(text.substr(at), means)) return std::nullopt;
  return percent_decode(text);
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
