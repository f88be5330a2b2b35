#include <bulkwriter/text/hex.hpp>
#include <bulkwriter/text/percent.hpp>

#include <doctest/doctest.h>

#include <span>
#include <string>

namespace detail = bulkwriter::detail;

TEST_CASE("percent: every byte, both ways") {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  std::string const encoded = detail::percent_encode(all);
  CHECK(detail::percent_decode(encoded) == all);
  CHECK(detail::strictly_percent_decoded(encoded) == all);
  CHECK(encoded.size() == 66 + 3 * (256 - 66));  // 62 letters and digits and the four of -._~
  CHECK(encoded.find_first_of("abcdef") == encoded.find("abcdef"));  // RFC 3986, 2.1: digits in capitals
  CHECK(detail::percent_encode("/a b/\xc3\xa9", true) == "/a%20b/%C3%A9");
  CHECK(detail::percent_encode("/a", false) == "%2Fa");
}

TEST_CASE("percent: what is no escape stands for itself, or for nothing") {
  CHECK(detail::percent_decode("%c3%A9") == "\xc3\xa9");
  CHECK(detail::percent_decode("a+b") == "a+b");
  for (char const* bad : {"%", "%4", "%4g", "%g4", "%%41", "a%", "%41%4"}) {
    CAPTURE(bad);
    CHECK_FALSE(detail::strictly_percent_decoded(bad));
  }
  CHECK(detail::percent_decode("%4") == "%4");
  CHECK(detail::percent_decode("%4g%41") == "%4gA");
  CHECK(detail::percent_decode("%%41") == "%A");
  CHECK(detail::strictly_percent_decoded("") == "");
}

TEST_CASE("hex: both ways") {
  std::string const bytes("\x00\x01\x7f\x80\xab\xff", 6);
  CHECK(detail::to_hex(std::as_bytes(std::span(bytes))) == "00017f80abff");
  CHECK(detail::to_hex({}) == "");
  auto const back = detail::from_hex("00017F80aBff");
  REQUIRE(back);
  CHECK(std::string(reinterpret_cast<char const*>(back->data()), back->size()) == bytes);
  for (char const* bad : {"0", "0g", "g0", "-1", "+1", " 1", "0x"}) {
    CAPTURE(bad);
    CHECK_FALSE(detail::from_hex(bad));
  }
  std::string out = "n";
  detail::append_hex(out, 0x1234567890abcdef, 4);
  detail::append_hex(out, 10, 3);
  CHECK(out == "ncdef00a");
}
