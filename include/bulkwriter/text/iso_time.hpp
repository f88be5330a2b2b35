#pragma once

#include <bulkwriter/config.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Times as text, by integers alone: <chrono> costs a unit that only writes files more than the whole of it.

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// A moment in UTC, to the second, of the proleptic Gregorian calendar.
struct civil_time {
  unsigned year = 1970, month = 1, day = 1;   ///< month and day from 1
  unsigned hour = 0, minute = 0, second = 0;  ///< below 24, 60, 60

  friend bool operator==(civil_time const&, civil_time const&) = default;
};

/// Seconds after 1970 of the first and the last moment that ISO 8601 writes with four digits: the years 0001 to 9999.
inline constexpr std::int64_t first_iso_second = -62'135'596'800, last_iso_second = 253'402'300'799;

/// Of months 1 to 12.
constexpr unsigned days_of_month(unsigned year, unsigned month) noexcept {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/// The date and time of `seconds` after 1970, between the bounds above.
civil_time civil_time_of(std::int64_t seconds) noexcept;

/// The reverse.
std::int64_t seconds_of(civil_time const& time) noexcept;

/// Appends "2026-01-02T03:04:05".
void append_iso_time(std::string& out, civil_time const& time);

/// Seconds after 1970 of a time as services tell it: "2026-01-02T03:04:05Z", with a blank for the 'T', a fraction of
/// the second (which is dropped), or an offset ("+01:30", "+0130") for the 'Z'. Nothing for other text and for years
/// before 1970 and behind 2200, which not every clock can count.
std::optional<std::int64_t> parse_iso_time(std::string_view text) noexcept;

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/text/detail/iso_time.ipp>
#endif
