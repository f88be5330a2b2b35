#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/schema/field_info.hpp>
#include <bulkwriter/schema/server_version.hpp>

#include <span>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

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
#include <bulkwriter/format/detail/read_since.ipp>
#endif
