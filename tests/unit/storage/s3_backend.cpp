#include "support/error_of.hpp"

#include <bulkwriter/auth/sigv4.hpp>
#include <bulkwriter/storage/s3.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <thread>

#include "scripted_server.hpp"

namespace bw = bulkwriter;
namespace auth = bulkwriter::auth;
using bw::errc;
using request = scripted_server::request;

namespace {

constexpr char const* secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

bw::s3_connect_param param_of(scripted_server const& server) {
  return {
      .endpoint = server.endpoint(),
      .access_key = "AKIDEXAMPLE",
      .secret_key = secret,
      .bucket_name = "bucket",
      .retry = {
          .max_attempts = 4, .base_delay = std::chrono::milliseconds(1), .max_delay = std::chrono::milliseconds(3)}};
}

std::string s3_error(std::string const& code, std::string const& more = {}) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + code + "</Code><Message>about " + code +
         "</Message>" + more + "</Error>";
}

std::string const completed =
    "<CompleteMultipartUploadResult><ETag>&quot;whole-2&quot;</ETag></CompleteMultipartUploadResult>";

std::span<std::byte const> bytes(std::string_view text) { return auth::as_bytes(text); }

std::string between(std::string const& text, std::string const& before, std::string const& after) {
  auto const from = text.find(before) + before.size();
  return text.substr(from, text.find(after, from) - from);
}

// What a store does with what it has received: whether the signature is right for this region.
bool is_signed(request const& r, std::string const& region) {
  auto const& header = r.headers.at("authorization");
  auto const names = between(header, "SignedHeaders=", ",");
  auth::sigv4_request received = {
      .method = r.method, .target = r.target, .payload_hash = r.headers.at("x-amz-content-sha256")};
  for (auto const& [name, value] : r.headers) {
    if ((';' + names + ';').find(';' + name + ';') != std::string::npos) received.headers.push_back({name, value});
  }
  auth::sigv4_scope const scope = {.region = region};
  auto const stamp = r.headers.at("x-amz-date");
  auto const text = auth::sigv4_string_to_sign(auth::sigv4_canonical_request(received, scope), stamp, scope);
  return names.find("host") != std::string::npos && names.find("x-amz-content-sha256") != std::string::npos &&
         between(header, "Credential=", ",") ==
             "AKIDEXAMPLE/" + auth::sigv4_credential_scope(stamp.substr(0, 8), scope) &&
         auth::sigv4_signature_of(auth::sigv4_signing_key(secret, stamp.substr(0, 8), scope), text) ==
             between(header + ",", "Signature=", ",");
}

std::vector<bw::uploaded_part> const two_parts = {{.number = 1, .etag = "e1", .size = 5},
                                                  {.number = 2, .etag = "e2", .size = 3}};

// Two parts whose ETags are MD5s, and the ETag that S3 makes of these: the MD5 of the MD5s, and their number.
struct digests {
  std::vector<bw::uploaded_part> parts;
  std::string etag;
};
digests digests_of(std::string_view first, std::string_view second) {
  digests out;
  std::string both;
  for (std::string_view const body : {first, second}) {
    auto const md5 = auth::md5(bytes(body));
    both.append(reinterpret_cast<char const*>(md5.data()), md5.size());
    out.parts.push_back(
        {.number = static_cast<int>(out.parts.size()) + 1, .etag = auth::to_hex(md5), .size = body.size()});
  }
  out.etag = auth::to_hex(auth::md5(bytes(both))) + "-2";
  return out;
}
std::string answer_of(std::string const& etag) {
  return "<CompleteMultipartUploadResult><ETag>&quot;" + etag + "&quot;</ETag></CompleteMultipartUploadResult>";
}

}  // namespace

TEST_CASE("s3: a put as it goes over the wire") {
  scripted_server server([](request const&) { return http_answer(200, "", {{"ETag", "\"abc\""}}); });
  auto param = param_of(server);
  param.session_token = "token";
  bw::object_store store = param;
  auto const got = store.put("a b/\xc3\xa9+1", bytes("hello"));
  CHECK(got.etag == "abc");
  CHECK(got.size == 5);
  auto const seen = server.seen();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].method == "PUT");
  CHECK(seen[0].target == "/bucket/a%20b/%C3%A9%2B1");
  CHECK(seen[0].body == "hello");
  CHECK(seen[0].headers.at("content-length") == "5");
  CHECK(seen[0].headers.at("host") == server.authority());
  CHECK(seen[0].headers.at("x-amz-content-sha256") == auth::to_hex(auth::sha256("hello")));
  CHECK(seen[0].headers.at("x-amz-security-token") == "token");
  CHECK(is_signed(seen[0], "us-east-1"));
  for (auto const& [name, value] : seen[0].headers) {
    CHECK(name != "transfer-encoding");
    CHECK(name != "content-encoding");
    CHECK(name.find("checksum") == std::string::npos);
    CHECK(value.find("aws-chunked") == std::string::npos);
  }
}

TEST_CASE("s3: whether a body is hashed, over http") {
  using bw::s3_payload_signing;
  scripted_server server([](request const&) { return http_answer(200, "", {{"ETag", "\"abc\""}}); });
  auto const hash = auth::to_hex(auth::sha256("hello"));
  std::string const none = "UNSIGNED-PAYLOAD";
  std::pair<s3_payload_signing, std::string> const cases[] = {
      {s3_payload_signing::automatic, hash}, {s3_payload_signing::always, hash}, {s3_payload_signing::never, none}};
  for (auto const& [signing, expected] : cases) {
    auto param = param_of(server);
    param.payload_signing = signing;
    bw::object_store store = param;
    store.put("k", bytes("hello"));
    CHECK(server.seen().back().headers.at("x-amz-content-sha256") == expected);
    CHECK(is_signed(server.seen().back(), "us-east-1"));
  }
}

TEST_CASE("s3: an empty object is sent with its length") {
  scripted_server server([](request const&) { return http_answer(200, "", {{"ETag", "\"abc\""}}); });
  bw::object_store store = param_of(server);
  store.put("k", {});
  CHECK(server.seen().at(0).headers.at("content-length") == "0");
}

