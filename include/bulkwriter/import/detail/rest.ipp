#pragma once

#include <bulkwriter/http/detail/foreign_text.hpp>
#include <bulkwriter/import/detail/rest.hpp>
#include <bulkwriter/import/detail/rest_json.ipp>

#include <algorithm>
#include <boost/json.hpp>
#include <cstddef>
#include <span>
#include <utility>

namespace bulkwriter {
inline namespace v1 {
namespace detail {

BULKWRITER_DECL std::string rest_channel::where() const {
  auto const url = http::url::try_parse(options_.url, true);
  if (!url) return options_.url_name;
  std::string const path = url->target.substr(0, url->target.find('?'));
  return url->origin.to_string() + path.substr(0, path.find_last_not_of('/') + 1);
}

// What a server repeats of a signed URL.
BULKWRITER_DECL std::string hide_signatures(std::string text) {
  for (std::string_view const name : {"sig=", "Signature="}) {
    for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos;) {
      at += name.size();
      std::size_t const end = (std::min)(text.find_first_of("&\"' \t\r\n)]", at), text.size());
      text.replace(at, end - at, "***");
    }
  }
  return text;
}

// Whoever logs a message must not log a key: neither ours, should a server repeat it, nor a signature in a URL.
BULKWRITER_DECL std::string rest_channel::hide(std::string text, rest_call const& call) const {
  auto const replace = [&text](std::string const& secret) {
    if (secret.size() < 6) return;  // a word that short would tear ordinary text apart
    for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos; at += 3)
      text.replace(at, secret.size(), "***");
  };
  replace(options_.token);
  for (auto const& secret : call.secrets) replace(secret);
  return hide_signatures(std::move(text));
}

// Blotted out before it is cut: of half a key nobody knows that it is one.
BULKWRITER_DECL std::string rest_channel::quote(std::string_view body, rest_call const& call) const {
  return http::detail::foreign_text(hide(std::string(body.substr(0, 16 * 1024)), call), 200);
}

BULKWRITER_DECL error_info rest_channel::unusable(rest_call const& call, rest_reply const& reply,
                                                  std::string_view why) const {
  return {.code = errc::invalid_response,
          .message = call.what + ", " + where() + ": " + std::string(why) + ": '" + quote(reply.body, call) + '\'',
          .http_status = reply.status};
}

BULKWRITER_DECL result<rest_reply> rest_channel::send(rest_call const& call, std::stop_token stop,
                                                      std::optional<clock::time_point> deadline) {
  auto const refuse = [&](std::string rule) {
    return error_info{.code = errc::invalid_url,
                      .message = call.what + ": " + options_.url_name + ' ' + std::move(rule)};
  };
  if (options_.url.empty()) return refuse("is empty");
  if (options_.scheme_required && options_.url.find("://") == std::string::npos)
    return refuse("has no scheme; write http:// or https:// before it");  // not shown: user:password@ may stand in it
  auto url = http::url::try_parse(options_.url, true);
  if (!url) return refuse("is not a URL: " + url.error().message);
  std::string target = std::move(url->target);
  if (target.find_first_of("?#") != std::string::npos)
    return refuse("has a query; give scheme, host, port and at most a path");
  while (!target.empty() && target.back() == '/') target.pop_back();

  http::request request;
  request.method = call.method;
  request.origin = url->origin;
  request.target = target + call.path;
  request.headers.push_back({"Accept", "application/json"});
  if (call.method == "POST") request.headers.push_back({"Content-Type", "application/json"});
  if (!options_.token.empty()) request.headers.push_back({"Authorization", "Bearer " + options_.token});
  request.headers.insert(request.headers.end(), options_.headers.begin(), options_.headers.end());
  request.headers.insert(request.headers.end(), call.headers.begin(), call.headers.end());
  request.body = std::as_bytes(std::span(call.body));

  if (!call.repeatable) {
    // On a connection of its own: a client repeats a request that a kept connection has swallowed, this one must not
    // be.
    http::client fresh(options_.client);
    return judge(call, fresh.try_send(request, stop));
  }
  http::retry_options retry = options_.retry;
  if (deadline) {
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - clock::now());
    retry.budget = std::clamp(left, std::chrono::milliseconds(1), (std::max)(retry.budget, std::chrono::milliseconds(1)));
    retry.max_delay = (std::min)(retry.max_delay, retry.budget);
  }
  // What went wrong before the deadline cut an attempt short says more than that it did.
  std::optional<result<http::response>> telling;
  auto outcome = http::send_with_retry(
      retry,
      [&] {
        auto got = attempt(request, stop, deadline);
        bool const cut = deadline && clock::now() >= *deadline && !got && got.error().code == errc::timeout;
        if (!cut) telling = got;
        return got;
      },
      http::is_transient, stop);
  bool const cut = deadline && clock::now() >= *deadline && !outcome && outcome.error().code == errc::timeout;
  return judge(call, cut && telling ? std::move(*telling) : std::move(outcome));
}

