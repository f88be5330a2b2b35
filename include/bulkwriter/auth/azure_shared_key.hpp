#pragma once

#include <bulkwriter/auth/digest.hpp>
#include <bulkwriter/error.hpp>
#include <bulkwriter/http/message.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace auth {

/// What is signed of a request to Azure Blob storage: plain values, no socket, no clock.
struct azure_request {
  std::string method = "GET";  ///< in capitals
  std::string target = "/";    ///< path and query exactly as they go over the wire
  std::vector<http::header> headers =
      {};  ///< all that are sent; among them `x-ms-version` (2015-02-21 or later), and `x-ms-date` or `Date`
  std::uint64_t content_length = 0;  ///< bytes of the body
};

/// A signature and how it came about. Neither text holds the key.
struct azure_signature {
  http::header authorization = {};  ///< to be added to the request: "SharedKey account:signature"
  std::string string_to_sign = {};  ///< where Azure refuses a signature it shows the one that it expected
  std::string signature = {};       ///< base64
};

/// Signs for an account (Azure's "Shared Key", of the blob service). Pure: equal arguments give equal signatures. `key`
/// is the account's key in base64, as the portal shows it. A URL that has the account in its path (Azurite's) needs
/// nothing special: what is signed begins with the account and goes on with the whole path. Error: `invalid_option` for
/// a key that is not base64, which the message does not repeat. Thread-safe.
/// @{
result<azure_signature> try_azure_shared_key_sign(azure_request const& request, std::string_view account,
                                                  std::string_view key);
inline azure_signature azure_shared_key_sign(azure_request const& request, std::string_view account,
                                             std::string_view key) {
  return try_azure_shared_key_sign(request, account, key).value();
}
/// @}

/// The text that is signed: for tests, and for a server that checks what a client has signed.
std::string azure_string_to_sign(azure_request const& request, std::string_view account);

/// "Fri, 26 Jun 2015 23:39:12 GMT", as `x-ms-date` and other headers want it. UTC, whatever the locale. Thread-safe.
std::string azure_date(std::chrono::system_clock::time_point time);

/// What a shared access signature of one blob allows.
struct azure_sas_request {
  std::string container = {};                          ///< its name
  std::string blob = {};                               ///< its name, not encoded
  std::string permissions = "r";                       ///< letters in Azure's order: "racwd…"
  std::chrono::system_clock::time_point expires = {};  ///< to the second
  bool https_only = true;                              ///< refused over http
  std::string version = "2021-12-02";                  ///< of the signature's rules: 2020-12-06 or later
};

/// A service SAS of one blob, as the query of a URL without '?': whoever has the URL needs no key. It is a secret.
/// Pure. Errors: as of `try_azure_shared_key_sign`. Thread-safe.
/// @{
result<std::string> try_azure_blob_sas(azure_sas_request const& request, std::string_view account,
                                       std::string_view key);
inline std::string azure_blob_sas(azure_sas_request const& request, std::string_view account, std::string_view key) {
  return try_azure_blob_sas(request, account, key).value();
}
/// @}

}  // namespace auth
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/auth/detail/azure_shared_key.ipp>
#endif
