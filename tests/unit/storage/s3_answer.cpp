#include "support/error_of.hpp"

#include <bulkwriter/storage/detail/s3_answer.hpp>

#include <doctest/doctest.h>

namespace bw = bulkwriter;
namespace detail = bulkwriter::storage::detail;
using bw::errc;

namespace {

std::string error_body(std::string const& code, std::string const& more = {}) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + code + "</Code>" + more + "</Error>";
}

errc code_of(int status, std::string const& body, std::vector<bw::http::header> headers = {}) {
  return detail::s3_errc(detail::read_s3_failure({.status = status, .headers = std::move(headers), .body = body}),
                         status, "us-east-1");
}

}  // namespace

TEST_CASE("s3 errors: codes") {
  CHECK(code_of(403, error_body("AccessDenied")) == errc::access_denied);
  CHECK(code_of(403, error_body("SignatureDoesNotMatch")) == errc::access_denied);
  CHECK(code_of(400, error_body("ExpiredToken")) == errc::access_denied);
  CHECK(code_of(404, error_body("NoSuchBucket")) == errc::no_such_bucket);
  CHECK(code_of(404, error_body("NoSuchKey")) == errc::no_such_key);
  CHECK(code_of(404, error_body("NoSuchUpload")) == errc::no_such_key);
  CHECK(code_of(404, "") == errc::no_such_key);
  CHECK(code_of(403, "") == errc::access_denied);
  CHECK(code_of(403, error_body("RequestTimeTooSkewed")) == errc::clock_skewed);
  CHECK(code_of(412, error_body("PreconditionFailed")) == errc::precondition_failed);
  CHECK(code_of(301, error_body("PermanentRedirect")) == errc::wrong_region);
  CHECK(code_of(307, "") == errc::storage_error);  // anybody may redirect; a bucket in another region says which
  CHECK(code_of(400, error_body("AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>")) == errc::wrong_region);
  CHECK(code_of(400, error_body("AuthorizationHeaderMalformed", "<Region>us-east-1</Region>")) == errc::access_denied);
  CHECK(code_of(400, error_body("AuthorizationHeaderMalformed")) == errc::access_denied);
  CHECK(code_of(400, "", {{"X-Amz-Bucket-Region", "eu-west-1"}}) == errc::wrong_region);
  CHECK(code_of(401, error_body("AuthenticationRequired")) == errc::access_denied);
  CHECK(code_of(400, error_body("EntityTooSmall")) == errc::storage_error);
  CHECK(code_of(500, "<html>") == errc::storage_error);
}

TEST_CASE("s3 errors: what a web server says is not taken for a store's word") {
  std::string const page = "<!DOCTYPE html><html><head><title>Error</title></head><body>404</body></html>";
  for (std::string const& body : {page, std::string("404 page not found\n"), std::string("{\"message\":\"no\"}")}) {
    CAPTURE(body);
    CHECK(detail::read_s3_failure({.status = 404, .headers = {}, .body = body}).foreign);
    for (int const status : {301, 302, 307, 400, 401, 403, 404, 405, 412}) {
      CAPTURE(status);
      CHECK(code_of(status, body) == errc::storage_error);
    }
  }
  // A store's own words: none at all, another root, an answer cut off, a redirect that names the region.
  CHECK(code_of(404, " \r\n") == errc::no_such_key);
  CHECK(code_of(404, "<R><Error><Code>NoSuchKey</Code></Error></R>") == errc::no_such_key);
  CHECK(code_of(404, "<?xml version=\"1.0\"?><Error><Co") == errc::no_such_key);
  CHECK(code_of(403, "<Error><Message>no</Message></Error>") == errc::access_denied);
  CHECK(code_of(301, page, {{"x-amz-bucket-region", "eu-west-1"}}) == errc::wrong_region);
}

TEST_CASE("s3 errors: a success that its body denies") {
  auto const under = [](int status, std::string const& body) {
    return detail::is_denied_success({.status = status, .headers = {}, .body = body});
  };
  CHECK(under(200, error_body("InternalError")));
  CHECK(under(204, error_body("AccessDenied")));
  CHECK(!under(403, error_body("AccessDenied")));
  CHECK(!under(200, "<CompleteMultipartUploadResult/>"));
  CHECK(!under(200, ""));
  CHECK(detail::is_transient_s3_code("InternalError"));
  CHECK(!detail::is_transient_s3_code("AccessDenied"));
}

TEST_CASE("s3 errors: what a store tells about the region") {
  auto const region = [](std::string const& body, std::vector<bw::http::header> headers = {}) {
    return detail::read_s3_failure({.status = 301, .headers = std::move(headers), .body = body}).region;
  };
  CHECK(region(error_body("PermanentRedirect", "<Region>eu-west-1</Region>")) == "eu-west-1");
  CHECK(region("", {{"x-amz-bucket-region", "eu-west-1"}}) == "eu-west-1");
  CHECK(region(error_body("A", "<Region>eu-west-1</Region>"), {{"x-amz-bucket-region", "eu-west-2"}}) == "eu-west-1");
  CHECK(region(error_body("A", "<Region>evil.example/</Region>")) == "");
  CHECK(region(error_body("A", "<Region>a b</Region>")) == "");
  CHECK(region(error_body("A", "<Region>a b</Region>"), {{"x-amz-bucket-region", "eu-west-2"}}) == "eu-west-2");
  CHECK(region("", {{"x-amz-bucket-region", "evil.example"}}) == "");
}

