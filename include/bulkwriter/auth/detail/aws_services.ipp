#pragma once

// The services that hand out keys: STS, the endpoint of a container, the metadata of an instance.

#include <bulkwriter/auth/detail/aws_search.ipp>
#include <bulkwriter/auth/detail/inquiry.ipp>
#include <bulkwriter/auth/sigv4.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace auth {
namespace detail {

BULKWRITER_DECL std::string own_session_name() {
  auto const now = std::chrono::system_clock::now().time_since_epoch();
  return "bulkwriter-" + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

// Of the names of AWS's services in that region. Each of its partitions has a domain of its own.
BULKWRITER_DECL std::string_view aws_domain(std::string_view region) {
  static constexpr std::array<std::array<std::string_view, 2>, 4> others = {{{"cn-", "amazonaws.com.cn"},
                                                                             {"us-iso-", "c2s.ic.gov"},
                                                                             {"us-isob-", "sc2s.sgov.gov"},
                                                                             {"eusc-", "amazonaws.eu"}}};
  for (auto const& [prefix, domain] : others) {
    if (region.starts_with(prefix)) return domain;
  }
  return "amazonaws.com";
}

// What may become a part of a host's name: "evil.com/" would make it another host.
BULKWRITER_DECL bool is_region(std::string_view text) {
  return text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return http::detail::is_alpha(c) || http::detail::is_digit(c) || c == '-';
         });
}

BULKWRITER_DECL result<std::pair<std::string, std::string>> aws_search::sts() const {
  auto region = aws_region(options_);
  auto url = or_environment(options_.sts_endpoint, {"AWS_ENDPOINT_URL_STS"});
  if (url.empty()) {
    if (!is_region(region)) return unusable(in_quotes(region) + " is not the name of a region");
    url = "https://sts" + (region.empty() ? "" : '.' + region) + '.' + std::string(aws_domain(region));
  }
  if (auto ok = check_guarded(url, options_.sts_endpoint.empty() ? "AWS_ENDPOINT_URL_STS" : "sts_endpoint"); !ok)
    return std::move(ok).error();
  if (region.empty()) region = "us-east-1";
  return std::pair(std::move(url), std::move(region));
}

BULKWRITER_DECL result<credentials> aws_search::web_identity(std::string const& token_file, std::string const& role,
                                                             std::string session) const {
  if (token_file.empty()) return absent("AWS_WEB_IDENTITY_TOKEN_FILE is not set");
  if (role.empty()) return unusable("a web identity token, but no role: AWS_ROLE_ARN is not set");
  auto const token = read_file(token_file);
  if (!token) return token.error();
  if (token->empty()) return unusable(in_quotes(token_file) + " is empty");
  if (session.empty()) session = own_session_name();
  auto const service = sts();
  if (!service) return service.error();
  return credentials_of(ask(options_.service,
                            {.method = "POST",
                             .url = service->first,
                             .headers = {form_header},
                             .body = form({{"Action", "AssumeRoleWithWebIdentity"},
                                           {"Version", "2011-06-15"},
                                           {"RoleArn", role},
                                           {"RoleSessionName", session},
                                           {"WebIdentityToken", *token}}),
                             .secrets = {*token}},
                            stop_));
}

BULKWRITER_DECL result<credentials> aws_search::assume(credentials const& own, std::string const& role,
                                                       std::string session, std::string const& external_id,
                                                       std::string const& duration) const {
  if (session.empty()) session = own_session_name();
  auto const service = sts();
  if (!service) return service.error();
  auto const& [url, region] = *service;
  auto const body = form({{"Action", "AssumeRole"},
                          {"Version", "2011-06-15"},
                          {"RoleArn", role},
                          {"RoleSessionName", session},
                          {"ExternalId", external_id},
                          {"DurationSeconds", duration}});
  auto const sign = [&, region = region](http::request const& request) {
    return sigv4_sign({.method = request.method,
                       .host = request.origin.authority(),
                       .target = request.target,
                       .headers = request.headers,
                       .payload_hash = to_hex(sha256(body))},
                      own, sigv4_scope::general(region, "sts"), std::chrono::system_clock::now())
        .headers;
  };
  return credentials_of(ask(options_.service,
                            {.method = "POST",
                             .url = url,
                             .headers = {form_header},
                             .body = body,
                             .secrets = {own.access_key, own.secret_key, own.session_token},
                             .sign = sign},
                            stop_));
}

