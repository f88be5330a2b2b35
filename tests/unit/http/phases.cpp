// A peer that stalls in each phase: every wait ends at its deadline, and at once when the caller asks for it.

#include "support/full_backlog.hpp"
#include "support/requests.hpp"

#include <bulkwriter/http/client.hpp>

#include <dlfcn.h>
#include <doctest/doctest.h>
#include <netdb.h>

#include <condition_variable>
#include <cstring>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

using namespace bulkwriter;
using namespace std::chrono_literals;
using namespace test;

// How the name "stalls.test" is looked up.
struct stalled_resolver {
  std::mutex mutex;
  std::condition_variable changed;
  int awaited = 0;  // somebody had the patience to wait for the end
  bool released = false;

  int look_up() {
    std::unique_lock lock(mutex);
    if (!changed.wait_for(lock, 60s, [this] { return released; })) ++awaited;
    return EAI_AGAIN;
  }
  int answers() {
    std::lock_guard const lock(mutex);
    return awaited;
  }
};
stalled_resolver& resolver() {
  static auto* const one = new stalled_resolver;  // for ever: a thread may still be in it at the end
  return *one;
}

// The resolver of this program: it answers "stalls.test" when it is told to, and leaves all else to the system.
extern "C" int getaddrinfo(char const* node, char const* service, addrinfo const* hints, addrinfo** out) {
  if (node && std::strcmp(node, "stalls.test") == 0) return resolver().look_up();
  using function = int (*)(char const*, char const*, addrinfo const*, addrinfo**);
  static function const next = reinterpret_cast<function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return next(node, service, hints, out);
}

namespace {

// Far above what any phase takes here, far below what the other side waits for: whatever ends later than this did not
// end by itself.
constexpr auto patience = 20s;
// The phase under test has this deadline, all others are far away.
constexpr auto soon = 150ms;

http::timeouts const relaxed{
    .resolve = 5min, .connect = 5min, .handshake = 5min, .write_stall = 5min, .first_byte = 5min, .read_stall = 5min};

// Nobody gets as far as a certificate here, and the system's store takes a while to read.
http::tls_options const no_trust{.ca_path = "/"};

std::string const& big_body() {
  static std::string const body(64u << 20, 'b');
  return body;
}

struct phase {
  std::string name;  // as it stands in the message
  std::chrono::milliseconds http::timeouts::*limit;
  std::function<http::request()> request;
};

// One client against every kind of stall. `play` is kept alive by the caller.
struct stalling_peers {
  stalling_peers() { set_released(false); }
  ~stalling_peers() { set_released(true); }
  stalling_peers(stalling_peers const&) = delete;
  stalling_peers& operator=(stalling_peers const&) = delete;

  static void set_released(bool released) {
    std::lock_guard const lock(resolver().mutex);
    resolver().released = released;
    resolver().changed.notify_all();
  }

  full_backlog deaf;
  script_server mute{[](peer& p) { p.stall(); }};  // accepts, then neither reads nor writes
  script_server silent{[](peer& p) {
    p.request();
    p.stall();
  }};
  script_server half{[](peer& p) {
    p.request();
    p.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    p.stall();
  }};
  script_server half_header{[](peer& p) {
    p.request();
    p.send("HTTP/1.1 200 OK\r\nConte");
    p.stall();
  }};

  std::vector<phase> phases() {
    return {
        {"resolve", &http::timeouts::resolve, [] { return get(plain(80, "stalls.test")); }},
        {"connect", &http::timeouts::connect, [this] { return get(plain(deaf.port())); }},
        {"TLS handshake", &http::timeouts::handshake, [this] { return get(secure(mute.port())); }},
        {"send", &http::timeouts::write_stall, [this] { return with_body("PUT", plain(mute.port()), big_body()); }},
        {"wait for the answer", &http::timeouts::first_byte, [this] { return get(plain(silent.port())); }},
        {"receive", &http::timeouts::read_stall, [this] { return get(plain(half.port())); }},
        {"receive", &http::timeouts::read_stall, [this] { return get(plain(half_header.port())); }},
    };
  }
};

}  // namespace

TEST_CASE("deadlines: each phase has its own") {
  stalling_peers peers;
  for (auto const& p : peers.phases()) {
    CAPTURE(p.name);
    http::client_options options{.timeouts = relaxed, .tls = no_trust};
    options.timeouts.*p.limit = soon;
    http::client client(options);
    auto const what = p.request();
    stopwatch watch;
    auto const got = client.try_send(what);
    auto const took = watch.read();
    CHECK(resolver().answers() == 0);
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::timeout);
    CHECK_MESSAGE(contains(got.error().message, what.origin.to_string() + ": " + p.name + ": "), got.error().message);
    CHECK_MESSAGE(contains(got.error().message, "150 ms"), got.error().message);
    CHECK(took >= soon);
    CHECK(took < patience);
  }
}

