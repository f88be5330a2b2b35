// Tunnels through a proxy whose every move is written here, and which proxy is chosen for whom.

#include "support/certificates.hpp"
#include "support/requests.hpp"

#include "support/error_of.hpp"

#include <bulkwriter/http/client.hpp>
#include <bulkwriter/http/detail/proxy.hpp>
#include <bulkwriter/http/retry.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <mutex>

using namespace bulkwriter;
using namespace std::chrono_literals;
using namespace std::string_literals;
using namespace test;

namespace {

constexpr std::string_view consent = "HTTP/1.1 200 Connection established\r\n\r\n";
constexpr auto patience = 20s;
constexpr auto soon = 150ms;

certificates const& certs() {
  static certificates const made;
  return made;
}
tls_setup with(std::string const& leaf) {
  return {.certificate = certs().path(leaf + ".crt"), .key = certs().path(leaf + ".key")};
}

// What a server was told, from all its threads.
class heard {
 public:
  void add(std::string text) {
    std::lock_guard const lock(mutex_);
    lines_.push_back(std::move(text));
  }
  std::vector<std::string> all() const {
    std::lock_guard const lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

script_server::script echo(heard& heads) {
  return [&heads](peer& p) {
    std::string body;
    for (std::string head; !(head = p.request(&body)).empty(); p.answer(body)) heads.add(head);
  };
}

std::string url_of(script_server const& proxy, std::string const& user = "") {
  return "http://" + user + "127.0.0.1:" + std::to_string(proxy.port());
}

// Never by the environment of whoever runs the tests.
http::client_options by(script_server const& proxy, std::string const& user = "") {
  return {.tls = {.ca_file = certs().path("ca.crt")}, .proxy = {.url = url_of(proxy, user)}};
}

// What becomes of a request if the proxy does this.
result<http::response> ask(script_server::script play, http::client_options options = {},
                           http::origin to = secure(443, "store.example"), std::string const& user = "") {
  script_server proxy(std::move(play));
  options.proxy.url = url_of(proxy, user);
  options.tls.ca_path = "/";  // nobody is trusted, and nothing is read
  return http::client(options).try_send(with_body("POST", to, "body"));
}
script_server::script saying(std::string text) {
  return [text](peer& p) {
    if (p.head().empty()) return;
    p.send(text);
    p.stall();
  };
}

void check_failed(result<http::response> const& got, errc code, std::string_view part) {
  REQUIRE_FALSE(got);
  CHECK(got.error().code == code);
  CHECK_MESSAGE(contains(got.error().message, part), got.error().message);
  CHECK_MESSAGE(contains(got.error().message, " through proxy 127.0.0.1:"), got.error().message);
  CHECK_FALSE(got.error().may_have_happened);
}

// Variables of the environment, put back at the end.
class environment {
 public:
  explicit environment(std::map<std::string, std::string> const& values) {
    for (char const* name :
         {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"}) {
      if (char const* const old = std::getenv(name)) old_[name] = old;
      names_.push_back(name);
      ::unsetenv(name);
    }
    for (auto const& [name, value] : values) ::setenv(name.c_str(), value.c_str(), 1);
  }
  environment(environment const&) = delete;
  environment& operator=(environment const&) = delete;
  ~environment() {
    for (auto const& name : names_) ::unsetenv(name.c_str());
    for (auto const& [name, value] : old_) ::setenv(name.c_str(), value.c_str(), 1);
  }

 private:
  std::vector<std::string> names_;
  std::map<std::string, std::string> old_;
};

}  // namespace

TEST_CASE("proxy: http and https origins through a tunnel, kept alive") {
  for (bool tls : {false, true}) {
    CAPTURE(tls);
    heard heads, connects;
    auto server = tls ? std::make_unique<script_server>(with("other"), echo(heads))
                      : std::make_unique<script_server>(echo(heads));
    script_server proxy([&](peer& p) {
      connects.add(p.head());
      p.pass_on(server->port(), consent);
    });
    // A name that only the proxy knows, and a certificate for it.
    http::origin const to = tls ? secure(8443, "other.example") : plain(8080, "other.example");
    std::string const port = tls ? "8443" : "8080", body = pattern(3u << 20);
    {
      http::client client(by(proxy));
      for (int i = 0; i < 3; ++i) {
        auto const got = client.try_send(with_body("PUT", to, body));
        REQUIRE_MESSAGE(got, got.error().message);
        CHECK(got->body == body);
      }
      // Another origin is another tunnel, though proxy and server are the same.
      http::origin other = to;
      other.port = 9000;
      CHECK(client.send(get(other)).status == 200);
    }
    auto const asked = connects.all();
    REQUIRE(asked.size() == 2);
    CHECK(asked[0].starts_with("CONNECT other.example:" + port + " HTTP/1.1\r\nHost: other.example:" + port + "\r\n"));
    CHECK(contains(asked[0], "\r\nUser-Agent: bulkwriter/"));
    CHECK_FALSE(contains(asked[0], "Proxy-Authorization"));
    CHECK(asked[1].starts_with("CONNECT other.example:9000 HTTP/1.1\r\n"));
    auto const got = heads.all();
    REQUIRE(got.size() == 4);
    CHECK(got[0].starts_with("PUT / HTTP/1.1\r\nHost: other.example:" + port + "\r\n"));
  }
}

TEST_CASE("proxy: the port is always named, an IPv6 address in brackets") {
  for (auto const& [to, target] : {std::pair(secure(443, "store.example"), "store.example:443"),
                                   std::pair(plain(80, "store.example"), "store.example:80"),
                                   std::pair(plain(9000, "2001:db8::1"), "[2001:db8::1]:9000")}) {
    heard connects;
    auto const got = ask(
        [&](peer& p) {
          connects.add(p.head());
          p.send("HTTP/1.1 503 Later\r\n\r\n");
        },
        {}, to);
    check_failed(got, errc::connect_failed, "CONNECT: the proxy refuses with status 503");
    REQUIRE(connects.all().size() == 1);
    CHECK(connects.all()[0].starts_with("CONNECT "s + target + " HTTP/1.1\r\nHost: " + target + "\r\n"));
  }
}

TEST_CASE("proxy: the origin is verified as without one") {
  heard heads;
  script_server server(with("other"), echo(heads));
  script_server proxy([&](peer& p) {
    if (!p.head().empty()) p.pass_on(server.port(), consent);
  });
  auto const got = http::client(by(proxy)).try_send(get(secure(443, "store.example")));
  check_failed(got, errc::tls_failed, "hostname mismatch");
  CHECK(http::client(by(proxy)).send(get(secure(443, "other.example"))).status == 200);
  CHECK(heads.all().size() == 1);
}

TEST_CASE("proxy: Basic authentication") {
  // The examples of RFC 7617, 2 and 2.1.
  struct {
    char const* user;
    char const* value;
  } const cases[] = {{"Aladdin:open%20sesame@", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
                     {"test:123%c2%A3@", "Basic dGVzdDoxMjPCow=="},
                     {"test:123\xc2\xa3@", "Basic dGVzdDoxMjPCow=="},
                     {"u:a:b@", "Basic dTphOmI="},
                     {"u@", "Basic dTo="}};
  for (auto const& c : cases) {
    CAPTURE(c.user);
    heard heads;
    script_server server(echo(heads));
    script_server proxy([&](peer& p) {
      if (contains(p.head(), "\r\nProxy-Authorization: "s + c.value + "\r\n")) {
        p.pass_on(server.port(), consent);
      } else {
        p.send("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n");
      }
    });
    auto const got = http::client(by(proxy, c.user)).try_send(get(plain(80, "store.example")));
    REQUIRE_MESSAGE(got, got.error().message);
    // The proxy's password is not the origin's business.
    REQUIRE(heads.all().size() == 1);
    CHECK_FALSE(contains(heads.all()[0], "Proxy-"));
    CHECK_FALSE(contains(heads.all()[0], "Authorization"));

    auto const wrong = http::client(by(proxy, "Aladdin:sim-salabim@")).try_send(get(plain(80, "store.example")));
    check_failed(wrong, errc::connect_failed, "status 407: it does not accept the user name and password");
    CHECK(error_of(wrong).http_status == 407);
    CHECK_FALSE(contains(error_of(wrong).message, "salabim"));
    CHECK_FALSE(contains(error_of(wrong).message, "Aladdin"));
    check_failed(http::client(by(proxy)).try_send(get(plain(80, "store.example"))), errc::connect_failed,
                 "status 407: it asks for a user name and password, http://user:password@127.0.0.1:");
  }
}

TEST_CASE("proxy: a refusal is the proxy's, and repeated only where that may help") {
  struct {
    std::string answer;
    std::string_view part;
    bool transient;
  } const cases[] = {
      {"HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate, Basic realm=x\r\n\r\n", "does not accept", false},
      {"HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: basic realm=x\r\n\r\n",
       "does not accept", false},
      {"HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate, NTLM\r\n\r\n", "other than Basic", false},
      {"HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\n<html>", "status 403", false},
      {"HTTP/1.0 502 Bad Gateway\r\n\r\n<html>", "status 502", true},
      {"HTTP/1.1 504 Gateway Timeout\r\nTransfer-Encoding: chunked\r\n\r\n", "status 504", true},
      {"HTTP/1.1 301 Moved\r\nLocation: https://elsewhere.example/\r\n\r\n", "status 301", false}};
  for (auto const& c : cases) {
    CAPTURE(c.answer);
    auto const got = ask(saying(c.answer), {}, secure(443, "store.example"), "name:open-sesame@");
    check_failed(got, errc::connect_failed, c.part);
    CHECK(error_of(got).message.starts_with("https://store.example:443 through proxy 127.0.0.1:"));
    CHECK(error_of(got).http_status == std::atoi(c.answer.c_str() + 9));
    CHECK_FALSE(contains(error_of(got).message, "open-sesame"));
    CHECK_FALSE(contains(error_of(got).message, "port 443 only"));
    CHECK(http::is_transient(got) == c.transient);
  }
  check_failed(ask(saying("HTTP/1.1 403 No\r\n\r\n"), {}, plain(9000, "store.example")), errc::connect_failed,
               "many proxies allow CONNECT to port 443 only");
}

TEST_CASE("proxy: silent, slow, or stopped by the caller") {
  http::client_options const hurried{.timeouts = {.connect = soon}};
  for (std::string const text : {"", "HTTP/1.1 200 OK\r\nX: "}) {
    CAPTURE(text);
    stopwatch const watch;
    check_failed(ask(saying(text), hurried), errc::timeout, "CONNECT: no whole answer of the proxy came within 150 ms");
    CHECK(watch.read() >= soon);
    CHECK(watch.read() < patience);
  }
  // Bytes do not put the deadline off.
  check_failed(ask(
                   [](peer& p) {
                     p.head();
                     for (bool open = p.send("HTTP/1.1 200 OK\r\nX: "); open; open = p.send("x"))
                       std::this_thread::sleep_for(10ms);
                   },
                   hurried),
               errc::timeout, "CONNECT: no whole answer");
  check_failed(ask(saying(""), {.timeouts = {.total = soon}}), errc::timeout, "CONNECT: the exchange was not complete");

  std::stop_source stop;
  script_server proxy([&](peer& p) {
    p.head();
    stop.request_stop();
    p.stall();
  });
  stopwatch const watch;
  check_failed(http::client(by(proxy)).try_send(get(secure(443, "store.example")), stop.get_token()), errc::cancelled,
               "CONNECT: cancelled");
  CHECK(watch.read() < 8s);  // the deadline is at 10
}

TEST_CASE("proxy: behind the consent, the deadlines are the origin's") {
  check_failed(ask(saying(std::string(consent)), {.timeouts = {.handshake = soon}}), errc::timeout,
               "TLS handshake: not complete");
}

TEST_CASE("proxy: nobody there, or gone before it has answered") {
  std::uint16_t port = 0;
  {
    script_server const gone([](peer&) {});
    port = gone.port();
  }
  http::client client({.proxy = {.url = "127.0.0.1:" + std::to_string(port)}});
  check_failed(client.try_send(get(plain(80, "store.example"))), errc::connect_failed, "connect: 127.0.0.1:");
  check_failed(ask([](peer& p) { p.head(); }), errc::connection_lost, "closed the connection without an answer");
  check_failed(ask([](peer& p) {
                 p.head();
                 p.send("HTTP/1.1 200 OK\r\n");
               }),
               errc::connection_lost, "closed the connection in the middle of its answer");
  check_failed(ask([](peer& p) {
                 p.head();
                 p.reset();
               }),
               errc::connection_lost, "CONNECT: ");
}

TEST_CASE("proxy: answers that are none") {
  struct {
    std::string answer;
    std::string_view part;
  } const cases[] = {
      {"SSH-2.0-OpenSSH_9.2\r\n", "CONNECT: the proxy's answer: not HTTP/1, it begins with 'SSH-2.0"},
      {"\x15\x03\x01", "not HTTP but TLS"},
      {"HTTP/1.1 2x0 OK\r\n\r\n", "not HTTP"},
      {"HTTP/1.1 101 Switching Protocols\r\n\r\n", "101"},
      {"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "not HTTP"},
      {"HTTP/1.1 200 OK\r\nX: " + std::string(1u << 20, 'x'), "the header exceeds max_header_size 65536"}};
  for (auto const& c : cases) {
    CAPTURE(c.part);
    check_failed(ask(saying(c.answer)), errc::invalid_response, c.part);
  }
}

TEST_CASE("proxy: an answer in pieces, with interim ones and framing that means nothing") {
  for (std::string const answer :
       {"HTTP/1.0 200 Connection established\r\n\r\n", "HTTP/1.1 204 Fine\r\nVia: 1.1 x\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"}) {
    CAPTURE(answer);
    heard heads;
    script_server server(with("other"), echo(heads));
    script_server proxy([&](peer& p) {
      p.head();
      for (char c : answer) {
        p.send({&c, 1});
        std::this_thread::sleep_for(1ms);
      }
      p.pass_on(server.port(), "");
    });
    auto const got = http::client(by(proxy)).try_send(with_body("PUT", secure(443, "other.example"), "hello"));
    REQUIRE_MESSAGE(got, got.error().message);
    CHECK(got->body == "hello");
  }
}

TEST_CASE("proxy: bytes of the tunnel in the same packet as the consent") {
  // An answer to nobody: taken for one, it would shift all behind it.
  check_failed(ask(saying(std::string(consent) + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), {},
                   plain(80, "store.example")),
               errc::invalid_response, "speaks before it is asked");
  // A fatal alert, handshake_failure.
  check_failed(ask(saying(std::string(consent) + "\x15\x03\x03\x00\x02\x02\x28"s)), errc::tls_failed,
               "handshake failure");
}

TEST_CASE("proxy: a tunnel that was closed while it rested is replaced") {
  heard heads;
  script_server server(echo(heads));
  script_server proxy([&](peer& p) {
    p.head();
    if (p.index() > 0) {
      p.pass_on(server.port(), consent);
    } else {
      p.send(consent);
      p.request();
      p.answer("first");
    }
  });
  http::client client(by(proxy));
  CHECK(client.send(get(plain(80, "store.example"))).body == "first");
  CHECK(client.send(with_body("PUT", plain(80, "store.example"), "second")).body == "second");
  CHECK(proxy.connections() == 2);
}

TEST_CASE("proxy: its own name is looked up here, among the given addresses first") {
  heard heads;
  script_server server(echo(heads));
  script_server proxy([&](peer& p) {
    if (!p.head().empty()) p.pass_on(server.port(), consent);
  });
  http::client client({.hosts = {{"proxy.example", "127.0.0.1"}},
                       .proxy = {.url = "http://proxy.example:" + std::to_string(proxy.port()) + "/"}});
  CHECK(client.send(get(plain(80, "store.example"))).status == 200);
}

TEST_CASE("proxy: from the environment") {
  heard heads;
  script_server server(echo(heads));
  script_server proxy([&](peer& p) {
    if (!p.head().empty()) p.pass_on(server.port(), consent);
  });
  environment const variables({{"http_proxy", url_of(proxy)}, {"NO_PROXY", "direct.example"}});
  std::vector<http::host_address> const hosts = {{"direct.example", "127.0.0.1"}};
  http::client client({.hosts = hosts});
  CHECK(client.send(get(plain(80, "store.example"))).status == 200);
  CHECK(proxy.connections() == 1);
  http::origin const direct = plain(server.port(), "direct.example");
  CHECK(client.send(get(direct)).status == 200);
  CHECK(http::client({.hosts = hosts, .proxy = {.url = "none"}}).send(get(direct)).status == 200);
  CHECK(http::client({.proxy = {.no_proxy = "other.example"}}).send(get(plain(server.port()))).status == 200);
  CHECK(proxy.connections() == 1);
  CHECK(http::client({.hosts = hosts, .proxy = {.no_proxy = "other.example"}}).send(get(direct)).status == 200);
  CHECK(proxy.connections() == 2);
}

TEST_CASE("proxy: which variable counts for whom") {
  using variables = std::map<std::string, std::string>;
  auto const chosen = [](variables const& values, http::origin const& to, http::proxy_options const& options = {}) {
    http::detail::proxy_rules const rules(options, [&](char const* name) {
      auto const found = values.find(name);
      return found == values.end() ? nullptr : found->second.c_str();
    });
    auto const got = rules.try_choose(to);
    REQUIRE_MESSAGE(got.has_value(), got.error().message);
    return *got ? (*got)->name() : "";
  };
  auto const tls = secure(443, "store.example"), clear = plain(80, "store.example");
  CHECK(chosen({}, tls) == "");
  CHECK(chosen({{"HTTPS_PROXY", "a:1"}}, tls) == "a:1");
  CHECK(chosen({{"HTTPS_PROXY", "a:1"}}, clear) == "");
  CHECK(chosen({{"HTTPS_PROXY", "a:1"}, {"https_proxy", "b:2"}}, tls) == "b:2");
  CHECK(chosen({{"HTTPS_PROXY", "a:1"}, {"https_proxy", ""}}, tls) == "a:1");
  CHECK(chosen({{"http_proxy", "a:1"}}, clear) == "a:1");
  CHECK(chosen({{"http_proxy", "a:1"}}, tls) == "");
  CHECK(chosen({{"HTTP_PROXY", "a:1"}}, clear) == "");
  CHECK(chosen({{"ALL_PROXY", "a:1"}}, tls) == "a:1");
  CHECK(chosen({{"ALL_PROXY", "a:1"}}, clear) == "a:1");
  CHECK(chosen({{"ALL_PROXY", "a:1"}, {"all_proxy", "b:2"}, {"HTTPS_PROXY", "c:3"}}, tls) == "c:3");
  CHECK(chosen({{"ALL_PROXY", "a:1"}, {"all_proxy", "b:2"}, {"HTTPS_PROXY", "c:3"}}, clear) == "b:2");
  CHECK(chosen({{"ALL_PROXY", "a:1"}, {"NO_PROXY", "example"}}, tls) == "");
  CHECK(chosen({{"ALL_PROXY", "a:1"}, {"NO_PROXY", "example"}, {"no_proxy", "other"}}, tls) == "a:1");
  CHECK(chosen({{"ALL_PROXY", "a:1"}}, plain(80, "localhost")) == "");
  // Given in the options, the environment does not count.
  variables const full{{"ALL_PROXY", "a:1"}, {"NO_PROXY", "*"}};
  CHECK(chosen(full, tls, {.url = "http://c:3"}) == "c:3");
  CHECK(chosen(full, clear, {.url = "http://c:3"}) == "c:3");
  CHECK(chosen(full, tls, {.url = "http://c:3", .no_proxy = ".example"}) == "");
  CHECK(chosen(full, tls, {.no_proxy = "other"}) == "a:1");
  CHECK(chosen(full, tls, {.url = "none", .no_proxy = "other"}) == "");
}

TEST_CASE("proxy: whom NO_PROXY names") {
  struct {
    char const* list;
    char const* host;
    bool named;
    std::uint16_t port = 443;
  } const cases[] = {
      {"", "a.example", false},
      {"example", "a.example", true},
      {"a.example", "a.example", true},
      {".a.example", "a.example", true},
      {".example", "a.b.example", true},
      {"*.example", "a.example", true},
      {"A.EXAMPLE", "a.example", true},
      {"a.example.", "a.example", true},
      {"a.example", "a.example.", true},
      {"a.example", "ba.example", false},
      {"a.example", "a.example.org", false},
      {"b.a.example", "a.example", false},
      {"x, a.example", "a.example", true},
      {"x,a.example,", "a.example", true},
      {"x a.example", "a.example", true},
      {",,", "a.example", false},
      {".", "a.example", false},
      {"*", "a.example", true},
      {"x,*", "::1", true},
      {"a.example:443", "a.example", true},
      {"a.example:8443", "a.example", false},
      {"a.example:8443", "a.example", true, 8443},
      {"a.example:", "a.example", false},
      {"a.example:x", "a.example", false},
      {"10.1.2.3", "10.1.2.3", true},
      {"10.1.2.3:443", "10.1.2.3", true},
      {"10.1.2.3:80", "10.1.2.3", false},
      {"10.1.2.3", "10.1.2.33", false},
      {"2.3", "10.1.2.3", false},
      {".2.3", "10.1.2.3", false},
      {"10.0.0.0/8", "10.1.2.3", true},
      {"10.0.0.0/8", "11.1.2.3", false},
      {"10.1.2.0/31", "10.1.2.1", true},
      {"10.1.2.0/31", "10.1.2.2", false},
      {"0.0.0.0/0", "10.1.2.3", true},
      {"10.1.2.3/32", "10.1.2.3", true},
      {"10.1.2.3/33", "10.1.2.3", false},
      {"10.1.2.3/", "10.1.2.3", false},
      {"10.1.2.3/x", "10.1.2.3", false},
      {"0.0.0.0/0", "::1", false},
      {"0.0.0.0/0", "a.example", false},
      {"::1", "::1", true},
      {"0:0::1", "::1", true},
      {"[::1]", "::1", true},
      {"[::1]:443", "::1", true},
      {"[::1]:80", "::1", false},
      {"[::1", "::1", false},
      {"2001:db8::/32", "2001:db8:1::1", true},
      {"2001:db8::/32", "2001:db9::1", false},
      {"2001:db8::/129", "2001:db8::", false},
  };
  for (auto const& c : cases) {
    CAPTURE(c.list);
    CAPTURE(c.host);
    CHECK(http::detail::is_without_proxy(c.list, secure(c.port, c.host)) == c.named);
  }
}

TEST_CASE("proxy: the URL, and nothing of it in messages") {
  struct {
    char const* text;
    char const* name;
  } const good[] = {{"http://p.example:3128", "p.example:3128"},
                    {"HTTP://P.example:3128/", "p.example:3128"},
                    {"p.example:3128", "p.example:3128"},
                    {"http://p.example", "p.example:80"},
                    {"http://u:p@[2001:db8::1]:1", "[2001:db8::1]:1"},
                    {"u:p@10.0.0.1:3128", "10.0.0.1:3128"}};
  for (auto const& c : good) {
    CAPTURE(c.text);
    auto const got = http::detail::try_parse_proxy(c.text, "HTTPS_PROXY");
    REQUIRE_MESSAGE(got, got.error().message);
    CHECK(got->name() == c.name);
  }
  struct {
    char const* text;
    char const* part;
  } const bad[] = {{"https://u:sesame@p.example:443", "the scheme is not http"},
                   {"socks5://sesame:sesame@p.example:1080", "the scheme is not http"},
                   {"http://u:sesame", "does not read"},
                   {"u:sesame", "does not read"},
                   {"http://u:sesame@", "does not read"},
                   {"http://u:ses/ame@p.example", "write %2F"},
                   {"http://u:ses?ame@p.example", "write %2F"},
                   {"http://u:ses@ame@p.example", "%40"},
                   {"http://u:sesame%@p.example", "write %25"},
                   {"http://u:sesame%2@p.example", "write %25"},
                   {"http://u:%g0sesame@p.example", "write %25"},
                   {"http://u%3Asesame:p@p.example", "user names with ':'"},
                   {"http://u:sesame@p.example:0", "does not read"},
                   {"http://u:p@p.example/sesame", "does not read"},
                   {"http://p.example?sesame", "does not read"},
                   {"http://u:p@http://sesame", "does not read"},
                   {"u:sesame://@p.example", "write %2F"},
                   {"http://u:p@p.exa mple", "does not read"}};
  for (auto const& c : bad) {
    CAPTURE(c.text);
    auto const got = http::client({.proxy = {.url = c.text}}).try_send(get(plain(80, "store.example")));
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::invalid_url);
    CHECK_MESSAGE(contains(got.error().message, "proxy (proxy_options::url): "), got.error().message);
    CHECK_MESSAGE(contains(got.error().message, c.part), got.error().message);
    for (char const* secret : {"ses", "p.exa"}) CHECK_FALSE(contains(got.error().message, secret));
  }
}
