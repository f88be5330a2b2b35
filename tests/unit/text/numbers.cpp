#include <bulkwriter/text/ascii.hpp>
#include <bulkwriter/text/numbers.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

namespace detail = bulkwriter::detail;

TEST_CASE("numbers: an integer is a whole text, and what is none leaves the value alone") {
  std::int64_t number = 7;
  CHECK(detail::read_integer("-9223372036854775808", number));
  CHECK(number == INT64_MIN);
  CHECK(detail::read_integer("007", number));
  CHECK(number == 7);
  for (char const* bad : {"", "-", "+1", " 1", "1 ", "1x", "1.0", "0x1", "9223372036854775808"}) {
    CAPTURE(bad);
    CHECK_FALSE(detail::read_integer(bad, number));
    CHECK(number == 7);
  }
  CHECK_FALSE(detail::parse_number("-1", number));
  CHECK_FALSE(detail::parse_number("", number));
  CHECK(detail::parse_number("12", number));
  CHECK(number == 12);
  std::uint16_t port = 1;
  CHECK_FALSE(detail::parse_number("65536", port));
  CHECK(port == 1);
  unsigned code = 0;
  CHECK(detail::read_integer("20aC", code, 16));
  CHECK(code == 0x20ac);
}

TEST_CASE("numbers: a float is a whole text") {
  double number = 7;
  CHECK(detail::read_float("-1.5e3", number));
  CHECK(number == -1500);
  for (char const* bad : {"", "x", "1x", "1 ", "nan", "inf", "1e999"}) {
    CAPTURE(bad);
    CHECK_FALSE(detail::read_float(bad, number));
    CHECK(number == -1500);
  }
}

TEST_CASE("numbers: zeros before digits") {
  std::string out;
  for (unsigned const n : {0u, 7u, 99u, 100u}) detail::append_digits(out += ' ', n, 2);
  CHECK(out == " 00 07 99 100");
}

TEST_CASE("ascii: case and blanks, whatever the locale") {
  CHECK(detail::lower_case("AZaz[@\xc3\x89") == "azaz[@\xc3\x89");
  CHECK(detail::equal_without_case("Content-MD5", "content-md5"));
  CHECK_FALSE(detail::equal_without_case("a", "ab"));
  CHECK_FALSE(detail::equal_without_case("[", "{"));  // which differ by the bit of the case
  CHECK(detail::trimmed(" \t\r\n\v\fa b\f") == "a b");
  CHECK(detail::trimmed("\va ", detail::json_blanks) == "\va");
  CHECK(detail::trimmed(" \n") == "");
}
