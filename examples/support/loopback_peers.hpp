#pragma once

#include "zero_to_hero.hpp"

#include <memory>
#include <string>

namespace zero_to_hero {

/// A loopback object store and a loopback import service in this process.
class loopback_peers {
 public:
  /// `store`: s3, azure or gcs. `keep`: the folder that it leaves its objects in; empty: a temporary one.
  loopback_peers(std::string const& store, std::string const& keep);
  ~loopback_peers();

  /// How to reach them. (What they announce, too.)
  settings connection() const;

 private:
  struct servers;
  std::unique_ptr<servers> servers_;
};

}  // namespace zero_to_hero
