// No message of a provider holds a secret, whatever a service answers: each one here shows what it was sent, in all
// the places that messages are made of.
#include "support/cloud.hpp"

#include <bulkwriter/auth/aws_credentials.hpp>
#include <bulkwriter/auth/azure_token.hpp>
#include <bulkwriter/auth/google_token.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

using namespace test;

namespace {

std::string escaped(std::string const& text) {
  std::string out;
  for (char const c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

// Everything of a request that could be a secret.
std::string all_of(request const& asked) {
  std::string out = asked.target + ' ' + asked.body;
  for (auto const& [name, value] : asked.headers) out += ' ' + name + ": " + value;
  return out;
}

struct talkative {
  int status;
  std::string before, behind;  // of what it repeats
};
std::vector<talkative> const talkatives = {
    {400, R"({"error":")", R"("})"},
    {401, R"({"error":"x","error_description":")", R"("})"},
    {403, R"({"Code":"x","Message":")", R"("})"},
    {400, R"({"error":{"status":"x","message":")", R"("}})"},
    {400, "<ErrorResponse><Error><Code>x</Code><Message>", "</Message></Error></ErrorResponse>"},
    {400, "<Error><Code>", "</Code></Error>"},
    {404, "", ""},
    {500, "<html>", "</html>"},
    {200, "", ""},
    {200, R"({"Code":"Failed","Message":")", R"("})"},
    {200, R"({"AccessKeyId":"A","access_token":"","Message":")", R"("})"},
    {302, "", ""},
};

template <class Secret>
void check(auth::provider<Secret> const& p, std::vector<std::string> const& secrets) {
  auto const got = p.try_get();
  REQUIRE_FALSE(got);
  for (auto const& text : {got.error().to_string(), got.error().server_error}) {
    CAPTURE(text);
    for (auto const& secret : secrets) {
      CHECK(text.find(secret) == std::string::npos);
      CHECK(text.find(auth::percent_encode(secret)) == std::string::npos);
    }
  }
}

}  // namespace

TEST_CASE("providers: no secret in a message") {
  environment env;
  talkative now = {};
  bool only_last = false;
  scripted_server server([&](request const& asked) {
    if (only_last && asked.method == "PUT") return http_answer(200, "imds-session-secret");
    if (only_last && asked.target.ends_with('/')) return http_answer(200, "role");
    return http_answer(now.status, now.before + escaped(all_of(asked)) + now.behind);
  });
  env.file(".aws/credentials",
           "[base]\naws_access_key_id=AKIABASE\naws_secret_access_key=base secret/1\naws_session_token=base+token\n"
           "[role]\nrole_arn=arn\nsource_profile=base\n");
  env.set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "container secret");
  env.set("IDENTITY_HEADER", "header-secret");
  auto const identity = env.file("identity", "eyJ.web/identity+secret");
  auto const user = env.file("user.json", R"({"client_id":"i","client_secret":"client:secret","refresh_token":)"
                                          R"("1//refresh","type":"authorized_user"})");
  auth::aws_options const aws{.role_arn = "arn",
                              .sts_endpoint = server.endpoint(),
                              .container_endpoint = server.endpoint() + "/x",
                              .metadata_endpoint = server.endpoint(),
                              .service = service()};
  auth::azure_options const azure{.tenant_id = "t",
                                  .client_id = "c",
                                  .client_secret = "azure~secret +1",
                                  .federated_token_file = identity,
                                  .authority_host = server.endpoint(),
                                  .service = service()};
  for (auto const& kind : talkatives) {
    CAPTURE(kind.status);
    CAPTURE(kind.before);
    now = kind;
    auto with_profile = aws;
    with_profile.profile = "role";
    check(auth::aws_profile(with_profile), {"base secret/1", "base+token"});
    auto with_token = aws;
    with_token.web_identity_token_file = identity;
    check(auth::aws_web_identity(with_token), {"eyJ.web/identity+secret"});
    check(auth::aws_container(aws), {"container secret"});
    only_last = true;
    check(auth::aws_instance(aws), {"imds-session-secret"});
    only_last = false;
    check(auth::google_file({.credentials_file = user, .token_endpoint = server.endpoint(), .service = service()}),
          {"client:secret", "1//refresh"});
    check(auth::azure_client_secret(azure), {"azure~secret +1"});
    check(auth::azure_workload_identity(azure), {"eyJ.web/identity+secret"});
    env.set("IDENTITY_ENDPOINT", server.endpoint());
    check(auth::azure_managed_identity(azure), {"header-secret"});
  }
  CHECK(server.seen().size() >= 8 * talkatives.size());
}
