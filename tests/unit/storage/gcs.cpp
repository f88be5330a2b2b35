// Google's XML API with a token: what differs from S3.

#include "support/error_of.hpp"

#include <bulkwriter/auth/digest.hpp>
#include <bulkwriter/storage/gcs.hpp>

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "scripted_server.hpp"

namespace bw = bulkwriter;
namespace auth = bulkwriter::auth;
using bw::errc;
using request = scripted_server::request;

namespace {

std::span<std::byte const> bytes(std::string_view text) { return auth::as_bytes(text); }

bw::gcs_connect_param param_of(scripted_server const& server) {
  return {.bucket_name = "bucket",
          .endpoint = server.endpoint(),
          .access_token = "ya29.5ecret",
          .retry = {.max_attempts = 3, .base_delay = std::chrono::milliseconds(1)}};
}

}  // namespace

TEST_CASE("gcs: the token stands in the header, and no signature") {
  std::string token;
  scripted_server server([&](request const& r) {
    if (r.target.ends_with("?uploads=")) {
      token = r.headers.at("x-goog-meta-bulkwriter");
      return http_answer(200,
                         "<?xml version='1.0' encoding='UTF-8'?><InitiateMultipartUploadResult "
                         "xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Bucket>bucket</Bucket><Key>k</Key>"
                         "<UploadId>VXBsb2FkIElE</UploadId></InitiateMultipartUploadResult>");
    }
    if (r.method == "POST") {
      return http_answer(200,
                         "<?xml version='1.0' encoding='UTF-8'?><CompleteMultipartUploadResult "
                         "xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><ETag>\"7fd4\"</ETag>"
                         "</CompleteMultipartUploadResult>");
    }
    if (r.method == "HEAD")  // the ETag of what came in parts tells nothing of them, so its metadata are read
      return http_answer(200, "", {{"Content-Length", "5"}, {"ETag", "\"7fd4\""}, {"x-goog-meta-bulkwriter", token}});
    return http_answer(200, "", {{"ETag", "\"39a59594290b0f9a30662a56d695b71d\""}});
  });
  bw::object_store store = param_of(server);
  auto const id = store.backend().create_multipart("a b/k").value();
  CHECK(id == "VXBsb2FkIElE");
  std::vector<bw::uploaded_part> const parts = {store.backend().put_part("a b/k", id, 1, bytes("hello"), {}).value()};
  CHECK(store.backend().complete_multipart("a b/k", id, parts).value().etag == "7fd4");
  store.put("k", bytes("x"));
  auto const seen = server.seen();
  REQUIRE(seen.size() == 5);
  CHECK(seen[0].target == "/bucket/a%20b/k?uploads=");
  CHECK(seen[1].target == "/bucket/a%20b/k?partNumber=1&uploadId=VXBsb2FkIElE");
  for (auto const& r : seen) {
    CHECK(r.headers.at("authorization") == "Bearer ya29.5ecret");
    CHECK(r.headers.count("content-length") == (r.method == "HEAD" ? 0 : 1));
    for (auto const& [name, value] : r.headers) CHECK(!name.starts_with("x-amz-"));
  }
  CHECK(store.object_url("k") == "gs://bucket/k");
}

TEST_CASE("gcs: put_if_absent has a condition that Google keeps") {
  scripted_server server([](request const&) {
    return http_answer(412,
                       "<?xml version='1.0' encoding='UTF-8'?><Error><Code>PreconditionFailed</Code><Message>At "
                       "least one of the pre-conditions you specified did not hold.</Message></Error>");
  });
  bw::object_store store = param_of(server);
  auto const got = store.try_put_if_absent("k", bytes("x"));
  REQUIRE(!got);
  CHECK(got.error().code == errc::precondition_failed);
  REQUIRE(server.seen().size() == 1);
  CHECK(server.seen()[0].headers.at("x-goog-if-generation-match") == "0");
  CHECK(server.seen()[0].headers.count("if-none-match") == 0);
}

