// What an observer is told, and that it cannot get in the way.

#include "support/requests.hpp"

#include <bulkwriter/http/client.hpp>
#include <bulkwriter/http/retry.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace bulkwriter;
using namespace std::chrono_literals;
using namespace test;

namespace {

// What is left of an exchange_info after the call.
struct seen {
  std::string method, origin, path, error;
  int status;
  std::uint64_t sent, received;
  bool reused;
  std::chrono::nanoseconds connecting, waiting, total;
};

struct recorder {
  std::vector<seen> all = {};

  http::client_options options() {
    return {.on_exchange = [this](http::exchange_info const& i) {
      all.push_back({std::string(i.method), i.origin.to_string(), std::string(i.path),
                     i.error ? i.error->message : std::string(), i.status, i.sent, i.received, i.reused, i.connecting,
                     i.waiting, i.total});
    }};
  }
};

}  // namespace

TEST_CASE("on_exchange: every exchange, with its bytes and times, and nothing of query and headers") {
  std::vector<std::size_t> came;
  std::string const reply = "HTTP/1.1 503 Slow Down\r\nContent-Length: 2\r\n\r\nno";
  script_server server([&](peer& p) {
    for (int i = 0; i < 2; ++i) {
      std::string body;
      std::string const head = p.request(&body);
      came.push_back(head.size() + body.size());
      std::this_thread::sleep_for(20ms);
      p.send(reply);
    }
  });
  recorder told;
  http::client client(told.options());
  auto what = with_body("PUT", plain(server.port()), "hello");
  what.target = "/b/k?X-Amz-Signature=5ecret";
  what.headers = {{"Authorization", "5ecret"}};
  for (int i = 0; i < 2; ++i) CHECK(client.send(what).status == 503);

  REQUIRE(told.all.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CAPTURE(i);
    auto const& one = told.all[i];
    CHECK(one.method == "PUT");
    CHECK(one.origin == what.origin.to_string());
    CHECK(one.path == "/b/k");
    CHECK(one.status == 503);
    CHECK(one.error == "");
    CHECK(one.sent == came[i]);
    CHECK(one.received == reply.size());
    CHECK(one.reused == (i == 1));
    CHECK((one.connecting > 0ns) == (i == 0));
    CHECK(one.waiting >= 15ms);
    CHECK(one.total >= one.waiting + one.connecting);
  }
}

TEST_CASE("on_exchange: what fails is told with its error") {
  script_server server([](peer& p) { p.request(); });
  recorder told;
  http::client client(told.options());
  auto const got = client.try_send(get(plain(server.port())));
  REQUIRE_FALSE(got);
  REQUIRE(told.all.size() == 1);
  CHECK(told.all[0].status == 0);
  CHECK(told.all[0].error == got.error().message);
  CHECK(told.all[0].sent > 0);
  CHECK(told.all[0].received == 0);
  CHECK(told.all[0].waiting == 0ns);

  auto nowhere = get(plain(server.port()));
  nowhere.target = "no slash";
  REQUIRE_FALSE(client.try_send(nowhere));
  REQUIRE(told.all.size() == 2);
  CHECK(told.all[1].sent == 0);
  CHECK(told.all[1].error != "");
}

TEST_CASE("on_exchange: a connection replaced unseen is one exchange on a new connection") {
  script_server server([](peer& p) {
    p.request();
    p.answer("");
    if (p.index() == 0) p.request();
  });
  recorder told;
  http::client client(told.options());
  for (int i = 0; i < 2; ++i) CHECK(client.try_send(get(plain(server.port()))));
  REQUIRE(told.all.size() == 2);
  CHECK_FALSE(told.all[1].reused);
  CHECK(told.all[1].status == 200);
}

TEST_CASE("hooks: what they throw is dropped") {
  script_server server([](peer& p) {
    p.request();
    p.answer("fine");
  });
  http::client client({.on_exchange = [](http::exchange_info const&) { throw std::runtime_error("x"); }});
  CHECK(client.send(get(plain(server.port()))).body == "fine");

  int attempts = 0;
  http::retry_options const retry{.max_attempts = 2, .base_delay = 1ms, .max_delay = 1ms, .on_retry = [](auto const&) {
                                    throw std::runtime_error("x");
                                  }};
  auto const got = http::send_with_retry(
      retry, [&]() -> result<http::response> { return http::response{.status = ++attempts == 1 ? 500 : 200}; });
  CHECK(got->status == 200);
}

TEST_CASE("on_retry: every pause, with what led to it") {
  struct pause {
    int failures, status;
    std::chrono::milliseconds delay;
    errc code;
  };
  std::vector<pause> pauses;
  http::retry_options const retry{
      .max_attempts = 3, .base_delay = 1ms, .max_delay = 7ms, .on_retry = [&](http::retry_info const& i) {
        pauses.push_back({i.failures, i.status, i.delay, i.error ? i.error->code : errc::none});
      }};
  int attempts = 0;
  auto const got = http::send_with_retry(retry, [&]() -> result<http::response> {
    if (++attempts == 1) return error_info{.code = errc::timeout};
    return http::response{.status = 503, .headers = {{"Retry-After", "3600"}}};
  });
  CHECK(got->status == 503);
  REQUIRE(pauses.size() == 2);  // none behind the last attempt
  CHECK(pauses[0].failures == 1);
  CHECK(pauses[0].status == 0);
  CHECK(pauses[0].code == errc::timeout);
  CHECK(pauses[0].delay <= 7ms);
  CHECK(pauses[1].failures == 2);
  CHECK(pauses[1].status == 503);
  CHECK(pauses[1].delay == 7ms);  // Retry-After, up to max_delay
}
