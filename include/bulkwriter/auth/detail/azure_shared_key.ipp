#pragma once

#include <bulkwriter/auth/azure_shared_key.hpp>
#include <bulkwriter/auth/detail/sigv4.ipp>
#include <bulkwriter/auth/detail/trimmed.hpp>
#include <bulkwriter/auth/percent.hpp>

#include <algorithm>
#include <map>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace auth {
namespace detail {

// Azure sorts the names of headers by its own collation, in which '-' and '\'' count only where nothing else differs.
BULKWRITER_DECL bool azure_header_less(std::string_view a, std::string_view b) {
  auto const passed_over = [](char c) { return c == '-' || c == '\''; };
  static constexpr std::string_view order = "!#$%&*.^_`|~+0123456789abcdefghijklmnopqrstuvwxyz";
  for (std::size_t i = 0, j = 0;; ++i, ++j) {
    while (i < a.size() && passed_over(a[i])) ++i;
    while (j < b.size() && passed_over(b[j])) ++j;
    if (j == b.size()) {
      if (i != a.size()) return false;
      break;
    }
    if (i == a.size()) return true;
    if (a[i] != b[j]) return order.find(a[i]) < order.find(b[j]);
  }
  auto const [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (y == b.end()) return false;
  if (x == a.end()) return true;
  return passed_over(*y) && (!passed_over(*x) || *x < *y);
}

// Names in lower case with their decoded values; several of one name are one line.
BULKWRITER_DECL std::string azure_canonical_query(std::string_view query) {
  std::map<std::string, std::vector<std::string>> fields;
  while (!query.empty()) {
    std::size_t const end = (std::min)(query.find('&'), query.size());
    auto const field = query.substr(0, end);
    query.remove_prefix((std::min)(end + 1, query.size()));
    if (field.empty()) continue;
    std::size_t const equals = (std::min)(field.find('='), field.size());
    fields[lower_case(percent_decode(field.substr(0, equals)))].push_back(
        percent_decode(field.substr((std::min)(equals + 1, field.size()))));
  }
  std::string out;
  for (auto& [name, values] : fields) {
    std::sort(values.begin(), values.end());
    char separator = ':';
    (out += '\n') += name;
    for (auto const& value : values) {
      (out += separator) += value;
      separator = ',';
    }
  }
  return out;
}

inline std::string digits(int value, int width) {
  std::string const text = std::to_string(value);
  return std::string(static_cast<std::size_t>((std::max)(0, width - static_cast<int>(text.size()))), '0') + text;
}

// The pieces of a moment in UTC.
struct utc_time {
  explicit utc_time(std::chrono::system_clock::time_point time)
      : day(std::chrono::floor<std::chrono::days>(time)),
        date(day),
        clock(std::chrono::floor<std::chrono::seconds>(time - day)) {}

  std::string clock_text() const {
    return digits(static_cast<int>(clock.hours().count()), 2) + ':' +
           digits(static_cast<int>(clock.minutes().count()), 2) + ':' +
           digits(static_cast<int>(clock.seconds().count()), 2);
  }
  int month() const { return static_cast<int>(static_cast<unsigned>(date.month())); }
  int day_of_month() const { return static_cast<int>(static_cast<unsigned>(date.day())); }

  std::chrono::sys_days day;
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::seconds> clock;
};

BULKWRITER_DECL result<std::string> azure_hmac(std::string_view key, std::string_view text) {
  auto const bytes = try_base64_decode(key);
  if (!bytes) {
    error_info why = bytes.error();
    why.message = "the account key is " + why.message;
    return why;
  }
  return base64_encode(hmac_sha256(*bytes, text));
}

}  // namespace detail

BULKWRITER_DECL std::string azure_date(std::chrono::system_clock::time_point time) {
  static constexpr std::string_view days = "SunMonTueWedThuFriSat", months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  detail::utc_time const t(time);
  std::string out(days.substr(std::chrono::weekday(t.day).c_encoding() * 3, 3));
  out += ", " + detail::digits(t.day_of_month(), 2) + ' ';
  out += months.substr(static_cast<std::size_t>(t.month() - 1) * 3, 3);
  return out + ' ' + detail::digits(static_cast<int>(t.date.year()), 4) + ' ' + t.clock_text() + " GMT";
}

BULKWRITER_DECL std::string azure_string_to_sign(azure_request const& request, std::string_view account) {
  std::vector<http::header> own;  // x-ms-…
  std::map<std::string, std::string> others;
  for (auto const& h : request.headers) {
    std::string name = detail::lower_case(h.name);
    std::string const value(detail::trimmed(h.value));
    if (!name.starts_with("x-ms-")) {
      others[std::move(name)] = value;
      continue;
    }
    auto const same = std::find_if(own.begin(), own.end(), [&](http::header const& o) { return o.name == name; });
    if (same != own.end())
      same->value += ',' + value;
    else
      own.push_back({std::move(name), value});
  }
  std::sort(own.begin(), own.end(),
            [](http::header const& a, http::header const& b) { return detail::azure_header_less(a.name, b.name); });

  others["content-length"] = request.content_length == 0 ? "" : std::to_string(request.content_length);
  if (std::any_of(own.begin(), own.end(), [](http::header const& h) { return h.name == "x-ms-date"; }))
    others["date"].clear();
  std::string out = request.method + '\n';
  for (char const* name : {"content-encoding", "content-language", "content-length", "content-md5", "content-type",
                           "date", "if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range"})
    out += others[name] + '\n';
  for (auto const& h : own) out += h.name + ':' + h.value + '\n';

  std::string_view const target = request.target;
  std::size_t const mark = (std::min)(target.find('?'), target.size());
  ((out += '/') += account) += target.substr(0, mark);
  return out + detail::azure_canonical_query(target.substr((std::min)(mark + 1, target.size())));
}

BULKWRITER_DECL result<azure_signature> try_azure_shared_key_sign(azure_request const& request,
                                                                  std::string_view account, std::string_view key) {
  azure_signature out = {.string_to_sign = azure_string_to_sign(request, account)};
  auto signature = detail::azure_hmac(key, out.string_to_sign);
  if (!signature) return std::move(signature).error();
  out.signature = *std::move(signature);
  out.authorization = {"Authorization", "SharedKey " + std::string(account) + ':' + out.signature};
  return out;
}

BULKWRITER_DECL result<std::string> try_azure_blob_sas(azure_sas_request const& request, std::string_view account,
                                                       std::string_view key) {
  detail::utc_time const end(request.expires);
  std::string const expiry = detail::digits(static_cast<int>(end.date.year()), 4) + '-' +
                             detail::digits(end.month(), 2) + '-' + detail::digits(end.day_of_month(), 2) + 'T' +
                             end.clock_text() + 'Z';
  std::string const protocol = request.https_only ? "https" : "";
  // permissions, start, expiry, resource, identifier, IP, protocol, version, kind, snapshot, encryption scope, and five
  // headers that the answer could be made to have
  std::string const to_sign = request.permissions + "\n\n" + expiry + "\n/blob/" + std::string(account) + '/' +
                              request.container + '/' + request.blob + "\n\n\n" + protocol + '\n' + request.version +
                              "\nb\n\n\n\n\n\n\n";
  auto const signature = detail::azure_hmac(key, to_sign);
  if (!signature) return signature;
  std::string out = "sv=" + request.version + "&se=" + percent_encode(expiry) + "&sr=b&sp=" + request.permissions;
  if (!protocol.empty()) out += "&spr=" + protocol;
  return out + "&sig=" + percent_encode(*signature);
}

}  // namespace auth
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