TEST_CASE("deadlines: the total covers every phase") {
  stalling_peers peers;
  for (auto const& p : peers.phases()) {
    CAPTURE(p.name);
    http::client_options options{.timeouts = relaxed, .tls = no_trust};
    options.timeouts.total = soon;
    http::client client(options);
    auto const what = p.request();
    stopwatch watch;
    auto const got = client.try_send(what);
    auto const took = watch.read();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::timeout);
    CHECK_MESSAGE(contains(got.error().message, ": " + p.name + ": the exchange"), got.error().message);
    CHECK_MESSAGE(contains(got.error().message, "150 ms"), got.error().message);
    CHECK(took >= soon);
    CHECK(took < patience);
  }
}

TEST_CASE("stop: every phase is left at once, from another thread") {
  stalling_peers peers;
  for (auto const& p : peers.phases()) {
    for (bool without_deadlines : {false, true}) {
      CAPTURE(p.name);
      CAPTURE(without_deadlines);
      http::timeouts const none = {0ms, 0ms, 0ms, 0ms, 0ms, 0ms, 0ms};
      auto const what = p.request();
      // The earlier phases take no time, but a busy machine takes its own: it is asked later until the phase is reached.
      bool reached = false;
      for (auto pause = 20ms; !reached && pause < patience; pause *= 3) {
        http::client client({.timeouts = without_deadlines ? none : relaxed, .tls = no_trust});
        std::stop_source source;
        std::optional<stopwatch> since_stop;
        std::thread other([&] {
          std::this_thread::sleep_for(pause);
          since_stop.emplace();
          source.request_stop();
        });
        auto const got = client.try_send(what, source.get_token());
        other.join();
        CHECK(since_stop->read() < patience);
        CHECK(resolver().answers() == 0);
        REQUIRE_FALSE(got);
        REQUIRE(got.error().code == errc::cancelled);
        reached = contains(got.error().message, what.origin.to_string() + ": " + p.name + ": ");
      }
      CHECK(reached);
    }
  }
}

TEST_CASE("stop: asked for before the start, nothing is sent") {
  script_server server([](peer& p) { p.stall(); });
  http::client client;
  std::stop_source source;
  source.request_stop();
  auto const got = client.try_send(get(plain(server.port())), source.get_token());
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::cancelled);
  CHECK(server.connections() == 0);
}

TEST_CASE("stop: a body that flows without a pause is interrupted as well") {
  script_server server([](peer& p) {
    while (!p.body(1 << 20).empty()) {
    }
  });
  http::client client;
  std::stop_source source;
  std::thread other([&] {
    std::this_thread::sleep_for(50ms);
    source.request_stop();
  });
  stopwatch watch;
  result<http::response> got = error_info{};
  do {
    got = client.try_send(with_body("PUT", plain(server.port()), big_body()), source.get_token());
  } while (watch.read() < patience && got);
  other.join();
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::cancelled);
  CHECK(watch.read() < patience);
}

TEST_CASE("stop: a client that was stopped works again") {
  script_server server([](peer& p) {
    if (p.index() == 0) return p.stall();
    while (!p.request().empty()) p.answer("fine");
  });
  http::client client;
  std::stop_source source;
  std::thread other([&] {
    std::this_thread::sleep_for(30ms);
    source.request_stop();
  });
  auto const got = client.try_send(get(plain(server.port())), source.get_token());
  other.join();
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::cancelled);
  CHECK(client.send(get(plain(server.port()))).body == "fine");
  std::stop_source unused;
  CHECK(client.send(get(plain(server.port())), unused.get_token()).body == "fine");
  CHECK(client.send(get(plain(server.port()))).body == "fine");
  CHECK(server.connections() == 2);
}

TEST_CASE("deadlines: progress re-arms them, in both directions") {
  // Each pause is shorter than the deadline, all of them together are longer.
  std::string const body = pattern(24u << 20);
  bool same = false;
  script_server server([&](peer& p) {
    p.head();
    std::string received;
    while (received.size() < body.size()) {
      std::this_thread::sleep_for(100ms);
      received += p.body(std::min<std::size_t>(4u << 20, body.size() - received.size()));
    }
    same = received == body;
    p.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n");
    for (char c : {'s', 'l', 'o', 'w', 'l', 'y'}) {
      std::this_thread::sleep_for(250ms);
      p.send({&c, 1});
    }
  });
  http::client client({.timeouts = {.write_stall = 1s, .first_byte = 10s, .read_stall = 1s}});
  stopwatch watch;
  auto const got = client.try_send(with_body("PUT", plain(server.port()), body));
  REQUIRE_MESSAGE(got, got.error().message);
  CHECK(got->body == "slowly");
  CHECK(same);
  CHECK(watch.read() > 1500ms);
}

