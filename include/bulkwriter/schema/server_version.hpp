#pragma once

#include <bulkwriter/config.hpp>

#include <compare>
#include <cstdint>
#include <string>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// A release of Milvus: `{2, 4, 3}`. Zilliz Cloud tells with each cluster which Milvus it is compatible with.
struct server_version {
  /// Compared in this order. @{
  std::uint16_t major_number = 0, minor_number = 0, patch_number = 0;
  friend constexpr auto operator<=>(server_version const&, server_version const&) = default;
  /// @}
  /// "2.4.3"
  std::string to_string() const {
    return std::to_string(major_number) + '.' + std::to_string(minor_number) + '.' + std::to_string(patch_number);
  }
};

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
