#pragma once

#include <bulkwriter/config.hpp>

#include <string>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace http {

/// The way out of a network that has no other: the proxy is asked by CONNECT for a tunnel to the origin, of http
/// origins as of https ones. So requests, their signatures and what is verified of the origin stay as they are without
/// a proxy, and what the proxy says is never taken for the origin's answer; but there are proxies that allow CONNECT to
/// port 443 only. The proxy resolves the origin's name. Proxies are spoken to in clear text and asked for Basic
/// authentication only, so name and password are readable on the way to them.
struct proxy_options {
  /// "http://[user:password@]host[:port]", name and password percent-encoded where they hold what ends them; port 80 if
  /// none is given. "none": no proxy. Empty: as curl has it, from the environment when the client is made: https_proxy
  /// or HTTPS_PROXY for https origins, http_proxy (in lower case only: a CGI server sets the other one from a request's
  /// header) for http origins, all_proxy or ALL_PROXY where these are empty.
  std::string url = {};
  /// Who is reached without the proxy, separated by commas: "example.com" and ".example.com" stand for the name and all
  /// below it, "10.0.0.0/8" and "::1" for addresses as the request names them, ":8080" behind either for one port, "*"
  /// for everybody. Empty: nobody, or, if `url` is empty, what no_proxy or NO_PROXY says. This machine always is: localhost
  /// and the names below it, 127.0.0.0/8 and ::1; what may be sent to it in clear must not go through a network.
  std::string no_proxy = {};
};

}  // namespace http
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