TEST_CASE("gcs: a token that has expired is replaced once; a fixed one is the store's last word") {
  std::string const expired =
      "<?xml version='1.0' encoding='UTF-8'?><Error><Code>AuthenticationRequired</Code>"
      "<Message>Authentication required.</Message></Error>";
  scripted_server server([&](request const& r) {
    return r.headers.at("authorization") == "Bearer token-2" ? http_answer(200, "", {{"ETag", "e"}})
                                                             : http_answer(401, expired);
  });
  auto param = param_of(server);
  bw::object_store fixed = param;
  auto const refused = fixed.try_put("k", bytes("x"));
  REQUIRE(!refused);
  CHECK(refused.error().code == errc::access_denied);
  CHECK(refused.error().message.find("5ecret") == std::string::npos);
  CHECK(server.seen().size() == 1);

  int fetched = 0;
  param.access_token = "";
  param.token = {"tokens", [&](std::stop_token) -> bw::result<auth::bearer_token> {
                   return auth::bearer_token{.token = "token-" + std::to_string(++fetched)};
                 }};
  bw::object_store renewed = param;
  CHECK(renewed.try_put("k", bytes("x")).has_value());
  CHECK(fetched == 2);
  CHECK(server.seen().size() == 3);
}

TEST_CASE("gcs: a file of credentials gives the token, by the same proxy, authorities and hooks") {
  scripted_server server([&](request const& r) {
    if (r.target == "/token") return http_answer(200, R"({"access_token":"ya29.fresh","expires_in":3599})");
    return http_answer(200, "", {{"ETag", "e"}});
  });
  auto const file = std::filesystem::temp_directory_path() / ("gcs-" + std::to_string(::getpid()) + ".json");
  std::ofstream(file)
      << R"({"type":"authorized_user","client_id":"i","client_secret":"s","refresh_token":"r","token_uri":")"
      << server.endpoint() << R"(/token"})";
  std::vector<std::string> told;
  auto param = param_of(server);
  param.access_token = "";
  param.credentials_file = file.string();
  param.on_exchange = [&](bw::http::exchange_info const& e) { told.emplace_back(e.path); };
  bw::object_store store = param;
  CHECK(store.try_put("k", bytes("x")).has_value());
  CHECK(store.try_put("k", bytes("x")).has_value());
  CHECK(told == std::vector<std::string>{"/token", "/bucket/k", "/bucket/k"});
  CHECK(server.seen().back().headers.at("authorization") == "Bearer ya29.fresh");

  std::filesystem::remove(file);
  bw::object_store none = param;
  auto const got = none.try_put("k", bytes("x"));
  REQUIRE(!got);
  CHECK(got.error().message.find(file.string()) != std::string::npos);
  CHECK(!got.error().may_have_happened);
  CHECK(server.seen().size() == 3);
}

TEST_CASE("gcs: options that contradict each other, and what a token cannot do") {
  auto const refused = [](bw::gcs_connect_param const& param) {
    auto const got = bw::try_open_store(param);
    REQUIRE(!got);
    CHECK(got.error().code == errc::invalid_option);
    CHECK(got.error().message.find("5ecret") == std::string::npos);
  };
  refused({.bucket_name = "b", .access_token = "5ecret", .credentials_file = "f"});
  refused({.bucket_name = "b", .access_token = "5ecret", .token = auth::bearer_token{.token = "5ecret"}});
  refused({.bucket_name = "b", .access_token = "5ecret\n"});
  refused({.access_token = "5ecret"});
  refused({.bucket_name = "b", .endpoint = "http://storage.example", .access_token = "5ecret"});
  refused({.bucket_name = "b", .endpoint = "http://127.0.0.1.example", .access_token = "5ecret"});
  bw::object_store store = bw::gcs_connect_param{.bucket_name = "b", .access_token = "5ecret"};
  CHECK(store.object_url("/a/b") == "gs://b/a/b");
  CHECK(error_of(store.try_presign_get("k", std::chrono::hours(1))).code == errc::storage_error);
}
