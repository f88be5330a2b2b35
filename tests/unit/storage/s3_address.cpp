#include <bulkwriter/storage/detail/s3_address.hpp>

#include <doctest/doctest.h>

namespace bw = bulkwriter;
using bw::s3_addressing;
using bw::storage::detail::path_of_key;
using bw::storage::detail::try_s3_address;

namespace {

// "https://host:port/path/of/key region" or the error's code.
std::string where(bw::s3_connect_param const& param, std::string const& discovered = {}) {
  auto got = try_s3_address(param);
  if (!got) return std::string(bw::to_string(got.error().code));
  auto const at = discovered.empty() ? *got : got->at_region(discovered);
  return (at.origin.secure ? "https://" : "http://") + at.origin.authority() + path_of_key(at, "k/1") + ' ' + at.region;
}

}  // namespace

TEST_CASE("s3 address: AWS by virtual host") {
  CHECK(where({.endpoint = "s3.amazonaws.com", .bucket_name = "data"}) ==
        "https://data.s3.amazonaws.com/k/1 us-east-1");
  CHECK(where({.endpoint = "s3.eu-west-1.amazonaws.com", .bucket_name = "data"}) ==
        "https://data.s3.eu-west-1.amazonaws.com/k/1 eu-west-1");
  CHECK(where({.endpoint = "s3-eu-west-1.amazonaws.com", .bucket_name = "data"}) ==
        "https://data.s3-eu-west-1.amazonaws.com/k/1 eu-west-1");
  CHECK(where({.endpoint = "s3.dualstack.eu-west-1.amazonaws.com", .bucket_name = "data"}) ==
        "https://data.s3.dualstack.eu-west-1.amazonaws.com/k/1 eu-west-1");
  CHECK(where({.endpoint = "s3.cn-north-1.amazonaws.com.cn", .bucket_name = "data"}) ==
        "https://data.s3.cn-north-1.amazonaws.com.cn/k/1 cn-north-1");
  CHECK(where({.endpoint = "HTTPS://S3.AmazonAWS.com/", .bucket_name = "data"}) ==
        "https://data.s3.amazonaws.com/k/1 us-east-1");
  // The nameless endpoint is left for the region's own.
  CHECK(where({.endpoint = "s3.amazonaws.com", .bucket_name = "data", .region = "eu-west-1"}) ==
        "https://data.s3.eu-west-1.amazonaws.com/k/1 eu-west-1");
  CHECK(where({.endpoint = "data.s3.eu-west-1.amazonaws.com", .bucket_name = "data"}) ==
        "https://data.s3.eu-west-1.amazonaws.com/k/1 eu-west-1");
}

TEST_CASE("s3 address: a discovered region moves AWS and nothing else") {
  CHECK(where({.endpoint = "s3.amazonaws.com", .bucket_name = "data"}, "ap-south-1") ==
        "https://data.s3.ap-south-1.amazonaws.com/k/1 ap-south-1");
  CHECK(where({.endpoint = "s3.us-east-1.amazonaws.com", .bucket_name = "my.data"}, "ap-south-1") ==
        "https://s3.ap-south-1.amazonaws.com/my.data/k/1 ap-south-1");
  CHECK(where({.endpoint = "data.s3.amazonaws.com", .bucket_name = "data", .addressing = s3_addressing::path},
              "ap-south-1") == "https://s3.ap-south-1.amazonaws.com/data/k/1 ap-south-1");
  CHECK(where({.endpoint = "minio.example:9000", .bucket_name = "data"}, "ap-south-1") ==
        "https://minio.example:9000/data/k/1 ap-south-1");
}

TEST_CASE("s3 address: names that no wildcard certificate covers go into the path") {
  CHECK(where({.endpoint = "s3.amazonaws.com", .bucket_name = "my.data"}) ==
        "https://s3.amazonaws.com/my.data/k/1 us-east-1");
  CHECK(where({.endpoint = "s3.amazonaws.com", .bucket_name = "MyData"}) ==
        "https://s3.amazonaws.com/MyData/k/1 us-east-1");
  CHECK(where({.endpoint = "s3.amazonaws.com", .bucket_name = "my_data"}) ==
        "https://s3.amazonaws.com/my_data/k/1 us-east-1");
}

