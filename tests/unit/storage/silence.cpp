// A store that falls silent, at every operation of an upload: how long what is given up may take.

#include <bulkwriter/http/client.hpp>
#include <bulkwriter/storage/azure_blob.hpp>
#include <bulkwriter/storage/object_output.hpp>
#include <bulkwriter/storage/s3.hpp>
#include <bulkwriter/storage/upload_file.hpp>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <stop_token>
#include <thread>

#include "unit/http/support/requests.hpp"

namespace bw = bulkwriter;
using namespace std::chrono_literals;
using namespace test;

namespace {

// Answers `spoken` requests as a store does, and none behind them.
struct falling_silent {
  explicit falling_silent(int spoken) : left(spoken) {}
  std::atomic<int> left;
  script_server server{[this](peer& p) {
    for (std::string head; !(head = p.request()).empty();) {
      if (left-- <= 0) return p.stall();
      if (contains(head, "?uploads="))
        p.answer("<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>");
      else if (contains(head, "comp=block&"))
        p.send("HTTP/1.1 201 Created\r\nETag: \"p\"\r\nx-ms-request-id: 1\r\nContent-Length: 0\r\n\r\n");
      else
        p.answer("", "ETag: \"p\"\r\n");
    }
  }};
  std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(server.port()); }
};

bw::object_store store_of(bool azure, falling_silent const& silent) {
  if (azure)
    return bw::azure_connect_param{
        .conn_str = "AccountName=acc;AccountKey=a2V5;BlobEndpoint=" + silent.endpoint() + "/acc", .container_name = "con"};
  return bw::s3_connect_param{
      .endpoint = silent.endpoint(), .access_key = "a", .secret_key = "s", .bucket_name = "bucket"};
}

bw::result<void> write(bw::output::file& file, std::string const& text) {
  bw::output::bytes const piece[] = {bytes(text)};
  return file.write(piece);
}

}  // namespace

TEST_CASE("silence: a file that is given up ends within its limit and says what it left, wherever the store fell silent") {
  std::string const part(5 << 20, 'x');
  for (bool const azure : {false, true}) {
    // S3: the upload's beginning, parts, abort. Azure: parts, then the requests of an abort.
    for (int spoken = azure ? 0 : 1; spoken < 5; ++spoken) {
      for (bool const destroyed : {true, false}) {
        falling_silent silent(spoken);
        bw::storage::object_place place(store_of(azure, silent), "p",
                                        {.connections = 2, .part_size = 5 << 20, .abort_limit = 700ms});
        auto file = place.create("f", 1 << 30).value();
        for (int i = 0; i < 3; ++i) REQUIRE(write(*file, part));
        REQUIRE(write(*file, "x"));
        stopwatch const time;
        if (destroyed) {
          file.reset();
        } else if (auto const gone = file->discard(); !gone) {
          CHECK(gone.error().code == bw::errc::upload_not_aborted);
          CHECK_MESSAGE(contains(gone.error().message, "'p/f' (upload id "), gone.error().message);
        }
        MESSAGE(std::string(azure ? "azure" : "s3"), ", silent after ", spoken, destroyed ? ", destroyed: " : ", discarded: ",
                time.read().count(), " ms");
        CHECK(time.read() < 3s);
      }
    }
  }
}

