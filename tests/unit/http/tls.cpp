// Trust, names, versions, resumption and truncation over TLS, against OpenSSL's server side.

#include "support/certificates.hpp"
#include "support/requests.hpp"

#include <bulkwriter/http/client.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>

using namespace bulkwriter;
using namespace std::chrono_literals;
using namespace std::string_literals;
using namespace test;

namespace {

certificates const& certs() {
  static certificates const made;
  return made;
}

tls_setup with(std::string const& leaf, int newest = TLS1_3_VERSION) {
  return {.certificate = certs().path(leaf + ".crt"), .key = certs().path(leaf + ".key"), .newest_version = newest};
}
http::client_options trusting() { return {.tls = {.ca_file = certs().path("ca.crt")}}; }

void answer_all(peer& p) {
  std::string body;
  while (!p.request(&body).empty()) p.answer(body);
}

void check_tls_failed(result<http::response> const& got, std::string_view part) {
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::tls_failed);
  CHECK_MESSAGE(contains(got.error().message, part), got.error().message);
}

// Sets a variable of the environment, and puts it back.
class environment {
 public:
  environment(char const* name, std::string const& value) : name_(name) {
    char const* const old = std::getenv(name);
    had_ = old != nullptr;
    if (old) old_ = old;
    if (value.empty())
      ::unsetenv(name);
    else
      ::setenv(name, value.c_str(), 1);
  }
  environment(environment const&) = delete;
  environment& operator=(environment const&) = delete;
  ~environment() {
    if (had_)
      ::setenv(name_, old_.c_str(), 1);
    else
      ::unsetenv(name_);
  }

 private:
  char const* name_;
  bool had_ = false;
  std::string old_;
};

}  // namespace

TEST_CASE("tls: by address and by name, with keep-alive") {
  for (int tls_version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    std::vector<std::string> asked_for;
    script_server server(with("good", tls_version), [&](peer& p) {
      char const* const name = SSL_get_servername(p.tls(), TLSEXT_NAMETYPE_host_name);
      asked_for.push_back(name ? name : "(none)");
      CHECK(SSL_version(p.tls()) == tls_version);
      answer_all(p);
    });
    {
      http::client client(trusting());
      for (char const* host : {"127.0.0.1", "localhost", "bucket.s3.localhost"}) {
        CAPTURE(host);
        for (int i = 0; i < 2; ++i) {
          auto const got = client.try_send(with_body("PUT", secure(server.port(), host), "hello"));
          REQUIRE_MESSAGE(got, got.error().message);
          CHECK(got->body == "hello");
        }
      }
    }
    CHECK(server.connections() == 3);
    // RFC 6066: a literal address is not sent.
    CHECK(asked_for == std::vector<std::string>{"(none)", "localhost", "bucket.s3.localhost"});
  }
}

TEST_CASE("tls: a CA file that was replaced counts for the next client, while an older one lives") {
  script_server server(with("good"), answer_all);
  std::string const file = certs().path("replaced.crt");
  std::filesystem::copy_file(certs().path("self.crt"), file);
  http::client_options const options{.tls = {.ca_file = file}};
  http::client old(options);
  check_tls_failed(old.try_send(get(secure(server.port()))), "not accepted");
  std::filesystem::copy_file(certs().path("ca.crt"), file + ".new");
  std::filesystem::rename(file + ".new", file);
  http::client next(options);
  auto const got = next.try_send(get(secure(server.port())));
  CHECK_MESSAGE(got, got.error().message);
}

TEST_CASE("tls: a CA directory that is not there is named") {
  script_server server(with("good"), answer_all);
  http::client client({.tls = {.ca_path = "/nowhere/at all"}});
  auto const got = client.try_send(get(secure(server.port())));
  check_tls_failed(got, "'/nowhere/at all' (ca_path): there is no such directory");
}

TEST_CASE("tls: a common name is no host name, with or without names beside it") {
  // The certificate's subject is CN=localhost.
  for (std::string const leaf : {"named", "bare"}) {
    script_server server(with(leaf), answer_all);
    http::client client(trusting());
    check_tls_failed(client.try_send(get(secure(server.port(), "localhost"))), "mismatch");
  }
}

TEST_CASE("tls: by an IPv6 address") {
  if (!has_ipv6()) {
    MESSAGE("skipped: no IPv6 here");
    return;
  }
  std::string named;
  auto const play = [&](peer& p) {
    char const* const name = SSL_get_servername(p.tls(), TLSEXT_NAMETYPE_host_name);
    named += name ? name : "(none)";
    answer_all(p);
  };
  script_server server(with("good"), play, AF_INET6), wrong(with("other"), play, AF_INET6);
  http::client client(trusting());
  auto const got = client.try_send(with_body("PUT", secure(server.port(), "::1"), "hello"));
  REQUIRE_MESSAGE(got, got.error().message);
  CHECK(got->body == "hello");
  CHECK(named == "(none)");
  check_tls_failed(client.try_send(get(secure(wrong.port(), "::1"))),
                   "IP address mismatch, it is for 'other.example', 127.0.0.9");
}

