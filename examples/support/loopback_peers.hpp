#pragma once

#include "zero_to_hero.hpp"

#include <memory>
#include <string>

namespace zero_to_hero {

/// A loopback object store and a loopback import service in this process. Their connection parameters go to `my`.
class loopback_peers {
 public:
  /// `keep`: the folder that the store leaves its objects in; empty: a temporary one.
  loopback_peers(settings& my, std::string const& keep);
  ~loopback_peers();

 private:
  struct servers;
  std::unique_ptr<servers> servers_;
};

}  // namespace zero_to_hero
