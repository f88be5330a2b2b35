#pragma once

#include <bulkwriter/http/message.hpp>
#include <bulkwriter/text/ascii.hpp>
#include <bulkwriter/text/hex.hpp>
#include <bulkwriter/text/numbers.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <algorithm>
#include <array>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace http {
namespace detail {

using bulkwriter::detail::equal_without_case;
using bulkwriter::detail::is_alpha;
using bulkwriter::detail::is_control;
using bulkwriter::detail::is_digit;
using bulkwriter::detail::is_hex;
using bulkwriter::detail::parse_number;

BULKWRITER_DECL bool is_ipv4(std::string_view text) noexcept {
  for (int i = 0; i < 4; ++i) {
    auto const dot = text.find('.');
    if ((dot == std::string_view::npos) != (i == 3)) return false;
    auto const part = text.substr(0, dot);
    int value = 0;
    if (part.size() > 3 || (part.size() > 1 && part[0] == '0') || !parse_number(part, value) || value > 255)
      return false;
    text.remove_prefix(i == 3 ? text.size() : dot + 1);
  }
  return true;
}

// RFC 4291, 2.2. Zone identifiers are refused: they mean something on one machine only.
BULKWRITER_DECL bool is_ipv6(std::string_view text) noexcept {
  int groups = 0;
  bool gap = false;
  if (text.starts_with("::")) {
    gap = true;
    text.remove_prefix(2);
    if (text.empty()) return true;
  }
  while (true) {
    auto const colon = text.find(':');
    auto const part = text.substr(0, colon);
    if (colon == std::string_view::npos && part.find('.') != std::string_view::npos) {
      if (!is_ipv4(part)) return false;
      groups += 2;
      break;
    }
    if (part.empty() || part.size() > 4 || !std::all_of(part.begin(), part.end(), is_hex)) return false;
    ++groups;
    if (colon == std::string_view::npos) break;
    text.remove_prefix(colon + 1);
    if (text.starts_with(':')) {
      if (gap) return false;
      gap = true;
      text.remove_prefix(1);
      if (text.empty()) break;
    }
  }
  return gap ? groups < 8 : groups == 8;
}

// Letters, digits, '-', '_' (seen in the wild) and single dots. Anything else would have to be encoded by the user.
BULKWRITER_DECL bool is_host_name(std::string_view text) noexcept {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty() || text.size() > 253 || text.starts_with('.') || text.ends_with('.')) return false;
  if (text.find("..") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_' || c == '.'; });
}

// What may stand in a request line behind the method.
BULKWRITER_DECL bool is_target(std::string_view text) noexcept {
  return text.starts_with('/') &&
         std::none_of(text.begin(), text.end(), [](char c) { return is_control(c) || c == ' '; });
}

}  // namespace detail

BULKWRITER_DECL std::string origin::authority() const {
  bool const literal = host.find(':') != std::string::npos;
  std::string text = literal ? '[' + host + ']' : host;
  if (port != (secure ? 443 : 80)) text += ':' + std::to_string(port);
  return text;
}