TEST_CASE("tls: the certificate must be for this host") {
  script_server server(with("other"), answer_all);
  http::client client(trusting());
  check_tls_failed(client.try_send(get(secure(server.port(), "localhost"))),
                   "hostname mismatch, it is for 'other.example', 127.0.0.9");
  check_tls_failed(client.try_send(get(secure(server.port()))),
                   "IP address mismatch, it is for 'other.example', 127.0.0.9");
  // The right name for it is accepted: so nothing else was wrong with it.
  http::client named({.tls = {.ca_file = certs().path("ca.crt")}, .hosts = {{"other.example", "127.0.0.1"}}});
  CHECK(named.send(get(secure(server.port(), "other.example"))).status == 200);
}

TEST_CASE("tls: a wildcard stands for one label") {
  script_server server(with("good"), answer_all);
  http::client client(trusting());
  check_tls_failed(client.try_send(get(secure(server.port(), "a.b.s3.localhost"))), "hostname mismatch");
}

TEST_CASE("tls: expired, not yet valid, self-signed, unknown CA") {
  struct {
    char const* leaf;
    char const* reason;
  } const cases[] = {{"expired", "certificate has expired"},
                     {"future", "certificate is not yet valid"},
                     {"self", "self-signed certificate"}};
  for (auto const& c : cases) {
    CAPTURE(c.leaf);
    script_server server(with(c.leaf), answer_all);
    http::client client(trusting());
    for (int i = 0; i < 2; ++i) check_tls_failed(client.try_send(get(secure(server.port()))), c.reason);
  }
  script_server server(with("good"), answer_all);
  http::client client({.tls = {.ca_file = certs().path("self.crt")}});
  check_tls_failed(client.try_send(get(secure(server.port()))), "unable to get local issuer certificate");
}

TEST_CASE("tls: whom to trust comes from the options, else from the environment, else from the system") {
  script_server server(with("good"), answer_all);
  auto const what = get(secure(server.port()));
  auto reached = [&](http::tls_options const& tls) {
    http::client client({.tls = tls});
    auto const got = client.try_send(what);
    if (!got) CHECK(got.error().code == errc::tls_failed);
    return got.has_value();
  };
  {
    environment const file("SSL_CERT_FILE", ""), path("SSL_CERT_DIR", "");
    CHECK_FALSE(reached({}));  // the system does not know our CA
    CHECK(reached({.ca_file = certs().path("ca.crt")}));
    CHECK(reached({.ca_path = certs().path("hashed")}));
    CHECK(reached({.ca_file = certs().path("self.crt"), .ca_path = certs().path("hashed")}));
  }
  {
    environment const file("SSL_CERT_FILE", certs().path("ca.crt")), path("SSL_CERT_DIR", "");
    CHECK(reached({}));
    CHECK_FALSE(reached({.ca_file = certs().path("self.crt")}));  // the options replace it
  }
  {
    environment const file("SSL_CERT_FILE", ""), path("SSL_CERT_DIR", certs().path("hashed"));
    CHECK(reached({}));
  }
  {
    environment const file("SSL_CERT_FILE", certs().path("missing.crt")), path("SSL_CERT_DIR", "");
    http::client client;
    check_tls_failed(client.try_send(what), "missing.crt' (SSL_CERT_FILE): No such file");
  }
  http::client client({.tls = {.ca_file = certs().path("ca.key")}});
  check_tls_failed(client.try_send(what), "ca.key' (ca_file)");
}

TEST_CASE("tls: a port that speaks something else") {
  script_server http_port([](peer& p) {
    p.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    p.stall();
  });
  http::client client(trusting());
  check_tls_failed(client.try_send(get(secure(http_port.port()))),
                   "TLS handshake: the peer does not speak TLS; is this an http port?");

  script_server https_port(with("good"), answer_all);
  auto const got = client.try_send(get(plain(https_port.port())));
  REQUIRE_FALSE(got);
  CHECK((got.error().code == errc::invalid_response || got.error().code == errc::connection_lost));
}

TEST_CASE("tls: nothing older than 1.2") {
  script_server server(with("good", TLS1_1_VERSION), answer_all);
  http::client client(trusting());
  check_tls_failed(client.try_send(get(secure(server.port()))), "TLS 1.2");
}

