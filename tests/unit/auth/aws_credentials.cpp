#include "support/cloud.hpp"

#include "support/error_of.hpp"

#include <bulkwriter/auth/aws_credentials.hpp>
#include <bulkwriter/auth/detail/aws_profiles.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

using namespace test;
using auth::credentials;

namespace {

std::string shown(result<credentials> const& got) {
  return got ? got->access_key + '/' + got->secret_key + '/' + got->session_token : got.error().to_string();
}

std::string const json_keys =
    R"({"Code":"Success","LastUpdated":"2026-01-01T00:00:00Z","Type":"AWS-HMAC","AccessKeyId":"ASIA1",)"
    R"("SecretAccessKey":"sec/ret+1","Token":"tok==","Expiration":"2126-01-02T03:04:05Z"})";

std::string sts_answer(std::string const& action) {
  return "<" + action + R"(Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <)" + action +
         R"(Result>
    <AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/r/s</Arn><AssumedRoleId>A:s</AssumedRoleId></AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIA2</AccessKeyId><SecretAccessKey>secret2</SecretAccessKey>
      <SessionToken>token2</SessionToken><Expiration>2126-01-02T03:04:05Z</Expiration>
    </Credentials>
  </)" + action +
         R"(Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>
</)" + action +
         "Response>";
}

time_point const far_away = utc(2126, 1, 2, 3, 4, 5);

// An instance with a role: the second version of the service only.
std::string imds(request const& asked) {
  if (asked.method == "PUT" && asked.target == "/latest/api/token") {
    bool const good = asked.headers.count("x-aws-ec2-metadata-token-ttl-seconds") > 0;
    return good ? http_answer(200, "session-7") : http_answer(400);
  }
  if (auto const token = asked.headers.find("x-aws-ec2-metadata-token");
      token == asked.headers.end() || token->second != "session-7")
    return http_answer(401);
  if (asked.target == "/latest/meta-data/iam/security-credentials/") return http_answer(200, "my-role");
  if (asked.target == "/latest/meta-data/iam/security-credentials/my-role") return http_answer(200, json_keys);
  return http_answer(404);
}

}  // namespace

TEST_CASE("aws_environment") {
  environment env;
  auto const p = auth::aws_environment();
  CHECK(error_of(p.try_get()).code == errc::credentials_unavailable);
  env.set("AWS_ACCESS_KEY_ID", "AKIA");
  CHECK(error_of(p.try_get()).code == errc::invalid_option);
  env.set("AWS_SECRET_ACCESS_KEY", "s3cret");
  CHECK(shown(p.try_get()) == "AKIA/s3cret/");
  CHECK(p.try_get().value().expires == time_point::max());

  // A new one reads anew; the old one has what never expires.
  env.set("AWS_SESSION_TOKEN", "token");
  env.set("AWS_CREDENTIAL_EXPIRATION", "2126-01-02T03:04:05Z");
  CHECK(shown(p.try_get()) == "AKIA/s3cret/");
  auto const later = auth::aws_environment();
  CHECK(shown(later.try_get()) == "AKIA/s3cret/token");
  CHECK(later.try_get().value().expires == far_away);
  p.forget(p.get());
  CHECK(shown(p.try_get()) == "AKIA/s3cret/token");

  env.set("AWS_CREDENTIAL_EXPIRATION", "tomorrow");
  CHECK(error_of(auth::aws_environment().try_get()).code == errc::invalid_option);
}

TEST_CASE("aws_instance: token, role, keys") {
  environment env;
  scripted_server server(imds);
  auto const p = auth::aws_instance({.metadata_endpoint = server.endpoint() + '/', .service = service()});
  CHECK(shown(p.try_get()) == "ASIA1/sec/ret+1/tok==");
  CHECK(p.try_get().value().expires == far_away);
  auto const seen = server.seen();
  REQUIRE(seen.size() == 3);
  CHECK(seen[0].headers.at("x-aws-ec2-metadata-token-ttl-seconds") == "21600");

  env.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.endpoint());
  CHECK(shown(auth::aws_instance({.service = service()}).try_get()) == "ASIA1/sec/ret+1/tok==");
  env.set("AWS_EC2_METADATA_DISABLED", "TRUE");
  CHECK(error_of(auth::aws_instance({.service = service()}).try_get()).code == errc::credentials_unavailable);
  CHECK(server.seen().size() == 6);
}

