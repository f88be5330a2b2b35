// The library's stores as a program, for the tests against real servers: one operation a call, the outcome on one line.
// With --container the store is one of Azure (--conn-str, --account-url, --credential), with --gcs-bucket one of Google
// (--endpoint), otherwise one of S3. Both take --token, also several times: each is the one after the last was refused.
//
//   s3_client [--option value]... upload KEY      standard input through object_place, as a writer would
//   s3_client [--option value]... put KEY         standard input in one request
//   s3_client [--option value]... put-if-absent KEY    the same, unless there is one
//   s3_client [--option value]... head KEY | remove KEY | list PREFIX | url KEY
//   s3_client [--option value]... presign-get KEY | presign-put KEY | uploads PREFIX | abort-stale PREFIX    --age
//   SECONDS
//
// --peak 1: one more line, on standard error, with the most memory that this process has had, in KiB.
//
// "ok …" and exit code 0, or "error CODE HTTP_STATUS SERVER_ERROR\tMESSAGE" and exit code 1; 2: wrong call.

#include <bulkwriter/storage/azure_blob.hpp>
#include <bulkwriter/storage/gcs.hpp>
#include <bulkwriter/storage/object_output.hpp>
#include <bulkwriter/storage/s3.hpp>
#include <bulkwriter/storage/upload_file.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <vector>

namespace bw = bulkwriter;

