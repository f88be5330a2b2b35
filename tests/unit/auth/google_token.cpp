#include "support/cloud.hpp"

#include "support/error_of.hpp"

#include <bulkwriter/auth/digest.hpp>
#include <bulkwriter/auth/google_token.hpp>

#include <doctest/doctest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>

using namespace test;

namespace {

// A key pair made anew for each run.
struct key_pair {
  std::shared_ptr<EVP_PKEY> key;
  std::string pem;

  explicit key_pair(EVP_PKEY* made) : key(made, EVP_PKEY_free) {
    std::unique_ptr<BIO, int (*)(BIO*)> const out(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_PrivateKey(out.get(), made, nullptr, nullptr, 0, nullptr, nullptr);
    char* data = nullptr;
    auto const size = BIO_get_mem_data(out.get(), &data);
    pem.assign(data, static_cast<std::size_t>(size));
  }

  bool verifies(std::string const& text, std::string const& signature) const {
    std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> const context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    auto const bytes = [](std::string const& s) { return reinterpret_cast<unsigned char const*>(s.data()); };
    return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
           EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(text), text.size()) == 1;
  }
};

std::string in_json(std::string const& text) {
  std::string out;
  for (char const c : text) out += c == '\n' ? std::string("\\n") : std::string(1, c);
  return '"' + out + '"';
}

std::string service_account(std::string const& pem, std::string const& token_uri) {
  return R"({"type":"service_account","project_id":"p","private_key_id":"kid7","private_key":)" + in_json(pem) +
         R"(,"client_email":"me@p.iam.gserviceaccount.com","client_id":"1","token_uri":")" + token_uri + "\"}";
}

std::string from_base64url(std::string text) {
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  text.append((4 - text.size() % 4) % 4, '=');
  auto const bytes = auth::base64_decode(text);
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

std::string const token = R"({"access_token":"ya29.x","expires_in":3599,"token_type":"Bearer"})";
time_point const noon = utc(2026, 1, 2, 12);

auth::google_options options_at(time_point time) {
  auth::google_options out{.service = service()};
  out.service.refresh.now = [time] { return time; };
  return out;
}

}  // namespace

TEST_CASE("google_file: a service account signs a claim") {
  environment env;
  key_pair const key(EVP_RSA_gen(2048));
  scripted_server server([](request const&) { return http_answer(200, token); });
  auto options = options_at(noon);
  options.credentials_file = env.file("key.json", service_account(key.pem, server.endpoint() + "/token"));
  auto const p = auth::google_file(options);
  auto const got = p.try_get();
  REQUIRE(got);
  CHECK(got->token == "ya29.x");
  CHECK(got->expires == noon + std::chrono::seconds(3599));

  auto const seen = server.seen();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].method == "POST");
  CHECK(seen[0].target == "/token");
  auto fields = form_of(seen[0].body);
  CHECK(fields["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer");
  auto const claim = fields["assertion"];
  CHECK(claim.find_first_of("+/=") == std::string::npos);
  auto const dot = claim.find('.'), last = claim.rfind('.');
  CHECK(from_base64url(claim.substr(0, dot)) == R"({"alg":"RS256","typ":"JWT","kid":"kid7"})");
  CHECK(from_base64url(claim.substr(dot + 1, last - dot - 1)) ==
        R"({"iss":"me@p.iam.gserviceaccount.com","scope":"https://www.googleapis.com/auth/devstorage.read_write",)"
        R"("aud":")" +
            server.endpoint() + R"(/token","iat":1767355200,"exp":1767358800})");
  CHECK(key.verifies(claim.substr(0, last), from_base64url(claim.substr(last + 1))));
}

