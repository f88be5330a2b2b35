// Logs and metrics: hooks that are told of every request and of every pause before another attempt. Uploads a file.
//
//   hooks FILE KEY          with BULKWRITER_ENDPOINT, _ACCESS_KEY, _SECRET_KEY and _BUCKET in the environment
//
// Connect parameters of all clouds have them, and so have the targets of imports.

#include "support/variable.hpp"

#include <bulkwriter/storage/s3.hpp>
#include <bulkwriter/storage/upload_file.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <string>

namespace bw = bulkwriter;
using namespace std::chrono_literals;

// Parts of an upload travel on several threads, which call the hooks.
std::atomic<std::uint64_t> requests, bytes, pauses;

int main(int argc, char** argv) try {
  if (argc != 3) return std::cerr << "usage: hooks FILE KEY\n", 2;

  bw::s3_connect_param bucket{.endpoint = variable("BULKWRITER_ENDPOINT"),
                              .access_key = variable("BULKWRITER_ACCESS_KEY"),
                              .secret_key = variable("BULKWRITER_SECRET_KEY"),
                              .bucket_name = variable("BULKWRITER_BUCKET"),
                              .retry = {.budget = 2s}};  // five minutes, if nothing is said
  bucket.on_exchange = [](bw::http::exchange_info const& e) {  // no query and no headers: those hold signatures
    ++requests;
    bytes += e.sent;
    std::string line(e.method);
    line.append(" ").append(e.path).append(" ").append(e.error ? e.error->to_string() : std::to_string(e.status));
    std::clog << line + ", " + std::to_string(e.total / 1ms) + " ms\n";
  };
  bucket.retry.on_retry = [](bw::http::retry_info const& r) {
    ++pauses;
    std::clog << "again in " + std::to_string(r.delay / 1ms) + " ms\n";
  };

  auto const sent = bw::storage::try_upload_file(bucket, argv[1], argv[2]);
  std::cout << requests << " requests, " << bytes << " bytes sent, " << pauses << " pauses\n";
  if (!sent) throw bw::error(sent.error());
  return 0;
} catch (std::exception const& e) {
  std::cerr << e.what() << '\n';
  return 1;
}
