#include "support/requests.hpp"

#include <bulkwriter/http/client.hpp>
#include <bulkwriter/http/detail/proxy.hpp>
#include <bulkwriter/http/this_machine.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace bulkwriter;
using namespace test;
using http::detail::keeps_secrets;

TEST_CASE("keeps_secrets: https, or this machine") {
  for (std::string const host : {"localhost", "azurite.localhost", "127.0.0.1", "127.255.255.254", "::1",
                                 "LocalHost", "localhost.", "a.B.LOCALHOST.", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1",
                                 "::FFFF:7f00:2"}) {
    CAPTURE(host);
    CHECK(keeps_secrets({.secure = false, .host = host}));
    CHECK(keeps_secrets({.secure = true, .host = host}));
  }
  for (std::string const host :
       {"", "example.com", "127.0.0.1.example.com", "127.example.com", "127.0.0", "127.0.0.256", "1.127.0.0",
        "10.0.0.1", "localhost.example.com", "notlocalhost", "::2", "::", "169.254.169.254",
        "::ffff:128.0.0.1", "::127.0.0.1", "1::1", "::1:1", "::1%lo", "0.0.0.0", "127.1", "2130706433", "localhost:", "xlocalhost"}) {
    CAPTURE(host);
    CHECK_FALSE(keeps_secrets({.secure = false, .host = host}));
    CHECK(keeps_secrets({.secure = true, .host = host}));
  }
}

TEST_CASE("this machine: no proxy leads to it, and no list of hosts leads away") {
  http::detail::proxy_rules const rules({.url = "http://proxy.example:1"}, [](char const*) -> char const* { return nullptr; });
  for (std::string const host : {"localhost", "a.localhost", "127.0.0.2", "::1", "::ffff:127.0.0.1"})
    for (bool const secure : {false, true}) CHECK_FALSE(*rules.try_choose({.secure = secure, .host = host, .port = 1}));
  CHECK(*rules.try_choose({.secure = false, .host = "127.0.0.1.example.com", .port = 1}));

  script_server server([](peer& p) {
    while (!p.head().empty()) p.answer("here");
  });
  auto const from = [&](std::string const& host, std::vector<http::host_address> known) {
    return http::client({.hosts = std::move(known), .proxy = {.url = "none"}}).try_send(get(plain(server.port(), host)));
  };
  for (std::string const host : {"localhost", "x.localhost"}) {
    CHECK(from(host, {}));
    CHECK(from(host, {{"LOCALHOST", "127.0.0.1"}}));
    auto const away = from(host, {{host, "10.1.2.3"}});
    REQUIRE_FALSE(away);
    CHECK(away.error().code == errc::resolve_failed);
    CHECK(away.error().message.ends_with("the name is that of this machine, the address given for it is not: '10.1.2.3'"));
  }
  CHECK(from("store.example", {{"store.example", "127.0.0.1"}}));
}
