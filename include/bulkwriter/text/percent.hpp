#pragma once

#include <bulkwriter/config.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// Percent-encoding of RFC 3986: every byte but letters, digits, dot, hyphen, underscore and tilde becomes a percent
/// sign with two upper-case hexadecimal digits, a space too. The one encoder of the library: what goes over the wire
/// and what is signed are the same bytes. `keep_slash` is for paths. Thread-safe.
std::string percent_encode(std::string_view text, bool keep_slash = false);

/// The reverse. A percent sign without two hexadecimal digits behind it stands for itself, and so does a plus sign.
/// Thread-safe.
std::string percent_decode(std::string_view text);

/// The same, but nothing where such a percent sign is.
std::optional<std::string> strictly_percent_decoded(std::string_view text);

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/text/detail/percent.ipp>
#endif
