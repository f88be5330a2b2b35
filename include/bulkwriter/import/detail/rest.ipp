#pragma once

#include <bulkwriter/http/detail/redirect_hint.hpp>
#include <bulkwriter/http/detail/this_machine.hpp>
#include <bulkwriter/import/detail/rest.hpp>
#include <bulkwriter/import/detail/rest_json.ipp>
#include <bulkwriter/text/redacted.hpp>

#include <algorithm>
#include <boost/json.hpp>
#include <cstddef>
#include <new>
#include <span>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

// Where the service is; https where no scheme says so and none must.
BULKWRITER_DECL result<http::url> read_service_url(rest_options const& options) {
  auto const refuse = [&](std::string rule) {
    return error_info{.code = errc::invalid_url, .message = options.url_name + ' ' + std::move(rule)};
  };
  if (options.url.empty()) return refuse("is empty");
  if (options.scheme_required && options.url.find("://") == std::string::npos)
    return refuse("has no scheme; write http:// or https:// before it");  // not shown: user:password@ may stand in it
  auto url = http::url::try_parse(options.url, true);
  if (!url) return refuse("is not a URL: " + url.error().message);
  if (url->target.find_first_of("?#") != std::string::npos)
    return refuse("has a query; give scheme, host, port and at most a path");
  if (options.guarded && !http::detail::keeps_secrets(url->origin))
    return refuse("is http: an API key is sent over https or within this machine only");
  while (!url->target.empty() && url->target.back() == '/') url->target.pop_back();
  return url;
}

// An answer about jobs or collections has thousands of names at most.
inline http::client_options bounded_answers(http::client_options options) {
  options.max_body_size = 8 * 1024 * 1024;
  return options;
}

BULKWRITER_DECL rest_channel::rest_channel(rest_options options)
    : options_(std::move(options)), url_(read_service_url(options_)), clients_(bounded_answers(options_.client), 4) {
  if (!options_.token.empty()) secrets_.push_back(options_.token);
  // Whoever sends a header of his own may send a key in it.
  for (auto const& h : options_.headers)
    if (h.value.size() >= 8) secrets_.push_back(h.value);
}

BULKWRITER_DECL result<void> rest_channel::usable() const {
  if (!url_) return url_.error();
  return {};
}

BULKWRITER_DECL std::string rest_channel::where() const {
  return url_ ? url_->origin.to_string() + url_->target : options_.url_name;
}

BULKWRITER_DECL std::string rest_channel::shown(std::string_view text, std::size_t limit) const {
  std::lock_guard const lock(mutex_);
  return redacted(text, secrets_, limit);
}

BULKWRITER_DECL error_info rest_channel::unusable(rest_call const& call, rest_reply const& reply,
                                                  std::string_view why) const {
  return {.code = errc::invalid_response,
          .message = call.what + ", " + where() + ": " + std::string(why) + ": '" + shown(reply.body, 200) + '\'',
          .http_status = reply.status};
}

