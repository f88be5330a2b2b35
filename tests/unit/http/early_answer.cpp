// The server answers while the body is still on its way.

#include "support/requests.hpp"

#include <bulkwriter/http/client.hpp>

#include <doctest/doctest.h>

using namespace bulkwriter;
using namespace std::chrono_literals;
using namespace test;

namespace {

std::string const& big() {
  static std::string const body = pattern(64u << 20);
  return body;
}

constexpr std::string_view denied =
    "HTTP/1.1 403 Forbidden\r\nContent-Length: 37\r\n\r\n<Error><Code>AccessDenied</Code></Err>";

}  // namespace

TEST_CASE("early answer: a refusal is read although the server closes or resets") {
  for (char const* kind : {"close", "close after a while", "reset later", "half close", "stays open"}) {
    for (int repetition = 0; repetition < 5; ++repetition) {
      CAPTURE(kind);
      script_server server([&](peer& p) {
        p.head();
        p.send(denied);
        std::string_view const k = kind;
        // Closing with bytes unread makes the kernel send a RST at once, behind the answer.
        if (k == "close after a while") std::this_thread::sleep_for(20ms);
        if (k == "reset later") {
          std::this_thread::sleep_for(50ms);
          p.reset();
        }
        if (k == "half close") p.end_output();
        if (k == "stays open" || k == "half close") p.stall();
      });
      http::client client({.timeouts = {.write_stall = 5min, .first_byte = 5min, .read_stall = 5min}});
      stopwatch watch;
      auto const got = client.try_send(with_body("PUT", plain(server.port()), big()));
      REQUIRE_MESSAGE(got, got.error().message);
      CHECK(got->status == 403);
      CHECK(got->body == "<Error><Code>AccessDenied</Code></Err");
      CHECK(watch.read() < 25s);  // not by a deadline, nor by the server's end
    }
  }
}

TEST_CASE("early answer: the connection is not used again, even if the server would") {
  script_server server([](peer& p) {
    while (!p.head().empty()) {
      p.send(p.index() == 0 ? std::string("HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n")
                            : std::string("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
      if (p.index() == 0) p.body(big().size());
    }
  });
  http::client client;
  CHECK(client.send(with_body("PUT", plain(server.port()), big())).status == 503);
  CHECK(client.send(get(plain(server.port()))).status == 200);
  CHECK(server.connections() == 2);
}

TEST_CASE("early answer: in the middle of the body, on a kept connection") {
  script_server server([](peer& p) {
    p.request();
    p.answer("first");
    p.head();
    p.body(10u << 20);
    p.send(denied);
  });
  http::client client;
  CHECK(client.send(get(plain(server.port()))).body == "first");
  auto const got = client.try_send(with_body("PUT", plain(server.port()), big()));
  REQUIRE_MESSAGE(got, got.error().message);
  CHECK(got->status == 403);
  CHECK(server.connections() == 1);
}

TEST_CASE("early answer: 100 Continue is none") {
  std::string received;
  script_server server([&](peer& p) {
    p.head();
    p.send("HTTP/1.1 100 Continue\r\n\r\n");
    received = p.body(big().size());
    p.answer("stored");
    p.request();
    p.answer("again");
  });
  http::client client;
  auto what = with_body("PUT", plain(server.port()), big());
  what.headers = {{"Expect", "100-continue"}};
  auto const got = client.try_send(what);
  REQUIRE_MESSAGE(got, got.error().message);
  CHECK(got->body == "stored");
  bool const whole = received == big();
  CHECK(whole);
  CHECK(client.send(get(plain(server.port()))).body == "again");  // nothing was early: the connection lasts
}

TEST_CASE("early answer: a success before the body's end does not cut the body short") {
  std::string received;
  {
    http::client client;
    script_server server([&](peer& p) {
      p.head();
      p.answer(std::to_string(p.index()));
      if (p.index() != 0) return;
      std::this_thread::sleep_for(50ms);
      received = p.body(big().size());
      p.head();
    });
    auto const got = client.try_send(with_body("PUT", plain(server.port()), big()));
    REQUIRE_MESSAGE(got, got.error().message);
    CHECK(got->body == "0");
    CHECK(client.send(get(plain(server.port()))).body == "1");  // a stream that was out of step is not trusted
    server.finish();
  }
  bool const whole = received == big();
  CHECK(whole);
}

TEST_CASE("early answer: a success for a body that was not taken is no success") {
  script_server server([](peer& p) {
    p.head();
    p.answer("ok");
  });
  http::client client;
  auto const got = client.try_send(with_body("PUT", plain(server.port()), big()));
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::connection_lost);
  CHECK_MESSAGE(contains(got.error().message, "status 200"), got.error().message);
}

TEST_CASE("early answer: a broken line without an answer says how much was sent") {
  script_server server([](peer& p) {
    p.head();
    p.body(1u << 20);
    p.reset();
  });
  http::client client;
  auto const got = client.try_send(with_body("PUT", plain(server.port()), big()));
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::connection_lost);
  CHECK_MESSAGE(contains(got.error().message, "bytes of the request sent"), got.error().message);
}

TEST_CASE("early answer: garbage instead of one") {
  script_server server([](peer& p) {
    p.head();
    p.send("what?\r\n");
    p.stall();
  });
  http::client client;
  auto const got = client.try_send(with_body("PUT", plain(server.port()), big()));
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::invalid_response);
}
