#pragma once

#include <bulkwriter/auth/provider.hpp>
#include <bulkwriter/auth/service_options.hpp>

#include <string>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace auth {

/// What the functions below would otherwise take from the environment, which is read at every fetch.
struct google_options {
  /// JSON: a service account's key, or what `gcloud auth application-default login` writes. Empty:
  /// GOOGLE_APPLICATION_CREDENTIALS, else application_default_credentials.json in CLOUDSDK_CONFIG or ~/.config/gcloud.
  std::string credentials_file = {};
  std::string scope = "https://www.googleapis.com/auth/devstorage.read_write";  ///< of a service account's tokens
  std::string token_endpoint = {};     ///< URL, of http only within this machine, in place of the file's token_uri
  std::string metadata_endpoint = {};  ///< URL; empty: http://GCE_METADATA_HOST, else http://metadata.google.internal
  service_options service = {};        ///< how they are asked
};

/// Tokens as programs on and off Google Cloud find them. Each provider fetches at its first `get`, and again before the
/// token expires. Errors of `get`: as those of `aws_environment` and its kin. Thread-safe.
/// @{

/// For a service account whose key is in the file, or for whoever has logged in by gcloud. Files of other types
/// (workload identity federation, impersonation) are an error that says so.
provider<bearer_token> google_file(google_options options = {});

/// For the service account of this virtual machine, GKE pod or Cloud Run service: its metadata service is asked.
provider<bearer_token> google_metadata(google_options options = {});

/// The file if there is one, else the metadata service.
provider<bearer_token> default_google_token(google_options options = {});
/// @}

}  // namespace auth
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/auth/detail/google_token.ipp>
#endif
