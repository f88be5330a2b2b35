#pragma once

#include <bulkwriter/row/cell.hpp>
#include <bulkwriter/schema/field_info.hpp>

#include <string>

namespace bulkwriter {
inline namespace v1 {
namespace detail {

/// Appends a checked cell as the JSON that servers read for its field.
void append_json_cell(std::string& out, field_info const& field, cell const& value);

}  // namespace detail
}  // namespace v1
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/format/detail/json_value.ipp>
#endif
