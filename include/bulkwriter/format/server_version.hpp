#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/schema/field_info.hpp>

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// A release of Milvus: `{2, 4, 3}`. Zilliz Cloud tells with each cluster which Milvus it is compatible with.
struct server_version {
  /// Compared in this order. @{
  std::uint16_t major_number = 0, minor_number = 0, patch_number = 0;
  friend constexpr auto operator<=>(server_version const&, server_version const&) = default;
  /// @}
  /// "2.4.3"
  std::string to_string() const;
};

namespace format {

/// The first release whose import reads this field in files with this extension, in the form that the format writes.
/// An unknown extension counts as one that all read. (milvus-import-contract 1 and 4: readers' sources, release notes.)
server_version read_since(std::string_view extension, field_info const& field) noexcept;

/// Error: invalid_schema, for the first field of which an import into servers as old as `oldest` is not certain.
result<void> try_check_read_by(server_version oldest, std::string_view extension, std::span<field_info const> fields);

}  // namespace format
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/format/detail/server_version.ipp>
#endif
