// A bucket without a writer: files that exist, small objects, links, and what killed processes have left.
//
//   objects FILE PREFIX     with BULKWRITER_ENDPOINT, _ACCESS_KEY, _SECRET_KEY and _BUCKET in the environment

#include "support/variable.hpp"

#include <bulkwriter/storage/s3.hpp>
#include <bulkwriter/storage/upload_file.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <span>
#include <string>

namespace bw = bulkwriter;
using namespace std::chrono_literals;

int main(int argc, char** argv) try {
  if (argc != 3) return std::cerr << "usage: objects FILE PREFIX\n", 2;
  std::string const file = argv[1], prefix = argv[2];

  bw::object_store store = bw::s3_connect_param{.endpoint = variable("BULKWRITER_ENDPOINT"),
                                                .access_key = variable("BULKWRITER_ACCESS_KEY"),
                                                .secret_key = variable("BULKWRITER_SECRET_KEY"),
                                                .bucket_name = variable("BULKWRITER_BUCKET")};

  // In parts if it is large; .resume goes on where an upload of this file has ended.
  bw::object_info const uploaded = bw::storage::upload_file(store, file, prefix + "/data", {.resume = true});
  std::cout << uploaded.key << ": " << uploaded.size << " bytes\n";

  std::string const text = R"({"files": ["data"]})";
  auto const body = std::as_bytes(std::span(text));
  store.put(prefix + "/manifest.json", body);  // replaces what is there
  auto const once = store.try_put_if_absent(prefix + "/manifest.json", body);
  if (!once && once.error().code != bw::errc::precondition_failed) throw bw::error(once.error());
  std::cout << (once ? "it was not there\n" : "it was there already\n");

  std::string const link = store.presign_get(prefix + "/manifest.json", 1h);  // whoever has it may read: no log for it
  std::cout << "a link of " << (link.size() > 100 ? "some hundred" : "few") << " bytes\n";

  for (bw::object_info const& object : store.list(prefix + "/")) std::cout << object.key << ' ' << object.size << '\n';

  // Uploads that were begun a day ago and never ended are paid for; those of a writer at work are younger.
  std::cout << store.abort_stale(24h, prefix + "/").size() << " uploads given up\n";

  store.remove(prefix + "/manifest.json");
  return 0;
} catch (std::exception const& e) {
  std::cerr << e.what() << '\n';
  return 1;
}
