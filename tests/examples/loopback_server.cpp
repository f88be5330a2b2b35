// A loopback object store, and with --import-service a loopback import service, as a program of its own: for clients
// that others wrote, and for programs that take their peers from the environment.
//
//   loopback_server FOLDER [--azure] [--import-service] [--region R] [--session-token T] [--access-token T]
//                          [--min-part-size N]
//
// prints the URL of the store and that of the service, and serves until its standard input ends. For every line on it
// the number of open multipart uploads is printed. Account: testaccess / testsecretkey12345 (--azure: its key is that
// in base64); bucket or container: test-bucket.

#include <loopback/azure_store.hpp>
#include <loopback/import_service.hpp>
#include <loopback/object_store.hpp>

#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

namespace {

// Serves until standard input ends.
template <class Store>
void serve(Store const& store, std::string const& folder, bool with_service) {
  std::cout << store.url() << std::endl;
  std::optional<loopback::import_service> service;
  if (with_service) {
    service.emplace(loopback::files_below(folder, "test-bucket"));
    std::cout << service->url() << std::endl;
  }
  std::string line;
  while (std::getline(std::cin, line)) std::cout << store.open_uploads() << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: loopback_server FOLDER [--azure] [--import-service] [--region R] [--session-token T] "
                 "[--access-token T] [--min-part-size N]\n";
    return 2;
  }
  std::string const folder = argv[1];
  loopback::object_store_options options{
      .access_key = "testaccess", .secret_key = "testsecretkey12345", .buckets = {"test-bucket"}, .folder = folder};
  bool with_service = false, azure = false;
  for (int i = 2; i < argc; ++i) {
    std::string const name = argv[i], value = i + 1 < argc ? argv[i + 1] : "";
    if (name == "--azure") azure = true;
    if (name == "--import-service") with_service = true;
    if (name == "--region") options.region = value;
    if (name == "--session-token") options.session_token = value;
    if (name == "--access-token") options.access_token = value;
    if (name == "--min-part-size") options.min_part_size = std::strtoull(value.c_str(), nullptr, 10);
  }
  if (azure) {
    loopback::azure_store const store({.account = "testaccess",
                                       .key = "dGVzdHNlY3JldGtleTEyMzQ1",  // testsecretkey12345
                                       .containers = {"test-bucket"},
                                       .folder = folder});
    serve(store, folder, with_service);
  } else {
    loopback::object_store const store(options);
    serve(store, folder, with_service);
  }
}
