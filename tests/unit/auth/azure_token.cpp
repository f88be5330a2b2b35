#include "support/cloud.hpp"

#include "support/error_of.hpp"

#include <bulkwriter/auth/azure_token.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace test;

namespace {

std::string const entra = R"({"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"eyJ.1"})";
time_point const noon = utc(2026, 1, 2, 12);

auth::azure_options options_for(scripted_server const& server) {
  auth::azure_options out{
      .authority_host = server.endpoint() + '/', .metadata_endpoint = server.endpoint(), .service = service()};
  out.service.refresh.now = [] { return noon; };
  return out;
}

using form = std::map<std::string, std::string>;

}  // namespace

TEST_CASE("azure_client_secret") {
  environment env;
  scripted_server server([](request const&) { return http_answer(200, entra); });
  auto const get = [&] { return auth::azure_client_secret(options_for(server)).try_get(); };
  CHECK(error_of(get()).code == errc::credentials_unavailable);
  env.set("AZURE_CLIENT_SECRET", "~s e+c/r=t");
  CHECK(error_of(get()).code == errc::invalid_option);
  env.set("AZURE_TENANT_ID", "tenant/1");
  CHECK(error_of(get()).code == errc::invalid_option);
  env.set("AZURE_CLIENT_ID", "client");
  auto const got = get();
  REQUIRE(got);
  CHECK(got->token == "eyJ.1");
  CHECK(got->expires == noon + std::chrono::seconds(3599));
  auto const seen = server.seen();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].method == "POST");
  CHECK(seen[0].target == "/tenant%2F1/oauth2/v2.0/token");
  CHECK(form_of(seen[0].body) == form{{"client_id", "client"},
                                      {"scope", "https://storage.azure.com/.default"},
                                      {"grant_type", "client_credentials"},
                                      {"client_secret", "~s e+c/r=t"}});
}

