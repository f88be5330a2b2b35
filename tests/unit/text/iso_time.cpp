#include <bulkwriter/text/iso_time.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>

namespace detail = bulkwriter::detail;

namespace {

std::string iso(std::int64_t seconds) {
  std::string out;
  detail::append_iso_time(out, detail::civil_time_of(seconds));
  return out;
}

}  // namespace

// Expected: Python's datetime.
TEST_CASE("iso_time: text of a moment") {
  CHECK(iso(0) == "1970-01-01T00:00:00");
  CHECK(iso(-1) == "1969-12-31T23:59:59");
  CHECK(iso(1'767'323'045) == "2026-01-02T03:04:05");
  CHECK(iso(951'782'400) == "2000-02-29T00:00:00");
  CHECK(iso(-2'203'891'200) == "1900-03-01T00:00:00");
  CHECK(iso(detail::first_iso_second) == "0001-01-01T00:00:00");
  CHECK(iso(detail::last_iso_second) == "9999-12-31T23:59:59");
}

TEST_CASE("iso_time: days of ten thousand years, as <chrono> counts them, both ways") {
  using namespace std::chrono;
  std::int64_t const last_day = detail::last_iso_second / 86'400;
  std::size_t wrong = 0;
  for (std::int64_t d = detail::first_iso_second / 86'400; d <= last_day; d += 17) {
    year_month_day const date{sys_days(days(d))};
    std::int64_t const second = (d * 7'919 % 86'400 + 86'400) % 86'400, at = d * 86'400 + second;
    auto const got = detail::civil_time_of(at);
    bool const good = static_cast<int>(got.year) == int(date.year()) && got.month == unsigned(date.month()) &&
                      got.day == unsigned(date.day()) && got.hour * 3600 + got.minute * 60 + got.second == second &&
                      got.minute < 60 && got.second < 60 && detail::seconds_of(got) == at;
    wrong += !good;
    if (!good) CHECK(iso(at) == "");
    if (wrong > 3) break;
  }
  CHECK(wrong == 0);
  for (int y : {1, 4, 100, 400, 1900, 2000, 2023, 2024, 9999})
    for (unsigned m = 1; m <= 12; ++m)
      CHECK(detail::days_of_month(static_cast<unsigned>(y), m) ==
            unsigned((year(y) / month(m) / last).day()));
}

TEST_CASE("iso_time: what services tell is read") {
  for (auto const* text : {"2026-01-02T03:04:05Z", "2026-01-02 03:04:05Z", "2026-01-02T03:04:05.678Z",
                           "2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05+00:00", "2026-01-02T05:34:05+02:30",
                           "2026-01-01T23:04:05.0-0400", "2026-01-02T03:04:05-00:00"}) {
    CAPTURE(text);
    CHECK(detail::parse_iso_time(text) == 1'767'323'045);
  }
  CHECK(detail::parse_iso_time("1970-01-01T00:00:00Z") == 0);
  CHECK(detail::parse_iso_time("2200-12-31T23:59:59Z") == 7'289'654'399);
  CHECK(detail::parse_iso_time("2016-12-31T23:59:60Z") == 1'483'228'800);  // a leap second
}

TEST_CASE("iso_time: what is no time, or none that every clock can count, is not read") {
  for (auto const* text :
       {"", "Z", "2026-01-02", "2026-01-02T03:04Z", "2026-13-02T03:04:05Z", "2026-00-02T03:04:05Z",
        "2026-01-00T03:04:05Z", "2026-02-29T03:04:05Z", "2026-01-02T24:04:05Z", "2026-01-02T03:60:05Z",
        "2026-01-02T03:04:61Z", "2026-01-02T03:04:05", "2026-01-02T03:04:05Zx", "2026-01-02T03:04:05xZ",
        "2026-01-02T03:04:05+1", "2026-01-02T03:04:05+01:0", "2026-01-02T03:04:05+01:00:00", "x026-01-02T03:04:05Z",
        "-026-01-02T03:04:05Z", "2026-01-02t03:04:05Z", "never", "1969-12-31T23:59:59Z", "2201-01-01T00:00:00Z",
        "9999-01-02T03:04:05Z"}) {
    CAPTURE(text);
    CHECK_FALSE(detail::parse_iso_time(text));
  }
}