TEST_CASE("s3 address: each store has its own style and region") {
  using bw::storage::detail::s3_provider;
  struct {
    char const* endpoint;
    s3_provider provider;
    char const* url;
    char const* region;
  } const cases[] = {
      {"s3.amazonaws.com", s3_provider::aws, "https://data-1.s3.amazonaws.com/k/1", "us-east-1"},
      {"s3.eu-west-1.amazonaws.com", s3_provider::aws, "https://data-1.s3.eu-west-1.amazonaws.com/k/1", "eu-west-1"},
      {"storage.googleapis.com", s3_provider::gcs, "https://storage.googleapis.com/data-1/k/1", "auto"},
      {"account.r2.cloudflarestorage.com", s3_provider::r2, "https://account.r2.cloudflarestorage.com/data-1/k/1",
       "auto"},
      {"account.eu.r2.cloudflarestorage.com", s3_provider::r2, "https://account.eu.r2.cloudflarestorage.com/data-1/k/1",
       "auto"},
      {"oss-cn-hangzhou.aliyuncs.com", s3_provider::oss, "https://data-1.oss-cn-hangzhou.aliyuncs.com/k/1",
       "oss-cn-hangzhou"},
      {"cos.ap-guangzhou.myqcloud.com", s3_provider::cos, "https://data-1.cos.ap-guangzhou.myqcloud.com/k/1",
       "ap-guangzhou"},
      {"http://minio:9000", s3_provider::other, "http://minio:9000/data-1/k/1", "us-east-1"},
      {"objects.example.com", s3_provider::other, "https://objects.example.com/data-1/k/1", "us-east-1"},
  };
  for (auto const& c : cases) {
    CAPTURE(c.endpoint);
    CHECK(where({.endpoint = c.endpoint, .bucket_name = "data-1"}) == std::string(c.url) + ' ' + c.region);
    auto const got = try_s3_address({.endpoint = c.endpoint, .bucket_name = "data-1"});
    CHECK(got->provider == c.provider);
    CHECK_FALSE(got->region_is_fixed);
    // A region that is given is signed for, wherever.
    auto const given = try_s3_address({.endpoint = c.endpoint, .bucket_name = "data-1", .region = "xx-north-1"});
    CHECK(given->region == "xx-north-1");
    CHECK(given->region_is_fixed);
  }
}

TEST_CASE("s3 address: the other stores") {
  CHECK(where({.endpoint = "storage.googleapis.com", .bucket_name = "data"}) ==
        "https://storage.googleapis.com/data/k/1 auto");
  CHECK(where({.endpoint = "oss-cn-hangzhou.aliyuncs.com", .bucket_name = "data"}) ==
        "https://data.oss-cn-hangzhou.aliyuncs.com/k/1 oss-cn-hangzhou");
  CHECK(where({.endpoint = "s3.oss-cn-hangzhou-internal.aliyuncs.com", .bucket_name = "data"}) ==
        "https://data.s3.oss-cn-hangzhou-internal.aliyuncs.com/k/1 oss-cn-hangzhou");
  CHECK(where({.endpoint = "cos.ap-guangzhou.myqcloud.com", .bucket_name = "data-125"}) ==
        "https://data-125.cos.ap-guangzhou.myqcloud.com/k/1 ap-guangzhou");
  CHECK(where({.endpoint = "data.account.r2.cloudflarestorage.com", .bucket_name = "data"}) ==
        "https://account.r2.cloudflarestorage.com/data/k/1 auto");
  CHECK(where({.endpoint = "account.r2.cloudflarestorage.com",
               .bucket_name = "data",
               .addressing = s3_addressing::virtual_host}) == "https://data.account.r2.cloudflarestorage.com/k/1 auto");
  CHECK(
      where({.endpoint = "storage.googleapis.com", .bucket_name = "data", .addressing = s3_addressing::virtual_host}) ==
      "https://data.storage.googleapis.com/k/1 auto");
  CHECK(where({.endpoint = "account-r2.cloudflarestorage.com", .bucket_name = "data"}) ==
        "https://account-r2.cloudflarestorage.com/data/k/1 us-east-1");
  // Only the real domains: a name that merely ends alike is somebody else's.
  CHECK(where({.endpoint = "evilaliyuncs.com", .bucket_name = "data"}) ==
        "https://evilaliyuncs.com/data/k/1 us-east-1");
  CHECK(where({.endpoint = "s3.evilamazonaws.com", .bucket_name = "data"}) ==
        "https://s3.evilamazonaws.com/data/k/1 us-east-1");
  CHECK(where({.endpoint = "s3.amazonaws.com.evil.example", .bucket_name = "data"}) ==
        "https://s3.amazonaws.com.evil.example/data/k/1 us-east-1");
  // Doors of other kinds stay as they are.
  CHECK(where({.endpoint = "s3-accelerate.amazonaws.com", .bucket_name = "data"}) ==
        "https://s3-accelerate.amazonaws.com/data/k/1 us-east-1");
  CHECK(where({.endpoint = "s3-accelerate.amazonaws.com",
               .bucket_name = "data",
               .addressing = s3_addressing::virtual_host}) == "https://data.s3-accelerate.amazonaws.com/k/1 us-east-1");
}

