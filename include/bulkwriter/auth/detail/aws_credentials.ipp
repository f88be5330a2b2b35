#pragma once

#include <bulkwriter/auth/aws_credentials.hpp>
#include <bulkwriter/auth/detail/aws_services.ipp>

#include <algorithm>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace auth {
namespace detail {

BULKWRITER_DECL result<credentials> aws_search::environment() const {
  if (!takes_environment()) return absent("passed over, since a profile is given");
  return keys_of_environment();
}

BULKWRITER_DECL result<credentials> aws_search::keys_of_environment() const {
  credentials out{.access_key = or_environment({}, {"AWS_ACCESS_KEY_ID"}),
                  .secret_key = or_environment({}, {"AWS_SECRET_ACCESS_KEY"}),
                  .session_token = or_environment({}, {"AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN"})};
  if (out.access_key.empty()) return absent("AWS_ACCESS_KEY_ID is not set");
  if (out.secret_key.empty()) return unusable("AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");
  if (auto const expires = parse_expiry(or_environment({}, {"AWS_CREDENTIAL_EXPIRATION"}))) {
    out.expires = *expires;
    return out;
  }
  return unusable("AWS_CREDENTIAL_EXPIRATION is not a time such as 2026-01-02T03:04:05Z");
}

BULKWRITER_DECL result<credentials> aws_search::web_identity() const {
  // The profile helps out with what the environment does not say, but a broken file is none of this link's business.
  auto const files = profiles();
  auto const value = [&](std::string const& given, char const* variable, std::string_view key) {
    auto out = takes_environment() ? or_environment(given, {variable}) : given;
    return out.empty() && files ? files->value(files->name, key) : out;
  };
  return web_identity(value(options_.web_identity_token_file, "AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file"),
                      value(options_.role_arn, "AWS_ROLE_ARN", "role_arn"),
                      value(options_.role_session_name, "AWS_ROLE_SESSION_NAME", "role_session_name"));
}

BULKWRITER_DECL result<credentials> aws_search::identity_of_profile(aws_profiles const& files,
                                                                    std::string const& name) const {
  auto const token_file = files.value(name, "web_identity_token_file");
  if (token_file.empty()) return absent("no web_identity_token_file");
  return web_identity(token_file, files.value(name, "role_arn"), files.value(name, "role_session_name"));
}

BULKWRITER_DECL result<credentials> aws_search::source_of_role(aws_profiles const& files, std::string const& name,
                                                               std::vector<std::string> visited) const {
  auto const source = files.value(name, "source_profile"), kind = files.value(name, "credential_source");
  if (source.empty() == kind.empty())
    return unusable("role_arn needs either source_profile or credential_source beside it");
  if (kind == "Environment") return keys_of_environment();
  if (kind == "EcsContainer") return container();
  if (kind == "Ec2InstanceMetadata") return instance();
  if (!kind.empty()) return unusable("credential_source is none of Environment, EcsContainer, Ec2InstanceMetadata");

  auto const shown = "source_profile " + in_quotes(source);
  if (!files.has(source)) return unusable(shown + " does not exist");
  auto const there = [&](std::string_view key) { return !files.value(source, key).empty(); };
  bool const has_keys = there("aws_access_key_id") || there("aws_secret_access_key");
  // A profile may name itself, for the keys beside its role.
  bool const again = std::find(visited.begin(), visited.end(), source) != visited.end();
  if (again && (source != name || !has_keys)) return unusable(shown + " leads back to itself");
  if (!has_keys && there("role_arn") && !there("web_identity_token_file")) {
    visited.push_back(source);
    return assumed_role(files, source, std::move(visited));
  }
  return first_of<credentials>({{shown, [&] { return identity_of_profile(files, source); }},
                                {shown, [&] { return keys_of_profile(files, source); }}});
}

BULKWRITER_DECL result<credentials> aws_search::assumed_role(aws_profiles const& files, std::string const& name,
                                                             std::vector<std::string> visited) const {
  auto const value = [&](std::string_view key) { return files.value(name, key); };
  auto const role = value("role_arn");
  if (role.empty() || !value("web_identity_token_file").empty()) return absent("no role_arn");
  if (!value("mfa_serial").empty()) return unusable("mfa_serial is not supported: nobody is there to be asked");
  auto own = source_of_role(files, name, std::move(visited));
  if (!own) {
    if (own.error().code == errc::credentials_unavailable) own.error().code = errc::invalid_option;
    own.error().message.insert(0, "what the role is to be assumed with: ");
    return own;
  }

  return assume(*own, role, value("role_session_name"), value("external_id"), value("duration_seconds"));
}

BULKWRITER_DECL result<credentials> aws_search::keys_of_profile(aws_profiles const& files,
                                                                std::string const& name) const {
  auto const unsupported = [](std::string_view what) {
    return unusable(std::string(what) +
                    " is not supported: `aws configure export-credentials` gives keys for the environment");
  };
  auto const keys_in = [&](ini const& file) -> result<credentials> {
    auto const section = file.find(name);
    auto const value = [&](std::string_view key) {
      auto const found = section->second.find(key);
      return found != section->second.end() ? found->second : std::string();
    };
    if (section == file.end() || value("aws_access_key_id").empty()) return absent("no keys");
    credentials out{.access_key = value("aws_access_key_id"),
                    .secret_key = value("aws_secret_access_key"),
                    .session_token = value("aws_security_token")};
    if (out.session_token.empty()) out.session_token = value("aws_session_token");
    if (out.secret_key.empty()) return unusable("aws_access_key_id without aws_secret_access_key");
    return out;
  };
  for (auto const* key : {"sso_account_id", "sso_role_name", "sso_session"}) {
    if (!files.value(name, key).empty()) return unsupported(key);
  }
  if (auto found = keys_in(files.credentials); found || found.error().code != errc::credentials_unavailable)
    return found;
  for (auto const* key : {"login_session", "credential_process"}) {
    if (!files.value(name, key).empty()) return unsupported(key);
  }
  return keys_in(files.config);
}

BULKWRITER_DECL result<credentials> aws_search::whole_profile(aws_profiles const& files,
                                                              std::string const& name) const {
  for (auto const source :
       {&aws_search::role_of_profile, &aws_search::identity_of_profile, &aws_search::keys_of_profile}) {
    auto found = (this->*source)(files, name);
    if (found || found.error().code != errc::credentials_unavailable) return found;
  }
  return absent("neither keys nor a role");
}

BULKWRITER_DECL result<credentials> aws_search::of_profile(profile_source source) const {
  auto const files = profiles();
  if (!files) return files.error();
  auto const shown = in_quotes(files->name);
  if (!files->has(files->name)) {
    auto const why = "no profile " + shown + " in " + files->places;
    return files->is_named ? unusable(why) : absent(why);
  }
  auto out = (this->*source)(*files, files->name);
  if (!out) out.error().message.insert(0, shown + ": ");
  return out;
}

BULKWRITER_DECL result<credentials> aws_search::profile() const { return of_profile(&aws_search::whole_profile); }

BULKWRITER_DECL result<credentials> aws_search::all() const {
  return first_of<credentials>({
      {"environment", [&] { return environment(); }},
      {"role of a profile", [&] { return of_profile(&aws_search::role_of_profile); }},
      {"web identity", [&] { return web_identity(); }},
      {"profile", [&] { return of_profile(&aws_search::keys_of_profile); }},
      {"container", [&] { return container(); }},
      {"instance", [&] { return instance(); }},
  });
}

template <result<credentials> (aws_search::*way)() const>
result<credentials> search_aws(aws_options const& options, std::stop_token const& stop) {
  return (aws_search(options, stop).*way)();
}

}  // namespace detail

