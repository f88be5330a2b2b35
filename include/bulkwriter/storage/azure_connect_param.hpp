#pragma once

#include <bulkwriter/auth/provider.hpp>
#include <bulkwriter/http/client.hpp>
#include <bulkwriter/http/retry.hpp>

#include <string>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// How to reach a container of Azure Blob storage: by a connection string, or by the account's URL and a credential.
/// The first members in this order are those of the guide.
///
///     {.conn_str = "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=…;EndpointSuffix=core.windows.net",
///      .container_name = "c"}
///     {.account_url = "https://a.blob.core.windows.net", .credential = "?sv=…&sig=…", .container_name = "c"}
struct azure_connect_param {
  /// As the portal shows it: AccountName and AccountKey or SharedAccessSignature, BlobEndpoint or EndpointSuffix and
  /// DefaultEndpointsProtocol; "UseDevelopmentStorage=true" is Azurite on this machine. Never part of a message.
  std::string conn_str = {};
  /// "https://account.blob.core.windows.net"; the account stands in the path where the host is an address or localhost
  /// ("http://127.0.0.1:10000/devstoreaccount1"). A SAS may stand behind it.
  std::string account_url = {};
  /// One of three, told apart by its shape: a shared access signature ("sv=…&sig=…", with or without '?'), a bearer
  /// token of Microsoft Entra ID ("Bearer …", or the bare JWT, "eyJ….….…"), or else the account's key (base64). Never
  /// part of a message. For a connection string that has none, too.
  std::string credential = {};
  std::string container_name = {};  ///< must exist: nothing here ever creates a container

  /// In place of a credential: bearer tokens that are fetched and replaced before they expire.
  auth::provider<auth::bearer_token> token = {};
  std::string api_version = "2021-12-02";      ///< `x-ms-version` of all requests: for stores that know only older ones
  std::string ca_file = {};                    ///< PEM bundle; empty, and ca_path too: the system's trusted authorities
  std::string ca_path = {};                    ///< hashed directory of PEM files
  std::vector<http::host_address> hosts = {};  ///< asked before any resolver
  http::timeouts timeouts = {};                ///< of every attempt
  http::retry_options retry = {};              ///< of every operation and every part
  int idle_connections = 8;        ///< kept open between requests; as many as there are requests at a time are opened
  http::proxy_options proxy = {};  ///< from HTTPS_PROXY and its kin, unless it says otherwise
  http::exchange_hook on_exchange = {};  ///< for logs and metrics; retries: retry.on_retry
};

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
