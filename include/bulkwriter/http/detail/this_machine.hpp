#pragma once

#include <bulkwriter/http/message.hpp>

#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace http {
namespace detail {

// Whether a host is this machine, whatever a resolver or a list of hosts says: "localhost" and the names below it
// (RFC 6761, 6.3), 127.0.0.0/8, ::1, and the former mapped into IPv6. What only begins like an address is a name, and
// may lie anywhere.
bool is_this_machine(std::string_view host) noexcept;

// Whether what is sent there stays between the two: over https, or within this machine, to which no proxy leads.
inline bool keeps_secrets(origin const& where) noexcept { return where.secure || is_this_machine(where.host); }

}  // namespace detail
}  // namespace http
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/http/detail/this_machine.ipp>
#endif
