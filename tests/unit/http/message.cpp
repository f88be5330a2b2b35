#include <bulkwriter/http/message.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace bulkwriter;
using http::origin;
using http::url;

TEST_CASE("url: scheme, host, port and target are split") {
  struct {
    char const* text;
    origin expected;
    char const* target;
  } const cases[] = {
      {"https://s3.example.com/bucket/key?uploads", {true, "s3.example.com", 443}, "/bucket/key?uploads"},
      {"http://127.0.0.1:19530", {false, "127.0.0.1", 19530}, "/"},
      {"HTTP://Example.COM/Path", {false, "example.com", 80}, "/Path"},
      {"https://host?x=1", {true, "host", 443}, "/?x=1"},
      {"https://[2001:DB8::1]:9000/x", {true, "2001:db8::1", 9000}, "/x"},
      {"http://[::1]", {false, "::1", 80}, "/"},
      {"http://[::ffff:10.0.0.1]/", {false, "::ffff:10.0.0.1", 80}, "/"},
      {"http://[1:2:3:4:5:6:7:8]/", {false, "1:2:3:4:5:6:7:8", 80}, "/"},
      {"storage.googleapis.com", {true, "storage.googleapis.com", 443}, "/"},
      {"localhost:9000", {true, "localhost", 9000}, "/"},
      {"host/a?next=http://other", {true, "host", 443}, "/a?next=http://other"},
      {"https://host/%2F+%41//b/../c", {true, "host", 443}, "/%2F+%41//b/../c"},
      {"https://host/user@example", {true, "host", 443}, "/user@example"},
      {"https://host.:65535/", {true, "host.", 65535}, "/"},
  };
  for (auto const& c : cases) {
    CAPTURE(c.text);
    auto const got = url::try_parse(c.text);
    REQUIRE(got);
    CHECK(got->origin == c.expected);
    CHECK(got->target == c.target);
  }
}

TEST_CASE("url: a text without a scheme can be taken as http") {
  auto const got = url::try_parse("localhost/x", false);
  REQUIRE(got);
  CHECK(got->origin == origin{false, "localhost", 80});
  CHECK(url::parse("https://localhost", false).origin.secure);
}

TEST_CASE("url: what is none is refused with the reason") {
  struct {
    std::string text;
    char const* reason;
  } const cases[] = {
      {"", "no host"},
      {"https://", "no host"},
      {"http:///path", "no host"},
      {"https://:443/", "no host"},
      {"ftp://host/", "'ftp' is neither http nor https"},
      {"s3://bucket/key", "'s3' is neither http nor https"},
      {"https://host:0/", "port '0'"},
      {"https://host:65536/", "port '65536'"},
      {"https://host:/", "port ''"},
      {"https://host:80x/", "port '80x'"},
      {"https://host:-1/", "port '-1'"},
      {"https://host:+80/", "port '+80'"},
      {"https://[::1/", "no ']'"},
      {"https://[::1]x/", "behind ']'"},
      {"https://[1:2:3]/", "IPv6"},
      {"https://[1::2::3]/", "IPv6"},
      {"https://[12345::]/", "IPv6"},
      {"https://[::1%25eth0]/", "IPv6"},
      {"https://[::256.1.1.1]/", "IPv6"},
      {"https://[1:2:3:4:5:6:7:8:9]/", "IPv6"},
      {"https://[1:2:3:4:5:6:7::8]/", "IPv6"},
      {"https://[:1]/", "IPv6"},
      {"https://[]/", "IPv6"},
      {"https://::1/", "needs brackets"},
      {"https://a..b/", "no host name"},
      {"https://a../", "no host name"},
      {"https://./", "no host name"},
      {"https://b\xc3\xbc"
       "cher.example/",
       "no host name"},
      {"https://ho\\st/", "no host name"},
      {"https://host/a b", "blank at byte 14"},
      {"https://host/a\r\nX: y", "control character or blank at byte 14"},
      {std::string("https://ho\0st/", 14), "at byte 10"},
      {"https://host/\x7f", "at byte 13"},
      {"https://host/a#b", "fragment"},
  };
  for (auto const& c : cases) {
    CAPTURE(c.text);
    auto const got = url::try_parse(c.text);
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::invalid_url);
    CHECK_MESSAGE(got.error().message.find(c.reason) != std::string::npos, got.error().message);
  }
}