TEST_CASE("deadlines: an interim answer is progress") {
  script_server server([](peer& p) {
    p.request();
    for (int i = 0; i < 6; ++i) {
      std::this_thread::sleep_for(250ms);
      p.send("HTTP/1.1 102 Processing\r\n\r\n");
    }
    p.answer("done");
  });
  http::client client({.timeouts = {.first_byte = 1s}});
  auto const got = client.try_send(get(plain(server.port())));
  REQUIRE_MESSAGE(got, got.error().message);
  CHECK(got->body == "done");
}

TEST_CASE("connect: each address is tried in turn") {
  script_server server([](peer& p) {
    p.request();
    p.answer("found");
  });
  // 127.0.0.2 refuses (nobody listens there), 127.0.0.4 says nothing, 127.0.0.1 answers.
  full_backlog deaf("127.0.0.4", server.port());
  http::client client({.timeouts = {.connect = soon},
                       .hosts = {{"store.test", "127.0.0.2"},
                                 {"other.test", "127.0.0.3"},
                                 {"store.test", "127.0.0.4"},
                                 {"store.test", "::1"},
                                 {"STORE.test", "127.0.0.1"}}});
  stopwatch watch;
  CHECK(client.send(get(plain(server.port(), "store.test"))).body == "found");
  CHECK(watch.read() >= soon);  // waited for 127.0.0.4, as long as one address may take
  CHECK(watch.read() < patience);

  auto const got = client.try_send(get(plain(server.port(), "other.test")));
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::connect_failed);
  CHECK(contains(got.error().message, "127.0.0.3:" + std::to_string(server.port()) + " "));
}

TEST_CASE("resolve: names that have no address, and names that need no resolver") {
  http::client client({.hosts = {{"wrong.test", "not an address"}}});
  for (char const* host : {"no-such-host.invalid", "wrong.test"}) {
    auto const got = client.try_send(get(plain(80, host)));
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::resolve_failed);
    CHECK(contains(got.error().message, std::string("http://") + host + ":80: resolve: "));
  }
  std::string seen;
  script_server server([&](peer& p) {
    for (std::string head; !(head = p.request()).empty();) {
      seen = head;
      p.answer("x");
    }
  });
  CHECK(client.send(get(plain(server.port(), "bucket.s3.localhost"))).status == 200);
  CHECK(contains(seen, "\r\nHost: bucket.s3.localhost:" + std::to_string(server.port()) + "\r\n"));
  CHECK(client.send(get(plain(server.port(), "localhost"))).status == 200);
}

TEST_CASE("connect: IPv6") {
  if (!has_ipv6()) {
    MESSAGE("skipped: no IPv6 here");
    return;
  }
  std::string seen;
  script_server server(
      [&](peer& p) {
        for (std::string head; !(head = p.request()).empty();) {
          seen = head;
          p.answer("six");
        }
      },
      AF_INET6);
  auto const port = std::to_string(server.port());
  auto const url = http::url::try_parse("http://[::1]:" + port + "/x");
  REQUIRE(url);
  http::client client({.hosts = {{"six.test", "::1"}}});
  CHECK(client.send(get(url->origin, url->target)).body == "six");
  CHECK(contains(seen, "\r\nHost: [::1]:" + port + "\r\n"));
  CHECK(client.send(get(plain(server.port(), "six.test"))).body == "six");
  // A machine of both families has both addresses for this name, and nobody listens on the first.
  CHECK(client.send(get(plain(server.port(), "bucket.localhost"))).body == "six");

  auto const got = client.try_send(get(plain(server.port())));
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::connect_failed);
}

TEST_CASE("connect: nobody listens") {
  std::uint16_t port = 0;
  {
    script_server gone([](peer&) {});
    port = gone.port();
  }
  http::client client;
  auto const got = client.try_send(get(plain(port)));
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::connect_failed);
  CHECK_MESSAGE(contains(got.error().message, "http://127.0.0.1:" + std::to_string(port) + ": connect: "),
                got.error().message);
  CHECK(contains(got.error().message, "refused"));
}
