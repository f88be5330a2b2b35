#include "support/error_of.hpp"

#include <bulkwriter/auth/digest.hpp>
#include <bulkwriter/storage/detail/azure_answer.hpp>

#include <doctest/doctest.h>

namespace bw = bulkwriter;
namespace detail = bw::storage::detail;
using bw::errc;

namespace {

bw::http::response answer(int status, std::string body, std::vector<bw::http::header> headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

errc code_of(int status, std::string const& code) {
  return detail::azure_errc(
      detail::read_azure_failure(answer(status, "<Error><Code>" + code + "</Code><Message>m</Message></Error>")),
      status);
}

}  // namespace

TEST_CASE("azure_answer: a refusal's parts") {
  auto const got = detail::read_azure_failure(
      answer(403,
             "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>AuthenticationFailed</Code><Message>"
             "Server failed.\nRequestId:1\nTime:2026-11-25T00:00:00Z</Message><AuthenticationErrorDetail>The MAC "
             "signature found in the HTTP request 'c2ln' is not the same as any computed signature. Server used "
             "following string to sign: 'GET'.</AuthenticationErrorDetail></Error>",
             {{"x-ms-request-id", "r-1"}}));
  CHECK(got.code == "AuthenticationFailed");
  CHECK(got.message == "Server failed.");
  CHECK(got.request_id == "r-1");
  CHECK_FALSE(got.foreign);
  CHECK_FALSE(got.date_refused);
  CHECK_FALSE(got.outside_time);
}

TEST_CASE("azure_answer: an answer to HEAD has its code in a header") {
  auto const got = detail::read_azure_failure(answer(404, "", {{"X-Ms-Error-Code", "ContainerNotFound"}}));
  CHECK(got.code == "ContainerNotFound");
  CHECK(detail::azure_errc(got, 404) == errc::no_such_bucket);
}

TEST_CASE("azure_answer: of the details of a refused signature only what they are about is kept") {
  auto const with = [](std::string const& detail_text) {
    return detail::read_azure_failure(
        answer(403, "<Error><Code>AuthenticationFailed</Code><AuthenticationErrorDetail>" + detail_text +
                        "</AuthenticationErrorDetail></Error>"));
  };
  auto got = with("Request date header too old: 'Fri, 26 Jun 2015 23:39:12 GMT'");
  CHECK(got.date_refused);
  CHECK(detail::azure_errc(got, 403) == errc::clock_skewed);
  got = with("Signature not valid in the specified time frame: Start [..] - Expiry [..] - Current [..]");
  CHECK(got.outside_time);
  CHECK(detail::azure_errc(got, 403) == errc::access_denied);
  CHECK(got.message.empty());
}

TEST_CASE("azure_answer: a page of some web server") {
  auto const got = detail::read_azure_failure(answer(404, "<html>not here</html>"));
  CHECK(got.foreign);
  CHECK(detail::azure_errc(got, 404) == errc::storage_error);
  CHECK(detail::azure_errc(detail::read_azure_failure(answer(404, "")), 404) == errc::no_such_key);
  CHECK(detail::azure_errc(detail::read_azure_failure(answer(401, "")), 401) == errc::access_denied);
  CHECK(detail::azure_errc(detail::read_azure_failure(answer(412, "")), 412) == errc::precondition_failed);
}

TEST_CASE("azure_answer: codes") {
  for (char const* code : {"AuthenticationFailed", "AuthorizationFailure", "AuthorizationPermissionMismatch",
                           "AuthorizationProtocolMismatch", "AuthorizationSourceIPMismatch", "AccountIsDisabled",
                           "InsufficientAccountPermissions", "NoAuthenticationInformation", "InvalidAuthenticationInfo",
                           "KeyBasedAuthenticationNotPermitted"})
    CHECK(code_of(403, code) == errc::access_denied);
  CHECK(code_of(404, "ContainerNotFound") == errc::no_such_bucket);
  CHECK(code_of(409, "ContainerBeingDeleted") == errc::no_such_bucket);
  CHECK(code_of(404, "BlobNotFound") == errc::no_such_key);
  CHECK(code_of(400, "InvalidBlockList") == errc::no_such_key);
  CHECK(code_of(412, "ConditionNotMet") == errc::precondition_failed);
  CHECK(code_of(409, "BlobAlreadyExists") == errc::precondition_failed);
  for (char const* code : {"InvalidBlobOrBlock", "Md5Mismatch", "ServerBusy", "InvalidHeaderValue", "LeaseIdMissing",
                           "BlockCountExceedsLimit", "RequestBodyTooLarge"})
    CHECK(code_of(400, code) == errc::storage_error);
  for (char const* code : {"ServerBusy", "InternalError", "OperationTimedOut", "Md5Mismatch", "Crc64Mismatch"})
    CHECK(detail::is_transient_azure_code(code));
  for (char const* code : {"", "AuthenticationFailed", "BlobNotFound", "InvalidBlobOrBlock"})
    CHECK_FALSE(detail::is_transient_azure_code(code));
}

// From "List Blobs" of Azure's documentation, shortened, with a folder of an account that has such.
TEST_CASE("azure_answer: a page of a listing") {
  auto const page = detail::read_azure_page(
      "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ServiceEndpoint=\"http://myaccount."
      "blob.core.windows.net/\" ContainerName=\"c\"><Prefix>a</Prefix><MaxResults>2</MaxResults><Blobs>"
      "<Blob><Name>a &amp; b</Name><Properties><Creation-Time>x</Creation-Time><Etag>0x8CB</Etag><Content-Length>12"
      "</Content-Length><BlobType>BlockBlob</BlobType></Properties><Metadata><Name>no</Name></Metadata></Blob>"
      "<Blob><Name>folder</Name><Properties><ResourceType>directory</ResourceType><Content-Length>0</Content-Length>"
      "<BlobType>BlockBlob</BlobType></Properties></Blob>"
      "<Blob><Name>empty</Name><Properties><Content-Length>0</Content-Length><BlobType>BlockBlob</BlobType>"
      "</Properties></Blob>"
      "<Blob><Name>log</Name><Properties><Content-Length>0</Content-Length><BlobType>AppendBlob</BlobType>"
      "</Properties></Blob></Blobs><NextMarker>2!next</NextMarker></EnumerationResults>");
  REQUIRE(page);
  REQUIRE(page->blobs.size() == 3);
  CHECK(page->blobs[0].object.key == "a & b");
  CHECK(page->blobs[0].object.size == 12);
  CHECK(page->blobs[0].object.etag == "0x8CB");
  CHECK_FALSE(page->blobs[0].may_be_uncommitted);
  CHECK(page->blobs[1].object.key == "empty");
  CHECK(page->blobs[1].may_be_uncommitted);
  CHECK(page->blobs[2].object.key == "log");
  CHECK_FALSE(page->blobs[2].may_be_uncommitted);
  CHECK(page->next_marker == "2!next");

  CHECK(detail::read_azure_page("<EnumerationResults><Blobs/><NextMarker/></EnumerationResults>").value().next_marker.empty());
  for (char const* bad :
       {"", "<a/>", "<EnumerationResults>",
        "<EnumerationResults><Blobs><Blob><Properties><Content-Length>1x</Content-Length></Properties></Blob></Blobs>"
        "</EnumerationResults>"})
    CHECK(error_of(detail::read_azure_page(bad)).code == errc::invalid_response);
}

TEST_CASE("azure_answer: a block list") {
  auto const list = detail::read_azure_block_list(
      "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList><CommittedBlocks><Block><Name>QUFB</Name><Size>5</Size>"
      "</Block></CommittedBlocks><UncommittedBlocks><Block><Name>QkJC</Name><Size>7</Size></Block><Block><Name>Q0ND"
      "</Name><Size>4194304000</Size></Block></UncommittedBlocks></BlockList>");
  REQUIRE(list);
  REQUIRE(list->committed.size() == 1);
  REQUIRE(list->uncommitted.size() == 2);
  CHECK(list->committed[0].id == "QUFB");
  CHECK(list->uncommitted[1].size == 4194304000u);
  CHECK(detail::read_azure_block_list("<BlockList/>").value().uncommitted.empty());
  for (char const* bad :
       {"", "<Blocks/>", "<BlockList><CommittedBlocks><Block><Size></Size></Block></CommittedBlocks></BlockList>"})
    CHECK(error_of(detail::read_azure_block_list(bad)).code == errc::invalid_response);
  std::vector<std::string> const ids = {"QUFB", "a<b"};
  CHECK(
      detail::write_azure_block_list(ids) ==
      "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList><Latest>QUFB</Latest><Latest>a&lt;b</Latest></BlockList>");
}

TEST_CASE("azure_answer: names of blocks are equally long and come back as they were") {
  auto const now = std::chrono::system_clock::time_point(std::chrono::seconds(1795651200));
  auto const upload = detail::make_azure_upload_id(now);
  CHECK(detail::is_azure_upload_id(upload));
  CHECK(detail::azure_upload_begun(upload) == now);
  CHECK(upload != detail::make_azure_upload_id(now));
  std::string const digest(32, 'a');
  for (int const number : {1, 9, 10, 99, 100, 9999, 10000, 50000}) {
    detail::azure_block_name const name = {.upload_id = upload, .number = number, .digest = digest};
    auto const id = name.id();
    CHECK(id.size() == 84);
    CHECK(bw::auth::base64_decode(id).size() == 63);  // Azure takes 64 at most
    auto const again = detail::read_azure_block_id(id);
    REQUIRE(again);
    CHECK(again->upload_id == upload);
    CHECK(again->number == number);
    CHECK(again->digest == digest);
  }
  auto const encoded = [](std::string const& name) { return bw::auth::base64_encode(bw::auth::as_bytes(name)); };
  CHECK(detail::read_azure_block_id(encoded(upload + "-00001-" + digest)));
  for (std::string const& bad : {std::string("block-000001"), upload + "-00000-" + digest, upload + "-50001-" + digest,
                                 upload + "-0000a-" + digest, upload + "_00001-" + digest, upload + "-00001_" + digest,
                                 upload + "-00001-" + std::string(32, 'g'), std::string(24, 'x') + "-00001-" + digest,
                                 std::string(63, '\0'), std::string(63, '0')})
    CHECK_FALSE(detail::read_azure_block_id(encoded(bad)));
  for (char const* bad : {"", "*", "QUFB"}) CHECK_FALSE(detail::read_azure_block_id(bad));
}