TEST_CASE("google_file: who has logged in by gcloud") {
  environment env;
  scripted_server server([](request const&) { return http_answer(200, token); });
  auto options = options_at(noon);
  options.token_endpoint = server.endpoint() + "/token";
  CHECK(error_of(auth::google_file(options).try_get()).code == errc::credentials_unavailable);
  env.file(".config/gcloud/application_default_credentials.json",
           R"({"client_id":"id","client_secret":"s/1","refresh_token":"1//r","type":"authorized_user"})");
  auto const got = auth::google_file(options).try_get();
  REQUIRE(got);
  CHECK(got->token == "ya29.x");
  CHECK(form_of(server.seen().back().body) ==
        std::map<std::string, std::string>{
            {"grant_type", "refresh_token"}, {"client_id", "id"}, {"client_secret", "s/1"}, {"refresh_token", "1//r"}});
  env.set("CLOUDSDK_CONFIG", env.home() + "/other");
  CHECK_FALSE(auth::google_file(options).try_get());
  env.file("other/application_default_credentials.json", R"({"type":"external_account"})");
  auto const other = auth::google_file(options).try_get();
  CHECK(error_of(other).code == errc::invalid_option);
  CHECK(error_of(other).message.find("'external_account' are not supported") != std::string::npos);
}

TEST_CASE("google_file: what is wrong with the file is said without its text") {
  environment env;
  key_pair const rsa(EVP_RSA_gen(2048)), ec(EVP_EC_gen("P-256"));
  auto const failure = [&](std::string const& text) {
    auto options = options_at(noon);
    options.credentials_file = env.file("key.json", text);
    auto const got = auth::google_file(options).try_get();
    CHECK(error_of(got).code == errc::invalid_option);
    CHECK(error_of(got).message.starts_with("Google credentials file: '" + env.home() + "/key.json'"));
    return error_of(got).message;
  };
  auto const good = service_account(rsa.pem, "http://127.0.0.1:1");
  CHECK(failure("secret").ends_with("is not a JSON object"));
  CHECK(failure(good.substr(0, good.size() - 1)).ends_with("is not a JSON object"));
  CHECK(failure("[1]").ends_with("is not a JSON object"));
  CHECK(failure(R"({"a":"secret"})").find("type ''") != std::string::npos);
  CHECK(failure(R"({"type":"service_account"})").ends_with("has no 'client_email'"));
  CHECK(
      failure(R"({"type":"authorized_user","client_id":"1","client_secret":""})").ends_with("has no 'client_secret'"));
  CHECK(failure(service_account("secret", "http://127.0.0.1:1")).ends_with("'private_key' is not an RSA key in PEM"));
  CHECK(failure(service_account(ec.pem, "http://127.0.0.1:1")).ends_with("'private_key' is not an RSA key in PEM"));

  auto options = options_at(noon);
  options.credentials_file = env.home() + "/none";
  CHECK(error_of(auth::google_file(options).try_get()).code == errc::io_error);
}

TEST_CASE("google_metadata") {
  environment env;
  scripted_server server([](request const& asked) {
    bool const good = asked.target == "/computeMetadata/v1/instance/service-accounts/default/token" &&
                      asked.headers.count("metadata-flavor") > 0 && asked.headers.at("metadata-flavor") == "Google";
    return good ? http_answer(200, token) : http_answer(403);
  });
  env.set("GCE_METADATA_HOST", server.authority());
  auto const got = auth::google_metadata(options_at(noon)).try_get();
  REQUIRE(got);
  CHECK(got->token == "ya29.x");
  CHECK(got->expires == noon + std::chrono::seconds(3599));
  auto options = options_at(noon);
  options.metadata_endpoint = "http://127.0.0.1:1";
  auto const nobody = auth::google_metadata(options).try_get();
  CHECK(error_of(nobody).code == errc::credentials_unavailable);
  CHECK(error_of(nobody).message.starts_with("Google metadata: http://127.0.0.1:1: "));
}

TEST_CASE("default_google_token: the file, else the metadata service; a broken file ends the search") {
  environment env;
  scripted_server server([](request const& asked) {
    return http_answer(200, asked.method == "GET" ? R"({"access_token":"machine","expires_in":"60"})" : token);
  });
  auto options = options_at(noon);
  options.metadata_endpoint = server.endpoint();
  options.token_endpoint = server.endpoint();
  CHECK(auth::default_google_token(options).try_get().value().token == "machine");
  env.set(
      "GOOGLE_APPLICATION_CREDENTIALS",
      env.file("user.json", R"({"client_id":"i","client_secret":"s","refresh_token":"r","type":"authorized_user"})"));
  CHECK(auth::default_google_token(options).try_get().value().token == "ya29.x");
  env.set("GOOGLE_APPLICATION_CREDENTIALS", env.home() + "/none");
  CHECK(error_of(auth::default_google_token(options).try_get()).message.starts_with("Google token: file: '"));

  env.set("GOOGLE_APPLICATION_CREDENTIALS", "");
  options.metadata_endpoint = "http://127.0.0.1:1";
  auto const got = auth::default_google_token(options).try_get();
  CHECK(error_of(got).code == errc::credentials_unavailable);
  CHECK(error_of(got).message.find("file: GOOGLE_APPLICATION_CREDENTIALS is not set") != std::string::npos);
  CHECK(error_of(got).message.find("; metadata: http://127.0.0.1:1: ") != std::string::npos);
}

TEST_CASE("google: answers that are no token") {
  environment env;
  std::string answer;
  int status = 200;
  scripted_server server([&](request const&) { return http_answer(status, answer); });
  auto options = options_at(noon);
  options.token_endpoint = server.endpoint();
  options.credentials_file =
      env.file("user.json", R"({"client_id":"i","client_secret":"s","refresh_token":"r","type":"authorized_user"})");
  auto const failure = [&](std::string text, int with = 200) {
    answer = std::move(text);
    status = with;
    auto const got = auth::google_file(options).try_get();
    REQUIRE_FALSE(got);
    return std::pair(got.error().code, got.error().message.substr(std::string("Google credentials file: ").size() +
                                                                  server.endpoint().size()));
  };
  using pair = std::pair<errc, std::string>;
  CHECK(failure("") == pair(errc::invalid_response, ": an answer without 'access_token'"));
  CHECK(failure("{}") == pair(errc::invalid_response, ": an answer without 'access_token'"));
  CHECK(failure(R"({"access_token":"t","expires_in":"soon"})") ==
        pair(errc::invalid_response, ": an answer without 'expires_in'"));
  CHECK(failure(R"({"access_token":"t","expires_in":-1})").first == errc::invalid_response);
  CHECK(failure(R"({"access_token":"t"})") == pair(errc::invalid_response, ": an answer without 'expires_on'"));
  CHECK(failure(R"({"error":"invalid_grant","error_description":"Bad\nRequest"})", 400) ==
        pair(errc::access_denied, ": HTTP 400 invalid_grant: Bad\\nRequest"));
  CHECK(failure(R"({"error":{"code":403,"message":"no","status":"PERMISSION_DENIED"}})", 403) ==
        pair(errc::access_denied, ": HTTP 403 PERMISSION_DENIED: no"));
  CHECK(failure("<html>", 404) == pair(errc::http_error, ": HTTP 404"));
  CHECK(failure("", 503) == pair(errc::http_error, ": HTTP 503"));
  CHECK(failure(token + std::string(2'000'000, ' ')).first == errc::invalid_response);
}

TEST_CASE("google_file: a secret is sent over https or within this machine only") {
  environment env;
  key_pair const rsa(EVP_RSA_gen(2048));
  scripted_server proxy([](request const&) { return http_answer(200, token); });
  auto const user = R"({"client_id":"i","client_secret":"s","refresh_token":"r","type":"authorized_user",)"
                    R"("token_uri":"http://oauth2.example.com/token"})";
  for (std::string const& text : {service_account(rsa.pem, "http://oauth2.example.com/token"), std::string(user)}) {
    auto options = options_at(noon);
    options.service.client.proxy.url = proxy.endpoint();
    options.credentials_file = env.file("key.json", text);
    auto const by_file = auth::google_file(options).try_get();
    REQUIRE_FALSE(by_file);
    CHECK(by_file.error().code == errc::invalid_option);
    CHECK(by_file.error().message.find("/key.json': token_uri: ") != std::string::npos);
    options.token_endpoint = "http://127.0.0.1.example.com";
    auto const by_option = auth::google_file(options).try_get();
    REQUIRE_FALSE(by_option);
    CHECK(by_option.error().code == errc::invalid_option);
    CHECK(by_option.error().message.find(": token_endpoint: ") != std::string::npos);
  }
  CHECK(proxy.seen().empty());
}

TEST_CASE("google: without HOME there is no file of gcloud's") {
  environment env;
  ::unsetenv("HOME");
  auto const got = auth::google_file(options_at(noon)).try_get();
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::credentials_unavailable);
  CHECK(got.error().message.ends_with("there is no '~/.config/gcloud/application_default_credentials.json'"));
}
