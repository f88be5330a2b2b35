#pragma once

#include <bulkwriter/text/iso_time.hpp>
#include <bulkwriter/text/numbers.hpp>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

// Days are counted in eras of 400 years, and years from March 1, so that a leap day is the last one of its year.
inline constexpr std::int64_t seconds_of_day = 86'400, days_of_era = 146'097, march_of_year_0 = -719'468;

BULKWRITER_DECL civil_time civil_time_of(std::int64_t seconds) noexcept {
  // From the first second, not from 1970: no remainder is negative.
  std::int64_t const days = (seconds - first_iso_second) / seconds_of_day + first_iso_second / seconds_of_day -
                            march_of_year_0;
  auto const of_day = static_cast<unsigned>((seconds - first_iso_second) % seconds_of_day);
  std::int64_t const era = days / days_of_era, of_era = days % days_of_era;
  std::int64_t const year_of_era = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
  auto const of_year = static_cast<unsigned>(of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100));
  unsigned const shifted = (5 * of_year + 2) / 153;  // 0: March
  unsigned const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {.year = static_cast<unsigned>(400 * era + year_of_era) + (month <= 2 ? 1u : 0u),
          .month = month,
          .day = of_year - (153 * shifted + 2) / 5 + 1,
          .hour = of_day / 3600,
          .minute = of_day / 60 % 60,
          .second = of_day % 60};
}

BULKWRITER_DECL std::int64_t seconds_of(civil_time const& t) noexcept {
  std::int64_t const year = t.month <= 2 ? t.year - 1 : t.year;
  std::int64_t const era = year / 400, year_of_era = year % 400;
  unsigned const shifted = t.month > 2 ? t.month - 3 : t.month + 9;
  std::int64_t const of_era =
      365 * year_of_era + year_of_era / 4 - year_of_era / 100 + (153 * shifted + 2) / 5 + t.day - 1;
  return (march_of_year_0 + era * days_of_era + of_era) * seconds_of_day + t.hour * 3600 + t.minute * 60 + t.second;
}

BULKWRITER_DECL void append_iso_time(std::string& out, civil_time const& t) {
  append_digits(out, t.year, 4);
  append_digits(out += '-', t.month, 2);
  append_digits(out += '-', t.day, 2);
  append_digits(out += 'T', t.hour, 2);
  append_digits(out += ':', t.minute, 2);
  append_digits(out += ':', t.second, 2);
}

BULKWRITER_DECL std::optional<std::int64_t> parse_iso_time(std::string_view text) noexcept {
  auto const number = [&text](std::size_t digits, char before, unsigned& value) {
    if (before != '\0') {
      if (!text.starts_with(before)) return false;
      text.remove_prefix(1);
    }
    bool const good = text.size() >= digits && parse_number(text.substr(0, digits), value);
    if (good) text.remove_prefix(digits);
    return good;
  };
  civil_time t;
  if (!number(4, '\0', t.year) || !number(2, '-', t.month) || !number(2, '-', t.day)) return std::nullopt;
  if (!number(2, text.starts_with(' ') ? ' ' : 'T', t.hour) || !number(2, ':', t.minute) || !number(2, ':', t.second))
    return std::nullopt;
  if (text.starts_with('.')) text.remove_prefix((std::min)(text.find_first_not_of("0123456789", 1), text.size()));
  std::int64_t offset = 0;  // in minutes
  if (text != "Z") {
    unsigned hours = 0, minutes = 0;
    int const sign = text.starts_with('-') ? -1 : 1;
    if (!number(2, sign < 0 ? '-' : '+', hours)) return std::nullopt;
    if (!number(2, text.starts_with(':') ? ':' : '\0', minutes) || !text.empty()) return std::nullopt;
    offset = sign * static_cast<int>(hours * 60 + minutes);
  }
  bool const is_date = t.year >= 1970 && t.year <= 2200 && t.month >= 1 && t.month <= 12 && t.day >= 1 &&
                       t.day <= days_of_month(t.year, t.month);
  if (!is_date || t.hour > 23 || t.minute > 59 || t.second > 60) return std::nullopt;  // 60: a leap second
  return seconds_of(t) - offset * 60;
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
