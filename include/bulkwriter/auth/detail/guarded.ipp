#pragma once

#include <bulkwriter/auth/detail/guarded.hpp>
#include <bulkwriter/http/detail/message.ipp>

#include <string_view>

namespace bulkwriter {
inline namespace v1 {
namespace auth {
namespace detail {

BULKWRITER_DECL bool keeps_secrets(http::origin const& where) noexcept {
  std::string_view const host = where.host;
  // RFC 6761, 6.3 for the names. What only begins like an address is a name, and may lie anywhere.
  return where.secure || host == "localhost" || host.ends_with(".localhost") || host == "::1" ||
         (host.starts_with("127.") && http::detail::is_ipv4(host));
}

}  // namespace detail
}  // namespace auth
}  // namespace v1
}  // namespace bulkwriter
