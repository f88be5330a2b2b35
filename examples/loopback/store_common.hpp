#pragma once

// What the loopback stores share: errors, XML, dates, headers, query strings.

#include "http_server.hpp"

#include <bulkwriter/auth/digest.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loopback {

namespace auth = bulkwriter::auth;

/// An error on its way to the client. Inside a store it is thrown; the handler turns it into an answer.
struct store_error {
  unsigned status;
  std::string code, message;
  std::vector<std::pair<std::string, std::string>> details = {};  // further elements of the XML
};

inline std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

inline std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

inline std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> out;
  for (;;) {
    std::size_t const end = std::min(text.find(at), text.size());
    out.emplace_back(text.substr(0, end));
    if (end == text.size()) return out;
    text.remove_prefix(end + 1);
  }
}

/// All values of a header, joined by commas, with white space trimmed and folded.
inline std::optional<std::string> canonical_value(request const& what, std::string_view name) {
  std::optional<std::string> out;
  auto const [first, last] = what.equal_range(boost::beast::string_view(name.data(), name.size()));
  for (auto it = first; it != last; ++it) {
    out ? * out += ',' : out.emplace();
    bool space = false, any = false;
    for (char const c : view(it->value())) {
      if (c == ' ' || c == '\t') {
        space = any;
        continue;
      }
      if (space) *out += ' ';
      space = false;
      any = true;
      *out += c;
    }
  }
  return out;
}

inline std::string in_quotes(std::string const& text) { return '"' + text + '"'; }

inline std::string xml_escape(std::string_view text) {
  std::string out;
  for (char const c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\r': out += "&#13;"; break;
      default: out += c;
    }
  }
  return out;
}

inline std::string xml_unescape(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, char>, 7> entities = {{{"&quot;", '"'},
                                                                                 {"&#34;", '"'},
                                                                                 {"&#x22;", '"'},
                                                                                 {"&amp;", '&'},
                                                                                 {"&lt;", '<'},
                                                                                 {"&gt;", '>'},
                                                                                 {"&apos;", '\''}}};
  std::string out;
  while (!text.empty()) {
    bool replaced = false;
    for (auto const& [entity, c] : entities) {
      if (!text.starts_with(entity)) continue;
      out += c;
      text.remove_prefix(entity.size());
      replaced = true;
      break;
    }
    if (replaced) continue;
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

inline response xml_answer(unsigned status, std::string const& body) {
  return make_response(http::int_to_status(status), "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + body,
                       "application/xml");
}

inline response empty_answer(unsigned status) { return make_response(http::int_to_status(status), {}); }

inline std::string xml_element(std::string_view name, std::string_view text) {
  std::string out = "<";
  ((out += name) += '>') += xml_escape(text);
  ((out += "</") += name) += '>';
  return out;
}

/// What stands between `<name>` and `</name>`, from `at` on, which moves behind it. Enough for what clients send.
inline std::optional<std::string_view> next_element(std::string_view xml, std::string_view name, std::size_t& at) {
  std::string const open = "<" + std::string(name) + ">", close = "</" + std::string(name) + ">";
  std::size_t const first = xml.find(open, at);
  if (first == std::string_view::npos) return std::nullopt;
  std::size_t const last = xml.find(close, first + open.size());
  if (last == std::string_view::npos) return std::nullopt;
  at = last + close.size();
  return xml.substr(first + open.size(), last - first - open.size());
}

template <class Int>
std::optional<Int> to_integer(std::string_view text) {
  Int value = 0;
  auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

using clock_time = std::chrono::sys_seconds;

inline clock_time now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

/// "20150830T123600Z"
inline std::optional<clock_time> parse_timestamp(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  auto const number = [&](std::size_t at, std::size_t n) {
    return to_integer<unsigned>(text.substr(at, n)).value_or(9999);
  };
  std::chrono::year_month_day const day{std::chrono::year(static_cast<int>(number(0, 4))),
                                        std::chrono::month(number(4, 2)), std::chrono::day(number(6, 2))};
  unsigned const hour = number(9, 2), minute = number(11, 2), second = number(13, 2);
  if (!day.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return std::chrono::sys_days(day) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

/// "2015-08-30T12:36:00.000Z", and for headers "Sun, 30 Aug 2015 12:36:00 GMT".
inline std::string format_date(clock_time time, bool for_header) {
  static constexpr std::array<char const*, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<char const*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto const midnight = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day const date(midnight);
  std::chrono::hh_mm_ss const clock(time - midnight);
  auto const two = [](auto n) {
    auto const value = static_cast<unsigned>(n);
    return std::string(1, static_cast<char>('0' + value / 10)) + static_cast<char>('0' + value % 10);
  };
  std::string const year = std::to_string(static_cast<int>(date.year()));
  unsigned const month = static_cast<unsigned>(date.month()), day = static_cast<unsigned>(date.day());
  std::string const hms =
      two(clock.hours().count()) + ':' + two(clock.minutes().count()) + ':' + two(clock.seconds().count());
  if (!for_header) return year + '-' + two(month) + '-' + two(day) + 'T' + hms + ".000Z";
  return std::string(days[std::chrono::weekday(midnight).c_encoding()]) + ", " + two(day) + ' ' + months[month - 1] +
         ' ' + year + ' ' + hms + " GMT";
}

/// A request target, taken apart: the decoded path, and the decoded query.
struct request_target {
  /// `folder`: what stands before the bucket, "/account".
  explicit request_target(std::string_view target, std::string_view folder = {}) {
    std::size_t const mark = std::min(target.find('?'), target.size());
    path = auth::percent_decode(target.substr(0, mark));
    std::string_view rest = target.substr(std::min(mark + 1, target.size()));
    while (!rest.empty()) {
      std::size_t const end = std::min(rest.find('&'), rest.size());
      std::string_view const field = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      std::size_t const equals = std::min(field.find('='), field.size());
      if (!field.empty())
        query.emplace(auth::percent_decode(field.substr(0, equals)),
                      auth::percent_decode(field.substr(std::min(equals + 1, field.size()))));
    }
    std::string_view both = path;
    if (both.starts_with(folder)) both.remove_prefix(folder.size());
    if (both.starts_with('/')) both.remove_prefix(1);
    std::size_t const slash = std::min(both.find('/'), both.size());
    bucket = both.substr(0, slash);
    key = both.substr(std::min(slash + 1, both.size()));
  }

  bool has(std::string_view name) const { return query.find(name) != query.end(); }
  std::string get(std::string_view name, std::string fallback = {}) const {
    auto const it = query.find(name);
    return it == query.end() ? fallback : it->second;
  }

  std::string path, bucket, key;
  std::multimap<std::string, std::string, std::less<>> query;  // sorted as a signature needs it
};

}  // namespace loopback