TEST_CASE("aws_instance: never through a proxy") {
  environment env;
  scripted_server server(imds), proxy([](request const&) { return http_answer(502); });
  auto how = service();
  how.client.proxy.url = proxy.endpoint();
  CHECK(auth::aws_instance({.metadata_endpoint = server.endpoint(), .service = how}).try_get());
  CHECK(proxy.seen().empty());
}

TEST_CASE("aws_instance: what may pass is asked again, the rest is no role of ours") {
  environment env;
  int failures = 0;
  scripted_server server([&](request const& asked) { return ++failures < 3 ? http_answer(503) : imds(asked); });
  CHECK(auth::aws_instance({.metadata_endpoint = server.endpoint(), .service = service()}).try_get());
  CHECK(failures == 5);

  for (int const status : {400, 403, 404, 500}) {
    CAPTURE(status);
    scripted_server other(
        [&](request const& asked) { return asked.method == "PUT" ? imds(asked) : http_answer(status); });
    auto const got = auth::aws_instance({.metadata_endpoint = other.endpoint(), .service = service()}).try_get();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::credentials_unavailable);
    CHECK(got.error().http_status == status);
    CHECK(got.error().message == "AWS instance: " + other.endpoint() + ": HTTP " + std::to_string(status));
  }
  // With status 200 it tells that the role cannot be used.
  scripted_server refusing([](request const& asked) {
    return asked.target.ends_with("my-role")
               ? http_answer(200, R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume the role"})")
               : imds(asked);
  });
  auto const got = auth::aws_instance({.metadata_endpoint = refusing.endpoint(), .service = service()}).try_get();
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::invalid_response);
  CHECK(got.error().message.find("EC2 cannot assume the role") != std::string::npos);
}

TEST_CASE("aws_instance: nobody there takes seconds, not minutes") {
  environment env;
  auto const begin = std::chrono::steady_clock::now();
  scripted_server silent([](request const&) {
    std::this_thread::sleep_for(std::chrono::seconds(4));
    return std::string();
  });
  auto how = service();
  how.retry.max_attempts = 1;
  CHECK(error_of(auth::aws_instance({.metadata_endpoint = silent.endpoint(), .service = how}).try_get()).code ==
        errc::credentials_unavailable);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(3));
}

TEST_CASE("aws_container: both variables, and both ways to the token") {
  environment env;
  scripted_server server([](request const& asked) {
    if (asked.target != "/v2/credentials/uuid?a=b") return http_answer(404);
    auto const token = asked.headers.find("authorization");
    return http_answer(token != asked.headers.end() && token->second == "Bearer x" ? 200 : 401, json_keys);
  });
  auto const p = [&](std::string endpoint = {}) {
    return auth::aws_container({.container_endpoint = std::move(endpoint), .service = service()});
  };
  CHECK(error_of(p().try_get()).code == errc::credentials_unavailable);
  env.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.endpoint() + "/v2/credentials/uuid?a=b");
  CHECK(error_of(p().try_get()).code == errc::access_denied);
  env.set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Bearer x");
  CHECK(shown(p().try_get()) == "ASIA1/sec/ret+1/tok==");
  CHECK(p().try_get().value().expires == far_away);
  env.set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", env.file("token", "Bearer y\n"));
  CHECK(error_of(p().try_get()).code == errc::access_denied);
  env.file("token", "Bearer x\n");
  CHECK(p().try_get());

  // What was sent to it is not told, though it repeats it.
  scripted_server talkative([](request const& asked) {
    return http_answer(400, R"({"Code":"bad ToKeN.12345","Message":")" + asked.headers.at("authorization") + R"(","x":1})");
  });
  env.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", talkative.endpoint() + "/x");
  env.file("token", "ToKeN.12345\n");
  auto const refusal = error_of(p().try_get()).to_string();
  CHECK(refusal.find("bad ***") != std::string::npos);
  CHECK(refusal.find("ToKeN.12345") == std::string::npos);
  env.file("token", "Bearer x\n");

  env.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/nobody");
  env.set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/uuid?a=b");
  CHECK(p(server.endpoint()).try_get());
}

