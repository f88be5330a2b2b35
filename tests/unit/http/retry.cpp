#include <bulkwriter/http/retry.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

using namespace bulkwriter;
using namespace std::chrono_literals;
using http::response;
using steady = std::chrono::steady_clock;

namespace {

http::retry_options const quick{.max_attempts = 5, .base_delay = 1ms, .max_delay = 5ms, .budget = 1min};

response with_header(int status, std::string name, std::string value) {
  return {.status = status, .headers = {{std::move(name), std::move(value)}}};
}

result<response> failure(errc code) { return error_info{.code = code, .message = "x"}; }

}  // namespace

TEST_CASE("is_transient: statuses and transport errors that may pass") {
  for (int status = 100; status < 600; ++status) {
    CAPTURE(status);
    bool const expected =
        status == 408 || status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
    CHECK(http::is_transient(response{.status = status}) == expected);
  }
  for (errc code : {errc::resolve_failed, errc::connect_failed, errc::timeout, errc::connection_lost})
    CHECK(http::is_transient(failure(code)));
  for (errc code : {errc::tls_failed, errc::cancelled, errc::invalid_url, errc::invalid_option, errc::invalid_response})
    CHECK_FALSE(http::is_transient(failure(code)));
}

TEST_CASE("send_with_retry: goes on until the outcome is good") {
  int calls = 0;
  auto const got = http::send_with_retry(quick, [&]() -> result<response> {
    ++calls;
    if (calls == 1) return failure(errc::connection_lost);
    return response{.status = calls == 2 ? 503 : 200};
  });
  REQUIRE(got);
  CHECK(got->status == 200);
  CHECK(calls == 3);
}

TEST_CASE("send_with_retry: a lasting outcome is returned at once") {
  int calls = 0;
  auto const got = http::send_with_retry(quick, [&] { return ++calls, result<response>(response{.status = 403}); });
  CHECK(got->status == 403);
  CHECK(calls == 1);
}

TEST_CASE("send_with_retry: attempts are counted, and the last outcome is the result") {
  int calls = 0;
  auto const got = http::send_with_retry(
      quick, [&] { return result<response>(response{.status = 500, .body = std::to_string(++calls)}); });
  CHECK(got->body == "5");
  CHECK(calls == 5);
}

TEST_CASE("send_with_retry: the caller decides what is worth repeating") {
  int calls = 0;
  auto const got = http::send_with_retry(
      quick, [&] { return result<response>(response{.status = ++calls == 3 ? 200 : 404}); },
      [](result<response> const& r) { return r && r->status == 404; });
  CHECK(got->status == 200);
  CHECK(calls == 3);
}

TEST_CASE("send_with_retry: no attempt starts after the budget") {
  http::retry_options const options{.max_attempts = 1000, .base_delay = 1ms, .max_delay = 1h, .budget = 50ms};
  int calls = 0;
  auto const start = steady::now();
  auto const got = http::send_with_retry(options, [&] {
    // Whoever tries again all the same is soon content.
    return result<response>(++calls == 1 ? with_header(503, "Retry-After", "15") : response{.status = 200});
  });
  CHECK(got->status == 503);
  CHECK(calls == 1);
  CHECK(steady::now() - start < 10s);  // it does not sleep towards an attempt that will not be made
}

TEST_CASE("send_with_retry: Retry-After is waited for, but not longer than max_delay") {
  http::retry_options const options{.max_attempts = 2, .base_delay = 1ms, .max_delay = 300ms};
  auto const start = steady::now();
  int calls = 0;
  (void)http::send_with_retry(options, [&] {
    ++calls;
    return result<response>(with_header(429, "retry-after", "3600"));
  });
  auto const took = steady::now() - start;
  CHECK(calls == 2);
  CHECK(took >= 300ms);
  CHECK(took < 60s);
}

TEST_CASE("send_with_retry: a stop request ends the sleep at once") {
  http::retry_options const options{.max_attempts = 3, .base_delay = 10min, .max_delay = 10min, .budget = 24h};
  std::stop_source source;
  std::thread other([&] {
    std::this_thread::sleep_for(50ms);
    source.request_stop();
  });
  int calls = 0;
  auto const start = steady::now();
  auto const got = http::send_with_retry(
      options,
      [&] {
        ++calls;
        return result<response>(with_header(503, "Retry-After", "600"));
      },
      http::is_transient, source.get_token());
  auto const took = steady::now() - start;
  other.join();
  CHECK(got->status == 503);
  CHECK(calls == 1);
  CHECK(took < 10s);
}

