// Whose certificate is accepted, and which sessions are kept.

#include "support/certificates.hpp"
#include "support/requests.hpp"

#include <bulkwriter/http/client.hpp>

#include <doctest/doctest.h>

using namespace bulkwriter;
using namespace test;

namespace {

certificates const& certs() {
  static certificates const made;
  return made;
}

tls_setup with(std::string const& leaf) {
  return {.certificate = certs().path(leaf + ".crt"), .key = certs().path(leaf + ".key")};
}
http::client_options trusting(std::vector<http::host_address> hosts = {}) {
  return {.tls = {.ca_file = certs().path("ca.crt")}, .hosts = std::move(hosts)};
}

void answer_all(peer& p) {
  while (!p.request().empty()) p.answer("x");
}

}  // namespace

TEST_CASE("tls: a wildcard for a part of a label is none") {
  script_server server(with("partial"), answer_all);
  for (char const* const host : {"store.s3.localhost", "st.s3.localhost", "localhost"}) {
    CAPTURE(host);
    http::client client(trusting());
    auto const got = client.try_send(get(secure(server.port(), host)));
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::tls_failed);
    CHECK_MESSAGE(contains(got.error().message, "hostname mismatch, it is for 'st*.s3.localhost'"), got.error().message);
  }
}

TEST_CASE("tls: the closing dot of a name is not the certificate's business") {
  std::string asked_for;
  script_server server(with("other"), [&](peer& p) {
    char const* const name = SSL_get_servername(p.tls(), TLSEXT_NAMETYPE_host_name);
    asked_for = name ? name : "(none)";
    answer_all(p);
  });
  {
    http::client client(trusting({{"other.example.", "127.0.0.1"}}));
    auto const got = client.try_send(get(secure(server.port(), "other.example.")));
    REQUIRE_MESSAGE(got, got.error().message);
  }
  server.finish();
  CHECK(asked_for == "other.example");  // RFC 6066, 3: without a trailing dot
}

TEST_CASE("tls: a session with a peer that then fails a handshake is not offered again") {
  std::atomic<int> resumed = 0, greeted = 0;
  script_server behind(with("good"), [&](peer& p) {
    ++greeted;
    if (SSL_session_reused(p.tls())) ++resumed;
    p.request();
    p.answer("x", "Connection: close\r\n");
  });
  script_server front([&](peer& p) {
    if (p.index() == 2)
      p.body(1);  // heard it, and goes
    else
      p.pass_on(behind.port(), {});
  });
  http::client client(trusting());
  auto const what = get(secure(front.port()));
  CHECK(client.send(what).body == "x");
  CHECK(client.send(what).body == "x");
  CHECK(resumed == 1);
  auto const lost = client.try_send(what);
  REQUIRE_FALSE(lost);
  CHECK(lost.error().code == errc::connection_lost);
  CHECK(client.send(what).body == "x");
  CHECK(greeted == 3);
  CHECK(resumed == 1);
}

TEST_CASE("tls: sessions of eight peers are kept, the oldest goes first") {
  std::atomic<int> resumed = 0;
  script_server server(with("good"), [&](peer& p) {
    if (SSL_session_reused(p.tls())) ++resumed;
    p.request();
    p.answer("x", "Connection: close\r\n");
  });
  http::client client(trusting());
  auto const visit = [&](int number) {
    CHECK(client.send(get(secure(server.port(), "b" + std::to_string(number) + ".s3.localhost"))).body == "x");
  };
  for (int i = 1; i <= 8; ++i) visit(i);
  CHECK(resumed == 0);
  for (int i = 1; i <= 8; ++i) visit(i);
  CHECK(resumed == 8);
  visit(9);
  visit(1);  // which had to go, and takes the place of 2
  CHECK(resumed == 8);
  for (int i = 3; i <= 9; ++i) visit(i);
  CHECK(resumed == 15);
  visit(2);
  CHECK(resumed == 15);
}
