#pragma once

#include <bulkwriter/config.hpp>

#include <chrono>
#include <cstdint>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {

inline constexpr int max_connections = 64;  ///< of one file

/// How an `object_place` uploads.
struct object_options {
  int connections = 4;          ///< parts that travel at the same time, each on a thread of its own; 1 to 64
  std::uint64_t part_size = 0;  ///< bytes, at most 5 GiB; 0: 16 MiB, or more where a file would need too many parts
  /// A file that is given up, after an error or by its destructor, removes what it has uploaded for so long and no
  /// longer; what is left then is named.
  std::chrono::milliseconds abort_limit = std::chrono::seconds(10);
};

}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
