#pragma once

#include <bulkwriter/config.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace v1 {
namespace http {
namespace detail {

/// Of a server's words the first `limit` bytes, for a message: on one line, and UTF-8 whatever they were.
std::string foreign_text(std::string_view text, std::size_t limit);

}  // namespace detail
}  // namespace http
}  // namespace v1
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/http/detail/foreign_text.ipp>
#endif
