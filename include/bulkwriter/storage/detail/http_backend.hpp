#pragma once

#include <bulkwriter/auth/credentials.hpp>
#include <bulkwriter/http/client.hpp>
#include <bulkwriter/http/detail/client_pool.hpp>
#include <bulkwriter/http/retry.hpp>
#include <bulkwriter/storage/detail/store_text.hpp>
#include <bulkwriter/storage/object_store.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

using query_fields = std::vector<std::pair<std::string, std::string>>;

/// Of one listing: more than any bucket's folder has, and less than takes all memory.
inline constexpr std::size_t most_listed = 10'000'000;

/// One logical request: what the user wanted, for messages, and what goes out with every attempt.
struct call {
  std::string purpose;  ///< "cannot put 'a/b'"
  std::string method;
  std::string key = {};     ///< empty: the bucket itself
  query_fields query = {};  ///< not encoded
  std::vector<http::header> headers = {};
  std::span<std::byte const> body = {};
  bool patient = false;  ///< the store may take minutes before it answers
  /// Empty: what http_backend::is_transient says.
  std::function<bool(result<http::response> const&)> worth_repeating = {};
  std::stop_token stop = {};
};

/// What became of a call.
struct outcome {
  result<http::response> answer;  ///< the last one
  int attempts = 0;
  bool open = false;              ///< some attempt may have done the work although its answer did not say so
  http::origin origin = {};       ///< where the last attempt went
  std::string folder = {};        ///< of a gateway below a path; mostly empty
  std::string region = {};        ///< what the last attempt was signed for
  auth::credentials keys = {};    ///< what it was signed with
  auth::bearer_token token = {};  ///< or what it showed in place of a signature
  std::string payload_hash = {};  ///< of the body, if the signature needs it
  /// What the last attempt said that time is, where that is looked at.
  std::chrono::system_clock::time_point date = {};
  /// What refusals have taught; each is believed once.
  struct {
    bool region = false, clock = false, credentials = false;
  } learnt = {};
};

/// What a store says when it refuses, in its own words, and what that means.
struct refusal {
  errc code = errc::storage_error;
  std::string server_code = {}, message = {}, request_id = {};
  std::string hint = {};  ///< goes behind the store's words
};

/// What all connect parameters say of connections.
template <class Param>
http::client_options client_options_of(Param const& param) {
  return {.timeouts = param.timeouts,
          .tls = {.ca_file = param.ca_file, .ca_path = param.ca_path},
          .hosts = param.hosts,
          .proxy = param.proxy,
          .on_exchange = param.on_exchange};
}

/// A store that is spoken to over HTTP: connections, repetitions and the wording of failures, which all clouds share.
/// What one operation learns from a refusal serves all that follow.
class http_backend : public backend {
 public:
  // The clouds' own have a stop.
  using backend::abort_multipart, backend::list, backend::list_uploads;
  result<void> abort_multipart(std::string const& key, std::string const& upload_id) final {
    return abort_multipart(key, upload_id, {});
  }
  result<std::vector<object_info>> list(std::string const& prefix) final { return list(prefix, {}); }
  result<std::vector<pending_upload>> list_uploads(std::string const& prefix) final { return list_uploads(prefix, {}); }

 protected:
  /// `place`, for messages: "bucket 'b'".
  http_backend(std::string place, http::client_options options, http::retry_options retry, int idle_connections);

  // What a cloud says to it.

  /// One attempt: makes the request, signs it and sends it by `exchange`. Notes in `so_far` where to.
  virtual result<http::response> attempt(call const& what, outcome& so_far) = 0;
  /// Whether a refusal has taught something with which to ask again at once.
  virtual bool learns(http::response const& refused, outcome& so_far) = 0;
  /// An answer that confirms what it was asked with.
  virtual void accepted_by_store() {}
  /// Whether a second try may do better.
  virtual bool is_transient(result<http::response> const& answer) const = 0;
  /// Whether a success is denied by its own body.
  virtual bool is_denied(http::response const&) const { return false; }
  virtual refusal explain(call const& what, outcome const& got, http::response const& answer) const = 0;
  /// What must not come back in a message, even if the server repeats it.
  virtual std::vector<std::string> secrets(outcome const& got) const = 0;

  // What it offers in return.

  result<http::response> exchange(http::request const& request, call const& what);
  /// The call with its repetitions.
  outcome send(call const& what);
  /// The answer if it has one of these statuses; null: see failed().
  http::response const* accepted(outcome const& got, std::initializer_list<int> statuses) const;
  /// What went wrong; a success of another kind than was asked for is `invalid_response`.
  error_info failed(call const& what, outcome const& got) const;
  /// An accepted answer that makes no sense.
  error_info unusable(call const& what, outcome const& got, std::string const& why) const;

  /// Sends `first` once a page. `read(body, all, next)` appends what a page lists, and sets what the request for the
  /// page behind it says in addition; nothing on the last one.
  template <class Item, class Read>
  result<std::vector<Item>> all_pages(call const& first, Read const& read) {
    std::vector<Item> all;
    query_fields here;
    std::set<query_fields> seen;
    while (true) {
      call what = first;
      what.query.insert(what.query.end(), here.begin(), here.end());
      auto const got = send(what);
      auto const* answer = accepted(got, {200});
      if (!answer) return failed(what, got);
      query_fields next;
      if (result<void> const page = read(answer->body, all, next); !page)
        return unusable(what, got, page.error().message);
      if (next.empty()) return all;
      if (all.size() > most_listed || seen.size() > most_listed / 100)
        return unusable(what, got, "the listing does not end: " + std::to_string(all.size()) + " entries so far");
      if (!seen.insert(next).second) return unusable(what, got, "the store offers the same page for ever");
      here = std::move(next);
    }
  }

 private:
  error_info refused(call const& what, outcome const& got, http::response const& answer) const;

  std::string const place_;
  http::retry_options const retry_;
  http::detail::client_pool clients_, patient_clients_;
};

/// Whether what was asked for may have been done although this does not say so. `denied_in_passing`: a success that its
/// body denies for a reason that may be gone soon.
bool leaves_open(result<http::response> const& answer, bool denied_in_passing) noexcept;

/// These options for what may take a store minutes; where there is no limit, there is none.
http::client_options made_patient(http::client_options options);

/// The path as it goes into a request, with the query behind it, percent-encoded.
std::string with_query(std::string path, query_fields const& query);

/// A page of some web server, for the end of a message; empty where there is any trace of a signature in it.
std::string quoted_page(http::response const& answer, std::span<std::string const> secrets);

}  // namespace detail
}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/storage/detail/http_backend.ipp>
#endif