TEST_CASE("aws_container: whom a variable may name") {
  environment env;
  auto how = service();
  how.retry.max_attempts = 1;
  how.client.timeouts.connect = std::chrono::milliseconds(1);
  auto const code = [&](std::string const& url) {
    env.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", url);
    return error_of(auth::aws_container({.service = how}).try_get()).code;
  };
  for (auto const* url : {"http://example.com/x", "http://169.254.169.254/x", "http://10.0.0.1/", "http://1.127.0.0/x",
                          "http://127.0.0.1.example.com/", "http://localhost.example.com/", "http://[fd00:ec2::24]/",
                          "http://127.0.0.1@example.com/", "ftp://127.0.0.1/"}) {
    CAPTURE(url);
    CHECK(code(url) == errc::invalid_option);
  }
  for (auto const* url : {"http://127.0.0.1:1/x", "http://127.1.2.3:1/", "http://localhost:1/x", "http://[::1]:1/",
                          "https://127.0.0.1:1/"}) {
    CAPTURE(url);
    CHECK(code(url) == errc::connect_failed);
  }
  env.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/x");
  env.set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", env.home() + "/none");
  CHECK(error_of(auth::aws_container({.service = how}).try_get()).code == errc::io_error);
}

TEST_CASE("aws_web_identity: an unsigned POST to the region's token service") {
  environment env;
  scripted_server server([](request const&) { return http_answer(200, sts_answer("AssumeRoleWithWebIdentity")); });
  auto const p = auth::aws_web_identity({.sts_endpoint = server.endpoint(), .service = service()});
  CHECK(error_of(p.try_get()).code == errc::credentials_unavailable);
  env.set("AWS_WEB_IDENTITY_TOKEN_FILE", env.file("token", "ey.J0.+/=\n"));
  CHECK(error_of(p.try_get()).code == errc::invalid_option);
  env.set("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/my role");
  CHECK(shown(p.try_get()) == "ASIA2/secret2/token2");
  CHECK(p.try_get().value().expires == far_away);
  auto const seen = server.seen();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].method == "POST");
  CHECK(seen[0].target == "/");
  CHECK(seen[0].headers.count("authorization") == 0);
  CHECK(seen[0].headers.at("content-type") == "application/x-www-form-urlencoded");
  auto fields = form_of(seen[0].body);
  CHECK(fields["RoleSessionName"].starts_with("bulkwriter-"));
  fields.erase("RoleSessionName");
  CHECK(fields == std::map<std::string, std::string>{{"Action", "AssumeRoleWithWebIdentity"},
                                                     {"Version", "2011-06-15"},
                                                     {"RoleArn", "arn:aws:iam::123456789012:role/my role"},
                                                     {"WebIdentityToken", "ey.J0.+/="}});
  env.set("AWS_ROLE_SESSION_NAME", "me");
  env.set("AWS_ENDPOINT_URL_STS", server.endpoint());
  CHECK(auth::aws_web_identity({.service = service()}).try_get());
  CHECK(form_of(server.seen().back().body)["RoleSessionName"] == "me");
}

TEST_CASE("aws_web_identity: the file is read anew at each fetch, and refusals are shown") {
  environment env;
  time_point now = utc(2126, 1, 2);
  scripted_server server([](request const& asked) {
    if (form_of(asked.body)["WebIdentityToken"] == "old")
      return http_answer(200, sts_answer("AssumeRoleWithWebIdentity"));
    return http_answer(400,
                       "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredTokenException</Code>"
                       "<Message>Token new is expired</Message></Error></ErrorResponse>");
  });
  auth::aws_options options{.web_identity_token_file = env.file("token", "old"),
                            .role_arn = "arn",
                            .sts_endpoint = server.endpoint(),
                            .service = service()};
  options.service.refresh.now = [&] { return now; };
  auto const p = auth::aws_web_identity(options);
  CHECK(p.try_get());
  env.file("token", "new-token");
  CHECK(p.try_get());
  now = utc(2126, 1, 3);
  auto const got = p.try_get();
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::access_denied);
  CHECK(got.error().server_error == "ExpiredTokenException");
  CHECK(got.error().message ==
        "AWS web identity: " + server.endpoint() + ": HTTP 400 ExpiredTokenException: Token new is expired");
}