TEST_CASE("azure_workload_identity: the file's token is the proof, read anew each time") {
  environment env;
  scripted_server server([](request const&) { return http_answer(200, entra); });
  env.set("AZURE_TENANT_ID", "tenant");
  env.set("AZURE_CLIENT_ID", "client");
  env.set("AZURE_AUTHORITY_HOST", server.endpoint());
  auto options = options_for(server);
  options.authority_host.clear();
  CHECK(error_of(auth::azure_workload_identity(options).try_get()).code == errc::credentials_unavailable);
  env.set("AZURE_FEDERATED_TOKEN_FILE", env.file("token", "ey.first\n"));
  auto const p = auth::azure_workload_identity(options);
  auto const first = p.try_get();
  REQUIRE(first);
  CHECK(form_of(server.seen().back().body) ==
        form{{"client_id", "client"},
             {"scope", "https://storage.azure.com/.default"},
             {"grant_type", "client_credentials"},
             {"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
             {"client_assertion", "ey.first"}});
  env.file("token", "ey.second");
  p.forget(*first);
  CHECK(p.try_get());
  CHECK(form_of(server.seen().back().body)["client_assertion"] == "ey.second");
  env.file("token", "\n");
  p.forget(*first);
  CHECK(error_of(p.try_get()).code == errc::invalid_option);
  std::filesystem::remove(env.home() + "/token");
  CHECK(error_of(p.try_get()).code == errc::io_error);
}

TEST_CASE("azure_managed_identity: of a virtual machine") {
  environment env;
  int failures = 2;
  scripted_server server([&](request const& asked) {
    if (failures-- > 0) return http_answer(failures == 0 ? 404 : 410);  // while it is being updated
    bool const good = asked.headers.count("metadata") > 0 && asked.headers.at("metadata") == "true";
    return good ? http_answer(200, R"({"access_token":"eyJ.2","client_id":"c","expires_in":"86399",)"
                                   R"("expires_on":"1767441600","ext_expires_in":"86399","not_before":"1767354900",)"
                                   R"("resource":"https://storage.azure.com/","token_type":"Bearer"})")
                : http_answer(400);
  });
  auto options = options_for(server);
  auto const got = auth::azure_managed_identity(options).try_get();
  REQUIRE(got);
  CHECK(got->token == "eyJ.2");
  CHECK(got->expires == noon + std::chrono::seconds(86399));
  CHECK(server.seen().back().target ==
        "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fstorage.azure.com");
  options.client_id = "one of them";
  CHECK(auth::azure_managed_identity(options).try_get());
  CHECK(server.seen().back().target.ends_with("&client_id=one%20of%20them"));
}

TEST_CASE("azure_managed_identity: of App Service, whose time is absolute") {
  environment env;
  scripted_server server([&](request const& asked) {
    bool const good = asked.headers.count("x-identity-header") > 0 && asked.headers.at("x-identity-header") == "h";
    return good ? http_answer(200, R"({"access_token":"eyJ.3","expires_on":"1767441600","resource":"r"})")
                : http_answer(401);
  });
  auto options = options_for(server);
  options.metadata_endpoint.clear();
  env.set("IDENTITY_ENDPOINT", server.endpoint() + "/msi/token");
  CHECK(error_of(auth::azure_managed_identity(options).try_get()).code == errc::invalid_option);  // Azure Arc
  env.set("IDENTITY_HEADER", "h");
  auto const got = auth::azure_managed_identity(options).try_get();
  REQUIRE(got);
  CHECK(got->token == "eyJ.3");
  CHECK(got->expires == utc(2026, 1, 3, 12));
  CHECK(server.seen().back().target == "/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fstorage.azure.com");
  env.set("IDENTITY_HEADER", "other");
  CHECK(error_of(auth::azure_managed_identity(options).try_get()).code == errc::access_denied);
}

TEST_CASE("default_azure_token: who is first, and what all said") {
  environment env;
  scripted_server server([](request const& asked) {
    auto fields = form_of(asked.body);
    std::string const who = asked.method == "GET" ? "machine" : fields.count("client_secret") ? "secret" : "workload";
    return http_answer(200, R"({"expires_in":60,"access_token":")" + who + "\"}");
  });
  auto options = options_for(server);
  auto const get = [&] { return auth::default_azure_token(options).try_get(); };
  CHECK(get().value().token == "machine");
  env.set("AZURE_TENANT_ID", "t");
  env.set("AZURE_CLIENT_ID", "c");
  env.set("AZURE_FEDERATED_TOKEN_FILE", env.file("token", "t"));
  CHECK(get().value().token == "workload");
  env.set("AZURE_CLIENT_SECRET", "s");
  CHECK(get().value().token == "secret");
  options.authority_host = "http://127.0.0.1:1";
  CHECK(error_of(get()).message.starts_with("Azure token: client secret: http://127.0.0.1:1"));

  environment const empty;
  options.metadata_endpoint = "http://127.0.0.1:1";
  auto const got = get();
  CHECK(error_of(got).code == errc::credentials_unavailable);
  CHECK(
      error_of(got).message.starts_with("Azure token: client secret: AZURE_CLIENT_SECRET is not set; workload identity: "
                                      "AZURE_FEDERATED_TOKEN_FILE is not set; managed identity: http://127.0.0.1:1"));
}

TEST_CASE("azure: a secret is sent over https or within this machine only") {
  environment env;
  scripted_server proxy([](request const&) { return http_answer(200, entra); });
  auth::azure_options options{.tenant_id = "t",
                              .client_id = "c",
                              .client_secret = "s",
                              .federated_token_file = env.file("token", "ey"),
                              .service = service()};
  options.service.client.proxy.url = proxy.endpoint();
  for (std::string const url :
       {"http://login.example.com", "http://127.0.0.1.example.com/", "http://10.0.0.1", "http://x@127.0.0.1"}) {
    CAPTURE(url);
    for (bool const by_variable : {false, true}) {
      options.authority_host = by_variable ? "" : url;
      env.set("AZURE_AUTHORITY_HOST", by_variable ? url : "");
      for (auto const& p : {auth::azure_client_secret(options), auth::azure_workload_identity(options)}) {
        auto const got = p.try_get();
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::invalid_option);
        CHECK(got.error().message.find(by_variable ? ": AZURE_AUTHORITY_HOST: " : ": authority_host: ") !=
              std::string::npos);
      }
    }
  }
  CHECK(proxy.seen().empty());
}

TEST_CASE("azure: an answer that does not say how long its token is good for") {
  environment env;
  std::string answer;
  scripted_server server([&](request const&) { return http_answer(200, answer); });
  auto const failure = [&](std::string text) {
    answer = std::move(text);
    auto const got = auth::azure_managed_identity(options_for(server)).try_get();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::invalid_response);
    return got.error().message;
  };
  CHECK(failure(R"({"access_token":"t"})").ends_with(": an answer without 'expires_on'"));
  CHECK(failure(R"({"access_token":"t","expires_on":""})").ends_with(": an answer without 'expires_on'"));
  CHECK(failure(R"({"access_token":"t","expires_on":"soon"})").ends_with(": an answer without 'expires_on'"));
}
