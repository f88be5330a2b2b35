#pragma once

#include <bulkwriter/http/countable.hpp>
#include <bulkwriter/http/retry.hpp>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace http {
namespace detail {

BULKWRITER_DECL bool sleep(std::chrono::milliseconds time, std::stop_token const& stop) {
  std::mutex mutex;
  std::condition_variable_any never_notified;
  std::unique_lock lock(mutex);
  never_notified.wait_for(lock, stop, http::detail::countable(time), [] { return false; });
  return !stop.stop_requested();
}

// Full jitter: anything up to the exponential bound, so that clients that failed together do not come back together.
BULKWRITER_DECL std::chrono::milliseconds jittered(retry_options const& options, int failures) {
  static thread_local std::minstd_rand random{std::random_device{}()};
  auto bound = (std::max)(options.base_delay, std::chrono::milliseconds(1));
  for (int i = 1; i < failures && bound < options.max_delay; ++i)
    bound = bound < options.max_delay / 2 ? bound * 2 : options.max_delay;
  bound = (std::max)((std::min)(bound, options.max_delay), std::chrono::milliseconds(0));
  return std::chrono::milliseconds(
      std::uniform_int_distribution<std::chrono::milliseconds::rep>(0, bound.count())(random));
}

}  // namespace detail

BULKWRITER_DECL std::optional<std::chrono::milliseconds> retry_after(response const& answer,
                                                                     std::chrono::system_clock::time_point now) {
  auto const value = answer.find("Retry-After");
  constexpr std::int64_t most = 365 * 24 * 3600;
  if (std::int64_t seconds = 0; detail::parse_number(value, seconds))
    return std::chrono::seconds((std::min)(seconds, most));
  auto const then = parse_date(value);
  if (!then) return std::nullopt;
  // Both moments by the server's clock, if it says what that shows.
  auto const since = parse_date(answer.find("Date")).value_or(now);
  auto const wait = std::chrono::ceil<std::chrono::milliseconds>(*then - since);
  return (std::clamp)(wait, std::chrono::milliseconds(0), std::chrono::milliseconds(std::chrono::seconds(most)));
}

BULKWRITER_DECL bool is_transient(result<response> const& outcome) noexcept {
  auto const passes = [](int status) {
    for (int transient : {408, 429, 500, 502, 503, 504}) {
      if (status == transient) return true;
    }
    return false;
  };
  if (outcome) return passes(outcome->status);
  error_info const& failure = outcome.error();
  if (failure.code == errc::connect_failed && failure.http_status != 0) return passes(failure.http_status);  // a proxy's
  return bulkwriter::is_transient(failure.code);
}

BULKWRITER_DECL result<response> send_with_retry(retry_options const& options,
                                                 std::function<result<response>()> const& attempt,
                                                 std::function<bool(result<response> const&)> const& worth_repeating,
                                                 std::stop_token stop) {
  if (stop.stop_requested()) return error_info{.code = errc::cancelled, .message = "retry: cancelled by the caller"};
  auto const start = std::chrono::steady_clock::now();
  for (int tried = 1;; ++tried) {
    auto outcome = attempt();
    if (tried >= options.max_attempts || stop.stop_requested() || !worth_repeating(outcome)) return outcome;

    auto delay = detail::jittered(options, tried);
    if (outcome) {
      if (auto const asked = retry_after(*outcome, std::chrono::system_clock::now()))
        delay = (std::max)(delay, (std::min)(*asked, options.max_delay));
    }
    // compared in milliseconds: a budget of milliseconds::max() does not fit the clock's own unit
    auto const spent = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
    if (delay > http::detail::countable(options.budget) - spent) return outcome;
    if (options.on_retry) {
      retry_info info{.failures = tried, .delay = delay};
      if (outcome)
        info.status = outcome->status;
      else
        info.error = &outcome.error();
      detail::tell(options.on_retry, info);
    }
    if (!detail::sleep(delay, stop)) return outcome;
  }
}

}  // namespace http
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
