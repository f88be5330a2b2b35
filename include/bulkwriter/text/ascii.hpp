#pragma once

#include <bulkwriter/config.hpp>

#include <algorithm>
#include <string>
#include <string_view>

// Characters of protocols and of files: <cctype> asks the locale, which is the user's; these do not.

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
/// Blanks and line ends, as JSON has them.
constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

constexpr char to_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

inline std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), to_lower);
  return out;
}

constexpr bool equal_without_case(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return to_lower(x) == to_lower(y); });
}

/// What programs and people put round words; of it `is_blank` only is blank in JSON.
inline constexpr std::string_view white_space = " \t\r\n\v\f", json_blanks = " \t\r\n";

/// A view without any of `blanks` at both ends.
constexpr std::string_view trimmed(std::string_view text, std::string_view blanks = white_space) noexcept {
  auto const from = text.find_first_not_of(blanks);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(blanks) + 1 - from);
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
