#include <bulkwriter/auth/azure_shared_key.hpp>

#include <doctest/doctest.h>

namespace auth = bulkwriter::auth;

namespace {

// 64 bytes, as an account's key has.
std::string const key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

std::chrono::system_clock::time_point at(std::int64_t seconds) {
  return std::chrono::system_clock::time_point(std::chrono::seconds(seconds));
}

std::string resource_of(std::string const& target) {
  auto const text = auth::azure_string_to_sign({.target = target}, "myaccount");
  return text.substr(text.find("/myaccount"));
}

}  // namespace

// From "Authorize with Shared Key" of Azure's documentation.
TEST_CASE("azure_shared_key: the documented example of a string to sign") {
  auth::azure_request const request = {
      .method = "GET",
      .target = "/mycontainer?restype=container&comp=metadata&timeout=20",
      .headers = {{"x-ms-version", "2015-02-21"}, {"x-ms-date", "Fri, 26 Jun 2015 23:39:12 GMT"}}};
  CHECK(auth::azure_string_to_sign(request, "myaccount") ==
        "GET\n\n\n\n\n\n\n\n\n\n\n\n"
        "x-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\nx-ms-version:2015-02-21\n"
        "/myaccount/mycontainer\ncomp:metadata\nrestype:container\ntimeout:20");
}

TEST_CASE("azure_shared_key: the documented examples of a resource") {
  CHECK(resource_of("/mycontainer?restype=container&comp=metadata") ==
        "/myaccount/mycontainer\ncomp:metadata\nrestype:container");
  // Several values of one name are sorted and joined.
  CHECK(resource_of("/container?restype=container&comp=list&include=snapshots&include=metadata&include="
                    "uncommittedblobs") ==
        "/myaccount/container\ncomp:list\ninclude:metadata,snapshots,uncommittedblobs\nrestype:container");
  CHECK(resource_of("/mycontainer/myblob") == "/myaccount/mycontainer/myblob");
}

TEST_CASE("azure_shared_key: the path as it is on the wire, the query decoded, names in lower case") {
  CHECK(resource_of("/c/a%20b%2Bc?comp=block&blockid=YWI%3D&Timeout=5") ==
        "/myaccount/c/a%20b%2Bc\nblockid:YWI=\ncomp:block\ntimeout:5");
  // Azurite's URL has the account in its path, so it is there twice.
  CHECK(resource_of("/myaccount/c/b") == "/myaccount/myaccount/c/b");
  CHECK(resource_of("/") == "/myaccount/");
}

TEST_CASE("azure_shared_key: each standard header has its line, and no length is no text") {
  auth::azure_request request = {.method = "PUT",
                                 .target = "/c/b",
                                 .headers = {{"Content-Encoding", "1"},
                                             {"Content-Language", "2"},
                                             {"Content-MD5", "3"},
                                             {"Content-Type", "4"},
                                             {"Date", "5"},
                                             {"If-Modified-Since", "6"},
                                             {"If-Match", "7"},
                                             {"If-None-Match", "8"},
                                             {"If-Unmodified-Since", "9"},
                                             {"Range", " 10 "},
                                             {"User-Agent", "not signed"}},
                                 .content_length = 42};
  CHECK(auth::azure_string_to_sign(request, "a") == "PUT\n1\n2\n42\n3\n4\n5\n6\n7\n8\n9\n10\n/a/c/b");
  request.content_length = 0;
  request.headers = {{"x-ms-date", "now"}, {"Date", "not signed then"}};
  CHECK(auth::azure_string_to_sign(request, "a") == "PUT\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:now\n/a/c/b");
}

TEST_CASE("azure_shared_key: the account's headers in the order of Azure") {
  auth::azure_request const request = {.headers = {{"x-ms-meta-b", "1"},
                                                   {"X-MS-Meta-A-B", " 2\t"},
                                                   {"x-ms-meta-ab", "3"},
                                                   {"x-ms-meta-a_b", "4"},
                                                   {"x-ms-meta-b", "5"},
                                                   {"x-ms-meta-1", "6"}}};
  CHECK(auth::azure_string_to_sign(request, "a") ==
        "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-meta-1:6\nx-ms-meta-a_b:4\nx-ms-meta-ab:3\nx-ms-meta-a-b:2\n"
        "x-ms-meta-b:1,5\n/a/");
}

TEST_CASE("azure_shared_key: signatures") {
  auth::azure_request const request = {
      .method = "GET",
      .target = "/mycontainer?restype=container&comp=metadata&timeout=20",
      .headers = {{"x-ms-version", "2015-02-21"}, {"x-ms-date", "Fri, 26 Jun 2015 23:39:12 GMT"}}};
  auto const got = auth::azure_shared_key_sign(request, "myaccount", key);
  // By Python's hmac and base64 over the documented text.
  CHECK(got.signature == "1u9lui2jDxj0+fpbHjQ5m5NnastJRSYM+PSmfi8TXx4=");
  CHECK(got.authorization.name == "Authorization");
  CHECK(got.authorization.value == "SharedKey myaccount:" + got.signature);
  CHECK(got.string_to_sign == auth::azure_string_to_sign(request, "myaccount"));
}

TEST_CASE("azure_shared_key: a key that is not base64 is refused and not repeated") {
  std::string const bad = "secret*secret";
  auto const got = auth::try_azure_shared_key_sign({}, "a", bad);
  REQUIRE_FALSE(got);
  CHECK(got.error().code == bulkwriter::errc::invalid_option);
  CHECK(got.error().message.find("account key") != std::string::npos);
  CHECK(got.error().message.find("secret") == std::string::npos);
  auto const sas = auth::try_azure_blob_sas({.container = "c", .blob = "b"}, "a", bad);
  REQUIRE_FALSE(sas);
  CHECK(sas.error().code == bulkwriter::errc::invalid_option);
}

TEST_CASE("azure_shared_key: dates") {
  CHECK(auth::azure_date(at(1435361952)) == "Fri, 26 Jun 2015 23:39:12 GMT");
  CHECK(auth::azure_date(at(0)) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(auth::azure_date(at(951782399)) == "Mon, 28 Feb 2000 23:59:59 GMT");
  CHECK(auth::azure_date(at(951782400)) == "Tue, 29 Feb 2000 00:00:00 GMT");
  CHECK(auth::azure_date(at(4102444799)) == "Thu, 31 Dec 2099 23:59:59 GMT");
}

TEST_CASE("azure_blob_sas: the query of a URL") {
  auth::azure_sas_request request = {
      .container = "c", .blob = "a b/+", .permissions = "cw", .expires = at(1435361952), .https_only = true};
  // By Python's hmac and base64 over "cw\n\n2015-06-26T23:39:12Z\n/blob/myaccount/c/a b/+\n\n\nhttps\n2021-12-02\nb"
  // and seven more line feeds.
  CHECK(auth::azure_blob_sas(request, "myaccount", key) ==
        "sv=2021-12-02&se=2015-06-26T23%3A39%3A12Z&sr=b&sp=cw&spr=https&sig=xtNdUq43A1VMGnkNxu2HzI6m%2F%2BQke8WbME5R%"
        "2BxeMEs0%3D");
  request.https_only = false;
  auto const other = auth::azure_blob_sas(request, "myaccount", key);
  CHECK(other.find("spr=") == std::string::npos);
  CHECK(other.find("xtNdUq43A1VMGnkNxu2HzI6m%2F%2BQke8WbME5R%2BxeMEs0%3D") == std::string::npos);
}
