#pragma once

// Checks requests as Azure Blob storage does: Shared Key in the Authorization header, and the clock. The string to sign
// is built here anew from what arrived, by Microsoft's description of it, so that a fault of a client's signer does not
// cancel out.

#include "store_common.hpp"

#include <bulkwriter/http/message.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace loopback {

struct azure_account {
  std::string name, key;  // the key in base64
  std::chrono::seconds max_skew = std::chrono::minutes(15);
};

/// What "SharedKey" signs, of service versions from 2015-02-21 on.
inline std::string azure_string_to_sign(request const& what, std::string const& account) {
  auto const value = [&](std::string_view name) { return canonical_value(what, name).value_or(""); };
  std::string out(view(what.method_string()));
  for (char const* const name :
       {"content-encoding", "content-language", "content-length", "content-md5", "content-type", "date",
        "if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range"}) {
    std::string text = value(name);
    // No body has no length, and a date of the service's own takes the place of the other.
    if (name == std::string_view("content-length") && text == "0") text.clear();
    if (name == std::string_view("date") && !value("x-ms-date").empty()) text.clear();
    (out += '\n') += text;
  }
  std::set<std::string> own;
  for (auto const& field : what)
    if (std::string name = lower(view(field.name_string())); name.starts_with("x-ms-")) own.insert(std::move(name));
  for (std::string const& name : own) out += '\n' + name + ':' + value(name);

  // The path as it was sent, behind the account, which an address has in it a second time.
  std::string_view const target = view(what.target());
  out += "\n/" + account + std::string(target.substr(0, target.find('?')));
  std::map<std::string, std::string> query;
  for (auto const& [name, text] : request_target(target).query) {
    std::string& values = query[lower(name)];
    if (!values.empty()) values += ',';
    values += text;
  }
  for (auto const& [name, values] : query) out += '\n' + name + ':' + values;
  return out;
}

/// Throws store_error.
inline void check_shared_key(request const& what, azure_account const& account) {
  store_error failed{403, "AuthenticationFailed",
                     "Server failed to authenticate the request. Make sure the value of Authorization header is formed "
                     "correctly including the signature."};
  auto const because = [&](std::string detail) {
    failed.details = {{"AuthenticationErrorDetail", std::move(detail)}};
    return failed;
  };
  std::string_view given = view(what[http::field::authorization]);
  if (given.empty())
    throw store_error{401, "NoAuthenticationInformation",
                      "Server failed to authenticate the request. Please refer to the information in the "
                      "www-authenticate header."};
  static constexpr std::string_view scheme = "SharedKey ";
  if (!given.starts_with(scheme)) throw because("This store knows SharedKey alone.");
  given.remove_prefix(scheme.size());
  std::size_t const colon = std::min(given.find(':'), given.size());
  if (given.substr(0, colon) != account.name) throw because("This store has no account of that name.");

  std::string const date = canonical_value(what, "x-ms-date").value_or(canonical_value(what, "date").value_or(""));
  auto const time = bulkwriter::http::parse_date(date);
  if (!time) throw because("The Date header in the request is incorrect.");
  auto const current = std::chrono::system_clock::now();
  if (*time > current + account.max_skew || *time < current - account.max_skew)
    throw because("The Date header in the request is incorrect. It is '" + date + "', the server's " +
                  format_date(now(), true) + ".");

  std::string const to_sign = azure_string_to_sign(what, account.name);
  auto const key = auth::try_base64_decode(account.key);
  std::string const signature = key ? auth::base64_encode(auth::hmac_sha256(*key, to_sign)) : "";
  if (given.substr(std::min(colon + 1, given.size())) != signature)
    throw because(
        "The MAC signature found in the HTTP request is not the same as any computed signature. Server used "
        "following string to sign: '" +
        to_sign + "'.");
}

}  // namespace loopback
