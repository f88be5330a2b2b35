#pragma once

#include <bulkwriter/row/cell.hpp>
#include <bulkwriter/schema/field_info.hpp>

#include <string>

namespace bulkwriter {
inline namespace v1 {
namespace detail {

/// Appends a checked cell as the JSON that servers read for its field.
void append_json_cell(std::string& out, field_info const& field, cell const& value);

/// Appends a sparse vector as the JSON object that servers read: {"12":0.5}, indices without leading zeros, values with
/// the fewest digits that read back as the same float.
void append_json_sparse(std::string& out, cell const& value);

}  // namespace detail
}  // namespace v1
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/format/detail/json_value.ipp>
#endif