TEST_CASE("send_with_retry: durations that no clock can count") {
  constexpr auto longest = (std::chrono::milliseconds::max)(), least = (std::chrono::milliseconds::min)();
  for (http::retry_options const& options :
       {http::retry_options{.max_attempts = 3, .base_delay = longest, .max_delay = longest, .budget = longest},
        http::retry_options{.max_attempts = 100, .base_delay = longest / 2 + 1ms, .max_delay = longest, .budget = longest}}) {
    std::stop_source source;
    std::jthread const other([&] { std::this_thread::sleep_for(50ms), source.request_stop(); });
    int calls = 0;
    auto const got = http::send_with_retry(
        options, [&] { return ++calls, result<response>(response{.status = 503}); }, http::is_transient, source.get_token());
    CHECK(got->status == 503);
    CHECK(calls == 1);
  }
  int calls = 0;
  (void)http::send_with_retry({.max_attempts = 3, .base_delay = least, .max_delay = least, .budget = least},
                              [&] { return ++calls, result<response>(response{.status = 503}); });
  CHECK(calls <= 3);
}

TEST_CASE("send_with_retry: stopped before the start, nothing is attempted") {
  std::stop_source source;
  source.request_stop();
  int calls = 0;
  auto const got = http::send_with_retry(
      quick, [&] { return ++calls, result<response>(response{.status = 200}); }, http::is_transient,
      source.get_token());
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::cancelled);
  CHECK(calls == 0);
}

TEST_CASE("send_with_retry: delays are spread over the whole range, not at its end") {
  std::vector<std::chrono::milliseconds> told;
  http::retry_options const options{.max_attempts = 21,
                                    .base_delay = 60ms,
                                    .max_delay = 60ms,
                                    .on_retry = [&](http::retry_info const& info) { told.push_back(info.delay); }};
  auto const start = steady::now();
  (void)http::send_with_retry(options, [] { return result<response>(response{.status = 503}); });
  REQUIRE(told.size() == 20);
  auto const [shortest, longest] = std::minmax_element(told.begin(), told.end());
  CHECK(*shortest < 40ms);  // fails by chance once in 3^20 runs, and so the next
  CHECK(*longest > 20ms);
  CHECK(*longest <= 60ms);
  CHECK(steady::now() - start >= std::accumulate(told.begin(), told.end(), 0ms));
}

TEST_CASE("send_with_retry: the bound of a delay doubles, up to max_delay") {
  std::chrono::milliseconds const bounds[] = {12ms, 24ms, 48ms, 48ms, 48ms};
  std::vector<std::chrono::milliseconds> longest(5);
  for (int run = 0; run < 24; ++run) {
    http::retry_options const options{.max_attempts = 6,
                                      .base_delay = 12ms,
                                      .max_delay = 48ms,
                                      .on_retry = [&](http::retry_info const& info) {
                                        auto& most = longest[static_cast<std::size_t>(info.failures) - 1];
                                        most = std::max(most, info.delay);
                                      }};
    (void)http::send_with_retry(options, [] { return result<response>(response{.status = 503}); });
  }
  for (std::size_t i = 0; i < longest.size(); ++i) {
    CHECK(longest[i] <= bounds[i]);
    CHECK(longest[i] > bounds[i] / 2);  // by chance not so once in a million runs
  }
}

TEST_CASE("retry_after: seconds, dates, and nonsense") {
  std::chrono::system_clock::time_point const now{std::chrono::seconds(784111777)};  // 06 Nov 1994 08:49:37
  CHECK(http::retry_after(with_header(503, "Retry-After", "120"), now) == 120s);
  CHECK(http::retry_after(with_header(503, "Retry-After", "0"), now) == 0s);
  CHECK(http::retry_after(with_header(503, "Retry-After", "Sun, 06 Nov 1994 08:50:07 GMT"), now) == 30s);
  CHECK(http::retry_after(with_header(503, "Retry-After", "Sun, 06 Nov 1994 08:00:00 GMT"), now) == 0s);
  CHECK(http::retry_after(with_header(503, "Retry-After", "9223372036854775807"), now) == 365 * 24h);
  for (char const* text : {"", "-1", "1.5", "soon", "99999999999999999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(http::retry_after(with_header(503, "Retry-After", text), now));
  }
  CHECK_FALSE(http::retry_after(response{.status = 503}, now));

  // The server's clock is an hour ahead: its own Date counts, not ours.
  response const skewed{
      .status = 503,
      .headers = {{"Date", "Sun, 06 Nov 1994 09:49:37 GMT"}, {"Retry-After", "Sun, 06 Nov 1994 09:49:47 GMT"}}};
  CHECK(http::retry_after(skewed, now) == 10s);
}
