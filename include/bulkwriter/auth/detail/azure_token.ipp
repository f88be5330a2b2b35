#pragma once

#include <bulkwriter/auth/azure_token.hpp>
#include <bulkwriter/auth/detail/inquiry.ipp>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace auth {
namespace detail {

// The same for all applications: only what they prove themselves by differs.
BULKWRITER_DECL result<bearer_token> ask_authority(
    azure_options const& options, std::string const& secret, std::stop_token const& stop,
    std::initializer_list<std::pair<std::string_view, std::string_view>> proof) {
  auto const tenant = or_environment(options.tenant_id, {"AZURE_TENANT_ID"});
  auto const client = or_environment(options.client_id, {"AZURE_CLIENT_ID"});
  if (tenant.empty()) return unusable("AZURE_TENANT_ID is not set");
  if (client.empty()) return unusable("AZURE_CLIENT_ID is not set");
  auto host = or_environment(options.authority_host, {"AZURE_AUTHORITY_HOST"});
  if (host.empty()) host = "https://login.microsoftonline.com";
  while (host.ends_with('/')) host.pop_back();
  if (auto ok = check_guarded(host, options.authority_host.empty() ? "AZURE_AUTHORITY_HOST" : "authority_host"); !ok)
    return std::move(ok).error();
  return token_of(
      ask(options.service,
          {.method = "POST",
           .url = host + '/' + percent_encode(tenant) + "/oauth2/v2.0/token",
           .headers = {form_header},
           .body = form({{"client_id", client}, {"scope", options.scope}, {"grant_type", "client_credentials"}}) + '&' +
                   form(proof),
           .secrets = {secret}},
          stop));
}

BULKWRITER_DECL result<bearer_token> azure_secret_token(azure_options const& options, std::stop_token const& stop) {
  auto const secret = or_environment(options.client_secret, {"AZURE_CLIENT_SECRET"});
  if (secret.empty()) return absent("AZURE_CLIENT_SECRET is not set");
  return ask_authority(options, secret, stop, {{"client_secret", secret}});
}

BULKWRITER_DECL result<bearer_token> azure_workload_token(azure_options const& options, std::stop_token const& stop) {
  auto const file = or_environment(options.federated_token_file, {"AZURE_FEDERATED_TOKEN_FILE"});
  if (file.empty()) return absent("AZURE_FEDERATED_TOKEN_FILE is not set");
  auto const token = read_file(file);
  if (!token) return token.error();
  if (token->empty()) return unusable(in_quotes(file) + " is empty");
  return ask_authority(options, *token, stop,
                       {{"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
                        {"client_assertion", *token}});
}

BULKWRITER_DECL result<bearer_token> azure_managed_token(azure_options const& options, std::stop_token const& stop) {
  auto const client = or_environment(options.client_id, {"AZURE_CLIENT_ID"});
  std::string_view resource = options.scope;
  if (resource.ends_with("/.default")) resource.remove_suffix(std::string_view("/.default").size());
  auto const query = [&](std::string_view version) {
    return '?' + form({{"api-version", version}, {"resource", resource}, {"client_id", client}});
  };
  auto const secret = or_environment({}, {"IDENTITY_HEADER"});
  auto const service = or_environment({}, {"IDENTITY_ENDPOINT"});
  auto const how = nearby(options.service, std::chrono::seconds(10));
  if (!service.empty() && options.metadata_endpoint.empty()) {
    // Azure Arc has an endpoint without the header, Service Fabric one with a certificate of its own.
    if (secret.empty() || !or_environment({}, {"IDENTITY_SERVER_THUMBPRINT"}).empty())
      return unusable("IDENTITY_ENDPOINT is that of Azure Arc or Service Fabric, which are not supported");
    if (auto ok = check_guarded(service, "IDENTITY_ENDPOINT"); !ok) return std::move(ok).error();
    return token_of(ask(how,
                        {.url = service + query("2019-08-01"),
                         .headers = {{"X-IDENTITY-HEADER", secret}, {"Metadata", "true"}},
                         .secrets = {secret}},
                        stop));
  }
  auto endpoint = options.metadata_endpoint.empty() ? "http://169.254.169.254" : options.metadata_endpoint;
  while (endpoint.ends_with('/')) endpoint.pop_back();
  if (auto ok = check_guarded(endpoint, "metadata_endpoint"); !ok) return std::move(ok).error();
  auto const got =
      ask(how,
          {.url = endpoint + "/metadata/identity/oauth2/token" + query("2018-02-01"),
           .headers = {{"Metadata", "true"}},
           .worth_repeating =
               [](result<http::response> const& answer) {
                 // What its documentation says of a service that is being updated.
                 return http::is_transient(answer) || (answer && (answer->status == 404 || answer->status == 410));
               }},
          stop);
  if (!got) return nobody_there(got.error());
  return token_of(got);
}

BULKWRITER_DECL result<bearer_token> any_azure_token(azure_options const& options, std::stop_token const& stop) {
  return first_of<bearer_token>({{"client secret", [&] { return azure_secret_token(options, stop); }},
                                 {"workload identity", [&] { return azure_workload_token(options, stop); }},
                                 {"managed identity", [&] { return azure_managed_token(options, stop); }}});
}

}  // namespace detail

BULKWRITER_DECL provider<bearer_token> azure_client_secret(azure_options options) {
  return detail::provider_of("Azure client secret", std::move(options), detail::azure_secret_token);
}
BULKWRITER_DECL provider<bearer_token> azure_workload_identity(azure_options options) {
  return detail::provider_of("Azure workload identity", std::move(options), detail::azure_workload_token);
}
BULKWRITER_DECL provider<bearer_token> azure_managed_identity(azure_options options) {
  return detail::provider_of("Azure managed identity", std::move(options), detail::azure_managed_token);
}
BULKWRITER_DECL provider<bearer_token> default_azure_token(azure_options options) {
  return detail::provider_of("Azure token", std::move(options), detail::any_azure_token);
}

}  // namespace auth
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
