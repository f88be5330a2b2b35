// Times and paths at the edges.

#include "support/cloud.hpp"

#include <bulkwriter/auth/azure_token.hpp>
#include <bulkwriter/auth/sigv4.hpp>

#include <doctest/doctest.h>

using namespace test;

TEST_CASE("sigv4: a path is normalized as RFC 3986 5.2.4 has it, and repeated slashes are one") {
  auto const path_of = [](std::string const& path) {
    auth::sigv4_scope scope;
    scope.normalize_path = true;
    auto const request = auth::sigv4_canonical_request({.method = "GET", .target = path, .payload_hash = "x"}, scope);
    auto const begin = request.find('\n') + 1;
    return request.substr(begin, request.find('\n', begin) - begin);
  };
  CHECK(path_of("/a/b/..") == "/a/");
  CHECK(path_of("/a/b/../") == "/a/");
  CHECK(path_of("/a/b/.") == "/a/b/");
  CHECK(path_of("/a/b/./") == "/a/b/");
  CHECK(path_of("/a/b/") == "/a/b/");
  CHECK(path_of("/a/b") == "/a/b");
  CHECK(path_of("/a/../b") == "/b");
  CHECK(path_of("/..") == "/");
  CHECK(path_of("/../../a") == "/a");
  CHECK(path_of("//a///b") == "/a/b");
  CHECK(path_of("/") == "/");
  CHECK(path_of("/a/..b") == "/a/..b");
}

TEST_CASE("tokens: an end that no clock will reach is a mistake, not for ever") {
  environment env;
  std::string end;
  scripted_server server([&](request const&) {
    return http_answer(200, R"({"access_token":"t","expires_on":)" + end + "}");
  });
  auth::azure_options options;
  options.service = service();
  options.metadata_endpoint.clear();
  env.set("IDENTITY_ENDPOINT", server.endpoint() + "/msi/token");
  env.set("IDENTITY_HEADER", "h");
  auto const ask = [&] { return auth::azure_managed_identity(options).try_get(); };
  end = "\"7258118399\"";  // the last second of 2199
  auto const good = ask();
  REQUIRE_MESSAGE(good, good.error().message);
  CHECK(good->expires == time_point(std::chrono::seconds(7258118399)));
  for (char const* const bad : {"\"7258118400\"", "\"1e300\"", "\"-1\"", "\"nan\"", "\"inf\"", "\"1767441600s\"", "\"\""}) {
    CAPTURE(bad);
    end = bad;
    auto const got = ask();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::invalid_response);
    CHECK(got.error().message.find("expires_on") != std::string::npos);
  }
}
