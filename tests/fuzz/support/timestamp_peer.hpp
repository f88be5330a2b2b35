#pragma once

// Points in time as the documentation has them, by nothing of the library's: RFC 3339 in capitals with at most 9 digits
// of a second, or without an offset, then also with a blank for the 'T'; days that there are.

#include <chrono>
#include <regex>
#include <string>
#include <string_view>

namespace fuzz {

inline bool is_timestamp(std::string_view text) {
  // [0-9], since \d asks the locale
  static std::regex const form(
      "([0-9]{4})-([0-9]{2})-([0-9]{2})(T| )([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?"
      "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?");
  if (text.size() > 64) return false;  // the form ends sooner; std::regex recurses
  std::string const copy(text);
  std::smatch match;
  if (!std::regex_match(copy, match, form)) return false;
  std::chrono::year_month_day const day(std::chrono::year(std::stoi(match[1])),
                                        std::chrono::month(static_cast<unsigned>(std::stoi(match[2]))),
                                        std::chrono::day(static_cast<unsigned>(std::stoi(match[3]))));
  if (!day.ok() || int(day.year()) < 1) return false;
  return match[4] == "T" || !match[7].matched;
}

}  // namespace fuzz
