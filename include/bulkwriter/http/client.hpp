#pragma once

#include <bulkwriter/http/message.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

namespace bulkwriter {
inline namespace v1 {
namespace http {

/// One deadline a phase; 0 means none. Each is re-armed by progress: a slow line is not a dead one.
struct timeouts {
  std::chrono::milliseconds resolve = std::chrono::seconds(10);
  std::chrono::milliseconds connect = std::chrono::seconds(10);      ///< for each address tried
  std::chrono::milliseconds handshake = std::chrono::seconds(10);
  std::chrono::milliseconds write_stall = std::chrono::seconds(30);  ///< no byte of the request accepted for so long
  std::chrono::milliseconds first_byte = std::chrono::seconds(60);   ///< from the request's last byte to the answer's first
  std::chrono::milliseconds read_stall = std::chrono::seconds(30);   ///< no further byte of the answer for so long
  std::chrono::milliseconds total = {};                              ///< the whole exchange
};

/// The peer's certificate chain and host name are always verified.
struct tls_options {
  std::string ca_file = {};  ///< PEM bundle; empty: SSL_CERT_FILE, SSL_CERT_DIR, then the system's store
  std::string ca_path = {};  ///< hashed directory of PEM files
};

struct client_options {
  http::timeouts timeouts = {};
  tls_options tls = {};
  std::string user_agent = {};                  ///< empty: bulkwriter/<version>
  std::size_t max_header_size = 64 * 1024;      ///< of an answer
  std::size_t max_body_size = 64 * 1024 * 1024; ///< of an answer
  std::chrono::milliseconds idle_limit = std::chrono::seconds(30);  ///< a kept connection older than this is not used again
};

/// A client for one request at a time: one connection, kept alive between requests to the same origin.
///
/// `try_send` makes one attempt (a kept-alive connection that the server has closed meanwhile is replaced once, unseen,
/// if nothing of an answer had arrived). Any HTTP status is a success here. An answer that comes while the body is still
/// being sent is read and returned. Errors: resolve_failed, connect_failed, tls_failed, timeout, connection_lost,
/// invalid_response, cancelled; messages name origin and phase, never a header's value.
///
/// Not thread-safe: use one client per thread. The stop token may be triggered from any thread.
class client {
 public:
  explicit client(client_options options = {});
  client(client&&) noexcept;
  client& operator=(client&&) noexcept;
  ~client();

  result<response> try_send(request const& what, std::stop_token stop = {});

 private:
  struct impl;  // detail/client.ipp: the only place that names Asio, Beast or OpenSSL
  std::unique_ptr<impl> impl_;
};

}  // namespace http
}  // namespace v1
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/http/detail/client.ipp>
#endif