TEST_CASE("s3: passing troubles are tried again, each time signed anew; others are not") {
  struct {
    int status;
    std::string body;
    int requests;
  } const cases[] = {
      {503, s3_error("SlowDown"), 4},       {500, s3_error("InternalError"), 4}, {502, "<html>", 4},
      {400, s3_error("RequestTimeout"), 4}, {400, s3_error("BadDigest"), 4},     {429, "", 4},
      {403, s3_error("AccessDenied"), 1},   {404, s3_error("NoSuchBucket"), 1},  {400, s3_error("InvalidRequest"), 1},
      {501, s3_error("NotImplemented"), 1}};
  for (auto const& c : cases) {
    CAPTURE(c.body);
    CAPTURE(c.status);
    scripted_server server([&](request const&) { return http_answer(c.status, c.body); });
    bw::object_store store = param_of(server);
    auto const got = store.try_put("k", bytes("x"));
    REQUIRE(!got);
    CHECK(got.error().http_status == c.status);
    CHECK(server.seen().size() == static_cast<std::size_t>(c.requests));
    for (auto const& r : server.seen()) CHECK(is_signed(r, "us-east-1"));
  }
  int left = 3;
  scripted_server server([&](request const&) {
    return left-- > 0 ? std::string() : http_answer(200, "", {{"ETag", "e"}});
  });
  bw::object_store store = param_of(server);
  CHECK(store.try_put("k", bytes("x")).has_value());
}

TEST_CASE("s3: keys from a provider are replaced once a store says that they have expired") {
  int fetched = 0;
  bw::auth::provider<auth::credentials> const keys("keys", [&](std::stop_token) -> bw::result<auth::credentials> {
    return auth::credentials{
        .access_key = "AKIDEXAMPLE", .secret_key = secret, .session_token = "5ecret-" + std::to_string(++fetched)};
  });
  std::string valid = "5ecret-2";
  scripted_server server([&](request const& r) {
    CHECK(is_signed(r, "us-east-1"));
    return r.headers.at("x-amz-security-token") == valid
               ? http_answer(200, "", {{"ETag", "e"}})
               : http_answer(400,
                             s3_error("ExpiredToken", "<Token0>" + r.headers.at("x-amz-security-token") + "</Token0>"));
  });
  auto param = param_of(server);
  param.access_key = param.secret_key = "";
  param.credentials = keys;
  bw::object_store store = param;
  CHECK(store.try_put("k", bytes("x")).has_value());
  CHECK(store.try_put("k", bytes("x")).has_value());
  CHECK(fetched == 2);
  CHECK(server.seen().size() == 3);

  valid = "another";  // new keys that are refused like the old ones are the store's last word
  auto const refused = store.try_put("k", bytes("x"));
  REQUIRE(!refused);
  CHECK(refused.error().code == errc::access_denied);
  CHECK(refused.error().message.find("5ecret") == std::string::npos);
  CHECK(fetched == 3);
  CHECK(server.seen().size() == 5);
}

TEST_CASE("s3: without keys nothing is sent, and the provider's reason is told") {
  scripted_server server([](request const&) { return http_answer(200, "", {{"ETag", "e"}}); });
  auto param = param_of(server);
  param.access_key = param.secret_key = "";
  param.credentials = {"the vault", [](std::stop_token) -> bw::result<auth::credentials> {
                         return bw::error_info{.code = errc::credentials_unavailable, .message = "it is sealed"};
                       }};
  bw::object_store store = param;
  auto const got = store.try_put("k", bytes("x"));
  REQUIRE(!got);
  CHECK(got.error().code == errc::credentials_unavailable);
  CHECK(got.error().message == "cannot put 'k' in bucket 'bucket': the vault: it is sealed");
  CHECK(!got.error().may_have_happened);
  CHECK(error_of(store.try_presign_get("k", std::chrono::hours(1))).code == errc::credentials_unavailable);
  CHECK(server.seen().empty());

  param.access_key = "AKIDEXAMPLE";
  auto const both = bw::try_open_store(param);
  REQUIRE(!both);
  CHECK(both.error().code == errc::invalid_option);
}

TEST_CASE("s3: a condition that a store would ignore is not sent") {
  for (char const* endpoint :
       {"storage.googleapis.com", "oss-cn-hangzhou.aliyuncs.com", "cos.ap-beijing.myqcloud.com"}) {
    CAPTURE(endpoint);
    bw::object_store store = bw::s3_connect_param{
        .endpoint = endpoint, .access_key = "a", .secret_key = "s", .bucket_name = "bucket-1250000000"};
    auto const got = store.try_put_if_absent("k", bytes("x"));
    REQUIRE(!got);
    CHECK(got.error().code == errc::storage_error);
    CHECK(got.error().message.find("absent") != std::string::npos);
    CHECK(!got.error().may_have_happened);
  }
}

TEST_CASE("s3: the region is learnt from the store, used once more, and remembered") {
  struct {
    int status;
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
  } const cases[] = {
      {400, s3_error("AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>"), {}},
      {301, s3_error("PermanentRedirect"), {{"x-amz-bucket-region", "eu-west-1"}, {"Location", "http://127.0.0.1:1/"}}},
      {307, "", {{"x-amz-bucket-region", "eu-west-1"}}},
      {400, s3_error("IllegalLocationConstraintException", "<Region>eu-west-1</Region>"), {}}};
  for (auto const& c : cases) {
    CAPTURE(c.body);
    scripted_server server([&](request const& r) {
      return is_signed(r, "eu-west-1") ? http_answer(200, "", {{"ETag", "e"}})
                                       : http_answer(c.status, c.body, c.headers);
    });
    bw::object_store store = param_of(server);
    CHECK(store.try_put("k", bytes("x")).has_value());
    CHECK(server.seen().size() == 2);
    CHECK(store.try_put("k", bytes("x")).has_value());
    CHECK(server.seen().size() == 3);
    bw::object_store copy = store;
    CHECK(copy.try_put("k", bytes("x")).has_value());
    CHECK(server.seen().size() == 4);
  }
}

TEST_CASE("s3: many threads learn the region at the same time") {
  scripted_server server([&](request const& r) {
    return is_signed(r, "eu-west-1")
               ? http_answer(200, "", {{"ETag", "e"}})
               : http_answer(400, s3_error("AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>"));
  });
  bw::object_store store = param_of(server);
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { good += store.try_put("k", bytes("x")).has_value(); });
  for (auto& t : threads) t.join();
  CHECK(good == 8);
}

TEST_CASE("s3: a store that cannot make up its mind about the region is asked twice, not for ever") {
  int count = 0;
  scripted_server server([&](request const&) {
    return http_answer(400,
                       s3_error("AuthorizationHeaderMalformed", "<Region>r" + std::to_string(++count) + "</Region>"));
  });
  bw::object_store store = param_of(server);
  auto const got = store.try_put("k", bytes("x"));
  CHECK(error_of(got).code == errc::wrong_region);
  CHECK(server.seen().size() == 2);
}

