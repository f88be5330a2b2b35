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

/// A variable of the environment; null where there is none, and always in a program that runs with more rights than
/// whoever started it (set-user-ID, capabilities): neither paths nor hosts come from that person then. The library reads
/// the environment nowhere else.
char const* from_environment(char const* name) noexcept;

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/detail/process.ipp>
#endif