TEST_CASE("aws_profile: keys") {
  environment env;
  auto const p = [](std::string name = {}) { return shown(auth::aws_profile({.profile = std::move(name)}).try_get()); };
  CHECK(error_of(auth::aws_profile().try_get()).code == errc::credentials_unavailable);
  CHECK(error_of(auth::aws_profile({.profile = "x"}).try_get()).code == errc::invalid_option);
  env.file(".aws/credentials",
           "# mine\n[default]\naws_access_key_id = A\naws_secret_access_key=S==\n"
           "[two]\nAWS_ACCESS_KEY_ID: B\naws_secret_access_key : T # no comment\naws_session_token=  U  \n"
           "[half]\naws_access_key_id = C\n");
  env.file(".aws/config",
           "[default]\nregion = eu-west-1\ns3 =\n  max_concurrent_requests = 20\n  aws_access_key_id = nested\n"
           "[profile three]\r\naws_access_key_id = D\r\naws_secret_access_key = V\r\nregion = us-west-2\r\n"
           "[three]\naws_access_key_id = no profile\n"
           "[profile \"four five\"]\naws_access_key_id=E\naws_secret_access_key=W\n"
           "[profile half]\naws_secret_access_key = from the other file\n"
           "[profile bare]\nregion = x\n"
           "[profile command]\ncredential_process = /bin/keys\n"
           "[profile sso]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n");
  CHECK(p() == "A/S==/");
  CHECK(p("two") == "B/T # no comment/U");
  CHECK(p("three") == "D/V/");
  CHECK(p("four five") == "E/W/");
  env.set("AWS_PROFILE", "two");
  CHECK(p() == "B/T # no comment/U");
  env.set("AWS_SHARED_CREDENTIALS_FILE", env.file("elsewhere", "[two]\naws_access_key_id=F\naws_secret_access_key=X"));
  CHECK(p() == "F/X/");
  env.set("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");

  for (auto const& [name, part] : std::map<std::string, std::string>{
           {"half", "aws_access_key_id without aws_secret_access_key"},
           {"bare", "neither keys nor a role"},
           {"command", "credential_process is not supported"},
           {"sso", "sso_account_id is not supported"},
           {"profile three", "no profile 'profile three' in '" + env.home() + "/.aws/credentials' or"}}) {
    CAPTURE(name);
    auto const got = auth::aws_profile({.profile = name}).try_get();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == (name == "bare" ? errc::credentials_unavailable : errc::invalid_option));
    CHECK(got.error().message.find(part) != std::string::npos);
  }
  CHECK(auth::aws_region({.profile = "three"}) == "us-west-2");
  CHECK(auth::aws_region({.profile = "default"}) == "eu-west-1");
  CHECK(auth::aws_region({.profile = "three", .region = "mine"}) == "mine");
  CHECK(auth::aws_region().empty());
  env.set("AWS_DEFAULT_REGION", "a");
  CHECK(auth::aws_region({.profile = "three"}) == "a");
  env.set("AWS_REGION", "b");
  CHECK(auth::aws_region() == "b");
}

TEST_CASE("read_ini: what Python's configparser reads") {
  auto const got = auth::detail::read_ini(
      "; c\n[DEFAULT]\nregion = d\n[ a ] # x\nKey One : v:1 = 2 \n\n  more\n # no more\n\tlast\nempty =\n\n"
      "[b\\]c]\r\n  x=1\r\n  region= e\r\n  s3 =\r\n    y = 2\r\n    [no section]\r\n  z = 3");
  REQUIRE(got);
  auto const& ini = *got;
  REQUIRE(ini.size() == 2);
  using map = auth::detail::named_texts;
  CHECK(ini.at(" a ") == map{{"region", "d"}, {"key one", "v:1 = 2\n\nmore\nlast"}, {"empty", ""}});
  CHECK(ini.at("b\\]c") == map{{"region", "e"}, {"x", "1"}, {"s3", ""}, {"z", "3"}});
}