TEST_CASE("s3: a given region is kept, and the right one named") {
  scripted_server server([](request const&) {
    return http_answer(400, s3_error("AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>"));
  });
  auto param = param_of(server);
  param.region = "us-west-2";
  bw::object_store store = param;
  auto const got = store.try_put("k", bytes("x"));
  CHECK(error_of(got).code == errc::wrong_region);
  CHECK(error_of(got).message.find("'eu-west-1'") != std::string::npos);
  CHECK(error_of(got).message.find("'us-west-2'") != std::string::npos);
  CHECK(server.seen().size() == 1);
}

TEST_CASE("s3: a redirect to another host is never followed") {
  scripted_server foreign([](request const&) { return http_answer(200, "", {{"ETag", "e"}}); });
  for (int const status : {301, 302, 307, 308}) {
    scripted_server server([&](request const&) {
      return http_answer(status, s3_error("TemporaryRedirect", "<Endpoint>" + foreign.authority() + "</Endpoint>"),
                         {{"Location", foreign.endpoint() + "/bucket/k"}});
    });
    bw::object_store store = param_of(server);
    CHECK(error_of(store.try_put("k", bytes("x"))).code == errc::wrong_region);
    CHECK(server.seen().size() == 1);
  }
  CHECK(foreign.seen().empty());
}

TEST_CASE("s3: a clock that goes wrong is set by the server's date, once, and stays so") {
  auto const server_stamp = "20300101T0000";  // the minutes are the server's
  scripted_server server([&](request const& r) {
    if (r.headers.at("x-amz-date").starts_with(server_stamp) && is_signed(r, "us-east-1"))
      return http_answer(200, "", {{"ETag", "e"}});
    return http_answer(403, s3_error("RequestTimeTooSkewed"), {{"Date", "Tue, 01 Jan 2030 00:00:00 GMT"}});
  });
  bw::object_store store = param_of(server);
  CHECK(store.try_put("k", bytes("x")).has_value());
  CHECK(server.seen().size() == 2);
  CHECK(store.try_put("k", bytes("x")).has_value());
  CHECK(server.seen().size() == 3);

  scripted_server stubborn([](request const&) {
    return http_answer(403, s3_error("RequestTimeTooSkewed"), {{"Date", "Tue, 01 Jan 2030 00:00:00 GMT"}});
  });
  bw::object_store other = param_of(stubborn);
  CHECK(error_of(other.try_put("k", bytes("x"))).code == errc::clock_skewed);
  CHECK(stubborn.seen().size() == 2);
}

TEST_CASE("s3: errors tell where and what, and no secret") {
  scripted_server server([](request const& r) {
    return http_answer(
        403, s3_error("SignatureDoesNotMatch",
                      "<AWSAccessKeyId>AKIDEXAMPLE</AWSAccessKeyId><SignatureProvided>" +
                          between(r.headers.at("authorization") + ",", "Signature=", ",") +
                          "</SignatureProvided><StringToSign>AWS4 sts</StringToSign><RequestId>R7</RequestId>"));
  });
  auto param = param_of(server);
  param.session_token = "session-token-text";
  bw::object_store store = param;
  auto const got = store.try_put("some/key", bytes("x"));
  REQUIRE(!got);
  auto const& why = got.error();
  CHECK(why.code == errc::access_denied);
  CHECK(why.http_status == 403);
  CHECK(why.server_error == "SignatureDoesNotMatch");
  for (char const* text :
       {"'some/key'", "'bucket'", "403", "SignatureDoesNotMatch", "about SignatureDoesNotMatch", "R7"}) {
    CHECK(why.message.find(text) != std::string::npos);
  }
  auto const signature = between(server.seen()[0].headers.at("authorization") + ",", "Signature=", ",");
  REQUIRE(signature.size() == 64);
  for (std::string const& text : {std::string(secret), std::string("session-token-text"), signature,
                                  std::string("AKIDEXAMPLE"), std::string("sts")}) {
    CHECK(why.to_string().find(text) == std::string::npos);
  }

  // A server that says them all in its message, and one that answers with a page of its own.
  scripted_server parrot([&](request const& r) {
    return http_answer(400, "<Error><Code>X</Code><Message>" + std::string(secret) + " session-token-text " +
                                r.headers.at("authorization") + "</Message></Error>");
  });
  param.endpoint = parrot.endpoint();
  auto const repeated = error_of(bw::object_store(param).try_put("k", bytes("x"))).to_string();
  CHECK(repeated.find(secret) == std::string::npos);
  CHECK(repeated.find("session-token-text") == std::string::npos);
  CHECK(repeated.find(between(parrot.seen()[0].headers.at("authorization") + ",", "Signature=", ",")) ==
        std::string::npos);

  scripted_server page([](request const&) { return http_answer(404, "<html>\n404 from nginx"); });
  param.endpoint = page.endpoint();
  CHECK(error_of(bw::object_store(param).try_put("k", bytes("x"))).message.find("404 from nginx") != std::string::npos);
}

TEST_CASE("s3: complete succeeds only when the body says so") {
  auto const two = digests_of("hello", "you");
  struct {
    std::string first;
    bool repeated;
  } const cases[] = {{http_answer(200, ""), true},
                     {http_answer(200, "   "), true},
                     {http_answer(200, s3_error("InternalError")), true},
                     {http_answer(200, answer_of(two.etag).substr(0, 40)), true},
                     {http_answer(500, ""), true},
                     {"", true},
                     {http_answer(200, " \n" + answer_of(two.etag)), false}};
  for (auto const& c : cases) {
    CAPTURE(c.first);
    int count = 0;
    scripted_server server(
        [&](request const&) { return count++ == 0 ? c.first : http_answer(200, answer_of(two.etag)); });
    bw::object_store store = param_of(server);
    auto const got = store.backend().complete_multipart("k", "id&1", two.parts);
    REQUIRE(got.has_value());
    CHECK(got->size == 8);
    CHECK(got->etag == two.etag);
    // The closed connection may have been replaced by the client itself.
    CHECK(server.seen().size() == (c.repeated ? 2 : 1));
    auto const r = server.seen().back();
    CHECK(r.method == "POST");
    CHECK(r.target == "/bucket/k?uploadId=id%261");
    CHECK(r.body.find("<Part><PartNumber>2</PartNumber><ETag>&quot;" + two.parts[1].etag + "&quot;</ETag></Part>") != std::string::npos);
  }
}

