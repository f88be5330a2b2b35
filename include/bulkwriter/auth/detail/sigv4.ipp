#pragma once

#include <bulkwriter/auth/percent.hpp>
#include <bulkwriter/auth/sigv4.hpp>

#include <algorithm>
#include <array>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace auth {
namespace detail {

BULKWRITER_DECL std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');  // not std::tolower: the locale is the user's
  }
  return out;
}

// Trims, and folds every run of white space (line folding included) into one space.
BULKWRITER_DECL std::string fold_space(std::string_view text) {
  std::string out;
  bool pending = false;
  for (char const c : text) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      pending = !out.empty();
    } else {
      if (pending) out += ' ';
      pending = false;
      out += c;
    }
  }
  return out;
}

BULKWRITER_DECL bool is_rewritten_by_proxies(std::string_view name) {
  static constexpr std::array<std::string_view, 16> names = {
      "authorization", "user-agent", "expect", "accept-encoding",  // the last one is rewritten before GCS
      // of one hop only: RFC 9110 7.6.1, 11.7.1 and 11.7.2
      "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding",
      "upgrade",
      // of tracing: every hop writes its own
      "baggage", "traceparent", "tracestate", "x-amzn-trace-id"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Lower-case names with their folded values; several of one name are joined by commas in the order they came.
BULKWRITER_DECL std::vector<http::header> canonical_headers(sigv4_request const& request) {
  std::vector<http::header> out;
  auto const add = [&out](std::string name, std::string value) {
    auto const at = std::lower_bound(out.begin(), out.end(), name,
                                     [](http::header const& h, std::string const& wanted) { return h.name < wanted; });
    if (at != out.end() && at->name == name)
      at->value += ',' + value;
    else
      out.insert(at, {std::move(name), std::move(value)});
  };
  if (!request.host.empty()) add("host", fold_space(request.host));
  for (auto const& h : request.headers)
    if (std::string name = lower_case(h.name); !is_rewritten_by_proxies(name))
      add(std::move(name), fold_space(h.value));
  return out;
}

BULKWRITER_DECL std::string join_names(std::vector<http::header> const& headers) {
  std::string out;
  for (auto const& h : headers) {
    if (!out.empty()) out += ';';
    out += h.name;
  }
  return out;
}

// RFC 3986 5.2.4, and repeated slashes become one.
BULKWRITER_DECL std::string normalized_path(std::string_view path) {
  std::vector<std::string_view> segments;
  std::string_view last;
  for (std::size_t at = 0; at <= path.size();) {
    std::size_t const end = (std::min)(path.find('/', at), path.size());
    last = path.substr(at, end - at);
    if (last == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!last.empty() && last != ".") {
      segments.push_back(last);
    }
    at = end + 1;
  }
  std::string out;
  for (auto const s : segments) (out += '/') += s;
  // A path that ends in a slash, or in a segment that resolves to nothing, names a folder.
  if (out.empty() || last.empty() || last == "." || last == "..") out += '/';
  return out;
}

BULKWRITER_DECL std::string canonical_path(std::string_view path, sigv4_scope const& scope) {
  std::string out = scope.normalize_path ? normalized_path(path) : path.empty() ? std::string("/") : std::string(path);
  return scope.encode_path_again ? percent_encode(out, true) : out;
}

BULKWRITER_DECL std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> fields;
  while (!query.empty()) {
    std::size_t const end = (std::min)(query.find('&'), query.size());
    auto const field = query.substr(0, end);
    query.remove_prefix((std::min)(end + 1, query.size()));
    if (field.empty()) continue;
    std::size_t const equals = (std::min)(field.find('='), field.size());
    // Decoding first makes the result the same for every spelling of one query.
    std::string name = percent_encode(percent_decode(field.substr(0, equals)));
    if (name == "X-Amz-Signature") continue;
    fields.emplace_back(std::move(name),
                        percent_encode(percent_decode(field.substr((std::min)(equals + 1, field.size())))));
  }
  std::sort(fields.begin(), fields.end());  // as pairs: "a=…" stands before "a-b=…", unlike in the joined text
  std::string out;
  for (auto const& [name, value] : fields) {
    if (!out.empty()) out += '&';
    ((out += name) += '=') += value;
  }
  return out;
}

// The scope is the signer's; the time is the caller's: split once, so that date and timestamp cannot disagree.
struct moment {
  std::string timestamp;
  std::string_view date() const { return std::string_view(timestamp).substr(0, 8); }
};

}  // namespace detail

BULKWRITER_DECL std::string sigv4_timestamp(sigv4_time time) {
  namespace ch = std::chrono;
  auto const day = ch::floor<ch::days>(time);
  ch::year_month_day const date(day);
  ch::hh_mm_ss const clock(ch::floor<ch::seconds>(time - day));
  std::string out;
  out.reserve(16);
  auto const put = [&out](long value, int width) {
    std::string const digits = std::to_string(value);
    out.append(static_cast<std::size_t>((std::max)(0, width - static_cast<int>(digits.size()))), '0').append(digits);
  };
  put(static_cast<int>(date.year()), 4);
  put(static_cast<long>(static_cast<unsigned>(date.month())), 2);
  put(static_cast<long>(static_cast<unsigned>(date.day())), 2);
  out += 'T';
  put(static_cast<long>(clock.hours().count()), 2);
  put(static_cast<long>(clock.minutes().count()), 2);
  put(static_cast<long>(clock.seconds().count()), 2);
  out += 'Z';
  return out;
}

BULKWRITER_DECL std::string sigv4_signed_headers(sigv4_request const& request) {
  return detail::join_names(detail::canonical_headers(request));
}

