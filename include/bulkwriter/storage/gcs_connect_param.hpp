#pragma once

#include <bulkwriter/auth/provider.hpp>
#include <bulkwriter/http/client.hpp>
#include <bulkwriter/http/retry.hpp>

#include <string>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// How to reach a bucket of Google Cloud Storage with an OAuth 2.0 token. (With HMAC keys, as in the guide:
/// s3_connect_param with the endpoint "storage.googleapis.com".) Of `access_token`, `credentials_file` and `token` at
/// most one is given; without any it is `auth::default_google_token()`, what Google's own tools find.
struct gcs_connect_param {
  std::string bucket_name = {};                             ///< must exist: nothing here ever creates a bucket
  std::string endpoint = "https://storage.googleapis.com";  ///< https is assumed if the scheme is left out
  std::string access_token = {};      ///< one that lasts long enough: nothing replaces it; never part of a message
  std::string credentials_file = {};  ///< JSON: the key of a service account, or what gcloud writes for its user
  auth::provider<auth::bearer_token> token = {};  ///< fetched, and replaced before it expires
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