TEST_CASE("s3: complete that fails for good is not repeated and not believed") {
  for (auto const& answer : {http_answer(200, s3_error("InvalidPart")), http_answer(400, s3_error("EntityTooSmall")),
                             http_answer(403, s3_error("AccessDenied"))}) {
    scripted_server server([&](request const&) { return answer; });
    bw::object_store store = param_of(server);
    auto const got = store.backend().complete_multipart("k", "id", two_parts);
    REQUIRE(!got);
    CHECK(!got.error().may_have_happened);
    CHECK(server.seen().size() == 1);
  }
  // An error under status 200 that never ends.
  scripted_server server([](request const& r) {
    return r.method == "POST" ? http_answer(200, s3_error("InternalError")) : http_answer(404);
  });
  bw::object_store store = param_of(server);
  auto const got = store.backend().complete_multipart("k", "id", two_parts);
  REQUIRE(!got);
  CHECK(got.error().server_error == "InternalError");
  CHECK(got.error().may_have_happened);
  CHECK(got.error().message.find("does not say") == std::string::npos);
  // A success without a word.
  scripted_server silent([](request const& r) { return http_answer(r.method == "POST" ? 200 : 404); });
  CHECK(error_of(bw::object_store(param_of(silent)).shared_backend()->complete_multipart("k", "id", two_parts))
            .message.find(", but the body does not say that the object is complete") != std::string::npos);
}

TEST_CASE("s3: a complete whose answer was lost is settled by proof, and by nothing less") {
  auto const two = digests_of("hello", "you");
  struct {
    char const* what;
    std::string size, etag;
    bool own_token, foreign_token, success;
  } const cases[] = {
      {"the ETag of these parts", "8", '"' + two.etag + '"', false, false, true},
      {"which a proxy has made weak", "8", "W/\"" + two.etag + '"', false, false, true},
      {"the random token of this upload", "8", "\"opaque\"", true, false, true},
      {"an older object of the same size and as many parts", "8", "\"x-2\"", false, false, false},
      {"an older object that was put in one request", "8", "\"opaque\"", false, false, false},
      {"an object without an ETag", "8", "", false, false, false},
      {"an object of another upload of this library's", "8", "\"x-2\"", false, true, false},
      {"another size", "9", "\"x-2\"", true, false, false}};
  std::string const lost[] = {"", http_answer(500)};
  for (auto const& c : cases) {
    for (std::string const& first : lost) {
      CAPTURE(c.what);
      int completions = 0;
      std::string token;
      scripted_server server([&](request const& r) {
        if (r.target.ends_with("?uploads=")) {
          token = r.headers.at("x-amz-meta-bulkwriter");
          CHECK(is_signed(r, "us-east-1"));
          return http_answer(200, "<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>");
        }
        if (r.method == "HEAD") {
          std::vector<std::pair<std::string, std::string>> headers = {{"Content-Length", c.size}};
          if (!c.etag.empty()) headers.emplace_back("ETag", c.etag);
          if (c.own_token) headers.emplace_back("x-amz-meta-bulkwriter", token);
          if (c.foreign_token) headers.emplace_back("X-Amz-Meta-Bulkwriter", std::string(32, '0'));
          return http_answer(200, "", headers);
        }
        return completions++ == 0 ? first : http_answer(404, s3_error("NoSuchUpload"));
      });
      bw::object_store store = param_of(server);
      auto const id = store.backend().create_multipart("k").value();
      CHECK(token.size() == 32);
      auto const got = store.backend().complete_multipart("k", id, two.parts);
      CHECK(got.has_value() == c.success);
      if (got) continue;
      CHECK(got.error().code == errc::outcome_unknown);
      CHECK(got.error().may_have_happened);
      CHECK(got.error().message.find("'k'") != std::string::npos);
    }
  }
}

TEST_CASE("s3: a store that says that an aborted upload is complete is not believed") {
  auto const two = digests_of("hello", "you");
  for (std::string const& said : {std::string("old"), std::string(), std::string("x-2")}) {
    for (int const status : {200, 404, 500}) {
      CAPTURE(said);
      CAPTURE(status);
      scripted_server server([&](request const& r) {
        if (r.method == "HEAD") return http_answer(status, "", {{"Content-Length", "8"}, {"ETag", "\"old\""}});
        if (r.method == "GET") return http_answer(status, s3_error("NoSuchKey"));
        return http_answer(200, answer_of(said));
      });
      bw::object_store store = param_of(server);
      auto const got = store.backend().complete_multipart("k", "id", two.parts);
      REQUIRE_FALSE(got);
      CHECK(got.error().code == errc::outcome_unknown);
      CHECK(got.error().may_have_happened);
      CHECK(got.error().message.find("does not say that the object is complete") == std::string::npos);
      CHECK(got.error().message.ends_with(status == 200   ? "; what lies under the key is not known to be this object"
                                          : status == 404 ? "; no object is there"
                                                          : "; what lies under the key cannot be told"));
    }
  }
  // Of these very parts it is, whatever becomes of the look behind it.
  int looks = 0;
  scripted_server busy([&](request const& r) {
    return r.method == "POST" ? http_answer(200, answer_of(two.etag)) : http_answer(looks++ == 0 ? 404 : 500);
  });
  CHECK(bw::object_store(param_of(busy)).shared_backend()->complete_multipart_new("k", "id", two.parts).value().etag == two.etag);
  CHECK(looks > 1);
  // Who may write and not look has the store's word.
  scripted_server closed([&](request const& r) {
    return r.method == "POST" ? http_answer(200, answer_of("kms-2")) : http_answer(403);
  });
  CHECK(bw::object_store(param_of(closed)).shared_backend()->complete_multipart("k", "id", two.parts).value().etag == "kms-2");
}

TEST_CASE("s3: a complete after which there is nothing") {
  // The upload is gone before anything was asked of it: what is there is another object.
  scripted_server other([](request const& r) {
    if (r.method == "HEAD") return http_answer(200, "", {{"Content-Length", "8"}, {"ETag", "\"x-2\""}});
    return http_answer(404, s3_error("NoSuchUpload"));
  });
  bw::object_store another = param_of(other);
  CHECK(!another.backend().complete_multipart("k", "id", two_parts));
  // There is no object either.
  scripted_server server([](request const& r) {
    return http_answer(404, r.method == "HEAD" ? "" : s3_error(r.method == "GET" ? "NoSuchKey" : "NoSuchUpload"));
  });
  bw::object_store store = param_of(server);
  CHECK(error_of(store.backend().complete_multipart("k", "id", two_parts)).server_error == "NoSuchUpload");
}

