#pragma once

#include <bulkwriter/http/message.hpp>
#include <bulkwriter/version.hpp>
#include <bulkwriter/text/quoted.hpp>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace http {
namespace detail {

// RFC 9110, 5.6.2
constexpr bool is_token(std::string_view text) noexcept {
  if (text.empty()) return false;
  for (char c : text) {
    if (!is_alpha(c) && !is_digit(c) && std::string_view("!#$%&'*+-.^_`|~").find(c) == std::string_view::npos)
      return false;
  }
  return true;
}

constexpr bool is_field_value(std::string_view text) noexcept {
  for (char c : text) {
    if (is_control(c) && c != '\t') return false;
  }
  return true;
}

BULKWRITER_DECL std::string agent_or_default(std::string_view user_agent) {
  return user_agent.empty() ? std::string("bulkwriter/") + version : std::string(user_agent);
}

// Whether sending the request twice is the same as sending it once (RFC 9110, 9.2.2, or the caller's own promise).
// Under a condition it is not: the second one meets what the first one has done.
BULKWRITER_DECL bool is_idempotent(request const& what) noexcept {
  for (header const& h : what.headers) {
    for (std::string_view condition :
         {"If-Match", "If-None-Match", "If-Unmodified-Since", "x-goog-if-generation-match"})
      if (equal_without_case(h.name, condition)) return false;
  }
  for (std::string_view method : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"}) {
    if (what.method == method) return true;
  }
  for (header const& h : what.headers) {
    if (equal_without_case(h.name, "Idempotency-Key")) return true;
  }
  return false;
}

// Start line and headers as bytes. A value is never repeated in a message: it may be a key.
BULKWRITER_DECL result<std::string> request_head(request const& what, std::string_view user_agent) {
  auto refuse = [](errc code, std::string why) {
    return error_info{.code = code, .message = "request: " + std::move(why)};
  };

  if (!is_token(what.method))
    return refuse(errc::invalid_option, "method " + bulkwriter::detail::in_quotes(what.method, 32) + " is not a token");
  if (!is_host_name(what.origin.host) && !is_ipv6(what.origin.host))
    return refuse(errc::invalid_url, "the origin's host is no host name or address");
  if (what.origin.port == 0) return refuse(errc::invalid_url, "port 0");
  if (!is_target(what.target))
    return refuse(errc::invalid_url, "the target does not begin with '/' or holds a control character or a blank");

  std::string const authority = what.origin.authority();
  std::string const length = std::to_string(what.body.size());
  std::string head;
  head.reserve(512);
  auto line = [&head](std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  head.append(what.method).append(" ").append(what.target).append(" HTTP/1.1\r\n");
  line("Host", authority);

  bool own_agent = true, authorized = false;
  for (header const& h : what.headers) {
    if (!is_token(h.name)) return refuse(errc::invalid_option, "header name " + bulkwriter::detail::in_quotes(h.name, 40) + " is not a token");
    if (!is_field_value(h.value))
      return refuse(errc::invalid_option, "the value of header " + h.name + " holds a control character");
    if (equal_without_case(h.name, "Host")) {
      if (h.value != authority) return refuse(errc::invalid_option, "header Host differs from " + authority);
      continue;
    }
    if (equal_without_case(h.name, "Content-Length")) {
      if (h.value != length)
        return refuse(errc::invalid_option, "header Content-Length differs from the body's " + length);
      continue;
    }
    if (equal_without_case(h.name, "Connection") || equal_without_case(h.name, "Transfer-Encoding"))
      return refuse(errc::invalid_option, "header " + h.name + " is the client's own");
    if (equal_without_case(h.name, "User-Agent")) own_agent = false;
    if (equal_without_case(h.name, "Authorization")) {
      if (authorized) return refuse(errc::invalid_option, "there are two headers Authorization");
      authorized = true;
    }
    line(h.name, h.value);
  }
  if (own_agent) {
    if (!is_field_value(user_agent)) return refuse(errc::invalid_option, "user_agent holds a control character");
    line("User-Agent", agent_or_default(user_agent));
  }
  // A length of zero is said aloud where a body is usual (RFC 9110, 8.6): some stores answer 411 otherwise.
  if (!what.body.empty() || what.method == "PUT" || what.method == "POST" || what.method == "PATCH")
    line("Content-Length", length);
  head += "\r\n";
  return head;
}

}  // namespace detail
}  // namespace http
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
