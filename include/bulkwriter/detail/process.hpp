#pragma once

#include <bulkwriter/error.hpp>

#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// The number of this process. What is made remembers it: a forked child has a copy, whose end must leave alone what its
/// maker still works on.
int process_id() noexcept;

/// What such a copy says. `what`: "this writer".
error_info made_elsewhere(std::string_view what);

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/detail/process.ipp>
#endif