TEST_CASE("s3: a complete that was refused in passing is settled by the ETag that its parts make, by nothing less") {
  auto const [parts, whole] = digests_of("hello", "you");
  for (std::string const& etag : {whole, std::string(32, '0') + "-2", std::string("opaque")}) {
    CAPTURE(etag);
    scripted_server server([&](request const& r) {
      if (r.method == "HEAD") return http_answer(200, "", {{"Content-Length", "8"}, {"ETag", '"' + etag + '"'}});
      return http_answer(503, s3_error("SlowDown"));
    });
    bw::object_store store = param_of(server);
    auto const got = store.backend().complete_multipart("k", "id", parts);
    CHECK(got.has_value() == (etag == whole));
    if (!got) CHECK(got.error().may_have_happened);
  }
}

TEST_CASE("s3: stale uploads of keys that nobody should write are aborted, and one that cannot be keeps none behind it") {
  std::vector<std::string> const keys = {"/lead", "a/../b", "bad", "c&#1;d", "worse", "z"};
  std::vector<std::string> aborted;
  scripted_server server([&](request const& r) {
    if (r.method == "GET") {
      std::string page = "<ListMultipartUploadsResult>";
      for (std::string const& key : keys)
        page += "<Upload><Key>" + key + "</Key><UploadId>id-" + key +
                "</UploadId><Initiated>2020-01-01T00:00:00.000Z</Initiated></Upload>";
      return http_answer(200, page + "</ListMultipartUploadsResult>");
    }
    if (r.target.find("bad") != std::string::npos || r.target.find("worse") != std::string::npos)
      return http_answer(403, s3_error("AccessDenied"));
    aborted.push_back(r.target);
    return http_answer(204);
  });
  bw::object_store store = param_of(server);
  auto const got = store.try_abort_stale(std::chrono::seconds(60));
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::access_denied);
  for (char const* text : {"'bad' (upload id id-bad)", "'worse' (upload id id-worse)", "of 6 stale uploads 2 are left"})
    CHECK_MESSAGE(got.error().message.find(text) != std::string::npos, got.error().message);
  CHECK(aborted.size() == 4);
  CHECK(aborted.at(0).starts_with("/bucket//lead?"));
}

TEST_CASE("s3: what is stale is told by the store's clock, once it is known") {
  std::string const date = "Tue, 01 Jan 2030 00:00:00 GMT";
  int aborts = 0;
  scripted_server server([&](request const& r) {
    if (!r.headers.at("x-amz-date").starts_with("20300101T00"))
      return http_answer(403, s3_error("RequestTimeTooSkewed"), {{"Date", date}});
    if (r.method == "DELETE") return ++aborts, http_answer(204);
    return http_answer(200,
                       "<ListMultipartUploadsResult><Upload><Key>k</Key><UploadId>u</UploadId><Initiated>"
                       "2029-12-31T23:00:00.000Z</Initiated></Upload></ListMultipartUploadsResult>");
  });
  bw::object_store store = param_of(server);
  CHECK(store.try_abort_stale(std::chrono::hours(2)).value().empty());
  CHECK(store.try_abort_stale((std::chrono::seconds::max)()).value().empty());
  CHECK(error_of(store.try_abort_stale(std::chrono::seconds(-1))).code == bw::errc::invalid_option);
  CHECK(store.try_abort_stale(std::chrono::minutes(30)).value().size() == 1);
  CHECK(aborts == 1);
}

TEST_CASE("s3: a redirect of who knows what is no region, and the message says where to") {
  for (int const status : {301, 302, 307, 308}) {
    scripted_server server([&](request const&) {
      return http_answer(status, "", {{"Location", "http://login.example/?secret=1"}});
    });
    auto const why = bw::object_store(param_of(server)).try_put("k", bytes("x")).error();
    CHECK(why.code == errc::storage_error);
    CHECK_MESSAGE(why.message.find("redirects to 'http://login.example/', which is not followed") != std::string::npos,
                  why.message);
    CHECK(why.message.find("secret") == std::string::npos);
  }
}

TEST_CASE("s3: without a key nothing is asked of the bucket itself") {
  scripted_server server([](request const&) { return http_answer(204); });
  bw::object_store store = param_of(server);
  auto& backend = store.backend();
  CHECK(error_of(backend.abort_multipart("", "id")).code == errc::invalid_option);
  CHECK(error_of(backend.put_part("", "id", 1, bytes("x"), {})).code == errc::invalid_option);
  CHECK(error_of(backend.complete_multipart("a/../b", "id", two_parts)).code == errc::invalid_option);
  CHECK(error_of(backend.list_parts("", "id")).code == errc::invalid_option);
  CHECK(server.seen().empty());
}

TEST_CASE("s3: a conditional put that a kept connection has swallowed is not blamed on somebody else") {
  enum class there { own, another, not_told };
  for (there const is : {there::own, there::another, there::not_told}) {
    int puts = 0;
    std::string token;
    scripted_server server([&](request const& r) {
      if (r.method == "HEAD") {
        std::vector<std::pair<std::string, std::string>> headers = {{"Content-Length", "1"}, {"ETag", "e"}};
        if (is != there::not_told) headers.emplace_back("x-amz-meta-bulkwriter", is == there::own ? token : "other");
        return http_answer(200, "", headers);
      }
      token = r.headers.at("x-amz-meta-bulkwriter");
      return puts++ == 0 ? std::string() : http_answer(412, s3_error("PreconditionFailed"));
    });
    bw::object_store store = param_of(server);
    store.head("k");  // the connection is kept
    auto const got = store.try_put_if_absent("k", bytes("x"));
    CHECK(puts == 2);
    REQUIRE(got.has_value() == (is == there::own));
    if (got) continue;
    CHECK(got.error().code == errc::precondition_failed);
    CHECK(got.error().may_have_happened == (is == there::not_told));
  }
}

TEST_CASE("s3: a URL that would outlive its keys is not signed") {
  scripted_server server([](request const&) { return http_answer(200); });
  auto param = param_of(server);
  param.region = "us-east-1";
  param.access_key = param.secret_key = "";
  param.credentials = auth::credentials{.access_key = "AKIDEXAMPLE",
                                        .secret_key = secret,
                                        .expires = std::chrono::system_clock::now() + std::chrono::minutes(30)};
  bw::object_store store = param;
  CHECK(store.try_presign_get("k", std::chrono::minutes(29)).has_value());
  CHECK(error_of(store.try_presign_get("k", std::chrono::minutes(31))).code == errc::invalid_option);
}

TEST_CASE("s3: pages that go round in a circle end with an error") {
  int page = 0;
  scripted_server server([&](request const&) {
    if (page == 50) return http_answer(200, "<ListBucketResult></ListBucketResult>");  // for whoever has not noticed
    return http_answer(200, "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>" +
                                std::string(++page % 2 ? "a" : "b") + "</NextContinuationToken></ListBucketResult>");
  });
  bw::object_store store = param_of(server);
  auto const got = store.try_list("");
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::invalid_response);
  CHECK(page == 3);
}

