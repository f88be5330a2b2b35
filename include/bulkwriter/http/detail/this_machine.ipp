#pragma once

#include <bulkwriter/http/detail/message.ipp>
#include <bulkwriter/http/detail/this_machine.hpp>

#include <arpa/inet.h>

#include <array>
#include <cstddef>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace http {
namespace detail {

BULKWRITER_DECL bool is_this_machine(std::string_view host) noexcept {
  if (host.ends_with('.')) host.remove_suffix(1);
  constexpr std::string_view name = "localhost";
  if (host.size() >= name.size() && equal_without_case(host.substr(host.size() - name.size()), name))
    return host.size() == name.size() || host[host.size() - name.size() - 1] == '.';
  if (is_ipv4(host)) return host.starts_with("127.");
  std::array<char, INET6_ADDRSTRLEN> text = {};
  if (host.find(':') == std::string_view::npos || host.size() >= text.size()) return false;
  host.copy(text.data(), host.size());
  std::array<unsigned char, 16> address = {};
  if (::inet_pton(AF_INET6, text.data(), address.data()) != 1) return false;
  bool zeros = true;
  for (std::size_t i = 0; i < 10; ++i) zeros = zeros && address[i] == 0;
  if (!zeros) return false;
  if (address[10] == 0xff && address[11] == 0xff) return address[12] == 127;
  return address[10] == 0 && address[11] == 0 && address[12] == 0 && address[13] == 0 && address[14] == 0 && address[15] == 1;
}

}  // namespace detail
}  // namespace http
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
