// What an answer of 60 MB costs, in every place that reads one: processor time and memory of a process of its own.

#include <bulkwriter/auth/aws_credentials.hpp>
#include <bulkwriter/auth/azure_token.hpp>
#include <bulkwriter/auth/google_token.hpp>
#include <bulkwriter/import/collections.hpp>
#include <bulkwriter/import/import_client.hpp>
#include <bulkwriter/storage/azure_blob.hpp>
#include <bulkwriter/storage/s3.hpp>

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/child.hpp"
#include "unit/http/support/requests.hpp"

namespace bw = bulkwriter;
using namespace std::chrono_literals;
using namespace test;

namespace {

constexpr std::size_t answer_size = 60'000'000;

// Its end is told by nothing but the end of the connection.
struct lavish {
  int status;
  std::string before, part;
  script_server server{[this](peer& p) {
    if (p.request().empty()) return;
    std::string text = part;
    while (text.size() < 1'000'000) text += part;
    if (!p.send("HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n" + before))
      return;
    for (std::size_t sent = 0; sent < answer_size && p.send(text);) sent += text.size();
  }};
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server.port()); }
};

bw::errc code_of(auto const& got) { return got ? bw::errc::none : got.error().code; }

using call = std::function<bw::errc(std::string const& url)>;
std::vector<std::pair<std::string, call>> const& places() {
  static auto const s3 = [](std::string const& url) {
    return bw::object_store(bw::s3_connect_param{
        .endpoint = url, .access_key = "a", .secret_key = "secret", .bucket_name = "bucket", .retry = {.max_attempts = 1}});
  };
  static auto const azure = [](std::string const& url) {
    return bw::object_store(bw::azure_connect_param{.conn_str = "AccountName=acc;AccountKey=c2VjcmV0;BlobEndpoint=" + url + "/acc",
                                                    .container_name = "con",
                                                    .retry = {.max_attempts = 1}});
  };
  static auto const milvus = [](std::string const& url) {
    return bw::milvus{.uri = url, .token = "root:secret", .retry = {.max_attempts = 1}};
  };
  static bw::auth::service_options const service{.client = {.proxy = {.url = "none"}}, .retry = {.max_attempts = 1}};
  static std::vector<std::pair<std::string, call>> const all = {
      {"s3 put", [](auto& url) { return code_of(s3(url).try_put("k", bytes("x"))); }},
      {"s3 list", [](auto& url) { return code_of(s3(url).try_list()); }},
      {"s3 list_uploads", [](auto& url) { return code_of(s3(url).try_list_uploads()); }},
      {"s3 create_multipart", [](auto& url) { return code_of(s3(url).shared_backend()->create_multipart("k")); }},
      {"s3 complete_multipart",
       [](auto& url) {
         std::vector<bw::uploaded_part> const parts = {{.number = 1, .etag = "e", .size = 1}};
         return code_of(s3(url).shared_backend()->complete_multipart("k", "u", parts));
       }},
      {"s3 list_parts", [](auto& url) { return code_of(s3(url).shared_backend()->list_parts("k", "u")); }},
      {"s3 remove", [](auto& url) { return code_of(s3(url).try_remove("k")); }},
      {"azure put", [](auto& url) { return code_of(azure(url).try_put("k", bytes("x"))); }},
      {"azure list", [](auto& url) { return code_of(azure(url).try_list()); }},
      {"azure list_uploads", [](auto& url) { return code_of(azure(url).try_list_uploads()); }},
      {"azure list_parts", [](auto& url) { return code_of(azure(url).shared_backend()->list_parts("k", "u")); }},
      {"import progress", [](auto& url) { return code_of(bw::import_client{milvus(url)}.try_get_import_progress({"1"})); }},
      {"import jobs", [](auto& url) { return code_of(bw::import_client{milvus(url)}.try_list_import_jobs()); }},
      {"bulk_import",
       [](auto& url) {
         return code_of(bw::import_client{milvus(url)}.try_bulk_import(
             {.collection_name = "c", .files = {.groups = {{.paths = {"a.parquet"}}}}}));
       }},
      {"wait", [](auto& url) { return code_of(bw::import_client{milvus(url)}.try_wait({"1"}, {.poll_interval = 1ms, .timeout = 5s})); }},
      {"describe", [](auto& url) { return code_of(bw::collections{milvus(url)}.try_describe("c")); }},
      {"aws container", [](auto& url) { return code_of(bw::auth::aws_container({.container_endpoint = url, .service = service}).try_get()); }},
      {"aws instance", [](auto& url) { return code_of(bw::auth::aws_instance({.metadata_endpoint = url, .service = service}).try_get()); }},
      {"aws web identity",
       [](auto& url) {
         return code_of(bw::auth::aws_web_identity({.web_identity_token_file = BULKWRITER_TESTS_DIR "/CMakeLists.txt",
                                                    .role_arn = "arn:aws:iam::1:role/r",
                                                    .sts_endpoint = url,
                                                    .service = service})
                            .try_get());
       }},
      {"azure secret",
       [](auto& url) {
         return code_of(bw::auth::azure_client_secret(
                            {.tenant_id = "t", .client_id = "c", .client_secret = "secret", .authority_host = url, .service = service})
                            .try_get());
       }},
      {"azure identity", [](auto& url) { return code_of(bw::auth::azure_managed_identity({.metadata_endpoint = url, .service = service}).try_get()); }},
      {"google metadata", [](auto& url) { return code_of(bw::auth::google_metadata({.metadata_endpoint = url, .service = service}).try_get()); }},
  };
  return all;
}

