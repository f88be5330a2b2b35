// What stores answer at the edges, over the wire.

#include "support/error_of.hpp"

#include <bulkwriter/auth/azure_shared_key.hpp>
#include <bulkwriter/storage/azure_blob.hpp>
#include <bulkwriter/storage/detail/http_backend.hpp>
#include <bulkwriter/storage/s3.hpp>

#include <doctest/doctest.h>

#include <atomic>

#include "scripted_server.hpp"

namespace bw = bulkwriter;
namespace auth = bulkwriter::auth;
using bw::errc;
using request = scripted_server::request;

namespace {

bw::http::retry_options const quick = {
    .max_attempts = 4, .base_delay = std::chrono::milliseconds(1), .max_delay = std::chrono::milliseconds(3)};

bw::s3_connect_param s3_at(scripted_server const& server) {
  return {.endpoint = server.endpoint(),
          .access_key = "AKIDEXAMPLE",
          .secret_key = "secret-key-of-a-test",
          .bucket_name = "bucket",
          .retry = quick};
}

bw::azure_connect_param azure_at(scripted_server const& server, std::string const& credential) {
  return {.account_url = server.endpoint() + "/acc",
          .credential = credential,
          .container_name = "container",
          .retry = quick};
}

std::string s3_error(std::string const& code) { return "<Error><Code>" + code + "</Code></Error>"; }
bool holds(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

std::vector<bw::uploaded_part> const two_parts = {{.number = 1, .etag = "e1", .size = 5},
                                                  {.number = 2, .etag = "e2", .size = 3}};
std::string const account_key = "c2VjcmV0LWtleS1vZi1hbi1hY2NvdW50";

}  // namespace

TEST_CASE("s3: under status 200 a complete is refused for good, by every code that will stay") {
  for (char const* const code : {"AccessDenied", "InvalidPart", "InvalidPartOrder", "EntityTooSmall", "NoSuchUpload",
                                 "NoSuchBucket", "MalformedXML", "InvalidRequest"}) {
    CAPTURE(code);
    scripted_server server([&](request const&) { return http_answer(200, s3_error(code)); });
    bw::object_store store = s3_at(server);
    auto const got = store.backend().complete_multipart("k", "id", two_parts);
    REQUIRE_FALSE(got);
    CHECK(got.error().server_error == code);
    CHECK_FALSE(got.error().may_have_happened);
    CHECK(server.seen().size() == 1);
  }
}

TEST_CASE("s3: head of an empty object, whose first byte no store can give") {
  int heads = 0;
  scripted_server server([&](request const& r) {
    if (r.method == "GET") return http_answer(416, s3_error("InvalidRange"));
    if (++heads == 1) return http_answer(403);
    return http_answer(200, "", {{"Content-Length", "0"}, {"ETag", "\"e\""}});
  });
  bw::object_store store = s3_at(server);
  auto const got = store.try_head("k");
  REQUIRE_MESSAGE(got, got.error().message);
  CHECK(got->size == 0);
  CHECK(got->etag == "e");
  CHECK(heads == 2);
}

TEST_CASE("stores: no limit stays none where a store is given more time") {
  bw::http::client_options options;
  options.timeouts.first_byte = options.timeouts.read_stall = {};
  auto const patient = bw::storage::detail::made_patient(options);
  CHECK(patient.timeouts.first_byte.count() == 0);
  CHECK(patient.timeouts.read_stall.count() == 0);
  options.timeouts.first_byte = std::chrono::seconds(1);
  options.timeouts.read_stall = std::chrono::hours(1);
  auto const other = bw::storage::detail::made_patient(options);
  CHECK(other.timeouts.first_byte == std::chrono::minutes(10));
  CHECK(other.timeouts.read_stall == std::chrono::hours(1));
}

TEST_CASE("azure: a signature is blotted out in every spelling that a server may repeat") {
  std::string const sas = "sv=2021-12-02&se=2090-01-01T00%3A00%3A00Z&sr=c&sp=rcwl&sig=c2lnbmF0dXJl%2B%2f%3D";
  for (char const* const spelled :
       {"c2lnbmF0dXJl%2B%2f%3D", "c2lnbmF0dXJl%2B%2F%3D", "c2lnbmF0dXJl%2b%2f%3d", "c2lnbmF0dXJl+/="}) {
    CAPTURE(spelled);
    scripted_server server([&](request const&) {
      return http_answer(403, "<Error><Code>AuthorizationFailure</Code><Message>The signature " +
                                  std::string(spelled) + " did not fit</Message></Error>");
    });
    auto const got = bw::open_store(azure_at(server, sas)).try_head("k");
    REQUIRE_FALSE(got);
    auto const put = bw::open_store(azure_at(server, sas)).try_put("k", {});
    REQUIRE_FALSE(put);
    CHECK(holds(put.error().message, "did not fit"));
    for (auto const& why : {got.error(), put.error()}) {
      CHECK_FALSE(holds(why.message, "c2lnbmF0dXJl"));
      CHECK_FALSE(holds(why.server_error, "c2lnbmF0dXJl"));
    }
  }
}

TEST_CASE("azure: a clock that is right is not set, and the request not repeated") {
  for (int const minutes : {0, 9, -9, 11, -11}) {
    CAPTURE(minutes);
    scripted_server server([&](request const&) {
      auto const now = std::chrono::system_clock::now() + std::chrono::minutes(minutes);
      return http_answer(403, "<Error><Code>AuthenticationFailed</Code></Error>", {{"Date", auth::azure_date(now)}});
    });
    CHECK_FALSE(bw::open_store(azure_at(server, account_key)).try_put("k", {}));
    CHECK(server.seen().size() == (minutes == 0 || minutes == 9 || minutes == -9 ? 1u : 2u));
  }
}

TEST_CASE("azure: URLs are signed for versions of one form only") {
  bw::azure_connect_param param = {.account_url = "https://acc.blob.core.windows.net",
                                   .credential = account_key,
                                   .container_name = "container",
                                   .api_version = "2020-12-06"};
  CHECK(bw::open_store(param).try_presign_get("k", std::chrono::hours(1)));
  for (char const* const old : {"2020-10-02", "2019-12-12"}) {
    param.api_version = old;
    auto const got = bw::open_store(param).try_presign_get("k", std::chrono::hours(1));
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::invalid_option);
    CHECK(holds(got.error().message, old));
  }
}

