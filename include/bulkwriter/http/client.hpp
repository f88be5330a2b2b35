#pragma once

#include <bulkwriter/http/hooks.hpp>
#include <bulkwriter/http/message.hpp>
#include <bulkwriter/http/proxy_options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace http {

/// One deadline a phase; 0 means none. Progress re-arms the stalls: a slow line is not a dead one.
struct timeouts {
  std::chrono::milliseconds resolve = std::chrono::seconds(10);  ///< the host's name becomes addresses
  std::chrono::milliseconds connect =
      std::chrono::seconds(10);  ///< for each address tried; also for a proxy's whole answer to CONNECT
  std::chrono::milliseconds handshake = std::chrono::seconds(10);    ///< of TLS
  std::chrono::milliseconds write_stall = std::chrono::seconds(30);  ///< no byte of the request accepted for so long
  std::chrono::milliseconds first_byte =
      std::chrono::seconds(60);  ///< from the request's last byte to the answer's first
  std::chrono::milliseconds read_stall = std::chrono::seconds(30);  ///< no further byte of the answer for so long
  std::chrono::milliseconds total = {};                             ///< the whole exchange
};

/// The peer's certificate chain and host name are always verified.
struct tls_options {
  std::string ca_file =
      {};  ///< PEM bundle; without file and path: SSL_CERT_FILE and SSL_CERT_DIR, else the system's store
  std::string ca_path = {};  ///< hashed directory of PEM files
};

/// What an entry of `/etc/hosts` says: this address is used for the name, and no resolver is asked. Certificates are
/// still checked against the name. (Names that end in ".localhost" are this machine without an entry, as RFC 6761 has
/// it.)
struct host_address {
  std::string host = {};     ///< compared without case
  std::string address = {};  ///< IPv4 or IPv6, without brackets
};

/// What a client is made with; it keeps them for life.
struct client_options {
  http::timeouts timeouts = {};                  ///< of every request
  tls_options tls = {};                          ///< whom to trust
  std::vector<host_address> hosts = {};          ///< asked before any resolver
  std::string user_agent = {};                   ///< empty: "bulkwriter/" and the library's version
  std::size_t max_header_size = 64 * 1024;       ///< bytes of an answer's head; more is invalid_response
  std::size_t max_body_size = 64 * 1024 * 1024;  ///< bytes of an answer's body; more is invalid_response
  std::chrono::milliseconds idle_limit =
      std::chrono::seconds(30);    ///< a connection that rested for longer is not used again; 0: no limit
  proxy_options proxy = {};        ///< from the environment, unless it says otherwise
  exchange_hook on_exchange = {};  ///< for logs and metrics
};

/// A client for one request at a time: one connection, kept alive between requests to the same origin.
///
/// `try_send` makes one attempt. A kept-alive connection that the server has closed meanwhile is replaced once, unseen,
/// if nothing of an answer had arrived; a request that must not come twice (POST or PATCH without an Idempotency-Key)
/// only if the close was noticed before it was sent. Any HTTP status is a success here, redirects included. An answer
/// that comes while the body is still being sent is read and returned: from status 300 on the rest of the body is not
/// sent, while a success that comes early counts only once the whole body is out.
///
/// Errors: invalid_url and invalid_option (nothing was sent), resolve_failed, connect_failed, tls_failed, timeout,
/// connection_lost, invalid_response, cancelled; messages name origin and phase, never target, header value or body.
/// A proxy that refuses is connect_failed with the proxy's status as `http_status`; its password is in no message.
/// `may_have_happened` says whether any of the request had been sent by then.
///
/// Not thread-safe: use one client per thread. The stop token may be triggered from any thread.
class client {
 public:
  /// Opens nothing yet: a wrong CA file shows at the first request.
  explicit client(client_options options = {});
  /// Takes the connection along. What was moved from answers `invalid_state`.
  /// @{
  client(client&&) noexcept;
  client& operator=(client&&) noexcept;
  /// @}
  ~client();  ///< closes the connection

  /// Sends the request and waits for the whole answer. Errors: see the class.
  /// @{
  result<response> try_send(request const& what, std::stop_token stop = {});
  response send(request const& what, std::stop_token stop = {}) { return try_send(what, std::move(stop)).value(); }
  /// @}

 private:
  struct impl;  // detail/client.ipp: the only place that names Asio, Beast or OpenSSL
  std::unique_ptr<impl> impl_;
};

}  // namespace http
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/http/detail/client.ipp>
#endif