BULKWRITER_DECL std::string origin::to_string() const {
  bool const literal = host.find(':') != std::string::npos;
  return (secure ? "https://" : "http://") + (literal ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

BULKWRITER_DECL result<url> url::try_parse(std::string_view text, bool secure_default) {
  auto refuse = [](std::string why) {
    return error_info{.code = errc::invalid_url, .message = "URL: " + std::move(why)};
  };

  // What stands before an '@' is a secret, also where it is not written as a URL's user and password: with a slash in
  // it the password looks like a port, or what comes before it like a scheme. So nothing of such a text is repeated.
  bool const may_hold_secret = text.find('@') != std::string_view::npos;
  auto const shown = [&](std::string_view part, std::size_t limit = 80) {
    return may_hold_secret ? std::string("(not shown)") : bulkwriter::detail::in_quotes(part, limit);
  };

  for (std::size_t i = 0; i < text.size(); ++i) {
    if (detail::is_control(text[i]) || text[i] == ' ')
      return refuse("control character or blank at byte " + std::to_string(i));
  }
  if (text.find('#') != std::string_view::npos)
    return refuse("a fragment ('#…') cannot be sent; write %23 for the character");

  url out;
  out.origin.secure = secure_default;
  if (auto const colon = text.find("://"); colon < text.find_first_of("/?")) {
    auto const scheme = text.substr(0, colon);
    if (detail::equal_without_case(scheme, "https")) {
      out.origin.secure = true;
    } else if (detail::equal_without_case(scheme, "http")) {
      out.origin.secure = false;
    } else {
      return refuse("scheme " + shown(scheme, 16) + " is neither http nor https");
    }
    text.remove_prefix(colon + 3);
  }
  out.origin.port = out.origin.secure ? 443 : 80;

  auto const path = (std::min)(text.find_first_of("/?"), text.size());
  auto authority = text.substr(0, path);
  auto const target = text.substr(path);
  if (authority.find('@') != std::string_view::npos) return refuse("user name and password before '@' are not taken");

  std::string_view host = authority, port;
  bool has_port = false;
  if (authority.starts_with('[')) {
    auto const close = authority.find(']');
    if (close == std::string_view::npos) return refuse("no ']' in " + shown(authority));
    host = authority.substr(1, close - 1);
    auto const rest = authority.substr(close + 1);
    if (!rest.empty() && rest[0] != ':') return refuse("text behind ']' in " + shown(authority));
    has_port = !rest.empty();
    if (has_port) port = rest.substr(1);
    if (!detail::is_ipv6(host)) return refuse("no IPv6 address in brackets: " + shown(authority));
  } else {
    if (auto const colon = authority.find(':'); colon != std::string_view::npos) {
      if (authority.find(':', colon + 1) != std::string_view::npos)
        return refuse("more than one ':' in " + shown(authority) + "; an IPv6 address needs brackets");
      host = authority.substr(0, colon);
      port = authority.substr(colon + 1);
      has_port = true;
    }
    if (host.empty()) return refuse("no host");
    if (!detail::is_host_name(host)) return refuse("no host name or address: " + shown(host));
  }
  if (has_port && (!detail::parse_number(port, out.origin.port) || out.origin.port == 0))
    return refuse("port " + shown(port, 16) + " is not a number from 1 to 65535");

  out.origin.host = bulkwriter::detail::lower_case(host);
  out.target = target.starts_with('/') ? std::string(target) : '/' + std::string(target);
  return out;
}

BULKWRITER_DECL std::string_view response::find(std::string_view name) const& noexcept {
  for (header const& h : headers) {
    if (detail::equal_without_case(h.name, name)) return h.value;
  }
  return {};
}

BULKWRITER_DECL std::optional<std::chrono::system_clock::time_point> parse_date(std::string_view text) noexcept {
  // The three forms differ in order and separators, not in what they hold: weekday, day, month, year, time.
  //   Sun, 06 Nov 1994 08:49:37 GMT    Sunday, 06-Nov-94 08:49:37 GMT    Sun Nov  6 08:49:37 1994
  constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::array<std::string_view, 6> words = {};
  std::size_t count = 0;
  while (true) {
    auto const begin = text.find_first_not_of(" ,-");
    if (begin == std::string_view::npos) break;
    if (count == words.size()) return std::nullopt;
    text.remove_prefix(begin);
    words[count++] = text.substr(0, text.find_first_of(" ,-"));
    text.remove_prefix(words[count - 1].size());
  }
  std::string_view day, month, year, time;
  if (count == 6 && words[5] == "GMT") {
    day = words[1], month = words[2], year = words[3], time = words[4];
  } else if (count == 5) {
    month = words[1], day = words[2], time = words[3], year = words[4];
  } else {
    return std::nullopt;
  }
  unsigned d = 0, h = 0, m = 0, s = 0;
  int y = 0;
  auto const named = std::find(std::begin(months), std::end(months), month);
  if (named == std::end(months) || time.size() != 8 || time[2] != ':' || time[5] != ':') return std::nullopt;
  if (!detail::parse_number(day, d) || !detail::parse_number(year, y) || !detail::parse_number(time.substr(0, 2), h) ||
      !detail::parse_number(time.substr(3, 2), m) || !detail::parse_number(time.substr(6), s))
    return std::nullopt;
  if (h > 23 || m > 59 || s > 60) return std::nullopt;
  if (year.size() == 2) {
    y += y < 70 ? 2000 : 1900;
  } else if (year.size() != 4 || y < 1970 || y > 2200) {  // system_clock counts nanoseconds in 64 bits: until 2262
    return std::nullopt;
  }
  auto const date = std::chrono::year(y) / std::chrono::month(static_cast<unsigned>(named - std::begin(months)) + 1) /
                    std::chrono::day(d);
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(h) + std::chrono::minutes(m) + std::chrono::seconds(s);
}

}  // namespace http
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
