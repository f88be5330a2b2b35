#pragma once

#include <string>

namespace bulkwriter {
inline namespace v1 {

/// Digests and signatures: pure functions over plain values, without socket, clock or environment.
namespace auth {

/// What a request is signed with. Deliberately without stream output or `to_string`: a secret that cannot be printed
/// cannot reach a log.
struct credentials {
  std::string access_key = {};     ///< goes over the wire
  std::string secret_key = {};     ///< never does
  std::string session_token = {};  ///< of temporary credentials; empty for long-term keys
};

}  // namespace auth
}  // namespace v1
}  // namespace bulkwriter
