#pragma once

#include <bulkwriter/auth/provider.hpp>
#include <bulkwriter/auth/service_options.hpp>

#include <string>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace auth {

/// What the functions below would otherwise take from the environment, which is read at every fetch.
struct azure_options {
  std::string tenant_id = {};      ///< empty: AZURE_TENANT_ID
  std::string client_id = {};      ///< empty: AZURE_CLIENT_ID; for a managed identity: which, if there are several
  std::string client_secret = {};  ///< empty: AZURE_CLIENT_SECRET
  std::string federated_token_file = {};                     ///< empty: AZURE_FEDERATED_TOKEN_FILE
  std::string scope = "https://storage.azure.com/.default";  ///< what the token is for
  /// URL, of http only within this machine; empty: AZURE_AUTHORITY_HOST, else https://login.microsoftonline.com.
  std::string authority_host = {};
  std::string metadata_endpoint = {};  ///< URL; empty: IDENTITY_ENDPOINT, else http://169.254.169.254
  service_options service = {};        ///< how they are asked
};

/// Tokens as programs on and off Azure find them. Each provider fetches at its first `get`, and again before the token
/// expires. Errors of `get`: as those of `aws_environment` and its kin. Thread-safe.
/// @{

/// For an application that has a client secret.
provider<bearer_token> azure_client_secret(azure_options options = {});

/// For an application that trusts a token in a file, as AKS puts it there.
provider<bearer_token> azure_workload_identity(azure_options options = {});

/// For the identity of this virtual machine, App Service, function or container app.
provider<bearer_token> azure_managed_identity(azure_options options = {});

/// The first of all these that there is, in this order, which is that of Azure's own libraries. One that is there and
/// fails ends the search.
provider<bearer_token> default_azure_token(azure_options options = {});
/// @}

}  // namespace auth
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/auth/detail/azure_token.ipp>
#endif