TEST_CASE("aws_profile: broken files are named with the line, never with its text") {
  environment env;
  for (auto const& [text, line] : std::map<std::string, std::string>{
           {"aws_access_key_id = secret\n", "line 1: not in a section"},
           {"[default]\nsecret\n", "line 2: no '='"},
           {"[default]\n\n = secret\n", "line 3: no name before the '='"},
           {"[default]\na = secret\nA = secret\n", "line 3: a name for the second time in its section"},
           {"[secret]\n[b]\n[secret]\n", "line 3: a section for the second time"}}) {
    CAPTURE(text);
    auto const path = env.file(".aws/credentials", text);
    auto const got = auth::aws_profile().try_get();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::invalid_option);
    CHECK(got.error().message == "AWS profile: '" + path + "', " + line);
    CHECK(auth::aws_region().empty());
  }
}

TEST_CASE("aws_profile: a role is assumed with the keys of another profile, signed") {
  environment env;
  env.set("AWS_REGION", "us-west-2");
  scripted_server server([](request const& asked) {
    return asked.method == "POST" ? http_answer(200, sts_answer("AssumeRole")) : imds(asked);
  });
  env.file(".aws/credentials", "[base]\naws_access_key_id=AKIABASE\naws_secret_access_key=S\naws_session_token=T\n");
  env.file(".aws/config",
           "[profile role]\nrole_arn = arn:r\nsource_profile = base\nexternal_id = e 1\nduration_seconds = 900\n"
           "role_session_name = me\n"
           "[profile chain]\nrole_arn = arn:c\nsource_profile = role\n"
           "[profile machine]\nrole_arn = arn:m\ncredential_source = Ec2InstanceMetadata\n"
           "[profile variables]\nrole_arn = arn:v\ncredential_source = Environment\n"
           "[profile mfa]\nrole_arn = arn:m\nsource_profile = base\nmfa_serial = x\n"
           "[profile self]\nrole_arn = arn:m\nsource_profile = self\n"
           "[profile own]\nrole_arn = arn:o\nsource_profile = own\naws_access_key_id=AKIAOWN\naws_secret_access_key=S\n"
           "[profile a]\nrole_arn = arn:m\nsource_profile = b\n"
           "[profile b]\nrole_arn = arn:m\nsource_profile = a\n"
           "[profile nobody]\nrole_arn = arn:m\nsource_profile = none\n"
           "[profile empty]\nrole_arn = arn:m\nsource_profile = bare\n"
           "[profile bare]\nregion = x\n"
           "[profile both]\nrole_arn = arn:m\nsource_profile = base\ncredential_source = Environment\n"
           "[profile neither]\nrole_arn = arn:m\n"
           "[profile odd]\nrole_arn = arn:m\ncredential_source = Moon\n");
  auto const get = [&](std::string name) {
    return auth::aws_profile({.profile = std::move(name),
                              .sts_endpoint = server.endpoint(),
                              .metadata_endpoint = server.endpoint(),
                              .service = service()})
        .try_get();
  };
  auto const signer = [](request const& asked) {
    auto const& text = asked.headers.at("authorization");
    auto const from = text.find("Credential=") + 11;
    return text.substr(from, text.find('/', from) - from);
  };
  CHECK(shown(get("role")) == "ASIA2/secret2/token2");
  {
    auto const asked = server.seen().back();
    CHECK(form_of(asked.body) == std::map<std::string, std::string>{{"Action", "AssumeRole"},
                                                                    {"Version", "2011-06-15"},
                                                                    {"RoleArn", "arn:r"},
                                                                    {"RoleSessionName", "me"},
                                                                    {"ExternalId", "e 1"},
                                                                    {"DurationSeconds", "900"}});
    CHECK(signer(asked) == "AKIABASE");
    CHECK(asked.headers.at("authorization").find("/us-west-2/sts/aws4_request") != std::string::npos);
    CHECK(asked.headers.at("x-amz-security-token") == "T");
  }
  CHECK(get("chain"));
  {
    auto const seen = server.seen();
    REQUIRE(seen.size() == 3);
    CHECK(signer(seen[1]) == "AKIABASE");
    CHECK(signer(seen[2]) == "ASIA2");
    CHECK(form_of(seen[2].body)["RoleArn"] == "arn:c");
  }
  CHECK(get("machine"));
  CHECK(signer(server.seen().back()) == "ASIA1");
  CHECK(get("own"));
  CHECK(signer(server.seen().back()) == "AKIAOWN");
  CHECK(error_of(get("variables")).code == errc::invalid_option);
  env.set("AWS_ACCESS_KEY_ID", "AKIAENV");
  env.set("AWS_SECRET_ACCESS_KEY", "S");
  CHECK(get("variables"));
  CHECK(signer(server.seen().back()) == "AKIAENV");

  auto const before = server.seen().size();
  for (auto const* name : {"mfa", "self", "a", "nobody", "empty", "both", "neither", "odd"}) {
    CAPTURE(name);
    CHECK(error_of(get(name)).code == errc::invalid_option);
  }
  CHECK(server.seen().size() == before);
}

