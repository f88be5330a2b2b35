#include "support/error_of.hpp"

#include <bulkwriter/auth/provider.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <ostream>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

using namespace bulkwriter;
using namespace std::chrono_literals;
using auth::bearer_token;
using auth::credentials;
using time_point = std::chrono::system_clock::time_point;

namespace {

time_point const noon = std::chrono::sys_days(std::chrono::year(2026) / 1 / 2) + 12h;

// A cloud whose clock the test turns. Its secrets are numbered.
struct cloud {
  std::atomic<time_point> time = noon;
  std::atomic<int> calls = 0;
  std::atomic<bool> down = false;
  std::atomic<std::chrono::seconds> lifetime = std::chrono::seconds(1h);

  result<bearer_token> fetch() {
    int const number = ++calls;
    if (down) return error_info{.code = errc::timeout, .message = "nobody answers", .http_status = 503};
    return bearer_token{.token = "secret-" + std::to_string(number), .expires = time.load() + lifetime.load()};
  }
  auth::provider<bearer_token> provider(auth::refresh_options options = {}) {
    options.now = [this] { return time.load(); };
    return {"the cloud", [this](std::stop_token) { return fetch(); }, options};
  }
};

std::string token_of(auth::provider<bearer_token> const& from) {
  auto const got = from.try_get();
  return got ? got->token : got.error().to_string();
}

// A fetch that the test holds up.
struct gate {
  std::promise<void> reached, open;
  void pass() {
    reached.set_value();
    open.get_future().wait();
  }
};

template <class T>
concept printable = requires(std::ostream& out, T const& value) { out << value; };

}  // namespace

static_assert(!printable<credentials> && !printable<bearer_token>);

TEST_CASE("provider: none") {
  auth::provider<credentials> const none;
  CHECK_FALSE(none);
  REQUIRE_FALSE(none.try_get());
  CHECK(error_of(none.try_get()).code == errc::credentials_unavailable);
  none.forget({});
}

TEST_CASE("provider: a fixed secret stays, whatever the clock or a server says") {
  credentials const mine{.access_key = "a", .secret_key = "s", .session_token = "t", .expires = noon};
  auth::provider<credentials> const fixed = mine;
  CHECK(fixed);
  REQUIRE(fixed.try_get());
  CHECK(*fixed.try_get() == mine);
  fixed.forget(mine);
  REQUIRE(fixed.try_get());
  CHECK(*fixed.try_get() == mine);
}

TEST_CASE("provider: fetches at first use, once for all copies") {
  cloud c;
  auto const one = c.provider();
  auto const other = one;
  CHECK(c.calls == 0);
  CHECK(token_of(one) == "secret-1");
  CHECK(token_of(other) == "secret-1");
  CHECK(c.calls == 1);
}

TEST_CASE("provider: fetches anew when less than refresh_before is left") {
  for (auto const before : {std::chrono::seconds(5min), std::chrono::seconds(1min)}) {
    CAPTURE(before.count());
    cloud c;
    auto const p = c.provider({.refresh_before = before});
    CHECK(token_of(p) == "secret-1");
    c.time = noon + 1h - before - 1s;
    CHECK(token_of(p) == "secret-1");
    c.time = noon + 1h - before + 1s;
    CHECK(token_of(p) == "secret-2");
    CHECK(token_of(p) == "secret-2");
    c.time = noon + 5h;
    CHECK(token_of(p) == "secret-3");
  }
}

TEST_CASE("provider: what never expires is fetched once") {
  cloud c;
  auth::provider<credentials> const p{
      "x",
      [&](std::stop_token) { return ++c.calls, result<credentials>(credentials{.access_key = "a"}); },
      {.now = [&] { return c.time.load(); }}};
  CHECK(p.try_get());
  c.time = noon + std::chrono::years(200);
  CHECK(p.try_get());
  CHECK(c.calls == 1);
}

TEST_CASE("provider: a refresh that fails leaves the old secret in use and is tried again some seconds later") {
  cloud c;
  auto const p = c.provider({.retry_after = 10s});
  CHECK(token_of(p) == "secret-1");
  c.down = true;
  c.time = noon + 58min;
  CHECK(token_of(p) == "secret-1");
  CHECK(c.calls == 2);
  c.time = noon + 58min + 9s;
  CHECK(token_of(p) == "secret-1");
  CHECK(c.calls == 2);
  c.time = noon + 58min + 11s;
  CHECK(token_of(p) == "secret-1");
  CHECK(c.calls == 3);

  // What has expired is not given out, however short ago the last try was.
  c.time = noon + 60min - 2s;
  CHECK(token_of(p) == "secret-1");
  c.time = noon + 60min + 1s;
  auto const got = p.try_get();
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::timeout);
  CHECK(got.error().http_status == 503);
  CHECK(got.error().message == "the cloud: nobody answers");
  CHECK(c.calls == 5);

  c.down = false;
  CHECK(token_of(p) == "secret-6");
}