TEST_CASE("s3 errors: nothing of a signature is read") {
  std::string const body = error_body(
      "SignatureDoesNotMatch",
      "<Message>no "
      "match</Message><AWSAccessKeyId>AKIA</AWSAccessKeyId><StringToSign>STS</StringToSign><SignatureProvided>SIG</"
      "SignatureProvided><CanonicalRequest>CR</CanonicalRequest><RequestId>R1</RequestId>");
  auto const got = detail::read_s3_failure({.status = 403, .body = body});
  CHECK(got.message == "no match");
  CHECK(got.request_id == "R1");
}

TEST_CASE("s3 errors: an answer that is cut off keeps what it said") {
  auto const got = detail::read_s3_failure({.status = 503, .body = "<Error><Code>SlowDown</Code><Message>Ple"});
  CHECK(got.code == "SlowDown");
  CHECK(detail::is_transient_s3_code(got.code));
  CHECK(!detail::is_transient_s3_code("AccessDenied"));
  CHECK(!detail::is_transient_s3_code(""));
}

TEST_CASE("s3 completion: only its own root element is a success") {
  auto const completed = [](int status, std::string const& body) {
    return detail::read_s3_completion({.status = status, .headers = {}, .body = body});
  };
  std::string const good =
      "\n\n  <?xml version=\"1.0\"?><CompleteMultipartUploadResult "
      "xmlns=\"u\"><Key>k</Key><ETag>&#34;e-2&#34;</ETag></CompleteMultipartUploadResult>";
  CHECK(completed(200, good).completed);
  CHECK(completed(200, good).etag == "e-2");
  CHECK(!completed(500, good).completed);
  CHECK(!completed(200, "").completed);
  CHECK(!completed(200, "   ").completed);
  CHECK(!completed(200, good.substr(0, good.size() - 1)).completed);
  CHECK(!completed(200, "<Other/>").completed);
  auto const refused = completed(200, "  " + error_body("InternalError").substr(39));
  CHECK(!refused.completed);
  CHECK(refused.failure.code == "InternalError");
  CHECK(!completed(
             200,
             "<CompleteMultipartUploadResult><Error><Code>InternalError</Code></Error></CompleteMultipartUploadResult>")
             .completed);
}

TEST_CASE("s3 parts: ETags are opaque, and escaped on the way back") {
  bw::uploaded_part const parts[] = {{.number = 1, .etag = "abc"}, {.number = 2, .etag = "a<&>\"b"}};
  CHECK(detail::write_s3_parts(parts) ==
        "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<Part><PartNumber>1</PartNumber><ETag>&quot;abc&quot;</ETag></Part>"
        "<Part><PartNumber>2</PartNumber><ETag>&quot;a&lt;&amp;&gt;&quot;b&quot;</ETag></Part></"
        "CompleteMultipartUpload>");
}

TEST_CASE("s3 upload id") {
  CHECK(detail::read_s3_upload_id("<InitiateMultipartUploadResult><Bucket>b</Bucket><UploadId>a&amp;b</UploadId></"
                                  "InitiateMultipartUploadResult>")
            .value() == "a&b");
  CHECK(!detail::read_s3_upload_id("<InitiateMultipartUploadResult/>").has_value());
  CHECK(!detail::read_s3_upload_id("<Other><UploadId>a</UploadId></Other>").has_value());
  CHECK(!detail::read_s3_upload_id("").has_value());
}

TEST_CASE("s3 listing") {
  auto const contents = [](std::string const& key, std::string const& size) {
    return "<Contents><Key>" + key + "</Key><Size>" + size +
           "</Size><ETag>&quot;e&quot;</ETag><Owner><ID>x</ID></Owner></Contents>";
  };
  auto const page = detail::read_s3_page(
      "<ListBucketResult><Prefix>p</Prefix><EncodingType>url</EncodingType>" + contents("a%2Bb+c%20%C3%A9", "1") +
      contents("d", "5000000000") + "<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>" +
      "<CommonPrefixes><Prefix>q</Prefix></CommonPrefixes></ListBucketResult>");
  REQUIRE(page.has_value());
  REQUIRE(page->objects.size() == 2);
  CHECK(page->objects[0].key == "a+b c \xc3\xa9");
  CHECK(page->objects[0].etag == "e");
  CHECK(page->objects[1].size == 5000000000);
  CHECK(page->next_token == "t");
  // Not every store encodes when asked to.
  CHECK(detail::read_s3_page("<ListBucketResult>" + contents("a+b%20", "1") + "</ListBucketResult>").value().objects[0].key ==
        "a+b%20");
  CHECK(detail::read_s3_page("<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>").value().objects.empty());
  for (std::string const& bad :
       {std::string(), std::string("<Other/>"), "<ListBucketResult>" + contents("a", "x") + "</ListBucketResult>",
        std::string("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>")}) {
    CAPTURE(bad);
    REQUIRE(!detail::read_s3_page(bad).has_value());
    CHECK(error_of(detail::read_s3_page(bad)).code == errc::invalid_response);
  }
}

