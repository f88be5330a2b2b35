// Limits that are renewed, that are none, and that are longer than a clock can count.

#include "support/requests.hpp"

#include <bulkwriter/http/client.hpp>
#include <bulkwriter/http/retry.hpp>

#include <doctest/doctest.h>

#include <thread>

using namespace bulkwriter;
using namespace std::chrono_literals;
using namespace test;

TEST_CASE("limits: what the clock cannot count up to is none") {
  script_server server([](peer& p) {
    std::string body;
    while (!p.request(&body).empty()) p.answer(body);
  });
  for (auto const limit : {(std::chrono::milliseconds::max)(), std::chrono::milliseconds(24h * 365 * 200),
                           std::chrono::milliseconds(24h * 365 * 1000000), 0ms, -1ms}) {
    CAPTURE(limit.count());
    http::client client({.timeouts = {.resolve = limit,
                                      .connect = limit,
                                      .handshake = limit,
                                      .write_stall = limit,
                                      .first_byte = limit,
                                      .read_stall = limit,
                                      .total = limit}});
    auto const got = client.try_send(with_body("PUT", plain(server.port(), "localhost"), "hello"));
    REQUIRE_MESSAGE(got, got.error().message);
    CHECK(got->body == "hello");
  }
}

TEST_CASE("limits: a body that moves on, however slowly, does not stall") {
  // Together the pauses are longer than the limit, each is far shorter.
  std::string const body(64u << 20, 'b');
  script_server server([&](peer& p) {
    p.head();
    for (std::size_t left = body.size(); left != 0;) {
      std::this_thread::sleep_for(125ms);
      auto const piece = p.body(std::min<std::size_t>(4u << 20, left));
      if (piece.empty()) return;
      left -= piece.size();
    }
    p.answer("whole");
  });
  http::client client({.timeouts = {.write_stall = 1s, .first_byte = 1min}});
  stopwatch watch;
  auto const got = client.try_send(with_body("PUT", plain(server.port()), body));
  REQUIRE_MESSAGE(got, got.error().message);
  CHECK(got->body == "whole");
  CHECK(watch.read() > 1500ms);
}

TEST_CASE("limits: a connection that answered before the body was out is not used again, though it would go on") {
  std::string const body(32u << 20, 'b');
  script_server server([&](peer& p) {
    p.head();
    p.answer("early");
    p.body(body.size());
    while (!p.request().empty()) p.answer(std::to_string(p.index()));
  });
  http::client client;
  auto const got = client.try_send(with_body("PUT", plain(server.port()), body));
  REQUIRE_MESSAGE(got, got.error().message);
  CHECK(got->body == "early");
  CHECK(client.send(get(plain(server.port()))).body == "early");  // of a new connection
  CHECK(server.connections() == 2);
}

TEST_CASE("limits: no attempt starts after the budget, whether a pause is asked for or not") {
  for (bool const asked : {false, true}) {
    CAPTURE(asked);
    http::retry_options const options{.max_attempts = 1000, .base_delay = 100ms, .max_delay = 100ms, .budget = 1ms};
    int calls = 0;
    stopwatch watch;
    auto const got = http::send_with_retry(options, [&]() -> result<http::response> {
      ++calls;
      http::response busy{.status = 503};
      if (asked) busy.headers = {{"Retry-After", "30"}};
      if (calls > 5) busy.status = 200;  // for whoever goes on all the same
      return busy;
    });
    CHECK(got->status == 503);
    CHECK(calls <= 2);  // a random pause may be shorter than the budget
    CHECK(watch.read() < 10s);
  }
}