TEST_CASE("provider: a failure without an old secret is not kept") {
  cloud c;
  auto const p = c.provider();
  c.down = true;
  CHECK(token_of(p) == "the cloud: nobody answers [bulkwriter.timeout]");
  c.down = false;
  CHECK(token_of(p) == "secret-2");
}

TEST_CASE("provider: a secret that comes with little time left is no reason to ask at every request") {
  cloud c;
  c.lifetime = std::chrono::seconds(2min);
  auto const p = c.provider({.retry_after = 10s});
  CHECK(token_of(p) == "secret-1");
  CHECK(token_of(p) == "secret-1");
  c.time = noon + 11s;
  CHECK(token_of(p) == "secret-2");
  // Expired on arrival by this machine's clock, which may be the wrong one of the two.
  c.lifetime = std::chrono::seconds(-1min);
  c.time = noon + 10min;
  CHECK(token_of(p) == "secret-3");
  CHECK(token_of(p) == "secret-3");
}

TEST_CASE("provider: a secret is not used beyond its end, however short it lives") {
  cloud c;
  c.lifetime = 3s;
  auto const p = c.provider({.retry_after = 10s});
  CHECK(token_of(p) == "secret-1");
  c.time = noon + 2s;
  CHECK(token_of(p) == "secret-1");
  c.time = noon + 4s;
  CHECK(token_of(p) == "secret-2");
}

TEST_CASE("provider: a clock that is put back makes no secret younger") {
  cloud c;
  c.lifetime = 1s;
  auto const p = c.provider({.refresh_before = 0s, .retry_after = 0s});
  CHECK(token_of(p) == "secret-1");
  c.time = noon - 5h;
  CHECK(token_of(p) == "secret-1");
  std::this_thread::sleep_for(1100ms);
  CHECK(token_of(p) == "secret-2");
  CHECK(token_of(p) == "secret-2");
}

TEST_CASE("provider: an empty function is none") {
  auth::provider<credentials> const none{"the cloud", nullptr};
  CHECK_FALSE(none);
  REQUIRE_FALSE(none.try_get());
  CHECK(error_of(none.try_get()).code == errc::credentials_unavailable);
}

TEST_CASE("provider: a failure of the token service tells nothing of the request that needs the token") {
  auth::provider<bearer_token> const p{"the cloud", [](std::stop_token) -> result<bearer_token> {
                                         return error_info{.code = errc::timeout, .may_have_happened = true};
                                       }};
  auto const got = p.try_get();
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::timeout);
  CHECK_FALSE(got.error().may_have_happened);
}

TEST_CASE("provider: a fetch that asks for what it fetches is told so") {
  cloud c;
  auth::provider<bearer_token> p;
  std::string inner;
  std::stop_source overdue;
  p = {"the cloud",
       [&](std::stop_token) {
         inner = p.try_get(overdue.get_token()) ? "secret" : error_of(p.try_get(overdue.get_token())).to_string();
         return c.fetch();
       },
       {.now = [&] { return c.time.load(); }}};
  // So that the test ends, and fails, where it would wait for ever.
  std::jthread const guard([&](std::stop_token stop) {
    for (int i = 0; i < 200 && !stop.stop_requested(); ++i) std::this_thread::sleep_for(10ms);
    overdue.request_stop();
  });
  CHECK(token_of(p) == "secret-1");
  CHECK(inner.starts_with("the cloud: "));
  CHECK(inner.ends_with("[bulkwriter.invalid_state]"));
  // Another thread's fetch is waited for, and a valid secret is there for everybody.
  c.time = noon + 58min;
  CHECK(token_of(p) == "secret-2");
  CHECK(inner == "secret");
}

TEST_CASE("provider: forget") {
  cloud c;
  auto const p = c.provider();
  auto const first = p.get();
  p.forget({.token = "another"});
  CHECK(token_of(p) == "secret-1");
  p.forget(first);
  CHECK(token_of(p) == "secret-2");
  p.forget(first);  // as a slower thread says it
  CHECK(token_of(p) == "secret-2");

  c.down = true;
  p.forget(p.get());
  CHECK_FALSE(p.try_get());  // not the one that a server has refused
}

TEST_CASE("provider: while one thread fetches, the others go on with a valid secret") {
  cloud c;
  gate held;
  auth::provider<bearer_token> const p{"the cloud",
                                       [&](std::stop_token) {
                                         if (c.calls == 1) held.pass();
                                         return c.fetch();
                                       },
                                       {.now = [&] { return c.time.load(); }}};
  CHECK(token_of(p) == "secret-1");
  c.time = noon + 58min;
  auto slow = std::async(std::launch::async, [&] { return token_of(p); });
  held.reached.get_future().wait();
  CHECK(token_of(p) == "secret-1");
  held.open.set_value();
  CHECK(slow.get() == "secret-2");
  CHECK(token_of(p) == "secret-2");
  CHECK(c.calls == 2);
}

