#pragma once

// The services that hand out keys: STS, the endpoint of a container, the metadata of an instance.

#include <bulkwriter/auth/detail/aws_search.ipp>
#include <bulkwriter/auth/detail/inquiry.ipp>
#include <bulkwriter/auth/sigv4.hpp>

namespace bulkwriter {
inline namespace v1 {
namespace auth {
namespace detail {

BULKWRITER_DECL std::string own_session_name() {
  auto const now = std::chrono::system_clock::now().time_since_epoch();
  return "bulkwriter-" + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

BULKWRITER_DECL std::pair<std::string, std::string> aws_search::sts() const {
  auto region = aws_region(options_);
  auto url = or_environment(options_.sts_endpoint, {"AWS_ENDPOINT_URL_STS"});
  if (url.empty()) {
    std::string const suffix = region.starts_with("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com";
    url = "https://sts" + (region.empty() ? "" : '.' + region) + suffix;
  }
  return {std::move(url), region.empty() ? "us-east-1" : std::move(region)};
}

BULKWRITER_DECL result<credentials> aws_search::web_identity(std::string const& token_file, std::string const& role,
                                                             std::string session) const {
  if (token_file.empty()) return absent("AWS_WEB_IDENTITY_TOKEN_FILE is not set");
  if (role.empty()) return unusable("a web identity token, but no role: AWS_ROLE_ARN is not set");
  auto const token = read_file(token_file);
  if (!token) return token.error();
  if (token->empty()) return unusable(in_quotes(token_file) + " is empty");
  if (session.empty()) session = own_session_name();
  return credentials_of(ask(options_.service,
                            {.method = "POST",
                             .url = sts().first,
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
  auto const [url, region] = sts();
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

// Whoever can set the variable must not be able to have the token sent to a place of their choice.
BULKWRITER_DECL bool may_be_asked(http::origin const& where) {
  if (where.secure || (where.host.starts_with("127.") && http::detail::is_ipv4(where.host))) return true;
  for (std::string_view const host : {"localhost", "::1", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"}) {
    if (where.host == host) return true;
  }
  return false;
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
  auto const url = http::url::try_parse(endpoint);
  if (!url) return unusable("the endpoint is not a URL: " + url.error().message);
  if (!may_be_asked(url->origin))
    return unusable(url->origin.to_string() + " is neither https nor an address that AWS uses");

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
  return credentials_of(ask(nearby(options_.service, std::chrono::seconds(5)), question, stop_));
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
}  // namespace v1
}  // namespace bulkwriter
