#pragma once

#include <bulkwriter/auth/provider.hpp>
#include <bulkwriter/auth/service_options.hpp>

#include <string>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace auth {

/// What the functions below would otherwise take from the environment or from the profile. Environment and files are
/// read at every fetch, so a program must not change its environment while it uses a provider.
struct aws_options {
  /// Of the shared files; empty: AWS_PROFILE, else "default". One that is given here takes the place of keys in the
  /// environment, too.
  std::string profile = {};
  std::string credentials_file = {};  ///< empty: AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials
  std::string config_file = {};       ///< empty: AWS_CONFIG_FILE, else ~/.aws/config
  std::string region = {};            ///< of the token service; empty: that of `aws_region`, or the global one

  std::string web_identity_token_file = {};  ///< empty: AWS_WEB_IDENTITY_TOKEN_FILE, else the profile's
  std::string role_arn = {};                 ///< of the web identity; empty: AWS_ROLE_ARN, else the profile's
  std::string role_session_name = {};        ///< empty: AWS_ROLE_SESSION_NAME, else the profile's, else one of our own

  std::string sts_endpoint = {};        ///< URL; empty: AWS_ENDPOINT_URL_STS, else that of the region
  std::string container_endpoint = {};  ///< URL; empty: what AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or …FULL_URI names
  /// URL; empty: AWS_EC2_METADATA_SERVICE_ENDPOINT, else that of AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE.
  std::string metadata_endpoint = {};
  service_options service = {};  ///< how they are asked
};

/// Credentials as programs on and off AWS find them. Each provider fetches at its first `get`, and again before what it
/// has expires. Errors of `get`: `errc::credentials_unavailable` where there is nothing of the kind;
/// `errc::invalid_option` or `errc::io_error` where it is set up wrongly; `errc::access_denied`, `errc::http_error`,
/// `errc::invalid_response` and those of `http::client` where a service fails. Messages name files, variables, origins
/// and fields, never a secret. Thread-safe.
/// @{

/// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_CREDENTIAL_EXPIRATION.
provider<credentials> aws_environment(aws_options options = {});

/// A profile of the shared files: keys, a role that is assumed with those of `source_profile` or `credential_source`,
/// or a web identity. Profiles of `credential_process`, SSO and MFA are an error that says so.
provider<credentials> aws_profile(aws_options options = {});

/// A role that is assumed with a token in a file, as EKS and others put it there. Of MinIO and its kin, too, if
/// `sts_endpoint` names them.
provider<credentials> aws_web_identity(aws_options options = {});

/// The role of an ECS task or of an EKS pod. Such an endpoint must be https, of this machine, or one of the addresses
/// that AWS uses. Its path is a secret, which `service.client.on_exchange` is not told.
provider<credentials> aws_container(aws_options options = {});

/// The role of an EC2 instance, by the second version of its metadata service. AWS_EC2_METADATA_DISABLED is heeded.
provider<credentials> aws_instance(aws_options options = {});

/// The first of all these that there is, in the order of the AWS SDK for Python: environment, a profile's role, web
/// identity, a profile's keys, container, instance. One that is there and fails ends the search: the next might be
/// somebody else. The error says what each one said.
provider<credentials> default_aws_credentials(aws_options options = {});
/// @}

/// The region that such a program works in: `options.region`, AWS_REGION, AWS_DEFAULT_REGION, or the profile's; empty
/// if there is none. Thread-safe.
std::string aws_region(aws_options const& options = {});

}  // namespace auth
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/auth/detail/aws_credentials.ipp>
#endif