BULKWRITER_DECL provider<credentials> aws_environment(aws_options options) {
  return detail::provider_of("AWS environment", std::move(options),
                             detail::search_aws<&detail::aws_search::environment>);
}
BULKWRITER_DECL provider<credentials> aws_profile(aws_options options) {
  return detail::provider_of("AWS profile", std::move(options), detail::search_aws<&detail::aws_search::profile>);
}
BULKWRITER_DECL provider<credentials> aws_web_identity(aws_options options) {
  return detail::provider_of("AWS web identity", std::move(options),
                             detail::search_aws<&detail::aws_search::web_identity>);
}
BULKWRITER_DECL provider<credentials> aws_container(aws_options options) {
  return detail::provider_of("AWS container", std::move(options), detail::search_aws<&detail::aws_search::container>);
}
BULKWRITER_DECL provider<credentials> aws_instance(aws_options options) {
  return detail::provider_of("AWS instance", std::move(options), detail::search_aws<&detail::aws_search::instance>);
}
BULKWRITER_DECL provider<credentials> default_aws_credentials(aws_options options) {
  return detail::provider_of("AWS credentials", std::move(options), detail::search_aws<&detail::aws_search::all>);
}

BULKWRITER_DECL std::string aws_region(aws_options const& options) {
  auto out = detail::or_environment(options.region, {"AWS_REGION", "AWS_DEFAULT_REGION"});
  if (!out.empty()) return out;
  auto const files = detail::read_aws_profiles(options.profile, options.credentials_file, options.config_file);
  return files ? files->value(files->name, "region") : std::string();
}

}  // namespace auth
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