TEST_CASE("default_aws_credentials: who is first, and who ends the search") {
  environment env;
  scripted_server server([](request const& asked) {
    if (asked.method == "POST") return http_answer(200, sts_answer("AssumeRole"));
    if (asked.target == "/container") return http_answer(200, R"({"AccessKeyId":"C","SecretAccessKey":"C"})");
    return imds(asked);
  });
  auto const get = [&](std::string profile = {}) {
    return auth::default_aws_credentials({.profile = std::move(profile),
                                          .sts_endpoint = server.endpoint(),
                                          .metadata_endpoint = server.endpoint(),
                                          .service = service()})
        .try_get();
  };
  // From the last to the first.
  CHECK(get().value().access_key == "ASIA1");
  env.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.endpoint() + "/container");
  CHECK(get().value().access_key == "C");
  env.file(".aws/config",
           "[default]\naws_access_key_id=P\naws_secret_access_key=P\n[profile x]\naws_access_key_id=X\n"
           "aws_secret_access_key=X\n");
  CHECK(get().value().access_key == "P");
  env.set("AWS_WEB_IDENTITY_TOKEN_FILE", env.file("token", "t"));
  env.set("AWS_ROLE_ARN", "arn:web");
  CHECK(get().value().access_key == "ASIA2");
  CHECK(form_of(server.seen().back().body)["RoleArn"] == "arn:web");
  env.file(".aws/credentials", "[default]\nrole_arn=arn:role\ncredential_source=Ec2InstanceMetadata\n");
  CHECK(get().value().access_key == "ASIA2");
  CHECK(form_of(server.seen().back().body)["RoleArn"] == "arn:role");
  env.set("AWS_ACCESS_KEY_ID", "E");
  env.set("AWS_SECRET_ACCESS_KEY", "E");
  CHECK(get().value().access_key == "E");
  CHECK(get("x").value().access_key == "X");  // named by the program: before all variables
  CHECK(error_of(get("none")).code == errc::invalid_option);
}

TEST_CASE("default_aws_credentials: one that is there and fails ends the search") {
  environment env;
  scripted_server server(imds);
  auto const get = [&] {
    return auth::default_aws_credentials(
               {.sts_endpoint = "http://127.0.0.1:1", .metadata_endpoint = server.endpoint(), .service = service()})
        .try_get();
  };
  env.set("AWS_WEB_IDENTITY_TOKEN_FILE", env.file("token", "t"));
  env.set("AWS_ROLE_ARN", "arn:web");
  auto const got = get();
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::connect_failed);
  CHECK(got.error().message.starts_with("AWS credentials: web identity: http://127.0.0.1:1"));
  env.set("AWS_PROFILE", "none");
  CHECK(error_of(get()).message.find("no profile 'none'") != std::string::npos);
  CHECK(server.seen().empty());
}

TEST_CASE("default_aws_credentials: nothing anywhere, and what each one said") {
  environment env;
  auto how = service();
  how.retry.max_attempts = 1;
  auto const got = auth::default_aws_credentials({.metadata_endpoint = "http://127.0.0.1:1", .service = how}).try_get();
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::credentials_unavailable);
  for (auto const* part :
       {"AWS credentials: environment: AWS_ACCESS_KEY_ID is not set; ",
        "web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set; ", "profile: no profile 'default' in '",
        "/.aws/credentials' or '", "container: neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "; instance: http://127.0.0.1:1"}) {
    CAPTURE(part);
    CHECK(got.error().message.find(part) != std::string::npos);
  }
}