namespace {

int report(bw::error_info const& why) {
  std::cout << "error " << bw::to_string(why.code) << ' ' << why.http_status << ' '
            << (why.server_error.empty() ? "-" : why.server_error) << '\t' << why.message << std::endl;
  return 1;
}

int report(bw::result<bw::object_info> const& got) {
  if (!got) return report(got.error());
  std::cout << "ok " << got->size << ' ' << got->etag << std::endl;
  return 0;
}

std::size_t read_some(std::vector<std::byte>& block) { return std::fread(block.data(), 1, block.size(), stdin); }

int upload(bw::object_store store, std::string const& key, std::uint64_t max_size,
           bw::storage::object_options options) {
  auto const slash = key.rfind('/');
  bw::storage::object_place place(std::move(store), slash == std::string::npos ? "" : key.substr(0, slash), options);
  auto file = place.create(slash == std::string::npos ? key : key.substr(slash + 1), max_size);
  if (!file) return report(file.error());
  std::vector<std::byte> block(100'003);  // divides no part size
  while (std::size_t const n = read_some(block)) {
    bw::output::bytes const pieces[] = {bw::output::bytes(block).first(n / 3),
                                        bw::output::bytes(block).subspan(n / 3, n - n / 3)};
    if (auto ok = (*file)->write(pieces); !ok) return report(ok.error());
  }
  if (auto ok = (*file)->finish(); !ok) return report(ok.error());
  std::cout << "ok " << place.path_of(slash == std::string::npos ? key : key.substr(slash + 1)) << std::endl;
  return 0;
}

// From /proc: what getrusage tells began before this program did, in the process that started it.
struct peak_report {
  ~peak_report() {
    std::ifstream status("/proc/self/status");
    for (std::string line; wanted && std::getline(status, line);) {
      if (line.starts_with("VmHWM:")) std::cerr << line << std::endl;
    }
  }
  bool wanted = false;
};

}  // namespace

int main(int argc, char** argv) {
  bw::s3_connect_param param;
  bw::azure_connect_param azure;
  bw::gcs_connect_param gcs;
  param.retry.max_attempts = azure.retry.max_attempts = 5;  // tests do not wait for the budget
  bw::storage::object_options options;
  std::uint64_t max_size = std::uint64_t{4} << 30;
  std::chrono::seconds age{60};
  std::string file;
  bool resume = false;
  std::vector<std::string> tokens;
  peak_report peak;
  std::vector<std::string> words;
  try {
    for (int i = 1; i < argc; ++i) {
      std::string const name = argv[i];
      if (!name.starts_with("--")) {
        words.push_back(name);
        continue;
      }
      if (++i == argc) return 2;
      std::string const value = argv[i];
      if (name == "--endpoint") {
        param.endpoint = value;
      } else if (name == "--access-key") {
        param.access_key = value;
      } else if (name == "--secret-key") {
        param.secret_key = value;
      } else if (name == "--session-token") {
        param.session_token = value;
      } else if (name == "--bucket") {
        param.bucket_name = value;
      } else if (name == "--region") {
        param.region = value;
      } else if (name == "--conn-str") {
        azure.conn_str = value;
      } else if (name == "--account-url") {
        azure.account_url = value;
      } else if (name == "--credential") {
        azure.credential = value;
      } else if (name == "--token") {
        tokens.push_back(value);
      } else if (name == "--container") {
        azure.container_name = value;
      } else if (name == "--gcs-bucket") {
        gcs.bucket_name = value;
      } else if (name == "--api-version") {
        azure.api_version = value;
      } else if (name == "--ca-file") {
        param.ca_file = azure.ca_file = value;
      } else if (name == "--payload-signing") {
        using signing = bw::s3_payload_signing;
        param.payload_signing = value == "always"  ? signing::always
                                : value == "never" ? signing::never
                                                   : signing::automatic;
      } else if (name == "--addressing") {
        if (value != "path" && value != "virtual_host") return 2;
        param.addressing = value == "path" ? bw::s3_addressing::path : bw::s3_addressing::virtual_host;
      } else if (name == "--host") {  // NAME=ADDRESS, as often as there are names
        auto const equals = value.find('=');
        if (equals == std::string::npos) return 2;
        param.hosts.push_back({.host = value.substr(0, equals), .address = value.substr(equals + 1)});
        azure.hosts = param.hosts;
      } else if (name == "--proxy") {
        param.proxy.url = azure.proxy.url = value;
      } else if (name == "--attempts") {
        param.retry.max_attempts = azure.retry.max_attempts = std::stoi(value);
      } else if (name == "--stall-ms") {
        auto const limit = std::chrono::milliseconds(std::stol(value));
        param.timeouts.write_stall = param.timeouts.first_byte = param.timeouts.read_stall = limit;
        azure.timeouts = param.timeouts;
      } else if (name == "--part-size") {
        options.part_size = std::stoull(value);
      } else if (name == "--max-size") {
        max_size = std::stoull(value);
      } else if (name == "--file") {
        file = value;
      } else if (name == "--resume") {
        resume = value == "1";
      } else if (name == "--age") {
        age = std::chrono::seconds(std::stol(value));
      } else if (name == "--peak") {
        peak.wanted = value == "1";
      } else if (name == "--connections") {
        options.connections = std::stoi(value);
      } else {
        return 2;
      }
    }
    if (words.size() != 2) return 2;
    if (!tokens.empty()) {  // in turn, and then always the last one
      azure.token = {"test", [tokens, next = std::size_t{0}](std::stop_token) mutable {
                       return bw::auth::bearer_token{.token = tokens[(std::min)(next++, tokens.size() - 1)]};
                     }};
    }
    gcs.endpoint = param.endpoint;
    gcs.token = azure.token;
    gcs.retry = param.retry;
    gcs.timeouts = param.timeouts;
  } catch (std::exception const&) {
    return 2;
  }
  auto opened = !azure.container_name.empty() ? bw::try_open_store(azure)
                : !gcs.bucket_name.empty()    ? bw::try_open_store(gcs)
                                              : bw::try_open_store(param);
  if (!opened) return report(opened.error());
  bw::object_store& store = *opened;
  auto const& [command, key] = std::pair(words[0], words[1]);
  if (command == "upload") return upload(store, key, max_size, options);
  if (command == "put" || command == "put-if-absent") {
    std::vector<std::byte> body, block(1 << 20);
    while (std::size_t const n = read_some(block))
      body.insert(body.end(), block.begin(), block.begin() + static_cast<long>(n));
    return report(command == "put" ? store.try_put(key, body) : store.try_put_if_absent(key, body));
  }
  if (command == "head") return report(store.try_head(key));
  if (command == "remove") {
    auto const gone = store.try_remove(key);
    if (!gone) return report(gone.error());
    std::cout << "ok" << std::endl;
    return 0;
  }
  if (command == "list") {
    auto const got = store.try_list(key);
    if (!got) return report(got.error());
    std::cout << "ok " << got->size() << '\n';
    for (auto const& o : *got) std::cout << o.size << ' ' << o.etag << ' ' << o.key << '\n';
    return 0;
  }
  if (command == "upload-file")
    return report(bw::storage::try_upload_file(store, file, key, {.parts = options, .resume = resume}));
  if (command == "presign-get" || command == "presign-put") {
    auto const url = command == "presign-get" ? store.try_presign_get(key, age) : store.try_presign_put(key, age);
    if (!url) return report(url.error());
    std::cout << "ok " << *url << std::endl;
    return 0;
  }
  if (command == "uploads" || command == "abort-stale") {
    auto const got = command == "uploads" ? store.try_list_uploads(key) : store.try_abort_stale(age, key);
    if (!got) return report(got.error());
    std::cout << "ok " << got->size() << '\n';
    for (auto const& u : *got)
      std::cout << std::chrono::system_clock::to_time_t(u.initiated) << ' ' << u.upload_id << ' ' << u.key << '\n';
    return 0;
  }
  if (command == "url") {
    std::cout << "ok " << store.object_url(key) << std::endl;
    return 0;
  }
  return 2;
}
