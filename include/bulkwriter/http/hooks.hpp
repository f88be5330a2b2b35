#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/http/message.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace http {

/// One request and what became of it, for logs and metrics. Valid during the call of the hook. Nothing of the query or
/// the headers is shown, where keys and signatures stand.
struct exchange_info {
  std::string_view method = {};              ///< "PUT"
  http::origin origin = {};                  ///< where it went
  std::string_view path = {};                ///< of the target, without its query; empty where it is a secret itself
  int status = 0;                            ///< 0: no answer
  error_info const* error = nullptr;         ///< null: there is an answer
  std::uint64_t sent = 0;                    ///< bytes of head and body, before TLS
  std::uint64_t received = 0;                ///< the same of the answer
  bool reused = false;                       ///< the connection was there already
  std::chrono::nanoseconds connecting = {};  ///< name, address, proxy and TLS; 0 if reused
  std::chrono::nanoseconds waiting = {};     ///< from the request's last byte to the answer's first; 0 without one
  std::chrono::nanoseconds total = {};       ///< all of it
};

/// Called at the end of every exchange, by the thread that made it: an upload has several, so it must be thread-safe.
/// It holds its connection up for as long as it takes. What it throws is dropped.
using exchange_hook = std::function<void(exchange_info const&)>;

/// A pause before another attempt. Valid during the call of the hook.
struct retry_info {
  int failures = 1;                      ///< attempts so far
  std::chrono::milliseconds delay = {};  ///< until the next
  int status = 0;                        ///< of the last answer; 0: there was none
  error_info const* error = nullptr;     ///< null: there was an answer
};

/// Called before the pause, by the thread that pauses, behind the exchange_hook of the attempt. The rest is as there.
using retry_hook = std::function<void(retry_info const&)>;

namespace detail {

// An observer must not change what is observed.
template <class Hook, class Info>
void tell(Hook const& hook, Info const& info) noexcept {
  try {
    hook(info);
  } catch (...) {
  }
}

}  // namespace detail
}  // namespace http
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