TEST_CASE("aws_web_identity: which token service a region has") {
  environment env;
  std::vector<std::string> asked_for;
  scripted_server proxy([&](request const& asked) { return asked_for.push_back(asked.target), http_answer(403); });
  auth::aws_options options{.web_identity_token_file = env.file("token", "t"), .role_arn = "arn", .service = service()};
  options.service.client.proxy.url = proxy.endpoint();
  auto const get = [&](std::string region) {
    options.region = std::move(region);
    return error_of(auth::aws_web_identity(options).try_get());
  };
  std::map<std::string, std::string> const hosts = {{"", "sts.amazonaws.com"},
                                                    {"eu-west-1", "sts.eu-west-1.amazonaws.com"},
                                                    {"us-gov-west-1", "sts.us-gov-west-1.amazonaws.com"},
                                                    {"cn-north-1", "sts.cn-north-1.amazonaws.com.cn"},
                                                    {"us-iso-east-1", "sts.us-iso-east-1.c2s.ic.gov"},
                                                    {"us-isob-east-1", "sts.us-isob-east-1.sc2s.sgov.gov"},
                                                    {"eusc-de-east-1", "sts.eusc-de-east-1.amazonaws.eu"}};
  for (auto const& [region, host] : hosts) {
    CAPTURE(region);
    asked_for.clear();
    (void)get(region);
    REQUIRE_FALSE(asked_for.empty());
    CHECK(asked_for.front() == host + ":443");
  }
  asked_for.clear();
  for (std::string const& region : {std::string("evil.com/"), std::string("evil.com:80"), std::string("eu west"),
                                    std::string("a@b"), std::string("x_1"), std::string(65, 'a')}) {
    CAPTURE(region);
    auto const failed = get(region);
    CHECK(failed.code == errc::invalid_option);
    CHECK(failed.message.find('\'' + region + "' is not the name of a region") != std::string::npos);
  }
  CHECK(asked_for.empty());
}

TEST_CASE("aws_container: the endpoint's path, which opens it, is not for the log") {
  environment env;
  std::vector<std::string> paths;
  std::string origin;
  int status = 0;
  scripted_server server([](request const&) { return http_answer(200, json_keys); });
  auto how = service();
  how.client.on_exchange = [&](http::exchange_info const& info) {
    paths.emplace_back(info.path);
    origin = info.origin.to_string();
    status = info.status;
  };
  CHECK(auth::aws_container({.container_endpoint = server.endpoint() + "/v2/secret-id", .service = how}).try_get());
  CHECK(server.seen().back().target == "/v2/secret-id");
  CHECK(paths == std::vector<std::string>{""});
  CHECK(origin == server.endpoint());
  CHECK(status == 200);
}

TEST_CASE("aws: temporary keys of a service come with their end") {
  environment env;
  std::string answer;
  scripted_server server([&](request const&) { return http_answer(200, answer); });
  auto const get = [&](std::string text) {
    answer = std::move(text);
    return auth::aws_container({.container_endpoint = server.endpoint(), .service = service()}).try_get();
  };
  for (std::string const end : {"", R"(,"Expiration":"")", R"(,"Expiration":"soon")"}) {
    CAPTURE(end);
    auto const got = get(R"({"AccessKeyId":"A","SecretAccessKey":"S","Token":"T")" + end + '}');
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::invalid_response);
    CHECK(got.error().message.ends_with(": an answer without 'Expiration'"));
  }
  // Keys without a token are for ever.
  CHECK(get(R"({"AccessKeyId":"A","SecretAccessKey":"S"})").value().expires == time_point::max());
}

TEST_CASE("aws_profile: without HOME there are no files of the home folder") {
  environment env;
  ::unsetenv("HOME");
  auto const got = auth::aws_profile().try_get();
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::credentials_unavailable);
  CHECK(got.error().message.find("in '~/.aws/credentials' or '~/.aws/config'") != std::string::npos);
}