TEST_CASE("tls: a peer that leaves in the handshake is lost, not refused") {
  script_server closes([](peer& p) { p.body(100); });
  http::client client(trusting());
  auto const got = client.try_send(get(secure(closes.port())));
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::connection_lost);
  CHECK_MESSAGE(contains(got.error().message, "TLS handshake: "), got.error().message);
}

TEST_CASE("tls: sessions are resumed, also after an exchange that ended in disorder") {
  for (int tls_version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(tls_version);
    std::atomic<int> resumed = 0;
    script_server server(with("good", tls_version), [&](peer& p) {
      if (SSL_session_reused(p.tls())) ++resumed;
      p.request();
      p.answer("x", "Connection: close\r\n");
      if (p.index() % 2) p.reset();
    });
    http::client client(trusting());
    for (int i = 0; i < 5; ++i) CHECK(client.send(get(secure(server.port()))).body == "x");
    CHECK(server.connections() == 5);
    CHECK(resumed == 4);
    // A session belongs to its origin: under another name the certificate is looked at again.
    CHECK(client.send(get(secure(server.port(), "localhost"))).body == "x");
    CHECK(resumed == 4);
    CHECK_FALSE(client.try_send(get(secure(server.port(), "x.localhost"))));
    CHECK(client.send(get(secure(server.port()))).body == "x");
    CHECK(resumed == 5);
    http::client other(trusting());
    CHECK(other.send(get(secure(server.port()))).body == "x");
    CHECK(resumed == 5);
  }
}

TEST_CASE("tls: a stream without a close_notify counts only if the answer was complete by itself") {
  auto play = [](std::string answer, bool notify) {
    return [=](peer& p) {
      p.request();
      p.send(answer);
      if (notify) p.close_notify();
    };
  };
  struct {
    char const* answer;
    bool notify;
    bool good;
  } const cases[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", false, true},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", false, true},
      {"HTTP/1.1 200 OK\r\n\r\nhello", true, true},
      {"HTTP/1.1 200 OK\r\n\r\nhello", false, false},
      {"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", true, false},
      {"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", false, false},
  };
  for (auto const& c : cases) {
    CAPTURE(c.answer);
    CAPTURE(c.notify);
    script_server server(with("good"), play(c.answer, c.notify));
    http::client client(trusting());
    auto const got = client.try_send(get(secure(server.port())));
    CHECK(got.has_value() == c.good);
    if (got) CHECK(got->body == "hello");
    if (!got) CHECK(got.error().code == errc::connection_lost);
  }
}

TEST_CASE("tls: 64 MiB there and back") {
  std::string const big = pattern(64u << 20);
  for (int tls_version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    script_server server(with("good", tls_version), answer_all);
    http::client client(trusting());
    auto const got = client.try_send(with_body("PUT", secure(server.port()), big));
    REQUIRE_MESSAGE(got, got.error().message);
    bool const same = got->body == big;
    CHECK(same);
  }
}

TEST_CASE("tls: an early refusal is read") {
  std::string const big = pattern(64u << 20);
  for (bool notify : {false, true}) {
    script_server server(with("good"), [&](peer& p) {
      p.head();
      p.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\ndenied");
      if (notify) p.close_notify();
    });
    http::client client(trusting());
    auto const got = client.try_send(with_body("PUT", secure(server.port()), big));
    REQUIRE_MESSAGE(got, got.error().message);
    CHECK(got->status == 403);
    CHECK(got->body == "denied");
  }
}

TEST_CASE("tls: stalls end at their deadlines") {
  std::string const big(64u << 20, 'x');
  script_server server(with("good"), [](peer& p) {
    p.head();
    p.stall();
  });
  {
    http::client client({.timeouts = {.write_stall = 150ms}, .tls = trusting().tls});
    auto const got = client.try_send(with_body("PUT", secure(server.port()), big));
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::timeout);
    CHECK(contains(got.error().message, ": send: "));
  }
  http::client client({.timeouts = {.first_byte = 150ms}, .tls = trusting().tls});
  auto const got = client.try_send(get(secure(server.port())));
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::timeout);
  CHECK(contains(got.error().message, ": wait for the answer: "));
}

TEST_CASE("tls: a connection that was closed while idle is replaced") {
  std::atomic<bool> closed = false;
  script_server server(with("good"), [&](peer& p) {
    p.request();
    p.answer(std::to_string(p.index()));
    p.close_notify();
    p.close();
    closed = true;
  });
  http::client client(trusting());
  CHECK(client.send(with_body("POST", secure(server.port()), "x")).body == "0");
  while (!closed) std::this_thread::yield();
  CHECK(client.send(with_body("POST", secure(server.port()), "x")).body == "1");
}
