#pragma once

#include <bulkwriter/auth/credentials.hpp>
#include <bulkwriter/error.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace auth {

/// When a secret that expires is replaced.
struct refresh_options {
  std::chrono::seconds refresh_before = std::chrono::minutes(5);  ///< with less than this left it is fetched anew
  /// Least time between two fetches while there is a secret to go on with: one that is still valid when a fetch fails,
  /// or one that comes with less than `refresh_before` left. A secret is not used beyond its end, but for one that has
  /// expired on arrival: then this machine's clock may be wrong, and it is used for as long.
  std::chrono::seconds retry_after = std::chrono::seconds(10);
  std::function<std::chrono::system_clock::time_point()> now = {};  ///< what time it is; empty: the system's clock
};

/// Where `credentials` or a `bearer_token` come from: a fixed one, or a function that fetches one and is called again
/// before it expires. A handle: copies share the secret, so that all users of one provider fetch once.
///
/// Thread-safe: one thread fetches, and the others go on with the old secret while it is valid.
template <class Secret>
class provider {
 public:
  /// Gives out a secret, or the reason why there is none, which must not hold any part of one. What it throws comes
  /// out of `get`. It may take as long as it likes; it should end soon, with `errc::cancelled`, once the token is
  /// triggered. Never called by two threads at a time for one provider. It must not wait for the provider that calls
  /// it.
  using fetch_function = std::function<result<Secret>(std::stop_token)>;

  provider() = default;     ///< none: `try_get` fails with `errc::credentials_unavailable`
  provider(Secret secret);  ///< this one, for ever
  /// Calls `fetch` at the first `get`, not before; an empty one makes none. Messages begin with `name`: "AWS web
  /// identity".
  provider(std::string name, fetch_function fetch, refresh_options options = {});

  /// Whether there is a source at all; it need not have a secret.
  explicit operator bool() const noexcept { return state_ != nullptr; }

  /// A secret to send now, fetched if there is none or too little of its time is left. If that fails while the one at
  /// hand is valid, this one is returned. Errors: those of the fetch function, with the provider's name before the
  /// message; `errc::cancelled` if `stop` is triggered while another thread fetches; `errc::invalid_state` if the fetch
  /// function itself, or a hook that it calls, asks while there is no valid secret. `may_have_happened` is never set.
  /// @{
  result<Secret> try_get(std::stop_token stop = {}) const;
  Secret get(std::stop_token stop = {}) const { return try_get(std::move(stop)).value(); }
  /// @}

  /// A server has refused this one as expired or revoked: the next `get` fetches anew, unless it has been replaced
  /// meanwhile. False for a fixed one, which stays.
  bool forget(Secret const& used) const;

 private:
  struct state;  // detail/provider.ipp
  std::shared_ptr<state> state_;
};

}  // namespace auth
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/auth/detail/provider.ipp>
#endif
