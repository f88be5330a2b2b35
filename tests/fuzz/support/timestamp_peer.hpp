#pragma once

// Points in time as the documentation has them, by nothing of the library's: RFC 3339 in capitals, with a blank for the
// 'T', then also with hours alone as the offset, or either without an offset; days that there are, offsets that there are.

#include <algorithm>
#include <chrono>
#include <regex>
#include <string>
#include <string_view>

namespace fuzz {

inline bool is_timestamp(std::string_view text) {
  // [0-9], since \d asks the locale
  static std::regex const form(
      "([0-9]{4})-([0-9]{2})-([0-9]{2})(T| )([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]+)?"
      "(Z|([+-])([0-9]{2})(:([0-5][0-9]))?)?");
  std::string copy(text);
  // std::regex recurses: of a fraction's digits, of which there may be any number, one is enough
  if (copy.size() > 200 && copy[19] == '.' && copy[20] >= '0' && copy[20] <= '9')
    copy.erase(21, std::min(copy.find_first_not_of("0123456789", 21), copy.size()) - 21);
  if (copy.size() > 200) return false;
  std::smatch match;
  if (!std::regex_match(copy, match, form)) return false;
  std::chrono::year_month_day const day(std::chrono::year(std::stoi(match[1])),
                                        std::chrono::month(static_cast<unsigned>(std::stoi(match[2]))),
                                        std::chrono::day(static_cast<unsigned>(std::stoi(match[3]))));
  if (!day.ok() || int(day.year()) < 1) return false;
  if (!match[8].matched) return true;  // Z, or nothing
  int const minutes = std::stoi(match[9]) * 60 + (match[11].matched ? std::stoi(match[11]) : 0);
  if (minutes > (match[8] == "-" ? 12 : 14) * 60) return false;
  return match[4] == " " || match[11].matched;
}

// What of a text that is one stands in files.
inline std::string spelled_timestamp(std::string text) {
  std::size_t const zone = text.size() < 19 ? std::string::npos : text.find_first_of("Z+-", 19);
  if (zone == std::string::npos) return text;
  text[10] = 'T';
  return text.size() == zone + 3 ? text + ":00" : text;
}

}  // namespace fuzz
