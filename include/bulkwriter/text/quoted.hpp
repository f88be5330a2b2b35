#pragma once

#include <bulkwriter/config.hpp>

#include <cstddef>
#include <string>
#include <string_view>

// Text that came from outside (a file's name or cells, keys, names of a schema, values of options), for a message.
// Whatever stands in a message and was written by somebody else goes through here.

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// The text on one line, well-formed and of no more than `limit` bytes (and "…" if there is more): control characters,
/// those that turn the direction of writing, and what is no UTF-8 stand as escapes.
std::string one_line(std::string_view text, std::size_t limit = 400);

/// The same in single quotes, for names and values.
std::string in_quotes(std::string_view text, std::size_t limit = 40);

/// The same in single quotes, of a length that no field of a schema that servers take exceeds.
inline std::string quoted_name(std::string_view name) { return in_quotes(name, 255); }

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/text/detail/quoted.ipp>
#endif