std::size_t kilobytes(std::string_view what) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == what) return status >> word, std::strtoull(word.c_str(), nullptr, 10);
  return 0;
}

struct cost {
  int code, milliseconds;
  std::size_t kilobytes;
};

}  // namespace

TEST_CASE("answers of 60 MB: an error, within bounds of time and memory, whatever they are made of") {
  void* const shared = ::mmap(nullptr, sizeof(cost), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  REQUIRE(shared != MAP_FAILED);
  cost& told = *static_cast<cost*>(shared);
  for (auto const& [name, ask] : places()) {
    int most_milliseconds = 0;
    std::size_t most_kilobytes = 0;
    for (int const status : {200, 403}) {
      for (auto const& [before, part] : std::vector<std::pair<std::string, std::string>>{
               {"", "sig=&secret%"}, {"<Error><Code>", "<"}, {"{\"code\":0,\"data\":[", "[{\"a\":\"\\u0073ecret\"},"}}) {
        CAPTURE(name);
        CAPTURE(status);
        CAPTURE(part);
        lavish from{.status = status, .before = before, .part = part};
        std::string const url = from.url();
        CHECK(in_child([&] {
                std::ofstream("/proc/self/clear_refs") << 5;  // the peak from here on
                std::size_t const begin = kilobytes("VmRSS:");
                told = {.code = static_cast<int>(ask(url)), .milliseconds = 0, .kilobytes = 0};
                rusage used = {};
                ::getrusage(RUSAGE_SELF, &used);
                told.milliseconds = static_cast<int>(used.ru_utime.tv_sec * 1000 + used.ru_utime.tv_usec / 1000 +
                                                     used.ru_stime.tv_sec * 1000 + used.ru_stime.tv_usec / 1000);
                told.kilobytes = (std::max)(kilobytes("VmHWM:"), begin) - begin;
                return 0;
              }) == 0);
        CHECK(told.code != 0);
        CHECK(told.milliseconds < 5000);
        CHECK(told.kilobytes < 150'000);
        most_milliseconds = (std::max)(most_milliseconds, told.milliseconds);
        most_kilobytes = (std::max)(most_kilobytes, told.kilobytes);
      }
    }
    MESSAGE(name, ": at most ", most_milliseconds, " ms of processor time, ", most_kilobytes / 1024, " MiB");
  }
  ::munmap(shared, sizeof(cost));
}
