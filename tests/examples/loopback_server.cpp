// A loopback object store, and with --import-service a loopback import service, as a program of its own: for clients
// that others wrote, and for programs that take their peers from the environment.
//
//   loopback_server FOLDER [--import-service] [--region R] [--session-token T] [--min-part-size N]
//
// prints the URL of the store and that of the service, and serves until its standard input ends. For every line on it
// the number of open multipart uploads is printed. Account: testaccess / testsecretkey12345; bucket: test-bucket.

#include <loopback/import_service.hpp>
#include <loopback/object_store.hpp>

#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr
        << "usage: loopback_server FOLDER [--import-service] [--region R] [--session-token T] [--min-part-size N]\n";
    return 2;
  }
  loopback::object_store_options options{
      .access_key = "testaccess", .secret_key = "testsecretkey12345", .buckets = {"test-bucket"}, .folder = argv[1]};
  bool with_service = false;
  for (int i = 2; i < argc; ++i) {
    std::string const name = argv[i], value = i + 1 < argc ? argv[i + 1] : "";
    if (name == "--import-service") with_service = true;
    if (name == "--region") options.region = value;
    if (name == "--session-token") options.session_token = value;
    if (name == "--min-part-size") options.min_part_size = std::strtoull(value.c_str(), nullptr, 10);
  }
  loopback::object_store store(options);
  std::cout << store.url() << std::endl;
  std::optional<loopback::import_service> service;
  if (with_service) {
    service.emplace(loopback::files_below(options.folder, "test-bucket"));
    std::cout << service->url() << std::endl;
  }
  std::string line;
  while (std::getline(std::cin, line)) std::cout << store.open_uploads() << std::endl;
}
