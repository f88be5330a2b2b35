#include "support/error_of.hpp"

#include <bulkwriter/storage/detail/store_text.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace bw = bulkwriter;
using namespace bulkwriter::storage::detail;

TEST_CASE("stores: keys") {
  CHECK(check_key(std::string(1024, 'k')).has_value());
  CHECK(check_key("a//b/...").has_value());
  for (std::string const& bad :
       {std::string(), std::string("/a"), std::string("a\nb"), std::string("a\0b", 3), std::string("a\x7f"),
        std::string("a/../b"), std::string(".."), std::string("a/."), std::string(1025, 'k')}) {
    CAPTURE(bad);
    REQUIRE(!check_key(bad).has_value());
    CHECK(error_of(check_key(bad)).code == bw::errc::invalid_option);
  }
}

TEST_CASE("stores: foreign text in a message") {
  std::vector<std::string> const who = {"s3cr+t", "toke"};
  std::string const digest(64, 'a');
  CHECK(printable("x s3cr+t y toke z s3cr+t", who) == "x *** y *** z ***");
  CHECK(printable("sig=" + digest + ";", who) == "sig=***;");
  CHECK(printable("md5=" + std::string(32, 'b'), who) == "md5=" + std::string(32, 'b'));
  CHECK(printable("a\r\nb\tc", who) == "a\\r\\nb\\x09c");
  std::string long_text;
  for (int i = 0; i < 200; ++i) long_text += "\xe6\x96\x87";
  auto const cut = printable(long_text, who);
  CHECK(cut.size() == 300 + 3);  // 100 whole characters and the ellipsis
}

TEST_CASE("stores: megabytes of a secret in a server's text are blotted out at once, wherever the text is cut") {
  std::vector<std::string> const who = {std::string(1000, 's'), "sig=abcd&", "abcd"};
  for (std::string const& secret : who) {
    std::string text;
    while (text.size() < (4u << 20)) text += secret;
    auto const got = printable(text, who);  // in no time: otherwise in more than the test has
    for (std::string const& part : {std::string("sss"), std::string("abc"), std::string("sig")})
      CHECK(got.find(part) == std::string::npos);
  }
  for (std::size_t before = 4000; before < 4200; ++before)
    CHECK(printable(std::string(before, ' ') + who[0] + "x", who).find('s') == std::string::npos);
}

TEST_CASE("stores: ETags without their quotes") {
  CHECK(unquoted("W/\"abc-2\"") == "abc-2");  // as a proxy that compresses makes them
  CHECK(unquoted("\"abc-2\"") == "abc-2");
  CHECK(unquoted("abc") == "abc");
  CHECK(unquoted("\"") == "\"");
  CHECK(unquoted("") == "");
}