TEST_CASE("stores: a listing that goes on for ever is refused, and asks no more than that takes") {
  // A server that loses its patience: whoever is fooled finds the end, and the case fails at once.
  int asked = 0;
  scripted_server azure([&](request const&) {
    return http_answer(200, ++asked > 50 ? "<EnumerationResults></EnumerationResults>"
                                         : "<EnumerationResults><NextMarker>m</NextMarker></EnumerationResults>");
  });
  auto const blobs = bw::open_store(azure_at(azure, account_key)).try_list("");
  REQUIRE_FALSE(blobs);
  CHECK(blobs.error().code == errc::invalid_response);
  CHECK(asked < 5);

  asked = 0;
  scripted_server s3([&](request const&) {
    return http_answer(200, ++asked > 50 ? "<ListBucketResult></ListBucketResult>"
                                         : "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>m"
                                           "</NextContinuationToken></ListBucketResult>");
  });
  auto const objects = bw::open_store(s3_at(s3)).try_list("");
  REQUIRE_FALSE(objects);
  CHECK(objects.error().code == errc::invalid_response);
  CHECK(asked < 5);
}

TEST_CASE("s3: endpoints of AWS that are no doors to the API, and one whose name is no region's") {
  auto const url = [](std::string const& endpoint, std::string const& region = {}) {
    auto store = bw::try_open_store(bw::s3_connect_param{.endpoint = endpoint,
                                                         .access_key = "AKIDEXAMPLE",
                                                         .secret_key = "secret-key-of-a-test",
                                                         .bucket_name = "data",
                                                         .region = region.empty() ? "us-east-1" : region});
    if (!store) return std::string(bw::to_string(store.error().code));
    auto const signed_url = store->try_presign_get("k", std::chrono::seconds(60));
    return signed_url ? signed_url->substr(0, signed_url->find('?')) : error_of(signed_url).message;
  };
  // A door to us-east-1 of an old name: the region has a better one.
  CHECK(url("s3-external-1.amazonaws.com") == "https://data.s3.us-east-1.amazonaws.com/k");
  CHECK(url("s3.eu-west-1.amazonaws.com", "eu-west-1") == "https://data.s3.eu-west-1.amazonaws.com/k");
  for (char const* const host : {"s3-outposts.eu-west-1.amazonaws.com", "s3-object-lambda.eu-west-1.amazonaws.com"})
    CHECK(url(host, "eu-west-1") == "https://" + std::string(host) + "/data/k");
  // They serve pages: no signed request, no upload.
  for (char const* const site : {"s3-website-eu-west-1.amazonaws.com", "s3-website.eu-central-1.amazonaws.com",
                                 "data.s3-website.eu-central-1.amazonaws.com"})
    CHECK(url(site) == "invalid_option");
}
