#pragma once

#include <bulkwriter/config.hpp>

#include <chrono>
#include <string>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// Digests, signatures, and where credentials come from.
namespace auth {

/// What a request is signed with. Deliberately without stream output or `to_string`: a secret that cannot be printed
/// cannot reach a log.
struct credentials {
  std::string access_key = {};     ///< goes over the wire
  std::string secret_key = {};     ///< never does
  std::string session_token = {};  ///< of temporary credentials; empty for long-term keys
  /// From when on servers refuse them; the default: never.
  std::chrono::system_clock::time_point expires = (std::chrono::system_clock::time_point::max)();

  /// Compares every member.
  friend bool operator==(credentials const&, credentials const&) = default;
};

/// What a request carries as `Authorization: Bearer`. Without stream output, as `credentials`.
struct bearer_token {
  std::string token = {};  ///< goes over the wire
  /// From when on servers refuse it; the default: never.
  std::chrono::system_clock::time_point expires = (std::chrono::system_clock::time_point::max)();

  /// Compares every member.
  friend bool operator==(bearer_token const&, bearer_token const&) = default;
};

}  // namespace auth
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
