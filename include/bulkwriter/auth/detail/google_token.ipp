#pragma once

#include <bulkwriter/auth/detail/inquiry.ipp>
#include <bulkwriter/auth/digest.hpp>
#include <bulkwriter/auth/google_token.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <filesystem>
#include <memory>
#include <system_error>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace auth {
namespace detail {

// RFC 4648 section 5, without padding.
BULKWRITER_DECL std::string base64url(std::span<std::byte const> data) {
  auto out = base64_encode(data);
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  out.erase(out.find_last_not_of('=') + 1);
  return out;
}

// RSASSA-PKCS1-v1_5 with SHA-256, which JWT names RS256. Nothing if the text is no RSA key in PEM.
BULKWRITER_DECL std::optional<std::string> rs256(std::string const& pem, std::string_view text) {
  struct freed {
    void operator()(BIO* p) const noexcept { BIO_free(p); }
    void operator()(EVP_PKEY* p) const noexcept { EVP_PKEY_free(p); }
    void operator()(EVP_MD_CTX* p) const noexcept { EVP_MD_CTX_free(p); }
  };
  std::unique_ptr<BIO, freed> const source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  // Encrypted keys are refused, not asked about on the terminal.
  auto const no_password = [](char*, int, int, void*) { return -1; };
  std::unique_ptr<EVP_PKEY, freed> const key(
      source ? PEM_read_bio_PrivateKey(source.get(), nullptr, no_password, nullptr) : nullptr);
  std::unique_ptr<EVP_MD_CTX, freed> const context(EVP_MD_CTX_new());
  std::size_t length = 0;
  auto const bytes = reinterpret_cast<unsigned char const*>(text.data());
  std::vector<std::byte> out;
  bool const sized = key && context && EVP_PKEY_is_a(key.get(), "RSA") == 1 &&
                     EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
                     EVP_DigestSign(context.get(), nullptr, &length, bytes, text.size()) == 1;
  if (sized) out.resize(length);
  bool const done = sized && EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &length, bytes,
                                            text.size()) == 1;
  ERR_clear_error();
  if (!done) return std::nullopt;
  out.resize(length);
  return base64url(out);
}

// A signed claim to be the account: RFC 7523.
BULKWRITER_DECL std::optional<std::string> service_account_claim(reply const& file, std::string const& scope,
                                                                 std::string const& audience, time_point now) {
  boost::json::object head = {{"alg", "RS256"}, {"typ", "JWT"}};
  if (auto const id = file.text({"private_key_id"}); !id.empty()) head["kid"] = id;
  auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  boost::json::object const claims = {{"iss", file.text({"client_email"})},
                                      {"scope", scope},
                                      {"aud", audience},
                                      {"iat", seconds},
                                      {"exp", seconds + 3600}};
  std::string text = base64url(as_bytes(boost::json::serialize(head)));
  (text += '.') += base64url(as_bytes(boost::json::serialize(claims)));
  auto const signature = rs256(file.text({"private_key"}), text);
  if (!signature) return std::nullopt;
  return text + '.' + *signature;
}