TEST_CASE("s3: multipart requests") {
  scripted_server server([](request const& r) {
    if (r.method == "POST")
      return http_answer(200,
                         "<InitiateMultipartUploadResult><UploadId>u+/=</UploadId></InitiateMultipartUploadResult>");
    if (r.method == "DELETE") return http_answer(204);
    return http_answer(200, "", {{"ETag", "\"p\""}});
  });
  bw::object_store store = param_of(server);
  auto& backend = store.backend();
  CHECK(backend.create_multipart("k").value() == "u+/=");
  auto const part = backend.put_part("k", "u+/=", 7, bytes("12345"), {}).value();
  CHECK(part.number == 7);
  CHECK(part.etag == "p");
  CHECK(part.size == 5);
  CHECK(backend.abort_multipart("k", "u+/=").has_value());
  auto const seen = server.seen();
  CHECK(seen.at(0).target == "/bucket/k?uploads=");
  CHECK(seen.at(1).target == "/bucket/k?partNumber=7&uploadId=u%2B%2F%3D");
  CHECK(seen.at(2).method == "DELETE");
  for (auto const& r : seen) CHECK(is_signed(r, "us-east-1"));
}

TEST_CASE("s3: answers that lack what they must hold") {
  scripted_server server([](request const& r) {
    return r.method == "HEAD" ? "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nConnection: close\r\n\r\n"
                              : http_answer(200, "<Other/>");
  });
  bw::object_store store = param_of(server);
  CHECK(error_of(store.backend().create_multipart("k")).code == errc::invalid_response);
  CHECK(error_of(store.backend().put_part("k", "u", 1, bytes("x"), {})).code == errc::invalid_response);
  CHECK(error_of(store.try_list("p")).code == errc::invalid_response);
  CHECK(error_of(store.try_head("k")).code == errc::invalid_response);
}

TEST_CASE("s3: a success without an ETag is no upload: some web server says 200 to all") {
  for (int const status : {200, 201, 204}) {
    scripted_server server([&](request const&) { return http_answer(status, status == 204 ? "" : "<html>welcome"); });
    bw::object_store store = param_of(server);
    auto const put = store.try_put("k", bytes("x"));
    REQUIRE(!put);
    CHECK(put.error().code == errc::invalid_response);
    CHECK(put.error().http_status == status);
    CHECK(put.error().may_have_happened);
    CHECK(put.error().message.find("does not look like an S3 store") != std::string::npos);
    CHECK(server.seen().size() == 1);
    if (status != 200) continue;
    auto const part = store.backend().put_part("k", "u", 1, bytes("x"), {});
    CHECK(error_of(part).code == errc::invalid_response);
    CHECK(error_of(part).message.find("does not look like an S3 store") != std::string::npos);
  }
}

TEST_CASE("s3: a success whose body is an error is that error, in whatever was asked for") {
  std::string code = "AccessDenied";
  bool once = false;
  std::size_t asked = 0;
  scripted_server server([&](request const& r) {
    if (!once || asked++ == 0) return http_answer(200, s3_error(code), {{"ETag", "e"}});
    if (r.method == "DELETE") return http_answer(204);
    return http_answer(200, "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>",
                       {{"ETag", "e"}});
  });
  bw::object_store store = param_of(server);
  std::function<bw::result<void>()> const operations[] = {
      [&]() -> bw::result<void> {
        if (auto got = store.try_put("k", bytes("x")); !got) return got.error();
        return {};
      },
      [&]() -> bw::result<void> {
        if (auto got = store.backend().create_multipart("k"); !got) return got.error();
        return {};
      },
      [&]() -> bw::result<void> {
        if (auto got = store.backend().put_part("k", "u", 1, bytes("x"), {}); !got) return got.error();
        return {};
      },
      [&] { return store.backend().abort_multipart("k", "u"); }, [&] { return store.try_remove("k"); }};
  for (auto const& operation : operations) {
    code = "AccessDenied", once = false;
    auto before = server.seen().size();
    auto const refused = operation();
    REQUIRE(!refused);
    CHECK(refused.error().code == errc::access_denied);
    CHECK(refused.error().server_error == "AccessDenied");
    CHECK(!refused.error().may_have_happened);
    CHECK(server.seen().size() == before + 1);
    code = "InternalError";
    before = server.seen().size();
    auto const failed = operation();
    REQUIRE(!failed);
    CHECK(failed.error().server_error == "InternalError");
    CHECK(failed.error().may_have_happened);
    CHECK(server.seen().size() == before + 4);  // attempts
    once = true, asked = 0;
    CHECK(operation().has_value());
    CHECK(asked == 2);
  }
}

TEST_CASE("s3: a web server's page is neither a missing object nor a missing bucket") {
  for (int const status : {400, 403, 404, 405, 412}) {
    CAPTURE(status);
    scripted_server server(
        [&](request const& r) { return http_answer(status, r.method == "HEAD" ? "" : "<html>no such page"); });
    bw::object_store store = param_of(server);
    auto& backend = store.backend();
    for (auto const& why :
         {error_of(store.try_put("k", bytes("x"))), error_of(store.try_list("p")), error_of(store.try_head("k")),
          error_of(store.try_remove("k")), error_of(backend.create_multipart("k")),
          error_of(backend.put_part("k", "u", 1, bytes("x"), {})), error_of(backend.abort_multipart("k", "u")),
          error_of(backend.complete_multipart("k", "u", two_parts))}) {
      CAPTURE(why.message);
      CHECK(why.code == errc::storage_error);
      CHECK(why.http_status == status);
      CHECK(why.message.find("does not look like an S3 store: '<html>no such page'") != std::string::npos);
    }
  }
  // Without a body nothing speaks against a store.
  scripted_server silent([](request const&) { return http_answer(404); });
  CHECK(error_of(bw::object_store(param_of(silent)).try_head("k")).code == errc::no_such_key);
  // A proxy that finds no store behind it is not taken for one.
  scripted_server proxy([](request const&) { return http_answer(502, "<html>bad gateway"); });
  auto const bad = error_of(bw::object_store(param_of(proxy)).try_put("k", bytes("x")));
  CHECK(bad.code == errc::storage_error);
  CHECK(bad.message.find("does not look like") == std::string::npos);
}