BULKWRITER_DECL std::string sigv4_canonical_request(sigv4_request const& request, sigv4_scope const& scope) {
  std::string_view const target = request.target;
  std::size_t const mark = (std::min)(target.find('?'), target.size());
  auto const headers = detail::canonical_headers(request);
  std::string out = request.method;
  (out += '\n') += detail::canonical_path(target.substr(0, mark), scope);
  (out += '\n') += detail::canonical_query(target.substr((std::min)(mark + 1, target.size())));
  out += '\n';
  for (auto const& h : headers) (((out += h.name) += ':') += h.value) += '\n';
  (out += '\n') += detail::join_names(headers);
  (out += '\n') += request.payload_hash;
  return out;
}

BULKWRITER_DECL std::string sigv4_credential_scope(std::string_view date, sigv4_scope const& scope) {
  return std::string(date) + '/' + scope.region + '/' + scope.service + "/aws4_request";
}

BULKWRITER_DECL std::string sigv4_string_to_sign(std::string_view canonical_request, std::string_view timestamp,
                                                 sigv4_scope const& scope) {
  return "AWS4-HMAC-SHA256\n" + std::string(timestamp) + '\n' + sigv4_credential_scope(timestamp.substr(0, 8), scope) +
         '\n' + to_hex(sha256(canonical_request));
}

BULKWRITER_DECL sha256_digest sigv4_signing_key(std::string_view secret_key, std::string_view date,
                                                sigv4_scope const& scope) {
  std::string const first = "AWS4" + std::string(secret_key);
  sha256_digest key = hmac_sha256(as_bytes(first), date);
  key = hmac_sha256(key, scope.region);
  key = hmac_sha256(key, scope.service);
  return hmac_sha256(key, "aws4_request");
}

BULKWRITER_DECL sha256_digest sigv4_key_cache::get(std::string_view secret_key, std::string_view date,
                                                   sigv4_scope const& scope) {
  std::lock_guard const lock(mutex_);
  if (date_ != date || region_ != scope.region || service_ != scope.service || secret_key_ != secret_key) {
    key_ = sigv4_signing_key(secret_key, date, scope);
    secret_key_ = secret_key;
    date_ = date;
    region_ = scope.region;
    service_ = scope.service;
  }
  return key_;
}

BULKWRITER_DECL sigv4_signature sigv4_sign(sigv4_request const& request, credentials const& who,
                                           sigv4_scope const& scope, sigv4_time time, sigv4_key_cache* cache) {
  detail::moment const now{sigv4_timestamp(time)};
  sigv4_signature out;
  out.target = request.target;
  out.headers.push_back({"x-amz-date", now.timestamp});
  if (scope.payload_hash_header) out.headers.push_back({"x-amz-content-sha256", request.payload_hash});
  http::header const token = {"x-amz-security-token", who.session_token};
  if (!who.session_token.empty() && scope.sign_session_token) out.headers.push_back(token);

  sigv4_request whole = request;
  whole.headers.insert(whole.headers.end(), out.headers.begin(), out.headers.end());
  out.canonical_request = sigv4_canonical_request(whole, scope);
  out.string_to_sign = sigv4_string_to_sign(out.canonical_request, now.timestamp, scope);
  out.signature = sigv4_signature_of(
      cache ? cache->get(who.secret_key, now.date(), scope) : sigv4_signing_key(who.secret_key, now.date(), scope),
      out.string_to_sign);

  if (!who.session_token.empty() && !scope.sign_session_token) out.headers.push_back(token);
  out.headers.push_back({"Authorization", "AWS4-HMAC-SHA256 Credential=" + who.access_key + '/' +
                                              sigv4_credential_scope(now.date(), scope) + ", SignedHeaders=" +
                                              sigv4_signed_headers(whole) + ", Signature=" + out.signature});
  return out;
}

BULKWRITER_DECL result<sigv4_signature> try_sigv4_presign(sigv4_request const& request, credentials const& who,
                                                          sigv4_scope const& scope, sigv4_time time,
                                                          std::chrono::seconds expires) {
  if (expires < std::chrono::seconds(1) || expires > std::chrono::days(7)) {
    return error_info{.code = errc::invalid_option,
                      .message = "a presigned URL lives between 1 second and 7 days (604800 s), not " +
                                 std::to_string(expires.count()) + " s"};
  }
  detail::moment const now{sigv4_timestamp(time)};
  sigv4_signature out;
  sigv4_request whole = request;
  auto const add = [](std::string& target, std::string_view name, std::string_view value) {
    if (target.find('?') == std::string::npos) {
      target += '?';
    } else if (!target.ends_with('?') && !target.ends_with('&')) {
      target += '&';
    }
    ((target += name) += '=') += percent_encode(value);
  };
  add(whole.target, "X-Amz-Algorithm", "AWS4-HMAC-SHA256");
  add(whole.target, "X-Amz-Credential", who.access_key + '/' + sigv4_credential_scope(now.date(), scope));
  add(whole.target, "X-Amz-Date", now.timestamp);
  add(whole.target, "X-Amz-Expires", std::to_string(expires.count()));
  if (!who.session_token.empty() && scope.sign_session_token)
    add(whole.target, "X-Amz-Security-Token", who.session_token);
  add(whole.target, "X-Amz-SignedHeaders", sigv4_signed_headers(request));

  out.canonical_request = sigv4_canonical_request(whole, scope);
  out.string_to_sign = sigv4_string_to_sign(out.canonical_request, now.timestamp, scope);
  out.signature = sigv4_signature_of(sigv4_signing_key(who.secret_key, now.date(), scope), out.string_to_sign);
  out.target = std::move(whole.target);
  if (!who.session_token.empty() && !scope.sign_session_token)
    add(out.target, "X-Amz-Security-Token", who.session_token);
  add(out.target, "X-Amz-Signature", out.signature);
  return out;
}

}  // namespace auth
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
