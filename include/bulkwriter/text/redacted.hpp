#pragma once

#include <bulkwriter/config.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// Foreign text for a message, as one_line makes it, with "***" in place of secrets: the given ones, in whatever of
/// percent-encoding (RFC 3986), character references of XML and HTML and JSON escapes they are spelled, also in one
/// within the other; and the values of what is called as credentials and signatures are ("sig=", "X-Amz-Security-Token",
/// "Authorization: …"). Secrets of less than four bytes would tear ordinary text apart and are left. The time is that of
/// one pass over the first 16 KiB.
std::string redacted(std::string_view text, std::span<std::string const> secrets, std::size_t limit);

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/text/detail/redacted.ipp>
#endif