TEST_CASE("s3 address: own servers by path, schemes and ports") {
  CHECK(where({.endpoint = "127.0.0.1:9000", .bucket_name = "data", .secure = false}) ==
        "http://127.0.0.1:9000/data/k/1 us-east-1");
  CHECK(where({.endpoint = "localhost", .bucket_name = "data"}) == "https://localhost/data/k/1 us-east-1");
  CHECK(where({.endpoint = "http://localhost", .bucket_name = "data", .secure = true}) ==
        "http://localhost/data/k/1 us-east-1");
  CHECK(where({.endpoint = "https://localhost:443/", .bucket_name = "data", .secure = false}) ==
        "https://localhost/data/k/1 us-east-1");
  CHECK(where({.endpoint = "http://[::1]:9000", .bucket_name = "data"}) == "http://[::1]:9000/data/k/1 us-east-1");
  CHECK(where({.endpoint = "gateway.example/storage/v1/s3/", .bucket_name = "data"}) ==
        "https://gateway.example/storage/v1/s3/data/k/1 us-east-1");
  CHECK(where({.endpoint = "minio.example", .bucket_name = "data", .addressing = s3_addressing::virtual_host}) ==
        "https://data.minio.example/k/1 us-east-1");
  CHECK(where({.endpoint = "s3.amazonaws.com", .bucket_name = "data", .addressing = s3_addressing::path}) ==
        "https://s3.amazonaws.com/data/k/1 us-east-1");
}

TEST_CASE("s3 address: what cannot be one is refused") {
  CHECK(where({.bucket_name = "data"}) == "invalid_option");
  CHECK(where({.endpoint = "h"}) == "invalid_option");
  CHECK(where({.endpoint = "h", .bucket_name = "a/b"}) == "invalid_option");
  CHECK(where({.endpoint = "h", .bucket_name = "a b"}) == "invalid_option");
  CHECK(where({.endpoint = "h", .bucket_name = ".."}) == "invalid_option");
  CHECK(where({.endpoint = "h", .bucket_name = "data", .region = "a/b"}) == "invalid_option");
  CHECK(where({.endpoint = "h", .bucket_name = "data", .region = "eu\n"}) == "invalid_option");
  CHECK(where({.endpoint = "h?x=y", .bucket_name = "data"}) == "invalid_option");
  CHECK(where({.endpoint = "ftp://h", .bucket_name = "data"}) == "invalid_url");
  CHECK(where({.endpoint = "h:99999", .bucket_name = "data"}) == "invalid_url");
  CHECK(where({.endpoint = "[::1]", .bucket_name = "data", .addressing = s3_addressing::virtual_host}) ==
        "invalid_option");
}

TEST_CASE("s3 address: keys") {
  auto const at = try_s3_address({.endpoint = "h", .bucket_name = "data"});
  CHECK(path_of_key(*at, "a b/+=@%&?#~\xc3\xa9") == "/data/a%20b/%2B%3D%40%25%26%3F%23~%C3%A9");
  CHECK(path_of_key(*at, "") == "/data");
  CHECK(path_of_key(*try_s3_address({.endpoint = "s3.amazonaws.com", .bucket_name = "data"}), "") == "/");
}