TEST_CASE("s3: messages name the path of an endpoint that has one") {
  scripted_server server([](request const&) { return http_answer(404, s3_error("NoSuchBucket")); });
  auto param = param_of(server);
  auto const message = [&](std::string const& path) {
    param.endpoint = server.endpoint() + path;
    return error_of(bw::object_store(param).try_put("k", bytes("x"))).message;
  };
  CHECK(message("/b/").find(" in bucket 'bucket' at " + server.endpoint() + "/b: HTTP 404") != std::string::npos);
  CHECK(server.seen().back().target == "/b/bucket/k");
  CHECK(message("/").find(" at " + server.endpoint() + ": HTTP 404") != std::string::npos);
  server.stop_listening();
  param.retry.max_attempts = 1;
  CHECK(message("/b").find(" in bucket 'bucket' below '/b': " + server.endpoint() + ": connect: ") !=
        std::string::npos);
}

TEST_CASE("s3: whether an upload that failed may have happened") {
  auto const put = [](bw::s3_connect_param const& param) {
    return error_of(bw::object_store(param).try_put("k", bytes("x")));
  };
  auto const answering = [&](std::vector<std::string> answers) {
    std::size_t next = 0;
    scripted_server server([&](request const&) { return answers.at(std::min(next++, answers.size() - 1)); });
    auto param = param_of(server);
    param.retry.max_attempts = 2;
    return put(param);
  };
  CHECK(answering({""}).may_have_happened);
  CHECK(answering({http_answer(500)}).may_have_happened);
  CHECK(answering({"", http_answer(403, s3_error("AccessDenied"))}).may_have_happened);
  CHECK(!answering({http_answer(501, s3_error("NotImplemented"))}).may_have_happened);
  CHECK(!answering({http_answer(403, s3_error("AccessDenied"))}).may_have_happened);

  // Nobody listens.
  scripted_server server([](request const&) { return http_answer(200, "", {{"ETag", "e"}}); });
  auto param = param_of(server);
  {
    auto away = param;
    scripted_server gone([](request const&) { return std::string(); });
    away.endpoint = gone.endpoint();
    gone.stop_listening();
    CHECK(put(away).code == errc::connect_failed);
    CHECK(!put(away).may_have_happened);
  }
  // No TLS there.
  auto tls = param;
  tls.endpoint = "https://" + server.authority();
  tls.retry.max_attempts = 1;
  tls.timeouts.handshake = std::chrono::milliseconds(300);
  CHECK(!put(tls).may_have_happened);
  // Given up before it began.
  std::stop_source stop;
  stop.request_stop();
  auto const stopped = error_of(bw::object_store(param).shared_backend()->put_part("k", "u", 1, bytes("x"), stop.get_token()));
  CHECK(stopped.code == errc::cancelled);
  CHECK(!stopped.may_have_happened);

  // Lost on a connection that was kept, and then nobody listens: the last word is "refused", yet the request was sent.
  scripted_server* self = nullptr;
  int count = 0;
  scripted_server dying([&](request const&) {
    if (count++ == 0) return http_answer(200, "", {{"ETag", "e"}});
    self->stop_listening();
    return std::string();
  });
  self = &dying;
  bw::object_store store = param_of(dying);
  CHECK(store.try_put("k", bytes("x")).has_value());
  auto const lost = error_of(store.try_put("k", bytes("x")));
  CHECK(lost.code == errc::connect_failed);
  CHECK(lost.may_have_happened);
}

TEST_CASE("s3: a part that is given up ends at once, also in the pause before another try") {
  scripted_server server([](request const&) {
    return http_answer(503, s3_error("SlowDown"), {{"Retry-After", "60"}});
  });
  auto param = param_of(server);
  param.retry.max_delay = std::chrono::seconds(60);
  bw::object_store store = param;
  std::stop_source stop;
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    stop.request_stop();
  });
  auto const began = std::chrono::steady_clock::now();
  CHECK(!store.backend().put_part("k", "u", 1, bytes("x"), stop.get_token()).has_value());
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(20));
  later.join();
}

TEST_CASE("s3: abort and remove take absence for success, and nothing else") {
  std::string code = "NoSuchUpload";
  scripted_server server([&](request const&) { return http_answer(404, s3_error(code)); });
  bw::object_store store = param_of(server);
  CHECK(store.backend().abort_multipart("k", "u").has_value());
  code = "NoSuchBucket";
  CHECK(error_of(store.backend().abort_multipart("k", "u")).code == errc::no_such_bucket);
  CHECK(error_of(store.try_remove("k")).code == errc::no_such_bucket);
  code = "NoSuchKey";
  CHECK(store.try_remove("k").has_value());
  for (int const status : {200, 204, 202, 206, 403}) {
    CAPTURE(status);
    scripted_server other([&](request const&) { return http_answer(status); });
    CHECK(bw::object_store(param_of(other)).shared_backend()->abort_multipart("k", "u").has_value() == (status == 200 || status == 204));
  }
}

TEST_CASE("s3: a store that implements no condition learns of it once, and what it does not implement at all is told") {
  scripted_server server([](request const& r) {
    return r.method == "HEAD" ? http_answer(404) : http_answer(501, s3_error("NotImplemented"));
  });
  bw::object_store store = param_of(server);
  for (std::size_t const puts : {2u, 3u}) {  // with the condition and without, then without
    CHECK(error_of(store.backend().put_new("k", bytes("x"))).http_status == 501);
    auto const seen = server.seen();
    CHECK(std::count_if(seen.begin(), seen.end(), [](request const& r) { return r.method == "PUT"; }) == static_cast<long>(puts));
    CHECK_FALSE(seen.back().headers.contains("if-none-match"));
    CHECK(seen.back().headers.contains("x-amz-meta-bulkwriter"));
  }
}

TEST_CASE("s3: head asks once more for the reason, and learns the region on the way") {
  scripted_server server([](request const& r) {
    if (is_signed(r, "eu-west-1"))
      return http_answer(200, r.method == "GET" ? "x" : "",
                         {{"Content-Length", r.method == "GET" ? "1" : "77"}, {"ETag", "\"e\""}});
    return http_answer(400,
                       r.method == "GET" ? s3_error("AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>") : "");
  });
  bw::object_store store = param_of(server);
  auto const got = store.try_head("k");
  REQUIRE(got.has_value());
  CHECK(got->size == 77);
  CHECK(got->etag == "e");

  scripted_server missing(
      [](request const& r) { return http_answer(404, r.method == "GET" ? s3_error("NoSuchBucket") : ""); });
  CHECK(error_of(bw::object_store(param_of(missing)).try_head("k")).code == errc::no_such_bucket);
}

