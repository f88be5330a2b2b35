#include <bulkwriter/auth/detail/guarded.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace bulkwriter;
using auth::detail::keeps_secrets;

TEST_CASE("keeps_secrets: https, or this machine") {
  for (std::string const host : {"localhost", "azurite.localhost", "127.0.0.1", "127.255.255.254", "::1"}) {
    CAPTURE(host);
    CHECK(keeps_secrets({.secure = false, .host = host}));
    CHECK(keeps_secrets({.secure = true, .host = host}));
  }
  for (std::string const host :
       {"", "example.com", "127.0.0.1.example.com", "127.example.com", "127.0.0", "127.0.0.256", "1.127.0.0",
        "10.0.0.1", "localhost.example.com", "notlocalhost", "::2", "::", "169.254.169.254"}) {
    CAPTURE(host);
    CHECK_FALSE(keeps_secrets({.secure = false, .host = host}));
    CHECK(keeps_secrets({.secure = true, .host = host}));
  }
}
