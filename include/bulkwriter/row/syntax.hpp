#pragma once

#include <bulkwriter/config.hpp>
#include <bulkwriter/schema/text_fault.hpp>
#include <bulkwriter/schema/timestamp.hpp>

#include <optional>
#include <string_view>

// Text that a server parses: points in time (find_timestamp_fault, which schemas need too) and shapes. Pure functions.

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// The first place where the text is not exactly one shape in WKT (OGC 06-103r4) that every server reads alike: words
/// in any case, collections nested to 64, positions of 2 or 3 numbers that fit a double, or as Z, M (3) and ZM (4) say,
/// the same throughout, lines of at least 2 positions, rings of at least 4 that end where they began.
std::optional<text_fault> find_wkt_fault(std::string_view text);

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/row/detail/syntax.ipp>
#endif
