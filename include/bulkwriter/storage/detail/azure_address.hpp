#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/http/message.hpp>
#include <bulkwriter/storage/azure_connect_param.hpp>

#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

/// What a request shows to be let in. One of the three has a text, or none where tokens come from a provider.
struct azure_credential {
  std::string key = {};    ///< of the account, base64
  std::string sas = {};    ///< without '?', untouched: it is signed as it stands
  std::string token = {};  ///< without "Bearer "
};

/// Where the requests for one container go, and with what.
struct azure_address {
  http::origin origin = {};
  std::string folder = {};   ///< of the URL, where the account stands in it: "/devstoreaccount1"; mostly empty
  std::string account = {};  ///< for the signature; empty where none is needed and the URL tells none
  std::string container = {};
  azure_credential credential = {};
};

/// Errors: `invalid_option`, `invalid_url`; messages name the member or the key of the connection string, never a value
/// that could be a secret.
result<azure_address> try_azure_address(azure_connect_param const& param);

/// Which of the three a credential is, by its shape. Error: `invalid_option`.
result<azure_credential> try_azure_credential(std::string_view text);

/// The path of a key at this address, percent-encoded; of the container itself for an empty key.
std::string path_of_key(azure_address const& address, std::string_view key);

}  // namespace detail
}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/storage/detail/azure_address.ipp>
#endif
