#pragma once

#include <bulkwriter/error.hpp>

#include <cstdint>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// The one error of a row with these problems, of which there is at least one.
error_info refused_row(std::int64_t row, std::vector<problem> problems);

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/row/detail/row_problems.ipp>
#endif