BULKWRITER_DECL result<rest_reply> rest_channel::send(rest_call const& call, std::stop_token stop,
                                                      std::optional<clock::time_point> deadline) {
  if (!url_)
    return error_info{.code = url_.error().code, .message = call.what + ": " + url_.error().message};
  if (!call.secrets.empty()) {
    std::lock_guard const lock(mutex_);
    for (auto const& secret : call.secrets)
      if (std::find(secrets_.begin(), secrets_.end(), secret) == secrets_.end()) secrets_.push_back(secret);
    // Keys that are new for each import must not fill the memory of a service.
    if (constexpr std::size_t most = 64; secrets_.size() > most)
      secrets_.erase(secrets_.begin() + 1, secrets_.end() - (most - 1));
  }

  http::request request;
  request.method = call.method;
  request.origin = url_->origin;
  request.target = url_->target + call.path;
  request.headers.push_back({"Accept", "application/json"});
  if (call.method == "POST") request.headers.push_back({"Content-Type", "application/json"});
  if (!options_.token.empty()) request.headers.push_back({"Authorization", "Bearer " + options_.token});
  request.headers.insert(request.headers.end(), options_.headers.begin(), options_.headers.end());
  request.headers.insert(request.headers.end(), call.headers.begin(), call.headers.end());
  request.body = std::as_bytes(std::span(call.body));

  if (!call.repeatable) {
    // On a connection of its own: a client repeats a request that a kept connection has swallowed, this one must not
    // be. It is only where none of it was sent.
    auto const unsent = [](result<http::response> const& outcome) {
      return !outcome && !outcome.error().may_have_happened && http::is_transient(outcome);
    };
    int attempts = 0;
    try {
      auto outcome = http::send_with_retry(
          options_.retry,
          [&] {
            ++attempts;
            return http::client(clients_.options()).try_send(request, stop);
          },
          unsent, stop);
      return judge(call, std::move(outcome), attempts);
    } catch (std::bad_alloc const&) {  // whoever hears of it alone would send the request again
      return error_info{.code = errc::outcome_unknown,
                        .message = call.what + ": no memory for the answer; the request may have been carried out: " + call.advice,
                        .may_have_happened = true};
    }
  }
  http::retry_options retry = options_.retry;
  if (deadline) {
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - clock::now());
    retry.budget = std::clamp(left, std::chrono::milliseconds(1), (std::max)(retry.budget, std::chrono::milliseconds(1)));
    retry.max_delay = (std::min)(retry.max_delay, retry.budget);
  }
  // What went wrong before the deadline cut an attempt short says more than that it did.
  std::optional<result<http::response>> telling;
  int attempts = 0;
  auto outcome = http::send_with_retry(
      retry,
      [&] {
        ++attempts;
        auto got = attempt(request, stop, deadline);
        bool const cut = deadline && clock::now() >= *deadline && !got && got.error().code == errc::timeout;
        if (!cut) telling = got;
        return got;
      },
      http::is_transient, stop);
  bool const cut = deadline && clock::now() >= *deadline && !outcome && outcome.error().code == errc::timeout;
  return judge(call, cut && telling ? std::move(*telling) : std::move(outcome), attempts);
}

BULKWRITER_DECL result<http::response> rest_channel::attempt(http::request const& request, std::stop_token stop,
                                                             std::optional<clock::time_point> deadline) {
  if (deadline) {
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - clock::now());
    auto const total = options_.client.timeouts.total;
    if (left.count() <= 0) return error_info{.code = errc::timeout, .message = "the time for waiting is over"};
    if (total.count() == 0 || left < total) {  // deadlines belong to a client: the last polls get one with less time
      http::client_options hurried = clients_.options();
      hurried.timeouts.total = left;
      return http::client(std::move(hurried)).try_send(request, stop);
    }
  }
  http::detail::client_pool::lease client(clients_);
  return client->try_send(request, stop);
}

// What servers' codes mean: below 10,000 those of Milvus (merr/errors.go), above those of Zilliz Cloud. Databases (800),
// partitions (200) and aliases (1600) that are missing stay server_error: the code and the message tell.
struct server_code {
  std::int64_t code;
  errc meaning;
};
inline constexpr server_code server_codes[] = {
    {100, errc::collection_not_found},
    {1400, errc::unauthenticated},  // not authenticated
    {1401, errc::access_denied},    // privilege not permitted
    {1800, errc::unauthenticated},  // user hasn't authenticated
    {21119, errc::unauthenticated},  // API key is illegal
    {47005, errc::collection_not_found},
    {80001, errc::unauthenticated},  // token is illegal
    {80002, errc::unauthenticated},  // token not found
    {90001, errc::collection_not_found},
    {90144, errc::job_not_found},
};

// Codes 2100 and 2101 stand for all that can go wrong with an import; that there is no such job is in the words:
// "import job does not exist, jobID=7", of commit and abort "job 7 not found" and "job not found after lock".
BULKWRITER_DECL bool says_no_such_job(std::string_view message) noexcept {
  if (message.find("import job does not exist") != std::string_view::npos) return true;
  constexpr std::string_view job = "job ";
  for (std::size_t at = message.find(job); at != std::string_view::npos; at = message.find(job, at + 1)) {
    std::string_view rest = message.substr(at + job.size());
    std::size_t const number = (std::min)(rest.find_first_not_of("0123456789"), rest.size());
    rest.remove_prefix(number);
    if (rest.starts_with(number == 0 ? "not found" : " not found")) return true;
  }
  return false;
}

BULKWRITER_DECL errc code_of_server(std::int64_t code, int status, std::string_view message) noexcept {
  for (auto const& known : server_codes)
    if (known.code == code) return known.meaning;
  if (status == 401) return errc::unauthenticated;
  if (status == 403) return errc::access_denied;
  if (says_no_such_job(message)) return errc::job_not_found;
  return errc::server_error;
}

