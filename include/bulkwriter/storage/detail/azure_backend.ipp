#pragma once

#include <bulkwriter/auth/azure_shared_key.hpp>
#include <bulkwriter/auth/percent.hpp>
#include <bulkwriter/http/detail/redirect_hint.hpp>
#include <bulkwriter/storage/detail/azure_backend.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

BULKWRITER_DECL azure_backend::azure_backend(azure_connect_param const& param, azure_address address)
    : http_backend("container " + named(param.container_name), client_options_of(param), param.retry,
                   param.idle_connections),
      address_(std::move(address)),
      api_version_(param.api_version),
      token_(param.token || address_.credential.token.empty()
                 ? param.token
                 : auth::bearer_token{.token = address_.credential.token}) {}

BULKWRITER_DECL std::chrono::system_clock::time_point azure_backend::server_time() const {
  std::lock_guard const lock(mutex_);
  return std::chrono::system_clock::now() + clock_offset_;
}

BULKWRITER_DECL result<http::response> azure_backend::attempt(call const& what, outcome& so_far) {
  so_far.origin = address_.origin;
  so_far.folder = address_.folder;
  http::request request = {.method = what.method,
                           .origin = address_.origin,
                           .target = with_query(path_of_key(address_, what.key), what.query),
                           .headers = what.headers,
                           .body = what.body};
  so_far.date = server_time();
  request.headers.push_back({"x-ms-date", auth::azure_date(so_far.date)});
  request.headers.push_back({"x-ms-version", api_version_});
  auto const& shown = address_.credential;
  if (!shown.key.empty()) {
    auto signature = auth::try_azure_shared_key_sign({.method = request.method,
                                                      .target = request.target,
                                                      .headers = request.headers,
                                                      .content_length = request.body.size()},
                                                     address_.account, shown.key);
    if (!signature) return std::move(signature).error();
    request.headers.push_back(std::move(signature->authorization));
  } else if (!shown.sas.empty()) {
    (request.target += what.query.empty() ? '?' : '&') += shown.sas;
  } else {
    auto token = token_.try_get(what.stop);
    if (!token) return std::move(token).error();
    so_far.token = *std::move(token);
    request.headers.push_back({"Authorization", "Bearer " + so_far.token.token});
  }
  return exchange(request, what);
}

BULKWRITER_DECL bool azure_backend::learns(http::response const& refused, outcome& so_far) {
  if (token_) {
    bool const expired = refused.status == 401 || read_azure_failure(refused).code == "AuthenticationFailed";
    return !so_far.learnt.credentials && expired && (so_far.learnt.credentials = token_.forget(so_far.token));
  }
  // Azure refuses dates that are 15 minutes off as it refuses wrong signatures; its own date tells which it is.
  if (so_far.learnt.clock || address_.credential.key.empty()) return false;
  if (read_azure_failure(refused).code != "AuthenticationFailed") return false;
  auto const theirs = http::parse_date(refused.find("Date"));
  if (!theirs) return false;
  auto const off = *theirs - so_far.date;  // not server_time(), which another request may have put right meanwhile
  if (off < std::chrono::minutes(10) && off > -std::chrono::minutes(10)) return false;
  std::lock_guard const lock(mutex_);
  clock_offset_ = *theirs - std::chrono::system_clock::now();
  return so_far.learnt.clock = true;
}

BULKWRITER_DECL bool azure_backend::is_transient(result<http::response> const& answer) const {
  return http::is_transient(answer) ||
         (answer && answer->status >= 400 && is_transient_azure_code(read_azure_failure(*answer).code));
}

// The value of a field of a query, decoded; empty if there is none.
inline std::string query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    auto const field = query.substr(0, query.find('&'));
    query.remove_prefix((std::min)(field.size() + 1, query.size()));
    if (field.size() > name.size() && field.starts_with(name) && field[name.size()] == '=')
      return auth::percent_decode(field.substr(name.size() + 1));
  }
  return {};
}

