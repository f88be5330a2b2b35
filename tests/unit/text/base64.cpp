#include "support/error_of.hpp"

#include <bulkwriter/text/base64.hpp>

#include <doctest/doctest.h>

#include <span>
#include <string>
#include <string_view>

namespace detail = bulkwriter::detail;

namespace {

std::span<std::byte const> bytes(std::string_view text) {
  return std::as_bytes(std::span<char const>(text.data(), text.size()));
}

}  // namespace

TEST_CASE("base64: RFC 4648 section 10, both ways") {
  char const* const pairs[][2] = {{"", ""},
                                  {"f", "Zg=="},
                                  {"fo", "Zm8="},
                                  {"foo", "Zm9v"},
                                  {"foob", "Zm9vYg=="},
                                  {"fooba", "Zm9vYmE="},
                                  {"foobar", "Zm9vYmFy"},
                                  {"\xfb\xff", "+/8="}};
  for (auto const& [plain, encoded] : pairs) {
    CAPTURE(encoded);
    CHECK(detail::base64_encode(bytes(plain)) == encoded);
    auto const back = detail::base64_decode(encoded);
    CHECK(std::string(reinterpret_cast<char const*>(back.data()), back.size()) == plain);
  }
}

TEST_CASE("base64url: section 5, without padding") {
  CHECK(detail::base64url_encode(bytes("")) == "");
  CHECK(detail::base64url_encode(bytes("\xfb\xff")) == "-_8");
  CHECK(detail::base64url_encode(bytes("\xfb\xff\xbf")) == "-_-_");
  CHECK(detail::base64url_encode(bytes("f")) == "Zg");
}

TEST_CASE("base64: what is not base64 is refused without being repeated") {
  for (char const* bad : {"Zg", "Zg=", "Z===", "Zh==", "Zm9=", "Zm 9", "Zg==Zg==", "====", "Zm9\n", "Zm-_"}) {
    CAPTURE(bad);
    auto const got = detail::try_base64_decode(bad);
    REQUIRE(!got.has_value());
    CHECK(error_of(got).code == bulkwriter::errc::invalid_option);
    CHECK(error_of(got).message.find(bad) == std::string::npos);
  }
}
