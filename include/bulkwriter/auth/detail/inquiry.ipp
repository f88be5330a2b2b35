#pragma once

#include <bulkwriter/auth/detail/inquiry.hpp>
#include <bulkwriter/detail/process.hpp>
#include <bulkwriter/http/this_machine.hpp>
#include <bulkwriter/text/ascii.hpp>
#include <bulkwriter/text/iso_time.hpp>
#include <bulkwriter/text/json_value.hpp>
#include <bulkwriter/text/numbers.hpp>
#include <bulkwriter/text/percent.hpp>
#include <bulkwriter/text/quoted.hpp>
#include <bulkwriter/text/redacted.hpp>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <span>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace auth {
namespace detail {

BULKWRITER_DECL std::string or_environment(std::string const& given, std::initializer_list<char const*> names) {
  if (!given.empty()) return given;
  for (char const* name : names) {
    if (char const* value = bulkwriter::detail::from_environment(name); value != nullptr && *value != '\0') return value;
  }
  return {};
}

// A file's or a profile's name, for a message.
BULKWRITER_DECL std::string in_quotes(std::string_view name) { return bulkwriter::detail::in_quotes(name, 4096); }

BULKWRITER_DECL std::string expand_home(std::string const& path) {
  if (!path.starts_with("~/")) return path;
  auto const home = or_environment({}, {"HOME"});
  return home.empty() ? home : home + path.substr(1);
}

BULKWRITER_DECL result<std::string> read_file(std::string const& path) {
  constexpr std::size_t limit = 1024 * 1024;
  std::string text(limit + 1, '\0');
  std::ifstream file(expand_home(path), std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.eof())
    return error_info{.code = errc::io_error,
                      .message = in_quotes(path) + (file.gcount() > 0 ? " is larger than 1 MiB" : " cannot be read")};
  text.resize(static_cast<std::size_t>(file.gcount()));
  return std::string(bulkwriter::detail::trimmed(text));
}

BULKWRITER_DECL std::string form(std::initializer_list<std::pair<std::string_view, std::string_view>> values) {
  std::string out;
  for (auto const& [name, value] : values) {
    if (value.empty()) continue;
    if (!out.empty()) out += '&';
    ((out += name) += '=') += bulkwriter::detail::percent_encode(value);
  }
  return out;
}

BULKWRITER_DECL std::optional<time_point> parse_time(std::string_view text) {
  auto const seconds = bulkwriter::detail::parse_iso_time(text);
  return seconds ? std::optional<time_point>(std::chrono::seconds(*seconds)) : std::nullopt;
}

BULKWRITER_DECL std::optional<named_texts> read_json(std::string_view document) {
  auto const root = bulkwriter::detail::try_read_json(document);
  if (!root || !root->is(bulkwriter::detail::json_type::object)) return std::nullopt;
  named_texts out;
  for (auto const& member : root->elements) {
    if (member.is(bulkwriter::detail::json_type::string) || member.is_number()) {
      out.emplace(member.key, member.text);
    } else if (member.key == "error") {
      // Google's other form of a refusal: {"error": {"status": …, "message": …}}
      for (std::string_view const inner : {"status", "message"}) {
        if (auto const* text = member.find(inner); text != nullptr && text->is(bulkwriter::detail::json_type::string))
          out.emplace(inner == "status" ? "error" : inner, text->text);
      }
    }
  }
  return out;
}

// Enough for what a token service answers: attributes, comments and CDATA do not occur there.
BULKWRITER_DECL named_texts read_xml_leaves(std::string_view document) {
  named_texts out;
  for (std::size_t at = 0; (at = document.find('<', at)) != std::string_view::npos;) {
    auto const close = document.find('>', ++at);
    if (close == std::string_view::npos) break;
    auto const name = document.substr(at, close - at);
    auto const rest = document.substr(close + 1);
    auto const text = rest.substr(0, rest.find('<'));
    auto const end = rest.substr(text.size());
    if (end.starts_with("</") && end.substr(2).starts_with(name) && end.substr(2 + name.size()).starts_with('>'))
      out.emplace(name, text);
  }
  return out;
}

BULKWRITER_DECL std::optional<named_texts> read_fields(std::string_view document) {
  auto const text = bulkwriter::detail::trimmed(document);
  if (text.starts_with('<')) return read_xml_leaves(text);
  return read_json(text);
}

BULKWRITER_DECL std::string reply::text(std::initializer_list<std::string_view> names) const {
  for (auto const name : names) {
    if (auto const found = fields.find(name); found != fields.end() && !found->second.empty()) return found->second;
  }
  return {};
}

// What the service says of a failure, as far as it can be repeated: services show what they were sent. A code and a
// sentence, as AWS and OAuth name them.
BULKWRITER_DECL std::string code_of(reply const& got) {
  return bulkwriter::detail::redacted(got.text({"error", "Code", "code"}), got.secrets, 100);
}
BULKWRITER_DECL std::string complaint(reply const& got) {
  auto const code = code_of(got);
  auto const text = bulkwriter::detail::redacted(got.text({"error_description", "Message", "message"}), got.secrets, 400);
  return (code.empty() ? "" : ' ' + code) + (text.empty() ? "" : ": " + text);
}

BULKWRITER_DECL service_options nearby(service_options how, std::chrono::milliseconds answer) {
  how.client.proxy = {.url = "none"};
  auto& limits = how.client.timeouts;
  limits.resolve = limits.connect = limits.handshake = std::chrono::seconds(1);
  limits.first_byte = limits.read_stall = limits.write_stall = answer;
  return how;
}

BULKWRITER_DECL result<reply> judge(reply got, int status) {
  got.fields = read_fields(got.body).value_or(named_texts());
  if (status < 300) return got;
  bool const denied = status == 400 || status == 401 || status == 403;
  return error_info{.code = denied ? errc::access_denied : errc::http_error,
                    .message = got.from + ": HTTP " + std::to_string(status) + complaint(got),
                    .http_status = status,
                    .server_error = code_of(got)};
}

BULKWRITER_DECL result<reply> ask(service_options const& how, inquiry const& what, std::stop_token const& stop) {
  auto const url = http::url::try_parse(what.url);
  if (!url) return url.error();
  auto options = how.client;
  options.max_body_size = (std::min)(options.max_body_size, std::size_t(1024 * 1024));
  http::client client(std::move(options));
  http::request const request = {.method = what.method,
                                 .origin = url->origin,
                                 .target = url->target,
                                 .headers = what.headers,
                                 .body = std::as_bytes(std::span(what.body))};
  auto answer = http::send_with_retry(
      how.retry,
      [&] {
        if (!what.sign) return client.try_send(request, stop);
        auto signed_request = request;
        auto const more = what.sign(request);
        signed_request.headers.insert(signed_request.headers.end(), more.begin(), more.end());
        return client.try_send(signed_request, stop);
      },
      what.worth_repeating, stop);
  if (!answer) return answer.error();  // its message begins with the origin
  return judge({.from = url->origin.to_string(),
                .body = std::move(answer->body),
                .received = how.refresh.now ? how.refresh.now() : std::chrono::system_clock::now(),
                .secrets = what.secrets},
               answer->status);
}

// 169.254.0.0/16 does not leave the link (RFC 3927), and there a machine's own host answers; AWS has two addresses of
// that kind in fd00:ec2::/32.
BULKWRITER_DECL bool is_own_host(std::string_view host) noexcept {
  return (http::detail::is_ipv4(host) && host.starts_with("169.254.")) || host == "fd00:ec2::23" ||
         host == "fd00:ec2::254";
}

BULKWRITER_DECL result<void> check_guarded(std::string const& url, std::string const& source) {
  auto const parsed = http::url::try_parse(url);
  if (!parsed) return unusable(source + ": " + parsed.error().message);
  if (http::detail::keeps_secrets(parsed->origin) || is_own_host(parsed->origin.host)) return {};
  return unusable(source + ": " + parsed->origin.to_string() +
                  " is http: a secret is sent over https or within this machine only");
}

// Of a metadata service: this machine is none of that cloud's, or has no identity there.
BULKWRITER_DECL error_info nobody_there(error_info failure) {
  if (failure.code != errc::cancelled) failure.code = errc::credentials_unavailable;
  return failure;
}

// That an answer lacks what it is asked for. Some services refuse like this, with status 200.
BULKWRITER_DECL error_info lacking(reply const& got, std::string_view name) {
  return {.code = errc::invalid_response,
          .message = got.from + ": an answer without " + in_quotes(name) + complaint(got)};
}

// A moment as ISO 8601 or in seconds since 1970; without one, for ever.
BULKWRITER_DECL std::optional<time_point> parse_expiry(std::string const& text) {
  constexpr double latest = 7'258'118'400;  // 2200
  if (text.empty()) return (time_point::max)();
  double seconds = 0;
  if (!bulkwriter::detail::read_float(text, seconds)) return parse_time(text);
  if (!(seconds >= 0 && seconds < latest)) return std::nullopt;
  return time_point(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

BULKWRITER_DECL result<credentials> credentials_of(result<reply> const& got) {
  if (!got) return got.error();
  credentials out{.access_key = got->text({"AccessKeyId"}),
                  .secret_key = got->text({"SecretAccessKey"}),
                  .session_token = got->text({"Token", "SessionToken"})};
  if (out.access_key.empty()) return lacking(*got, "AccessKeyId");
  if (out.secret_key.empty()) return lacking(*got, "SecretAccessKey");
  auto const end = got->text({"Expiration"});
  auto const expires = parse_expiry(end);
  // Temporary ones without it would be used until a server refuses them, and not be replaced before.
  if (!expires || (end.empty() && !out.session_token.empty())) return lacking(*got, "Expiration");
  out.expires = *expires;
  return out;
}

BULKWRITER_DECL result<bearer_token> token_of(result<reply> const& got) {
  if (!got) return got.error();
  bearer_token out{.token = got->text({"access_token"})};
  if (out.token.empty()) return lacking(*got, "access_token");
  // RFC 6749 allows an answer without either; none of these services gives one.
  auto const left = got->text({"expires_in"}), end = got->text({"expires_on"});
  if (unsigned seconds = 0; bulkwriter::detail::parse_number(left, seconds)) {
    out.expires = got->received + std::chrono::seconds(seconds);
  } else if (auto const expires = parse_expiry(end); left.empty() && !end.empty() && expires) {
    out.expires = *expires;
  } else {
    return lacking(*got, left.empty() ? "expires_on" : "expires_in");
  }
  return out;
}

}  // namespace detail
}  // namespace auth
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
