#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/http/client.hpp>
#include <bulkwriter/http/detail/client_pool.hpp>
#include <bulkwriter/http/retry.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// What a target boils down to.
struct rest_options {
  std::string url = {};
  std::string url_name = {};     // "milvus.uri": what to correct
  bool scheme_required = false;  // else https is assumed
  bool guarded = false;          // the token goes over https or within this machine only
  std::string token = {};
  std::string db_name = {};
  http::client_options client = {};
  http::retry_options retry = {};
  std::vector<http::header> headers = {};
};

/// One call, and how its failures are spoken of.
struct rest_call {
  std::string what = {};  // "bulk_import into collection 'articles'"
  std::string method = "POST";
  std::string path = {};
  std::string body = {};
  std::vector<http::header> headers = {};
  std::vector<std::string> secrets = {};  // must not come back in any message, even if the server repeats them
  bool repeatable = false;                // reads only, or does the same when done twice
  std::string advice = {};                // of a call that is not: how to find out what became of it
};

/// An answer whose body says success.
struct rest_reply {
  int status = 0;
  std::string body = {};
};

/// A REST service whose answers are `{"code": …, "data": …}`. Thread-safe: calls do not wait for one another.
class rest_channel {
 public:
  using clock = std::chrono::steady_clock;

  explicit rest_channel(rest_options options);

  /// That the options name a service. Error: `invalid_url`.
  result<void> usable() const;
  std::string const& db_name() const noexcept { return options_.db_name; }
  bool has_token() const noexcept { return !options_.token.empty(); }
  /// "http://127.0.0.1:19530", with the path if there is one, for messages.
  std::string where() const;
  /// What the service says, for a message: on one line, without the secrets that it was sent.
  std::string shown(std::string_view text, std::size_t limit) const;

  result<rest_reply> send(rest_call const& call, std::stop_token stop = {},
                          std::optional<clock::time_point> deadline = {});
  /// What an exchange that has ended after so many attempts means. Sends nothing.
  result<rest_reply> judge(rest_call const& call, result<http::response>&& outcome, int attempts = 1) const;
  /// A success that does not say what it must: "the answer has no …", with its body quoted.
  error_info unusable(rest_call const& call, rest_reply const& reply, std::string_view why) const;

 private:
  result<http::response> attempt(http::request const& request, std::stop_token stop,
                                 std::optional<clock::time_point> deadline);
  rest_options options_;
  result<http::url> url_;
  http::detail::client_pool clients_;
  mutable std::mutex mutex_;
  std::vector<std::string> secrets_;  // guarded by mutex_: all that were sent, which later answers may repeat
};

/// Whether a failed call may succeed later without anybody's doing.
bool may_pass(error_info const& error) noexcept;

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