TEST_CASE("url: user name and password are refused and never shown") {
  for (std::string text : {"https://user:pa55word@host/", "user:pa55word@host", "https://pa55word@host:1?sig=pa55word",
                           "https://pa55word@ho st", "gopher://user:pa55word@host/", "https://user:pa55word/1@host/",
                           "user:pa55word://1@host", "https://pa55word\\/@host/", "https://[pa55word/1@host/"}) {
    auto const got = url::try_parse(text);
    REQUIRE_FALSE(got);
    CHECK_MESSAGE(got.error().to_string().find("pa55word") == std::string::npos, got.error().to_string());
  }
  auto const got = url::try_parse("https://host:bad/path?sig=pa55word");
  REQUIRE_FALSE(got);
  CHECK(got.error().to_string().find("pa55word") == std::string::npos);
}

TEST_CASE("origin: the Host header names the port only if it is unusual") {
  CHECK(origin{true, "host", 443}.authority() == "host");
  CHECK(origin{false, "host", 443}.authority() == "host:443");
  CHECK(origin{false, "host", 80}.authority() == "host");
  CHECK(origin{true, "::1", 443}.authority() == "[::1]");
  CHECK(origin{false, "::1", 9000}.authority() == "[::1]:9000");
  CHECK(origin{true, "host", 443}.to_string() == "https://host:443");
  CHECK(origin{false, "::1", 80}.to_string() == "http://[::1]:80");
}

TEST_CASE("response: headers are found without case, the first one wins") {
  http::response const r{.status = 200, .headers = {{"ETag", "\"1\""}, {"etag", "\"2\""}, {"X-Empty", ""}}};
  CHECK(r.find("etag") == "\"1\"");
  CHECK(r.find("ETAG") == "\"1\"");
  CHECK(r.find("x-empty").empty());
  CHECK(r.find("ETa").empty());
}

TEST_CASE("parse_date: the three forms of RFC 9110 5.6.7 are the same moment") {
  std::chrono::system_clock::time_point const expected{std::chrono::seconds(784111777)};
  CHECK(http::parse_date("Sun, 06 Nov 1994 08:49:37 GMT") == expected);
  CHECK(http::parse_date("Sunday, 06-Nov-94 08:49:37 GMT") == expected);
  CHECK(http::parse_date("Sun Nov  6 08:49:37 1994") == expected);
  // Of a year of two digits 70 is the first of the last century's (POSIX strptime, %y: 69 to 99).
  CHECK(http::parse_date("Thursday, 01-Jan-70 00:00:00 GMT")->time_since_epoch() == std::chrono::seconds(0));
  CHECK(http::parse_date("Saturday, 05-Jan-69 00:00:00 GMT")->time_since_epoch() == std::chrono::seconds(3124569600));
  // 2^31 seconds, and a leap day (Unix time of `date -u -d '2024-02-29 23:59:59' +%s`)
  CHECK(http::parse_date("Tue, 19 Jan 2038 03:14:08 GMT")->time_since_epoch() == std::chrono::seconds(2147483648));
  CHECK(http::parse_date("Thu, 29 Feb 2024 23:59:59 GMT")->time_since_epoch() == std::chrono::seconds(1709251199));
}

TEST_CASE("parse_date: anything else is none") {
  for (char const* text :
       {"", "120", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 31 Feb 2023 00:00:00 GMT",
        "Thu, 29 Feb 2023 00:00:00 GMT", "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT",
        "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 94000 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT x", "Sun, 00 Nov 1994 08:49:37 GMT", "2024-02-29T23:59:59Z"}) {
    CAPTURE(text);
    CHECK_FALSE(http::parse_date(text));
  }
}
