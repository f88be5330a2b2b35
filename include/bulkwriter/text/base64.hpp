#pragma once

#include <bulkwriter/error.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// RFC 4648 section 4: the standard alphabet with padding, no line breaks. Thread-safe, as is all of this header.
std::string base64_encode(std::span<std::byte const> data);

/// RFC 4648 section 5, as JWT has it: '-' and '_' for '+' and '/', no padding.
std::string base64url_encode(std::span<std::byte const> data);

/// The reverse of the first, strictly: padding required, no spaces, no stray bits. Error: `invalid_option`; the message
/// tells the position and never the text, which may be a key.
/// @{
result<std::vector<std::byte>> try_base64_decode(std::string_view text);
inline std::vector<std::byte> base64_decode(std::string_view text) { return try_base64_decode(text).value(); }
/// @}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/text/detail/base64.ipp>
#endif
