#pragma once

#include <bulkwriter/http/client.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace http {
namespace detail {

// Clients of the same options that rest, so that calls of several threads need not wait for one another and connections
// are used again. Thread-safe.
class client_pool {
 public:
  client_pool(client_options options, std::size_t most_idle) : options_(std::move(options)), most_idle_(most_idle) {
    idle_.reserve(most_idle_);  // so that a lease's return cannot throw
  }

  client_options const& options() const noexcept { return options_; }

  // A client for the time of one exchange.
  class lease {
   public:
    explicit lease(client_pool& owner) : owner_(owner) {
      {
        std::lock_guard const lock(owner_.mutex_);
        if (!owner_.idle_.empty()) {
          client_ = std::move(owner_.idle_.back());
          owner_.idle_.pop_back();
        }
      }
      if (!client_) client_ = std::make_unique<client>(owner_.options_);
    }
    ~lease() {
      std::lock_guard const lock(owner_.mutex_);
      if (owner_.idle_.size() < owner_.most_idle_) owner_.idle_.push_back(std::move(client_));
    }
    lease(lease const&) = delete;
    lease& operator=(lease const&) = delete;
    client& operator*() noexcept { return *client_; }
    client* operator->() noexcept { return client_.get(); }

   private:
    client_pool& owner_;
    std::unique_ptr<client> client_;
  };

 private:
  client_options const options_;
  std::size_t const most_idle_;
  std::mutex mutex_;  // guards what follows
  std::vector<std::unique_ptr<client>> idle_;
};

}  // namespace detail
}  // namespace http
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
