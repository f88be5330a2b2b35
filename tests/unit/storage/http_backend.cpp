#include <bulkwriter/storage/detail/http_backend.hpp>

#include <doctest/doctest.h>

namespace bw = bulkwriter;
namespace detail = bulkwriter::storage::detail;
using bw::errc;

TEST_CASE("stores: answers after which the work may be done all the same") {
  auto const open = [](int status, bool denied_in_passing = false) {
    return detail::leaves_open(bw::http::response{.status = status, .headers = {}, .body = {}}, denied_in_passing);
  };
  for (int const status : {200, 204, 301, 400, 403, 404, 408, 412, 429, 501, 505}) CHECK(!open(status));
  for (int const status : {500, 502, 503, 504, 520}) CHECK(open(status));
  CHECK(open(200, true));
  CHECK(!detail::leaves_open(bw::error_info{.code = errc::connect_failed}, false));
  CHECK(detail::leaves_open(bw::error_info{.code = errc::timeout, .may_have_happened = true}, false));
}

TEST_CASE("stores: a query goes behind the path, encoded") {
  CHECK(detail::with_query("/b/k", {}) == "/b/k");
  CHECK(detail::with_query("/b", {{"uploads", ""}, {"prefix", "a b&c/"}}) == "/b?uploads=&prefix=a%20b%26c%2F");
}

TEST_CASE("stores: a page of a web server is quoted without anything that looks like a signature") {
  std::vector<std::string> const secrets = {"s3cr+t"};
  auto const quoted = [&](std::string body) {
    return detail::quoted_page({.status = 404, .headers = {}, .body = std::move(body)}, secrets);
  };
  CHECK(quoted("<h1>not\nfound, s3cr+t</h1>") == ": '<h1>not\\nfound, ***</h1>'");
  CHECK(quoted("Signature=abc") == "");
  CHECK(quoted("X-Credential: abc") == "");
}