BULKWRITER_DECL result<http::response> rest_channel::attempt(http::request const& request, std::stop_token stop,
                                                             std::optional<clock::time_point> deadline) {
  if (deadline) {
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - clock::now());
    auto const total = options_.client.timeouts.total;
    if (left.count() <= 0) return error_info{.code = errc::timeout, .message = "the time for waiting is over"};
    if (total.count() == 0 || left < total) {  // deadlines belong to a client: the last polls get one with less time
      http::client_options hurried = options_.client;
      hurried.timeouts.total = left;
      return http::client(std::move(hurried)).try_send(request, stop);
    }
  }
  std::lock_guard const lock(mutex_);
  if (!client_) client_.emplace(options_.client);
  return client_->try_send(request, stop);
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

BULKWRITER_DECL result<rest_reply> rest_channel::judge(rest_call const& call, result<http::response>&& outcome) const {
  std::string const prefix = call.what + ", " + where() + ": ";
  // After these the request may have been carried out: all that is known is that no answer says so.
  auto const unknown = [&](error_info error) {
    error.code = errc::outcome_unknown;
    error.may_have_happened = true;
    error.message += "; the request may have been carried out: " + call.advice;
    return error;
  };
  if (!outcome) {
    error_info error = std::move(outcome).error();  // its message begins with the origin
    error.message = hide(call.what + ": " + error.message, call);
    if (!call.repeatable && error.may_have_happened) return unknown(std::move(error));
    return error;
  }

  http::response& response = *outcome;
  int const status = response.status;
  bool const good_status = status >= 200 && status < 300;
  bool const server_fault = status == 408 || (status >= 500 && !is_final(status));

  error_info error;
  error.http_status = status;
  error.message = prefix;
  std::string trace;
  if (auto const id = response.find("x-request-id"); !id.empty())
    trace = " (request " + http::detail::foreign_text(id, 100) + ')';

  boost::system::error_code failed;
  boost::json::value const root = boost::json::parse(response.body, failed);
  std::optional<std::int64_t> code;
  if (!failed && root.is_object()) code = int_at(root.get_object(), "code");

  if (!code) {
    error.server_error = quote(response.body, call);
    std::string const body = response.body.empty() ? "an empty body" : "'" + error.server_error + "'";
    if (good_status) {
      error.code = errc::invalid_response;
      error.message +=
          "HTTP " + std::to_string(status) + " with " + body + ", where a JSON object with a \"code\" is due";
    } else {
      error.code = status == 401 ? errc::unauthenticated : status == 403 ? errc::access_denied : errc::http_error;
      error.message += "HTTP " + std::to_string(status) + " with " + body;
    }
    error.message = hide(std::move(error.message) + trace, call);
    if (!call.repeatable && (good_status || server_fault)) return unknown(std::move(error));
    return error;
  }

  // 200 is v1's success, and Milvus' "partition not found": only a success has data, and only a refusal a reason.
  auto const& members = root.get_object();
  bool const good_code =
      *code == 0 || (*code == 200 && (member(members, "data") != nullptr || string_at(members, "message").empty()));
  if (good_status && good_code) return rest_reply{status, std::move(response.body)};

  std::string const text = hide(string_at(members, "message"), call);
  error.server_code = *code;
  error.server_error = text;
  error.code = good_code ? errc::http_error : code_of_server(*code, status, text);
  if (!good_status) error.message += "HTTP " + std::to_string(status) + ", ";
  error.message += "the server's code " + std::to_string(*code) + ": " +
                   (text.empty() ? "no message" : http::detail::foreign_text(text, 4096));
  error.message = hide(std::move(error.message) + trace, call);
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
}  // namespace v1
}  // namespace bulkwriter
