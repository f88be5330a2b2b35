// The unit of the example that compiles the bodies of the library, and the servers with them: Asio and Beast are read
// once.
#define BULKWRITER_IMPLEMENTATION

#include "loopback_peers.hpp"

#include "../loopback/azure_store.hpp"
#include "../loopback/import_service.hpp"
#include "../loopback/object_store.hpp"

#include <bulkwriter/bulkwriter.hpp>

#include <optional>

namespace zero_to_hero {

namespace {

constexpr char bucket[] = "loopback-bucket", access_token[] = "loopback-token";

}  // namespace

struct loopback_peers::servers {
  servers(std::string const& store, std::string const& keep) : is_gcs(store == "gcs") {
    if (store == "azure") {
      azure.emplace(loopback::azure_store_options{.containers = {bucket}, .folder = keep});
    } else {
      s3.emplace(loopback::object_store_options{
          .access_token = is_gcs ? access_token : "", .buckets = {bucket}, .folder = keep});
    }
    service.emplace(loopback::files_below(azure ? azure->folder() : s3->folder(), bucket));
  }

  bw::object_store open() const {
    if (azure) return bw::azure_connect_param{.conn_str = azure->connection_string(), .container_name = bucket};
    if (is_gcs)
      return bw::gcs_connect_param{.bucket_name = bucket, .endpoint = s3->url(), .access_token = access_token};
    return bw::s3_connect_param{.endpoint = s3->url(),
                                .access_key = s3->options().access_key,
                                .secret_key = s3->options().secret_key,
                                .bucket_name = bucket};
  }

  bool is_gcs;
  std::optional<loopback::object_store> s3;
  std::optional<loopback::azure_store> azure;
  std::optional<loopback::import_service> service;
};

loopback_peers::loopback_peers(std::string const& store, std::string const& keep)
    : servers_(std::make_unique<servers>(store, keep)) {}

loopback_peers::~loopback_peers() = default;

settings loopback_peers::connection() const {
  auto const& [is_gcs, s3, azure, service] = *servers_;
  return {.bucket = servers_->open(),
          .cluster_endpoint = service->url(),
          .token = service->options().token,
          .poll_interval = std::chrono::milliseconds(200),
          .announcement = "No bucket and no cluster in the environment: object store (" +
                          (azure ? azure->url() : s3->url()) + ") and import service (" + service->url() +
                          ")\nare loopback ones inside this process. The import service only counts rows.\n"};
}

}  // namespace zero_to_hero
