#pragma once

#include <bulkwriter/config.hpp>
#include <bulkwriter/row/cell.hpp>
#include <bulkwriter/schema/field_info.hpp>

#include <cstdint>
#include <string>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// Appends a checked cell as the JSON that servers read for its field.
void append_json_cell(std::string& out, field_info const& field, cell const& value);

/// Appends a sparse vector as servers read it in JSON and in columns of text: {"12":0.5,"100":1}.
void append_json_sparse(std::string& out, cell const& vector);
/// How many bytes that appends, and a bound for it that is known at once.
/// @{
std::uint64_t json_sparse_size(cell const& vector);
std::uint64_t json_sparse_bound(cell const& vector) noexcept;
/// @}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/format/detail/json_value.ipp>
#endif
