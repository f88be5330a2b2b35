#pragma once

// A small HTTP/1.1 server on Boost.Beast for the examples and tests that bring their own peers: plain HTTP on a
// loopback address, one thread a connection, blocking reads and writes. Nothing here is meant to face a network.

#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace loopback {

namespace asio = boost::asio;
namespace http = boost::beast::http;

using request = http::request<http::string_body>;
using response = http::response<http::string_body>;

/// Called from the connections' threads, several at a time. No value closes the connection without an answer; an
/// exception becomes a 500. The answer's Content-Length is filled in, unless the handler has set it (for HEAD).
using handler = std::function<std::optional<response>(request const&)>;

/// A response with a body.
inline response make_response(http::status status, std::string body, std::string_view content_type = {}) {
  response answer{status, 11};
  if (!content_type.empty()) answer.set(http::field::content_type, content_type);
  answer.body() = std::move(body);
  return answer;
}

/// Listens from construction to destruction. The destructor (or `stop`) ends open connections and joins their threads;
/// a handler that is running is waited for.
class http_server {
 public:
  explicit http_server(handler handle, std::uint16_t port = 0, std::string const& address = "127.0.0.1")
      : handle_(std::move(handle)),
        acceptor_(context_, asio::ip::tcp::endpoint(asio::ip::make_address(address), port)),
        address_(address),
        port_(acceptor_.local_endpoint().port()) {
    accept();
    thread_ = std::thread([this] { context_.run(); });
  }
  http_server(http_server const&) = delete;
  http_server& operator=(http_server const&) = delete;
  ~http_server() { stop(); }

  std::uint16_t port() const noexcept { return port_; }
  /// "127.0.0.1:40123"
  std::string authority() const { return address_ + ':' + std::to_string(port_); }
  /// "http://127.0.0.1:40123"
  std::string url() const { return "http://" + authority(); }

  /// Connections accepted so far: shows whether a client keeps them alive.
  std::uint64_t connections_accepted() const {
    std::lock_guard const lock(mutex_);
    return accepted_;
  }

  /// Idempotent. After it nobody listens on the port.
  void stop() {
    if (!thread_.joinable()) return;
    context_.stop();
    thread_.join();
    acceptor_.close();
    {
      std::lock_guard const lock(mutex_);
      // The sockets belong to their threads; shutdown() is the one call that may wake them from here.
      for (connection& one : connections_)
        if (!one.done) ::shutdown(one.socket.native_handle(), SHUT_RDWR);
    }
    for (connection& one : connections_) one.thread.join();
    connections_.clear();
  }

 private:
  struct connection {
    explicit connection(asio::ip::tcp::socket&& s) : socket(std::move(s)) {}
    asio::ip::tcp::socket socket;
    std::thread thread;
    bool done = false;  // guarded by mutex_
  };

  void accept() {
    acceptor_.async_accept([this](boost::system::error_code failed, asio::ip::tcp::socket socket) {
      if (failed == asio::error::operation_aborted) return;
      if (!failed) start(std::move(socket));
      accept();
    });
  }

  void start(asio::ip::tcp::socket&& socket) {
    boost::system::error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    std::lock_guard const lock(mutex_);
    ++accepted_;
    for (auto it = connections_.begin(); it != connections_.end();) {
      if (!it->done) {
        ++it;
        continue;
      }
      it->thread.join();
      it = connections_.erase(it);
    }
    connection& one = connections_.emplace_back(std::move(socket));
    one.thread = std::thread([this, &one] {
      serve(one.socket);
      std::lock_guard const closing(mutex_);
      boost::system::error_code closed;
      one.socket.shutdown(asio::ip::tcp::socket::shutdown_both, closed);
      one.socket.close(closed);
      one.done = true;
    });
  }

  void serve(asio::ip::tcp::socket& socket) {
    boost::beast::flat_buffer buffer;
    boost::system::error_code failed;
    for (;;) {
      http::request_parser<http::string_body> parser;
      parser.body_limit(boost::none);
      http::read_header(socket, buffer, parser, failed);
      if (failed) return;
      if (boost::beast::iequals(parser.get()[http::field::expect], "100-continue")) {
        static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        asio::write(socket, asio::buffer(go_on), failed);
        if (failed) return;
      }
      http::read(socket, buffer, parser, failed);
      if (failed) return;
      std::optional<response> answer = run(parser.get());
      if (!answer) return;
      bool const keep = parser.get().keep_alive() && answer->keep_alive();
      answer->version(parser.get().version());
      answer->keep_alive(keep);
      if (answer->find(http::field::content_length) == answer->end() && !answer->chunked()) answer->prepare_payload();
      http::serializer<false, http::string_body> serializer{*answer};
      if (parser.get().method() == http::verb::head) {
        http::write_header(socket, serializer, failed);
      } else {
        http::write(socket, serializer, failed);
      }
      if ((failed && failed != http::error::end_of_stream) || !keep) return;
    }
  }

  std::optional<response> run(request const& what) {
    try {
      return handle_(what);
    } catch (std::exception const& x) {
      return make_response(http::status::internal_server_error, x.what(), "text/plain");
    }
  }

  handler handle_;
  asio::io_context context_{1};
  asio::ip::tcp::acceptor acceptor_;
  std::string address_;
  std::uint16_t port_;
  std::thread thread_;
  mutable std::mutex mutex_;
  std::list<connection> connections_;  // guarded by mutex_; nodes never move
  std::uint64_t accepted_ = 0;         // guarded by mutex_
};

}  // namespace loopback