TEST_CASE("silence: what is told to stop ends at once, at every request of a listing and of an upload") {
  std::string const pages = "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>%</NextContinuationToken>"
                            "<Contents><Key>a</Key><Size>1</Size><ETag>e</ETag></Contents></ListBucketResult>";
  std::string const uploads = "<ListMultipartUploadsResult><IsTruncated>false</IsTruncated><Upload><Key>a</Key><UploadId>u</UploadId>"
                              "<Initiated>2020-01-01T00:00:00.000Z</Initiated></Upload></ListMultipartUploadsResult>";
  char path[] = "/tmp/bulkwriter-silence-XXXXXX";
  int const made = ::mkstemp(path);
  REQUIRE(made >= 0);
  REQUIRE(::ftruncate(made, 16 << 20) == 0);
  ::close(made);
  enum what { list, list_uploads, abort_stale, upload_file };
  for (bool const azure : {false, true}) {
    for (what const call : {list, list_uploads, abort_stale, upload_file}) {
      for (int spoken = call == upload_file && !azure ? 1 : 0; spoken < 3; ++spoken) {
        if (azure && call != upload_file && spoken != 0) continue;
        if (call == list_uploads && spoken == 1) break;
        if (call == abort_stale && spoken == 2) break;
        CAPTURE(azure);
        CAPTURE(static_cast<int>(call));
        CAPTURE(spoken);
        std::atomic<int> left = spoken, page = 0;
        script_server server([&](peer& p) {
          for (std::string head; !(head = p.request()).empty();) {
            if (left-- <= 0) return p.stall();
            std::string answer;
            if (contains(head, "list-type=2"))
              answer = pages, answer.replace(answer.find('%'), 1, std::to_string(++page));
            else if (contains(head, "POST") && contains(head, "uploads="))
              answer = "<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>";
            else if (contains(head, "uploads="))
              answer = uploads;
            if (contains(head, "comp=block&"))
              p.send("HTTP/1.1 201 Created\r\nETag: \"p\"\r\nx-ms-request-id: 1\r\nContent-Length: 0\r\n\r\n");
            else
              p.answer(answer, "ETag: \"p\"\r\n");
          }
        });
        std::string const endpoint = "http://127.0.0.1:" + std::to_string(server.port());
        bw::object_store store =
            azure ? bw::object_store(bw::azure_connect_param{
                        .conn_str = "AccountName=acc;AccountKey=a2V5;BlobEndpoint=" + endpoint + "/acc", .container_name = "con"})
                  : bw::object_store(bw::s3_connect_param{
                        .endpoint = endpoint, .access_key = "a", .secret_key = "s", .bucket_name = "bucket"});
        std::stop_source stop;
        std::jthread const stops([&] {
          std::this_thread::sleep_for(150ms);
          stop.request_stop();
        });
        stopwatch const time;
        auto const code = [&] {
          switch (call) {
            case list: return store.try_list("a", stop.get_token()).error().code;
            case list_uploads: return store.try_list_uploads("a", stop.get_token()).error().code;
            case abort_stale: return store.try_abort_stale(1h, "a", stop.get_token()).error().code;
            default: break;
          }
          return bw::storage::try_upload_file(
                     store, path, "k",
                     {.parts = {.connections = 2, .part_size = 5 << 20, .abort_limit = 700ms}, .stop = stop.get_token()})
              .error()
              .code;
        }();
        MESSAGE(std::string(azure ? "azure" : "s3"), ", call ", static_cast<int>(call), ", silent after ", spoken, ", stopped at 150 ms: ",
                time.read().count(), " ms");
        CHECK((code == bw::errc::cancelled));
        CHECK(time.read() < (call == upload_file ? 4s : 1s));
      }
    }
  }
  ::unlink(path);
}

TEST_CASE("silence: a server that restarts does not end an upload: the budget does, not a count") {
  // Ten refusals come within half a second.
  std::atomic<int> refused = 0;
  script_server server([&](peer& p) {
    for (std::string head; !(head = p.request()).empty();) {
      if (refused++ < 10)
        p.send("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
      else
        p.answer("", "ETag: \"e\"\r\n");
    }
  });
  bw::object_store store = bw::s3_connect_param{.endpoint = "http://127.0.0.1:" + std::to_string(server.port()),
                                                .access_key = "a",
                                                .secret_key = "s",
                                                .bucket_name = "bucket",
                                                .retry = {.base_delay = 1ms, .max_delay = 50ms}};
  CHECK(store.try_put("k", bytes("x")));
  CHECK(refused == 11);
}

TEST_CASE("upload_file: a FIFO is refused at once") {
  char folder[] = "/tmp/bulkwriter-fifo-XXXXXX";
  REQUIRE(::mkdtemp(folder));
  std::string const path = std::string(folder) + "/fifo";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  falling_silent silent(0);
  auto const got = bw::storage::try_upload_file(store_of(false, silent), path, "k");
  REQUIRE_FALSE(got);
  CHECK(got.error().code == bw::errc::io_error);
  CHECK(contains(got.error().message, "no regular file"));
  ::unlink(path.c_str());
  ::rmdir(folder);
}

TEST_CASE("upload_file: files without a size that have content go up whole") {
  std::string stored;
  script_server server([&](peer& p) {
    p.request(&stored);
    p.answer("", "ETag: \"e\"\r\n");
  });
  bw::object_store store = bw::s3_connect_param{.endpoint = "http://127.0.0.1:" + std::to_string(server.port()),
                                                .access_key = "a",
                                                .secret_key = "s",
                                                .bucket_name = "bucket"};
  REQUIRE(bw::storage::try_upload_file(store, "/proc/self/cmdline", "k"));
  CHECK(contains(stored, "unit"));
}