// Two of the statuses from 500 on refuse a request for what it is (RFC 9110, 15.6): nothing has been done, and nothing
// will be if it is sent once more.
BULKWRITER_DECL bool is_final(int status) noexcept { return status == 501 || status == 505; }

BULKWRITER_DECL result<rest_reply> rest_channel::judge(rest_call const& call, result<http::response>&& outcome,
                                                        int attempts) const {
  std::string const tries = attempts > 1 ? " (" + std::to_string(attempts) + " attempts)" : "";
  // After these the request may have been carried out: all that is known is that no answer says so.
  auto const unknown = [&](error_info error) {
    error.code = errc::outcome_unknown;
    error.may_have_happened = true;
    error.message += "; the request may have been carried out: " + call.advice;
    return error;
  };
  if (!outcome) {
    error_info error = std::move(outcome).error();  // its message begins with the origin
    error.message = call.what + ": " + shown(error.message, 4096) + tries;
    if (!call.repeatable && error.may_have_happened) return unknown(std::move(error));
    return error;
  }

  http::response& response = *outcome;
  int const status = response.status;
  bool const good_status = status >= 200 && status < 300;
  bool const server_fault = status == 408 || (status >= 500 && !is_final(status));

  error_info error;
  error.http_status = status;
  error.message = call.what + ", " + where() + ": ";
  std::string end = tries;
  if (auto const id = response.find("x-request-id"); !id.empty()) end += " (request " + shown(id, 100) + ')';

  boost::system::error_code failed;
  boost::json::value const root = boost::json::parse(response.body, failed);
  std::optional<std::int64_t> code;
  if (!failed && root.is_object()) code = int_at(root.get_object(), "code");

  if (!code) {
    error.server_error = shown(response.body, 200);
    error.message += "HTTP " + std::to_string(status) + " with " +
                     (response.body.empty() ? "an empty body" : '\'' + error.server_error + '\'');
    if (status >= 300 && status < 400) error.message += http::detail::redirect_hint(
          response, [this](std::string_view text) { return shown(text, 300); });
    if (status == 404)
      error.message += "; is " + call.path.substr(0, call.path.find('?')) +
                       " known to the server's version, and does it listen at this address?";
    if (failed == boost::json::error::too_deep)
      error.message += ", which is nested too deeply for an answer";
    else if (good_status)
      error.message += ", where a JSON object with a \"code\" is due";
    error.message += end;
    error.code = good_status     ? errc::invalid_response
                 : status == 401 ? errc::unauthenticated
                 : status == 403 ? errc::access_denied
                                 : errc::http_error;
    if (!call.repeatable && (good_status || server_fault)) return unknown(std::move(error));
    return error;
  }

  // 200 is v1's success, and Milvus' "partition not found": only a success has data, and only a refusal a reason.
  auto const& members = root.get_object();
  bool const good_code =
      *code == 0 || (*code == 200 && (member(members, "data") != nullptr || string_at(members, "message").empty()));
  if (good_status && good_code) return rest_reply{status, std::move(response.body)};

  std::string const text = shown(string_at(members, "message"), 4096);
  error.server_code = *code;
  error.server_error = text;
  error.code = good_code ? errc::http_error : code_of_server(*code, status, text);
  if (!good_status) error.message += "HTTP " + std::to_string(status) + ", ";
  error.message +=
      "the server's code " + std::to_string(*code) + ": " + (text.empty() ? "no message" : text) + end;
  if (!call.repeatable && (server_fault || *code == 10001)) return unknown(std::move(error));
  return error;
}

BULKWRITER_DECL bool may_pass(error_info const& error) noexcept {
  switch (error.code) {
    case errc::resolve_failed:
    case errc::connection_lost:
    case errc::timeout: return true;
    case errc::connect_failed:
      if (error.http_status == 0) return true;
      break;  // by a proxy, whose status decides
    default: break;
  }
  int const status = error.http_status;
  if (status == 408 || status == 429 || (status >= 500 && !is_final(status))) return true;
  switch (error.server_code) {
    case 1:      // service not ready
    case 2:      // service unavailable
    case 4:      // too many requests
    case 8:      // rate limit
    case 12:     // resources are insufficient at the moment
    case 106:    // the collection is being recovered
    case 1807:   // rate limit, of the REST layer
    case 10001:  // request timeout
      return true;
    default: return false;
  }
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
