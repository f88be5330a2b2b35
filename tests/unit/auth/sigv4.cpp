#include "support/error_of.hpp"

#include <bulkwriter/auth/sigv4.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

#include "../../vectors/cases.hpp"

namespace auth = bulkwriter::auth;
namespace http = bulkwriter::http;

namespace {

struct parsed {
  auth::sigv4_request request;
  std::string body;
};

// The request as text: first line, headers (a line that begins with a space continues its header), blank line, body.
parsed parse(std::string const& text) {
  parsed out;
  auto const first_end = text.find('\n');
  std::string const first = text.substr(0, first_end);
  auto const method_end = first.find(' ');
  out.request.method = first.substr(0, method_end);
  out.request.target = first.substr(method_end + 1, first.rfind(" HTTP/1.1") - method_end - 1);
  std::size_t at = first_end + 1;
  while (at < text.size()) {
    auto const end = std::min(text.find('\n', at), text.size());
    std::string const line = text.substr(at, end - at);
    at = end + 1;
    if (line.empty()) break;
    if (line[0] == ' ') {
      out.request.headers.back().value += '\n' + line;
    } else {
      auto const colon = line.find(':');
      out.request.headers.push_back({line.substr(0, colon), line.substr(colon + 1)});
    }
  }
  if (at < text.size()) out.body = text.substr(at);
  return out;
}

auth::sigv4_time time_of(std::string const& stamp) {
  auto const number = [&](std::size_t from, std::size_t count) { return std::stoi(stamp.substr(from, count)); };
  using namespace std::chrono;
  return sys_days(year(number(0, 4)) / number(4, 2) / number(6, 2)) + hours(number(9, 2)) + minutes(number(11, 2)) +
         seconds(number(13, 2));
}

std::vector<std::string> sorted_query(std::string const& target) {
  std::vector<std::string> out;
  std::string const query = target.find('?') == std::string::npos ? "" : target.substr(target.find('?') + 1);
  for (std::size_t at = 0; at < query.size();) {
    auto const end = std::min(query.find('&', at), query.size());
    out.push_back(query.substr(at, end - at));
    at = end + 1;
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string value_of(std::vector<http::header> const& headers, std::string const& name) {
  for (auto const& h : headers)
    if (h.name == name) return h.value;
  return {};
}

void check(vectors::test_case const& c) {
  CAPTURE(c.name);
  bool const s3 = c.get("flags").find("s3") != std::string::npos;
  auto scope = s3 ? auth::sigv4_scope{.region = c.get("region"), .service = c.get("service")}
                  : auth::sigv4_scope::general(c.get("region"), c.get("service"));
  if (!s3) {
    scope.normalize_path = c.get("flags").find("normalize") != std::string::npos;
    scope.payload_hash_header = c.get("flags").find("sign_body") != std::string::npos;
    scope.sign_session_token = c.get("flags").find("omit_session_token") == std::string::npos;
  }
  auth::credentials const who{
      .access_key = c.get("access_key"), .secret_key = c.get("secret_key"), .session_token = c.get("session_token")};
  auto [request, body] = parse(c.get("request"));
  request.payload_hash = c.has("payload_hash") ? c.get("payload_hash") : auth::to_hex(auth::sha256(body));
  auto const time = time_of(c.get("timestamp"));
  REQUIRE(auth::sigv4_timestamp(time) == c.get("timestamp"));

  if (c.has("header-signature")) {
    auth::sigv4_key_cache cache;
    auto const got = auth::sigv4_sign(request, who, scope, time);
    CHECK(got.canonical_request == c.get("header-canonical-request"));
    CHECK(got.string_to_sign == c.get("header-string-to-sign"));
    CHECK(got.signature == c.get("header-signature"));
    CHECK(auth::sigv4_sign(request, who, scope, time, &cache).signature == got.signature);
    CHECK(auth::sigv4_sign(request, who, scope, time, &cache).signature == got.signature);
    if (c.has("header-signed-request")) {
      std::string const& whole = c.get("header-signed-request");
      CHECK(whole.find("Authorization:" + value_of(got.headers, "Authorization") + "\n") != std::string::npos);
    }
  }
  if (c.has("query-signature")) {
    auto const got = auth::sigv4_presign(request, who, scope, time, std::chrono::seconds(std::stoi(c.get("expires"))));
    CHECK(got.canonical_request == c.get("query-canonical-request"));
    CHECK(got.string_to_sign == c.get("query-string-to-sign"));
    CHECK(got.signature == c.get("query-signature"));
    CHECK(got.headers.empty());
    if (c.has("query-signed-request")) {
      CHECK(sorted_query(got.target) == sorted_query(parse(c.get("query-signed-request")).request.target));
    }
    // What a server would do with the URL that it receives.
    auto received = request;
    received.target = got.target;
    if (scope.sign_session_token || who.session_token.empty()) {
      CHECK(auth::sigv4_canonical_request(received, scope) == got.canonical_request);
    }
  }
}

}  // namespace

TEST_CASE("sigv4: the published suite") {
  auto const cases = vectors::read_cases("sigv4.txt");
  CHECK(cases.size() == 38);
  for (auto const& c : cases) {
    REQUIRE(c.has("header-signature"));
    REQUIRE(c.has("query-signature"));
    check(c);
  }
}

TEST_CASE("sigv4: the examples of the S3 documentation") {
  auto const cases = vectors::read_cases("sigv4_s3.txt");
  CHECK(cases.size() == 6);
  for (auto const& c : cases) check(c);
  CHECK(auth::to_hex(auth::sigv4_signing_key("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "20130524",
                                             {.region = "us-east-1", .service = "s3"})) ==
        "dbb893acc010964918f1fd433add87c70e8b0db6be30c1fbeafefa5ec6ba8378");
}

TEST_CASE("sigv4: S3 signs the path as it goes over the wire, other services encode it once more") {
  auth::sigv4_request const r{.host = "h", .target = "/b/" + auth::percent_encode("a b+c=d@e%f//../g", true)};
  CHECK(auth::sigv4_canonical_request(r, {}).starts_with("GET\n/b/a%20b%2Bc%3Dd%40e%25f//../g\n\n"));
  auto general = auth::sigv4_scope::general("r", "s");
  CHECK(auth::sigv4_canonical_request(r, general).starts_with("GET\n/b/g\n\n"));
}

TEST_CASE("sigv4: every spelling of one query gives one canonical form") {
  auto const line = [](std::string target) {
    auto const text = auth::sigv4_canonical_request({.host = "h", .target = std::move(target)}, {});
    auto const from = text.find('\n', text.find('\n') + 1) + 1;
    return text.substr(from, text.find('\n', from) - from);
  };
  CHECK(line("/?uploads") == "uploads=");
  CHECK(line("/?uploads=") == "uploads=");
  CHECK(line("/?b=2&a=1&&") == "a=1&b=2");
  CHECK(line("/?a=%7e&a=%2f") == "a=%2F&a=~");
  CHECK(line("/?a=b+c") == "a=b%2Bc");
  CHECK(line("/?a=x%3Dy") == "a=x%3Dy");
  CHECK(line("/?a=x=y") == "a=x%3Dy");
  CHECK(line("/?a=%zz") == "a=%25zz");
  CHECK(line("/?a-b=1&a=2") == "a=2&a-b=1");
}

TEST_CASE("sigv4: headers that proxies rewrite stay unsigned") {
  auth::sigv4_request const r{.host = "h",
                              .headers = {{"User-Agent", "x"},
                                          {"Accept-Encoding", "gzip"},
                                          {"Expect", "100-continue"},
                                          {"Connection", "close"},
                                          {"X-Amz-Meta-A", "1"},
                                          {"Content-MD5", "m"}}};
  CHECK(auth::sigv4_signed_headers(r) == "content-md5;host;x-amz-meta-a");
  // What a hop may drop or write anew is in no signature, by headers or presigned.
  for (std::string const name :
       {"Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
        "baggage", "traceparent", "TraceState", "X-Amzn-Trace-Id"}) {
    CAPTURE(name);
    auth::sigv4_request const bare{.host = "h"}, with{.host = "h", .headers = {{name, "x"}}};
    auth::credentials const who{.access_key = "a", .secret_key = "s"};
    CHECK(auth::sigv4_sign(with, who, {}, {}).signature == auth::sigv4_sign(bare, who, {}, {}).signature);
    CHECK(auth::sigv4_presign(with, who, {}, {}, std::chrono::seconds(1)).target ==
          auth::sigv4_presign(bare, who, {}, {}, std::chrono::seconds(1)).target);
  }
}

TEST_CASE("sigv4: the time's text at the edges of the calendar") {
  using namespace std::chrono;
  CHECK(auth::sigv4_timestamp(sys_days(1970y / 1 / 1)) == "19700101T000000Z");
  CHECK(auth::sigv4_timestamp(sys_days(2024y / 2 / 29) + 23h + 59min + 59s + 999ms) == "20240229T235959Z");
  CHECK(auth::sigv4_timestamp(sys_days(2000y / 1 / 1) - 1ms) == "19991231T235959Z");
}

TEST_CASE("sigv4: what is added to a query is parted from it by one sign") {
  for (std::string const target : {"/k", "/k?", "/k?a=b", "/k?a=b&"}) {
    auto const got =
        auth::try_sigv4_presign({.host = "h", .target = target}, {.access_key = "a", .secret_key = "s"}, {}, {}, std::chrono::seconds(1));
    REQUIRE(got);
    CAPTURE(got->target);
    CHECK(got->target.find(target.find("a=b") != target.npos ? "/k?a=b&X-Amz-Algorithm=" : "/k?X-Amz-Algorithm=") == 0);
  }
}

TEST_CASE("sigv4: a presigned URL lives between a second and a week") {
  auto const tried = [](long seconds) {
    return auth::try_sigv4_presign({.host = "h"}, {.access_key = "a", .secret_key = "s"}, {}, {},
                                   std::chrono::seconds(seconds));
  };
  CHECK(tried(1).has_value());
  CHECK(tried(604800).has_value());
  CHECK(error_of(tried(0)).code == bulkwriter::errc::invalid_option);
  CHECK(error_of(tried(604801)).code == bulkwriter::errc::invalid_option);
  CHECK_THROWS_AS(auth::sigv4_presign({}, {}, {}, {}, std::chrono::seconds(0)), bulkwriter::error);
}

TEST_CASE("sigv4: the cache gives the key of its arguments, from any thread") {
  auth::sigv4_key_cache cache;
  auth::sigv4_scope const here{.region = "r1"}, there{.region = "r2"};
  auto const loop = [&](char const* secret, auth::sigv4_scope const& scope, bool& ok) {
    auto const expected = auth::sigv4_signing_key(secret, "20200101", scope);
    for (int i = 0; i < 500; ++i) ok = ok && cache.get(secret, "20200101", scope) == expected;
  };
  bool a = true, b = true, c = true;
  std::thread one(loop, "s1", std::cref(here), std::ref(a)), two(loop, "s1", std::cref(there), std::ref(b)),
      three(loop, "s2", std::cref(here), std::ref(c));
  one.join(), two.join(), three.join();
  CHECK(a);
  CHECK(b);
  CHECK(c);
}