TEST_CASE("s3 listing of unfinished uploads") {
  auto const upload = [](std::string const& key, std::string const& id, std::string const& time) {
    return "<Upload><Key>" + key + "</Key><UploadId>" + id + "</UploadId><Initiator><ID>x</ID></Initiator><Initiated>" +
           time + "</Initiated></Upload>";
  };
  std::string const time = "2010-11-10T20:48:33.000Z";
  auto const page = detail::read_s3_uploads_page(
      "<ListMultipartUploadsResult><Bucket>b</Bucket><KeyMarker/><EncodingType>url</EncodingType>" +
      upload("a%2Bb+c", "i&amp;1", time) + upload("d", "2", "2024-02-29T23:59:59Z") +
      "<NextKeyMarker>d%20</NextKeyMarker><NextUploadIdMarker>2</NextUploadIdMarker><IsTruncated>true</IsTruncated>"
      "</ListMultipartUploadsResult>");
  REQUIRE(page.has_value());
  REQUIRE(page->uploads.size() == 2);
  CHECK(page->uploads[0].key == "a+b c");
  CHECK(page->uploads[0].upload_id == "i&1");
  CHECK(std::chrono::system_clock::to_time_t(page->uploads[0].initiated) == 1289422113);
  CHECK(std::chrono::system_clock::to_time_t(page->uploads[1].initiated) == 1709251199);
  CHECK(page->next_key == "d ");
  CHECK(page->next_id == "2");

  auto const last = detail::read_s3_uploads_page(
      "<ListMultipartUploadsResult><NextKeyMarker>d</NextKeyMarker><IsTruncated>false</IsTruncated>" +
      upload("a%20", "1", time) + "</ListMultipartUploadsResult>");
  REQUIRE(last.has_value());
  CHECK(last->uploads[0].key == "a%20");  // not every store encodes when asked to
  CHECK(last->next_key.empty());
  for (std::string const& bad :
       {std::string(), std::string("<Other/>"),
        std::string("<ListMultipartUploadsResult><IsTruncated>true</IsTruncated></ListMultipartUploadsResult>"),
        "<ListMultipartUploadsResult>" + upload("a", "", time) + "</ListMultipartUploadsResult>",
        "<ListMultipartUploadsResult>" + upload("", "1", time) + "</ListMultipartUploadsResult>",
        "<ListMultipartUploadsResult>" + upload("a", "1", "yesterday") + "</ListMultipartUploadsResult>"}) {
    CAPTURE(bad);
    REQUIRE(!detail::read_s3_uploads_page(bad).has_value());
    CHECK(error_of(detail::read_s3_uploads_page(bad)).code == errc::invalid_response);
  }
}

TEST_CASE("s3 listing of an upload's parts") {
  auto const part = [](std::string const& number, std::string const& etag, std::string const& size) {
    return "<Part><PartNumber>" + number + "</PartNumber><LastModified>x</LastModified><ETag>" + etag +
           "</ETag><Size>" + size + "</Size></Part>";
  };
  auto const page = detail::read_s3_parts_page(
      "<ListPartsResult><Key>k</Key><PartNumberMarker>0</PartNumberMarker><NextPartNumberMarker>7</"
      "NextPartNumberMarker>"
      "<IsTruncated>true</IsTruncated>" +
      part("2", "&quot;e&quot;", "5242880") + part("7", "f", "0") + "</ListPartsResult>");
  REQUIRE(page.has_value());
  REQUIRE(page->parts.size() == 2);
  CHECK(page->parts[0].number == 2);
  CHECK(page->parts[0].etag == "e");
  CHECK(page->parts[0].size == 5242880);
  CHECK(page->parts[1].number == 7);
  CHECK(page->next_part == "7");
  CHECK(detail::read_s3_parts_page("<ListPartsResult><NextPartNumberMarker>7</NextPartNumberMarker></ListPartsResult>")
            .value().next_part.empty());
  for (std::string const& bad :
       {std::string(), std::string("<Other/>"), "<ListPartsResult>" + part("x", "e", "1") + "</ListPartsResult>",
        "<ListPartsResult>" + part("0", "e", "1") + "</ListPartsResult>",
        "<ListPartsResult>" + part("1", "", "1") + "</ListPartsResult>",
        "<ListPartsResult>" + part("1", "e", "-1") + "</ListPartsResult>",
        std::string("<ListPartsResult><IsTruncated>true</IsTruncated></ListPartsResult>")}) {
    CAPTURE(bad);
    REQUIRE(!detail::read_s3_parts_page(bad).has_value());
    CHECK(error_of(detail::read_s3_parts_page(bad)).code == errc::invalid_response);
  }
}
