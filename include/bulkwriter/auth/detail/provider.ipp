#pragma once

#include <bulkwriter/auth/provider.hpp>
#include <bulkwriter/http/detail/countable.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace auth {

template <class Secret>
struct provider<Secret>::state {
  using time_point = std::chrono::system_clock::time_point;

  result<Secret> get(std::stop_token const& stop);
  result<Secret> fetch(std::unique_lock<std::mutex>& lock, std::stop_token const& stop);
  result<Secret> call(std::stop_token const& stop);
  time_point wall() const { return options.now ? options.now() : std::chrono::system_clock::now(); }
  // A wall clock that is put back makes no secret younger: since its fetch at least as much time has passed as another
  // clock, which nobody sets, has counted.
  time_point now() const {
    if (!current) return wall();
    auto const passed = std::chrono::steady_clock::now() - fetched_at.second;
    return (std::max)(wall(), fetched_at.first + std::chrono::duration_cast<time_point::duration>(passed));
  }

  std::string const name = {};
  fetch_function const fetch_one = {};
  refresh_options const options = {};

  std::mutex mutex = {};
  std::condition_variable_any fetched = {};
  std::optional<Secret> current = {};
  std::pair<time_point, std::chrono::steady_clock::time_point> fetched_at = {};  // the current one
  time_point next_fetch = (time_point::min)();  // none earlier, as long as there is a current one
  std::thread::id fetcher = {};               // that of no thread: nobody fetches
  unsigned fetches = 0;                       // ended ones
  std::optional<error_info> failure = {};     // of the last one
};

template <class Secret>
result<Secret> provider<Secret>::state::get(std::stop_token const& stop) {
  std::unique_lock lock(mutex);
  while (true) {
    time_point const time = now();
    if (current && (time < next_fetch || current->expires > time + http::detail::countable(options.refresh_before))) return *current;
    if (fetcher == std::thread::id()) return fetch(lock, stop);
    if (current && current->expires > time) return *current;
    if (fetcher == std::this_thread::get_id())
      return error_info{.code = errc::invalid_state, .message = name + ": its fetch asks for what it fetches"};
    unsigned const before = fetches;
    if (!fetched.wait(lock, stop, [&] { return fetches != before; }))
      return error_info{.code = errc::cancelled, .message = name + ": cancelled by the caller"};
    // Its failure is that of all who waited, or each would wait for a fetch of its own in turn. But that somebody else
    // has lost interest is no failure.
    if (!current && failure && failure->code != errc::cancelled) return *failure;
  }
}

template <class Secret>
result<Secret> provider<Secret>::state::fetch(std::unique_lock<std::mutex>& lock, std::stop_token const& stop) {
  struct ending {  // however the fetch ends, the others must not wait for it for ever
    state& of;
    std::unique_lock<std::mutex>& lock;
    ~ending() {
      if (!lock.owns_lock()) lock.lock();
      of.fetcher = {};
      ++of.fetches;
      of.fetched.notify_all();
    }
  };
  fetcher = std::this_thread::get_id();
  failure.reset();
  ending const at_end{*this, lock};
  lock.unlock();
  result<Secret> got = call(stop);
  lock.lock();

  if (got) {
    current = *got;
    fetched_at = {wall(), std::chrono::steady_clock::now()};
  }
  time_point const time = now();
  next_fetch = time + http::detail::countable(options.retry_after);
  bool const valid = current && current->expires > time;
  if (valid) next_fetch = (std::min)(next_fetch, current->expires);
  // One that has expired on arrival is for the server to judge: this machine's clock may be the wrong one.
  if (got || valid) return *current;
  current.reset();
  got.error().message.insert(0, name + ": ");
  // That is about the request for the secret, and whoever reads it asks about the one that needs the secret.
  got.error().may_have_happened = false;
  failure = got.error();
  return got;
}

// What is thrown is the caller's; those who waited get it as an error, like any other.
template <class Secret>
result<Secret> provider<Secret>::state::call(std::stop_token const& stop) {
  try {
    return fetch_one(stop);
  } catch (std::exception const& e) {
    std::string const what = bulkwriter::detail::one_line(e.what());
    std::lock_guard const lock(mutex);
    failure = error_info{.code = errc::credentials_unavailable, .message = name + ": its fetch has thrown: " + what};
    throw;
  }
}

template <class Secret>
provider<Secret>::provider(Secret secret) : state_(std::make_shared<state>()) {
  state_->next_fetch = (state::time_point::max)();
  state_->current = std::move(secret);
}

template <class Secret>
provider<Secret>::provider(std::string name, fetch_function fetch, refresh_options options)
    : state_(fetch ? new state{.name = std::move(name), .fetch_one = std::move(fetch), .options = std::move(options)}
                   : nullptr) {}

template <class Secret>
result<Secret> provider<Secret>::try_get(std::stop_token stop) const {
  if (state_) return state_->get(stop);
  return error_info{.code = errc::credentials_unavailable, .message = "no provider of credentials was given"};
}

template <class Secret>
bool provider<Secret>::forget(Secret const& used) const {
  if (!state_ || !state_->fetch_one) return false;
  std::lock_guard const lock(state_->mutex);
  if (state_->current == used) state_->current.reset();
  return true;
}

#if defined(BULKWRITER_SEPARATE_COMPILATION)
template class provider<credentials>;
template class provider<bearer_token>;
#endif

}  // namespace auth
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