BULKWRITER_DECL result<credentials> aws_search::container() const {
  auto endpoint = options_.container_endpoint;
  auto const relative = or_environment({}, {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"});
  if (!relative.empty()) {
    endpoint = (endpoint.empty() ? "http://169.254.170.2" : endpoint) + relative;
  } else if (endpoint.empty()) {
    endpoint = or_environment({}, {"AWS_CONTAINER_CREDENTIALS_FULL_URI"});
  }
  if (endpoint.empty())
    return absent("neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set");
  if (auto ok = check_guarded(endpoint, "the container's endpoint"); !ok) return std::move(ok).error();
  // Of the addresses of this machine's own host those at which AWS answers containers, and no other.
  if (auto const url = http::url::try_parse(endpoint);
      !http::detail::keeps_secrets(url->origin) && url->origin.host != "169.254.170.2" &&
      url->origin.host != "169.254.170.23" && url->origin.host != "fd00:ec2::23")
    return unusable("the container's endpoint: " + url->origin.to_string() + " is no address that AWS uses");

  inquiry question = {.url = endpoint, .headers = {{"Accept", "application/json"}}};
  auto token = or_environment({}, {"AWS_CONTAINER_AUTHORIZATION_TOKEN"});
  if (auto const file = or_environment({}, {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"}); !file.empty()) {
    auto read = read_file(file);
    if (!read) return std::move(read).error();
    token = std::move(*read);
  }
  if (!token.empty()) {
    question.headers.push_back({"Authorization", token});
    question.secrets = {token};
  }
  auto how = nearby(options_.service, std::chrono::seconds(5));
  if (auto& hook = how.client.on_exchange) {
    // Whoever knows the path of a task's endpoint gets the task's keys.
    hook = [told = std::move(hook)](http::exchange_info info) {
      info.path = {};
      told(info);
    };
  }
  return credentials_of(ask(how, question, stop_));
}

BULKWRITER_DECL result<credentials> aws_search::instance() const {
  auto disabled = or_environment({}, {"AWS_EC2_METADATA_DISABLED"});
  if (http::detail::equal_without_case(disabled, "true")) return absent("AWS_EC2_METADATA_DISABLED is true");
  auto endpoint = or_environment(options_.metadata_endpoint, {"AWS_EC2_METADATA_SERVICE_ENDPOINT"});
  if (endpoint.empty()) {
    auto const mode = or_environment({}, {"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"});
    endpoint = http::detail::equal_without_case(mode, "ipv6") ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
  }
  while (endpoint.ends_with('/')) endpoint.pop_back();
  if (auto ok = check_guarded(endpoint, options_.metadata_endpoint.empty() ? "AWS_EC2_METADATA_SERVICE_ENDPOINT"
                                                                           : "metadata_endpoint");
      !ok)
    return std::move(ok).error();
  auto const how = nearby(options_.service, std::chrono::seconds(1));
  auto const roles = endpoint + "/latest/meta-data/iam/security-credentials/";

  auto const token = ask(how,
                         {.method = "PUT",
                          .url = endpoint + "/latest/api/token",
                          .headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}}},
                         stop_);
  if (!token) return nobody_there(token.error());
  inquiry question = {.url = roles, .headers = {{"X-aws-ec2-metadata-token", token->body}}, .secrets = {token->body}};
  auto const role = ask(how, question, stop_);
  if (!role) return nobody_there(role.error());
  auto const name = trimmed(std::string_view(role->body).substr(0, role->body.find('\n')));
  if (name.empty()) return absent(role->from + ": the instance has no role");
  question.url = roles + percent_encode(name);
  return credentials_of(ask(how, question, stop_));
}

}  // namespace detail
}  // namespace auth
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
