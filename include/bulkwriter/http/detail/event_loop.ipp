#pragma once

#include <bulkwriter/error.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdlib>
#include <stop_token>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace http {
namespace detail {

using clock = std::chrono::steady_clock;
inline constexpr clock::time_point never = (clock::time_point::max)();

// Zero means no limit; so does what the clock cannot count up to.
inline clock::time_point after(std::chrono::milliseconds limit) noexcept {
  if (limit <= std::chrono::milliseconds::zero() || limit > std::chrono::hours(24 * 365)) return never;
  return clock::now() + limit;
}

enum class wake { ready, timed_out, cancelled };

// The thread of control of one client: it sleeps here and nowhere else, until what it waits for has come, a deadline
// has passed or somebody has asked it to stop.
class event_loop {
 public:
  // Opens all descriptors that it will need, beside those of connections: later there is nobody to tell that none are
  // left.
  event_loop() : io_(1), work_(io_.get_executor()) { boost::asio::ip::tcp::socket const first(io_); }

  boost::asio::io_context& io() noexcept { return io_; }

  void begin(std::stop_token stop) {
    io_.restart();
    stop_ = std::move(stop);
  }
  void end() noexcept { stop_ = {}; }

  // The only member for other threads. stop() neither allocates nor fails, so it may stand in a stop callback; it
  // sticks until the next begin(), so it is not lost if it comes just before the sleep.
  void interrupt() noexcept { io_.stop(); }

  std::stop_token const& stop() const noexcept { return stop_; }
  bool stopping() const noexcept { return stop_.stop_requested(); }

  template <class Done>
  wake run_until(clock::time_point end, Done done) {
    while (!done()) {
      if (stopping()) return wake::cancelled;
      if (end == never) {
        io_.run_one();
      } else if (io_.run_one_until(end) == 0 && clock::now() >= end) {
        return wake::timed_out;
      }
    }
    return wake::ready;
  }

 private:
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::stop_token stop_;
};

}  // namespace detail
}  // namespace http
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