BULKWRITER_DECL std::vector<std::string> azure_backend::secrets(outcome const& got) const {
  auto const& c = address_.credential;
  // Of a signature every spelling that a server may repeat.
  std::string const signature = query_value(c.sas, "sig");
  auto const at = c.sas.find("sig=");
  std::string const spelled =
      at == std::string::npos ? std::string() : c.sas.substr(at + 4, c.sas.find('&', at) - at - 4);
  std::string encoded = auth::percent_encode(signature), in_lower_case = encoded;
  for (auto escape = in_lower_case.find('%'); escape != std::string::npos; escape = in_lower_case.find('%', escape + 3))
    for (char& digit : std::span(in_lower_case).subspan(escape + 1, 2))
      if (digit >= 'A') digit = static_cast<char>(digit - 'A' + 'a');
  return {c.key, c.sas, signature, spelled, std::move(encoded), std::move(in_lower_case), got.token.token};
}

BULKWRITER_DECL refusal azure_backend::explain(call const&, outcome const& got, http::response const& answer) const {
  auto failure = read_azure_failure(answer);
  refusal out = {.code = azure_errc(failure, answer.status)};
  auto const& shown = address_.credential;
  if (out.code == errc::access_denied && !shown.sas.empty()) {
    std::string const expiry = query_value(shown.sas, "se");
    auto const now = http::parse_date(answer.find("Date")).value_or(std::chrono::system_clock::now());
    auto const ends = parse_iso_time(expiry);
    if (ends && *ends <= now) {
      out.hint = " (the shared access signature expired at " + printable(expiry, {}) + ')';
    } else if (failure.outside_time) {
      out.hint = " (the shared access signature is not valid at this time)";
    } else if (failure.code == "AuthorizationFailure") {
      out.hint = " (is the shared access signature as it was made, and does the account's firewall let this in?)";
    } else if (failure.code == "AuthorizationPermissionMismatch") {
      out.hint = " (the shared access signature does not allow this: all that a store does needs sp=rcwdl)";
    } else if (failure.code == "AuthorizationResourceTypeMismatch" || failure.code == "AuthorizationServiceMismatch") {
      out.hint = " (an account's shared access signature needs ss=b and srt=co)";
    }
  } else if (answer.status >= 300 && answer.status < 400) {
    out.hint = http::detail::redirect_hint(
        answer, [&](std::string_view text) { return printable(text, secrets(got)); });
  } else if (out.code == errc::precondition_failed) {
    out.hint = std::string(" (") + already_there_text + ')';
  } else if (failure.code == "AuthorizationPermissionMismatch") {
    out.hint = " (the identity needs a role on the container's data, such as Storage Blob Data Contributor)";
  } else if (failure.code == "AuthenticationFailed" && !shown.key.empty()) {
    out.hint = " (is the account key that of account " + named(address_.account) + "?)";
  } else if (failure.code == "AuthorizationFailure" && !shown.key.empty()) {
    out.hint = " (is the account key that of account " + named(address_.account) + ", and does its firewall let this in?)";
  } else if (failure.code == "InvalidBlobOrBlock") {
    out.hint =
        " (another client's uncommitted blocks may lie under this name: they go after a week, or when the blob is put "
        "in one request or removed)";
  } else if (failure.code == "InvalidBlockList") {
    out.hint = " (an upload lives for a week, and ends when another one of the same key is completed)";
  } else if (failure.code.empty() && answer.status == 404 && answer.body.empty()) {
    out.hint = " (no such blob or no such container)";
  } else if (failure.foreign && answer.status >= 300) {
    // A proxy in front of the store may fail like this too, but only with 5xx.
    if (answer.status < 500) out.hint = ", and this does not look like Azure Blob storage";
    out.hint += quoted_page(answer, secrets(got));
  }
  out.server_code = std::move(failure.code);
  out.message = std::move(failure.message);
  out.request_id = std::move(failure.request_id);
  return out;
}

}  // namespace detail
}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