TEST_CASE("s3: a listing of several pages") {
  scripted_server server([](request const& r) {
    auto const page = [](std::string const& key, std::string const& rest) {
      return http_answer(200, "<ListBucketResult><Contents><Key>" + key + "</Key><Size>1</Size></Contents>" + rest +
                                  "</ListBucketResult>");
    };
    std::string const more = "<IsTruncated>true</IsTruncated><NextContinuationToken>";
    if (r.target.find("continuation-token=t%2B1") != std::string::npos)
      return page("b", more + "t2</NextContinuationToken>");
    if (r.target.find("continuation-token=t2") != std::string::npos)
      return page("c", "<IsTruncated>false</IsTruncated>");
    return page("a", more + "t+1</NextContinuationToken>");
  });
  bw::object_store store = param_of(server);
  auto const got = store.list("x y&");
  REQUIRE(got.size() == 3);
  CHECK(got[2].key == "c");
  for (auto const& r : server.seen()) {
    CHECK(r.target.starts_with("/bucket?list-type=2&encoding-type=url&prefix=x%20y%26"));
    CHECK(is_signed(r, "us-east-1"));
  }
  scripted_server loop([](request const&) {
    return http_answer(200,
                       "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</"
                       "NextContinuationToken></ListBucketResult>");
  });
  CHECK(error_of(bw::object_store(param_of(loop)).try_list()).code == errc::invalid_response);
  CHECK(loop.seen().size() == 2);
}

TEST_CASE("s3: the longest page of a listing is taken, and an answer without an end is not") {
  std::size_t keys = 1000;
  scripted_server server([&](request const&) {
    std::string page = "<ListBucketResult><EncodingType>url</EncodingType>";
    std::string key;
    for (int i = 0; i < 1024; ++i) key += "%25";
    for (std::size_t i = 0; i < keys; ++i) page += "<Contents><Key>" + key + "</Key><Size>1</Size></Contents>";
    return http_answer(200, page + "</ListBucketResult>");
  });
  bw::object_store store = param_of(server);
  auto const listed = store.try_list("");
  REQUIRE(listed.has_value());
  CHECK(listed->size() == 1000);
  CHECK(listed->back().key == std::string(1024, '%'));
  keys = 10'000;
  auto const flooded = store.try_list("");
  REQUIRE(!flooded);
  CHECK(flooded.error().code == errc::invalid_response);
  CHECK(flooded.error().message.find("the body exceeds") != std::string::npos);
}

TEST_CASE("s3: options are checked before anything is sent") {
  bw::s3_connect_param const good = {.endpoint = "h", .access_key = "a", .secret_key = "s", .bucket_name = "b"};
  CHECK(bw::try_open_store(good).has_value());
  auto const refused = [&](auto const& change) {
    auto param = good;
    change(param);
    auto const got = bw::try_open_store(param);
    return !got && error_of(got).code == errc::invalid_option;
  };
  CHECK(refused([](auto& p) { p.access_key = ""; }));
  CHECK(refused([](auto& p) { p.secret_key = ""; }));
  CHECK(refused([](auto& p) { p.secret_key = "from a file\n"; }));
  CHECK(refused([](auto& p) { p.session_token = "a\r\nX-Evil: 1"; }));
  CHECK(refused([](auto& p) { p.bucket_name = ""; }));
  CHECK(refused([](auto& p) { p.retry.max_attempts = 0; }));
  CHECK_THROWS_AS(bw::open_store(bw::s3_connect_param{}), bw::error);
}

TEST_CASE("s3: URLs of objects") {
  auto const url = [](std::string endpoint, std::string_view key) {
    return bw::open_store(
               {.endpoint = std::move(endpoint), .access_key = "a", .secret_key = "s", .bucket_name = "docs"})
        .object_url(key);
  };
  CHECK(url("s3.amazonaws.com", "a/1.parquet") == "s3://docs/a/1.parquet");
  CHECK(url("storage.googleapis.com", "/a/") == "gs://docs/a/");
  CHECK(url("http://127.0.0.1:9000", "a") == "s3://docs/a");
}

TEST_CASE("s3: addresses that are given for host names, the bucket's among them") {
  scripted_server server([](request const&) { return http_answer(200, "", {{"ETag", "\"e\""}}); });
  bw::s3_connect_param param = param_of(server);
  auto const port = server.authority().substr(server.authority().find(':'));
  param.endpoint = "http://store.invalid" + port;
  param.addressing = bw::s3_addressing::virtual_host;
  param.hosts = {{.host = "store.invalid", .address = "127.0.0.9"},
                 {.host = "Bucket.store.invalid", .address = "127.0.0.1"}};
  REQUIRE(bw::open_store(param).try_put("key", bytes("body")));
  REQUIRE(server.seen().size() == 1);
  CHECK(server.seen()[0].headers.at("host") == "bucket.store.invalid" + port);
  CHECK(server.seen()[0].target == "/key");
  CHECK(is_signed(server.seen()[0], "us-east-1"));

  param.addressing = bw::s3_addressing::path;  // nobody listens at that name's address
  auto const got = bw::open_store(param).try_put("key", bytes("body"));
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::connect_failed);
  CHECK(got.error().message.find("127.0.0.9") != std::string::npos);

  param.hosts = {};
  CHECK(error_of(bw::open_store(param).try_put("key", bytes("body"))).code == errc::resolve_failed);
}

TEST_CASE("s3: the given proxy is asked, and what it refuses for good is not repeated") {
  for (auto const& [status, requests] : {std::pair(403, std::size_t{1}), std::pair(503, std::size_t{4})}) {
    scripted_server proxy([s = status](request const&) { return http_answer(s, ""); });
    bw::s3_connect_param param = param_of(proxy);
    param.endpoint = "https://store.example";
    param.proxy = {.url = proxy.endpoint()};
    auto const got = bw::open_store(param).try_put("key", bytes("body"));
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::connect_failed);
    CHECK(got.error().http_status == status);
    CHECK(got.error().message.find("https://store.example:443 through proxy " + proxy.authority()) !=
          std::string::npos);
    REQUIRE(proxy.seen().size() == requests);
    CHECK(proxy.seen()[0].method == "CONNECT");
    CHECK(proxy.seen()[0].target == "store.example:443");
    CHECK(proxy.seen()[0].headers.count("authorization") == 0);

    // The same endpoint as proxy and as store: without one, the store is asked.
    param.endpoint = proxy.endpoint();
    param.proxy = {.url = proxy.endpoint(), .no_proxy = "127.0.0.1"};
    CHECK_FALSE(bw::open_store(param).try_put("key", bytes("body")));
    CHECK(proxy.seen()[requests].method == "PUT");
  }
}
