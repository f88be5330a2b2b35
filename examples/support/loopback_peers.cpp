// The unit of the example that compiles the bodies of the library, and the servers with them: Asio and Beast are read
// once.
#define BULKWRITER_IMPLEMENTATION

#include "loopback_peers.hpp"

#include "../loopback/import_service.hpp"
#include "../loopback/object_store.hpp"

#include <bulkwriter/bulkwriter.hpp>

namespace zero_to_hero {

struct loopback_peers::servers {
  explicit servers(std::string const& keep)
      : store({.buckets = {bucket}, .folder = keep}), service(loopback::files_below(store.options().folder, bucket)) {}

  static constexpr char bucket[] = "loopback-bucket";
  loopback::object_store store;
  loopback::import_service service;
};

loopback_peers::loopback_peers(settings& my, std::string const& keep) : servers_(std::make_unique<servers>(keep)) {
  my.bucket = {.endpoint = servers_->store.url(),
               .access_key = servers_->store.options().access_key,
               .secret_key = servers_->store.options().secret_key,
               .bucket_name = servers::bucket};
  my.cluster_endpoint = servers_->service.url();
  my.token = servers_->service.options().token;
  my.poll_interval = std::chrono::milliseconds(200);
}

loopback_peers::~loopback_peers() = default;

}  // namespace zero_to_hero