TEST_CASE("provider: without a valid secret all wait for one fetch and share its outcome") {
  for (bool const down : {false, true}) {
    CAPTURE(down);
    cloud c;
    c.down = down;
    gate held;
    std::atomic<int> fetches = 0;
    auth::provider<bearer_token> const p{"the cloud", [&](std::stop_token) {
                                           if (++fetches == 1) held.pass();
                                           return c.fetch();
                                         }};
    std::atomic<int> begun = 0;
    std::vector<std::future<std::string>> all;
    for (int i = 0; i < 8; ++i) {
      all.push_back(std::async(std::launch::async, [&] { return ++begun, token_of(p); }));
      if (i == 0) held.reached.get_future().wait();
    }
    while (begun < 8) std::this_thread::yield();
    std::this_thread::sleep_for(50ms);  // so that they wait indeed
    held.open.set_value();
    for (auto& one : all) {
      auto const text = one.get();
      if (down) {
        CHECK(text == "the cloud: nobody answers [bulkwriter.timeout]");
      } else {
        CHECK(text.starts_with("secret-"));
      }
    }
    CHECK(fetches < (down ? 4 : 2));  // down: one that begins late may ask again
  }
}

TEST_CASE("provider: who waits can be cancelled, and who fetches too, to nobody else's harm") {
  cloud c;
  gate held;
  std::atomic<int> fetches = 0;
  auth::provider<bearer_token> const p{"the cloud", [&](std::stop_token stop) -> result<bearer_token> {
                                         if (++fetches > 1) return c.fetch();
                                         held.pass();
                                         CHECK(stop.stop_requested());
                                         return error_info{.code = errc::cancelled, .message = "cancelled"};
                                       }};
  std::stop_source of_fetcher, of_waiter;
  auto fetcher = std::async(std::launch::async, [&] { return p.try_get(of_fetcher.get_token()); });
  held.reached.get_future().wait();

  auto waiter = std::async(std::launch::async, [&] { return p.try_get(of_waiter.get_token()); });
  of_waiter.request_stop();
  auto const waited = waiter.get();
  REQUIRE_FALSE(waited);
  CHECK(waited.error().code == errc::cancelled);

  auto patient = std::async(std::launch::async, [&] { return token_of(p); });
  std::this_thread::sleep_for(20ms);
  of_fetcher.request_stop();
  held.open.set_value();
  auto const fetched = fetcher.get();
  REQUIRE_FALSE(fetched);
  CHECK(fetched.error().code == errc::cancelled);
  CHECK(patient.get() == "secret-1");
}

TEST_CASE("provider: what a fetch throws comes out, and is the failure of all who wait") {
  cloud c;
  gate held;
  std::atomic<int> fetches = 0;
  auth::provider<bearer_token> const p{"the cloud", [&](std::stop_token) {
                                         if (++fetches == 2) {
                                           held.pass();
                                           throw std::runtime_error("broken\n");
                                         }
                                         return c.fetch();
                                       }};
  c.down = true;
  CHECK_FALSE(p.try_get());
  c.down = false;
  auto thrower = std::async(std::launch::async, [&] { CHECK_THROWS_AS((void)p.try_get(), std::runtime_error); });
  held.reached.get_future().wait();
  std::atomic<int> near = 0;
  std::vector<std::future<std::string>> waiters;
  for (int i = 0; i < 16; ++i) {
    waiters.push_back(std::async(std::launch::async, [&] {
      ++near;
      return token_of(p);
    }));
  }
  while (near != 16) std::this_thread::sleep_for(1ms);
  std::this_thread::sleep_for(100ms);
  held.open.set_value();
  thrower.get();
  for (auto& waiter : waiters)
    CHECK(waiter.get() == "the cloud: its fetch has thrown: broken\\n [bulkwriter.credentials_unavailable]");
  CHECK(fetches == 2);
  CHECK(token_of(p) == "secret-2");
}

TEST_CASE("provider: durations that no clock can count") {
  cloud c;
  constexpr auto longest = (std::chrono::seconds::max)();
  auto const p = c.provider({.refresh_before = longest, .retry_after = longest});
  CHECK(p.get().token == "secret-1");
  CHECK(p.get().token == "secret-1");
  constexpr auto least = (std::chrono::seconds::min)();
  auto const q = c.provider({.refresh_before = least, .retry_after = least});
  CHECK(q.get().token == "secret-2");
  CHECK(q.get().token == "secret-2");
}

TEST_CASE("provider: many threads, short lives, refusals") {
  cloud c;
  std::atomic<int> inside = 0, most = 0;
  auth::provider<bearer_token> const p{"the cloud",
                                       [&](std::stop_token) {
                                         int const now_inside = ++inside;
                                         most = std::max(most.load(), now_inside);
                                         auto got = c.fetch();
                                         --inside;
                                         return got;
                                       },
                                       {.retry_after = 0s, .now = [&] { return c.time.load(); }}};
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i) {
        auto const got = p.try_get();
        if (got && (i + t) % 7 == 0) p.forget(*got);
        if (t == 0 && i % 10 == 0) c.time = c.time.load() + 20min;
        if (t == 1 && i % 50 == 0) c.down = !c.down;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  c.down = false;
  CHECK(most == 1);
  CHECK(c.calls > 100);
  CHECK(token_of(p).starts_with("secret-"));
}
