#pragma once

#include <bulkwriter/auth/percent.hpp>
#include <bulkwriter/storage/detail/http_backend.hpp>

#include <algorithm>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

// Joining thousands of parts takes a store minutes, and some are silent meanwhile.
BULKWRITER_DECL http::client_options made_patient(http::client_options options) {
  for (auto* limit : {&options.timeouts.first_byte, &options.timeouts.read_stall}) {
    if (limit->count() != 0)  // 0: no limit at all
      *limit = (std::max)(*limit, std::chrono::milliseconds(std::chrono::minutes(10)));
  }
  return options;
}

BULKWRITER_DECL http::client_options bounded(http::client_options options) {
  // The longest answers are pages of listings: a thousand keys of 1,024 bytes, three characters for each byte.
  options.max_body_size = 16 * 1024 * 1024;
  return options;
}

BULKWRITER_DECL http_backend::http_backend(std::string place, http::client_options options, http::retry_options retry,
                                           int idle_connections)
    : place_(" in " + std::move(place)),
      retry_(std::move(retry)),
      clients_(bounded(std::move(options)), static_cast<std::size_t>(idle_connections)),
      patient_clients_(made_patient(clients_.options()), static_cast<std::size_t>(idle_connections)) {}

BULKWRITER_DECL result<http::response> http_backend::exchange(http::request const& request, call const& what) {
  http::detail::client_pool::lease client(what.patient ? patient_clients_ : clients_);
  return client->try_send(request, what.stop);
}

BULKWRITER_DECL outcome http_backend::send(call const& what) {
  outcome out{.answer = error_info{.code = errc::cancelled, .message = "cancelled before the request was sent"}};
  http::retry_options retry = retry_;
  std::function<bool(result<http::response> const&)> repeat = what.worth_repeating;
  if (!repeat) repeat = [this](result<http::response> const& answer) { return is_transient(answer); };
  if (what.patient) {
    // A second try of what takes minutes must still fit in, and no more than that.
    retry.budget = (std::max)(retry.budget, std::chrono::milliseconds(std::chrono::minutes(30)));
    auto const began = std::chrono::steady_clock::now();
    repeat = [this, began, inner = std::move(repeat), &out](result<http::response> const& answer) {
      auto const spent =
          std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
      return (out.attempts < 2 || spent < retry_.budget) && inner(answer);
    };
  }
  out.answer = http::send_with_retry(
      retry,
      [&]() -> result<http::response> {
        while (true) {
          ++out.attempts;
          auto answer = attempt(what, out);
          out.open = out.open || leaves_open(answer, answer && is_denied(*answer) && is_transient(answer));
          if (!answer) return answer;
          if (answer->status < 300) accepted_by_store();
          if (answer->status < 300 || !learns(*answer, out)) return answer;
        }
      },
      repeat, what.stop);
  return out;
}

BULKWRITER_DECL error_info http_backend::failed(call const& what, outcome const& got) const {
  if (got.answer && got.answer->status < 300 && !is_denied(*got.answer))
    return unusable(what, got, "HTTP " + std::to_string(got.answer->status) + " is no answer to this request");
  if (got.answer) return refused(what, got, *got.answer);
  error_info out = got.answer.error();  // its message begins with the origin
  out.message = what.purpose + place_ + (got.folder.empty() ? "" : " below " + named(got.folder)) + ": " + out.message;
  out.may_have_happened = got.open;
  if (got.attempts > 1) out.message += " (" + std::to_string(got.attempts) + " attempts)";
  return out;
}

BULKWRITER_DECL error_info http_backend::refused(call const& what, outcome const& got,
                                                 http::response const& answer) const {
  auto const why = explain(what, got, answer);
  auto const hidden = secrets(got);
  error_info out;
  out.code = why.code;
  out.http_status = answer.status;
  out.may_have_happened = got.open;
  out.server_error = printable(why.server_code, hidden);
  out.message =
      what.purpose + place_ + " at " + got.origin.to_string() + got.folder + ": HTTP " + std::to_string(answer.status);
  if (!why.server_code.empty()) out.message += ' ' + out.server_error;
  if (!why.message.empty()) out.message += ": " + printable(why.message, hidden);
  out.message += why.hint;
  if (got.attempts > 1) out.message += " (" + std::to_string(got.attempts) + " attempts)";
  if (!why.request_id.empty()) out.message += " (request " + printable(why.request_id, hidden) + ')';
  return out;
}

BULKWRITER_DECL error_info http_backend::unusable(call const& what, outcome const& got, std::string const& why) const {
  return {.code = errc::invalid_response,
          .message = what.purpose + place_ + " at " + got.origin.to_string() + got.folder + ": " + why,
          .http_status = got.answer->status,
          .may_have_happened = true};
}

BULKWRITER_DECL http::response const* http_backend::accepted(outcome const& got,
                                                             std::initializer_list<int> statuses) const {
  if (!got.answer || std::find(statuses.begin(), statuses.end(), got.answer->status) == statuses.end() ||
      is_denied(*got.answer)) {
    return nullptr;
  }
  return &*got.answer;
}

BULKWRITER_DECL bool leaves_open(result<http::response> const& answer, bool denied_in_passing) noexcept {
  if (!answer) return answer.error().may_have_happened;
  // 501 and 505 refuse the request for what it is (RFC 9110, 15.6).
  return denied_in_passing || (answer->status >= 500 && answer->status != 501 && answer->status != 505);
}

BULKWRITER_DECL std::string with_query(std::string path, query_fields const& query) {
  char separator = '?';
  for (auto const& [name, value] : query) {
    ((path += separator) += auth::percent_encode(name)) += '=';
    path += auth::percent_encode(value);
    separator = '&';
  }
  return path;
}

BULKWRITER_DECL std::string quoted_page(http::response const& answer, std::span<std::string const> secrets) {
  bool const delicate =
      answer.body.find("ignature") != std::string::npos || answer.body.find("redential") != std::string::npos;
  if (delicate) return {};
  // Blotted out before it is cut: of half a token nobody knows that it is one.
  return ": '" + printable(std::string_view(answer.body).substr(0, 16 * 1024), secrets) + '\'';
}

}  // namespace detail
}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
