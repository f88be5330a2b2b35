#pragma once

#include <bulkwriter/http/client.hpp>

#include <chrono>
#include <functional>
#include <limits>
#include <optional>
#include <stop_token>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace http {

/// Exponential backoff with full jitter. `Retry-After` is honoured up to `max_delay`. What ends it is the budget: a
/// server that restarts is back before that, however often it was asked.
struct retry_options {
  int max_attempts = (std::numeric_limits<int>::max)();  ///< the first try included; at least 1
  /// Bound of the first sleep, doubled by each failure; a sleep takes any time up to its bound.
  std::chrono::milliseconds base_delay = std::chrono::milliseconds(100);
  std::chrono::milliseconds max_delay = std::chrono::seconds(20);  ///< of one sleep
  std::chrono::milliseconds budget =
      std::chrono::minutes(5);  ///< no new attempt starts later than this after the first
  retry_hook on_retry = {};     ///< for logs and metrics
};

/// Whether an outcome is worth another try of a request that is safe to repeat: errors that `bulkwriter::is_transient`
/// names; status 408, 429, 500, 502, 503, 504, which a proxy's refusal must have, too. Thread-safe.
bool is_transient(result<response> const& outcome) noexcept;

/// How long the server asks to wait: `Retry-After` in seconds, or as a date, counted from the answer's own `Date` or
/// else from `now`. Nothing if there is no such header or it makes no sense; never negative, a year at
/// most. Thread-safe.
std::optional<std::chrono::milliseconds> retry_after(response const& answer, std::chrono::system_clock::time_point now);

/// Calls `attempt` until it gives an outcome that `worth_repeating` denies, attempts or budget are used up, or `stop`
/// is triggered (which ends the sleep between two attempts at once). `attempt` must build (and sign) its request anew
/// each time. Returns the last outcome; `errc::cancelled` if `stop` was triggered before the first attempt.
/// Thread-safe.
result<response> send_with_retry(retry_options const& options, std::function<result<response>()> const& attempt,
                                 std::function<bool(result<response> const&)> const& worth_repeating = is_transient,
                                 std::stop_token stop = {});

namespace detail {

/// False if the sleep was cut short.
bool sleep(std::chrono::milliseconds time, std::stop_token const& stop);

}  // namespace detail

}  // namespace http
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/http/detail/retry.ipp>
#endif