BULKWRITER_DECL result<bearer_token> google_file_token(google_options const& options, std::stop_token const& stop) {
  auto path = or_environment(options.credentials_file, {"GOOGLE_APPLICATION_CREDENTIALS"});
  if (path.empty()) {
    auto const folder = or_environment({}, {"CLOUDSDK_CONFIG"});
    auto const usual = (folder.empty() ? "~/.config/gcloud" : folder) + "/application_default_credentials.json";
    path = expand_home(usual);
    if (std::error_code failed; !std::filesystem::exists(path, failed))
      return absent("GOOGLE_APPLICATION_CREDENTIALS is not set, and there is no " +
                    in_quotes(path.empty() ? usual : path));
  }
  auto const text = read_file(path);
  if (!text) return text.error();
  auto const shown = in_quotes(path);
  auto const members = read_json(*text);
  if (!members) return unusable(shown + " is not a JSON object");
  reply const file = {.fields = *members};
  auto const lacks = [&](std::initializer_list<std::string_view> names) -> std::string {
    for (auto const name : names) {
      if (file.text({name}).empty()) return shown + " has no " + in_quotes(name);
    }
    return {};
  };

  auto const audience = file.text({"token_uri"});
  auto const url = !options.token_endpoint.empty() ? options.token_endpoint
                   : !audience.empty()             ? audience
                                                   : "https://oauth2.googleapis.com/token";
  inquiry question = {.method = "POST", .url = url, .headers = {form_header}};
  auto const type = file.text({"type"});
  if (type == "service_account") {
    if (auto const why = lacks({"client_email", "private_key", "token_uri"}); !why.empty()) return unusable(why);
    auto const now = options.service.refresh.now ? options.service.refresh.now() : std::chrono::system_clock::now();
    auto const claim = service_account_claim(file, options.scope, audience, now);
    if (!claim) return unusable(shown + ": 'private_key' is not an RSA key in PEM");
    question.body = form({{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"}, {"assertion", *claim}});
    question.secrets = {*claim};
  } else if (type == "authorized_user") {
    if (auto const why = lacks({"client_id", "client_secret", "refresh_token"}); !why.empty()) return unusable(why);
    question.body = form({{"grant_type", "refresh_token"},
                          {"client_id", file.text({"client_id"})},
                          {"client_secret", file.text({"client_secret"})},
                          {"refresh_token", file.text({"refresh_token"})}});
    question.secrets = {file.text({"client_secret"}), file.text({"refresh_token"})};
  } else {
    return unusable(shown + ": credentials of type " + in_quotes(type) +
                    " are not supported, only service_account and authorized_user");
  }
  if (auto ok = check_guarded(url, options.token_endpoint.empty() ? shown + ": token_uri" : "token_endpoint"); !ok)
    return std::move(ok).error();
  return token_of(ask(options.service, question, stop));
}

BULKWRITER_DECL result<bearer_token> google_metadata_token(google_options const& options, std::stop_token const& stop) {
  auto endpoint = options.metadata_endpoint;
  if (endpoint.empty()) {
    auto const host = or_environment({}, {"GCE_METADATA_HOST"});
    endpoint = "http://" + (host.empty() ? "metadata.google.internal" : host);
  }
  while (endpoint.ends_with('/')) endpoint.pop_back();
  // The name is one that only Google's machines know.
  if (endpoint != "http://metadata.google.internal")
    if (auto ok = check_guarded(endpoint, options.metadata_endpoint.empty() ? "GCE_METADATA_HOST" : "metadata_endpoint"); !ok)
      return std::move(ok).error();
  auto const got = ask(nearby(options.service, std::chrono::seconds(5)),
                       {.url = endpoint + "/computeMetadata/v1/instance/service-accounts/default/token",
                        .headers = {{"Metadata-Flavor", "Google"}}},
                       stop);
  if (!got) return nobody_there(got.error());
  return token_of(got);
}

BULKWRITER_DECL result<bearer_token> any_google_token(google_options const& options, std::stop_token const& stop) {
  return first_of<bearer_token>({{"file", [&] { return google_file_token(options, stop); }},
                                 {"metadata", [&] { return google_metadata_token(options, stop); }}});
}

}  // namespace detail

BULKWRITER_DECL provider<bearer_token> google_file(google_options options) {
  return detail::provider_of("Google credentials file", std::move(options), detail::google_file_token);
}
BULKWRITER_DECL provider<bearer_token> google_metadata(google_options options) {
  return detail::provider_of("Google metadata", std::move(options), detail::google_metadata_token);
}
BULKWRITER_DECL provider<bearer_token> default_google_token(google_options options) {
  return detail::provider_of("Google token", std::move(options), detail::any_google_token);
}

}  // namespace auth
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
