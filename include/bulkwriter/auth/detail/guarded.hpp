#pragma once

#include <bulkwriter/http/message.hpp>

namespace bulkwriter {
inline namespace v1 {
namespace auth {
namespace detail {

// Whether what is sent there stays between the two: over https, or within this machine: localhost, the names below it,
// 127.0.0.0/8 and ::1.
bool keeps_secrets(http::origin const& where) noexcept;

}  // namespace detail
}  // namespace auth
}  // namespace v1
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/auth/detail/guarded.ipp>
#endif
