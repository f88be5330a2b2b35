#pragma once

// A loopback store of Azure Blob storage: the calls that bulk loading needs, on a loopback port, with bodies kept as
// files `<folder>/<container>/<blob>`. It answers as Azure does, also to what is wrong: signatures, the clock, lengths,
// checksums, conditions and lists of blocks are all checked. Like object_store it is for examples and tests: one
// account, plain http, block blobs alone.

#include "azure_signature.hpp"
#include "http_server.hpp"
#include "store_common.hpp"
#include "stored_files.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loopback {

struct azure_store_options {
  std::string account = "loopback", key = "bG9vcGJhY2sgYWNjb3VudCBrZXk=";
  std::vector<std::string> containers = {};  // created at once
  std::filesystem::path folder = {};         // empty: a temporary one, removed at the end
  std::chrono::seconds max_skew = std::chrono::minutes(15);
  std::uint16_t port = 0;
};

class azure_store {
 public:
  explicit azure_store(azure_store_options options = {});
  azure_store(azure_store const&) = delete;
  azure_store& operator=(azure_store const&) = delete;

  /// "http://127.0.0.1:40123/loopback"
  std::string url() const { return server_->url() + '/' + options_.account; }
  /// As Azure's portal shows it.
  std::string connection_string() const {
    return "AccountName=" + options_.account + ";AccountKey=" + options_.key + ";BlobEndpoint=" + url() + ';';
  }
  azure_store_options const& options() const noexcept { return options_; }
  std::filesystem::path const& folder() const noexcept { return files_.folder(); }

  /// The file that holds a blob's bytes, if there is such a blob.
  std::optional<std::filesystem::path> find(std::string const& container, std::string const& blob) const;
  /// Blobs with blocks that no list has committed.
  std::size_t open_uploads() const;

 private:
  struct block {
    std::string id = {};  // base64
    file_piece content = {};
  };
  using blob_name = std::pair<std::string, std::string>;  // with its container
  struct call {
    request const& what;
    request_target target;  // its bucket is the container, its key the blob
    blob_name blob() const { return {target.bucket, target.key}; }
  };

  response handle(request const& what);
  response dispatch(call const& c);
  response list_containers();
  response create_container(call const& c);
  response delete_container(call const& c);
  response show_container(call const& c);
  response list_blobs(call const& c);
  response get_blob(call const& c, bool body);
  response put_blob(call const& c);
  response delete_blob(call const& c);
  response put_block(call const& c);
  response put_block_list(call const& c);
  response get_block_list(call const& c);

  // With mutex_ held:
  stored_files::bucket& container_of(call const& c);  // throws ContainerNotFound
  stored_object const* blob_of(call const& c);        // throws ContainerNotFound
  void check_conditions(call const& c);
  response publish(call const& c, std::filesystem::path const& file, std::vector<block> blocks, stored_object blob);
  void drop_uncommitted(blob_name const& blob);

  azure_store_options options_;
  azure_account account_;
  stored_files files_;
  mutable std::mutex mutex_;                                            // guards files_ and all below
  std::map<blob_name, std::vector<block>> committed_;                   // where the blob was made of blocks
  std::map<blob_name, std::map<std::string, file_piece>> uncommitted_;  // by block id
  std::atomic<std::uint64_t> next_id_ = 1;
  std::optional<http_server> server_;  // last: its threads end before what they use
};

}  // namespace loopback

#include "azure_store.ipp"
