#pragma once

#include <bulkwriter/error.hpp>

#include <span>
#include <string>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// The problems for a message, one behind the other, each with its code where these differ: as many as the message can
/// take, and how many more there are.
std::string list_problems(std::span<problem const> problems, bool with_codes);

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/text/detail/problems.ipp>
#endif
