#pragma once

// A server on loopback whose every move is written in the test: it accepts, hands each connection to the script on a
// thread of its own, and breaks all connections off when it is destroyed. Plain sockets and OpenSSL, nothing of the
// client's.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace test {

struct tls_setup {
  std::string certificate = {}, key = {};  // PEM files
  int newest_version = TLS1_3_VERSION;
};

// The sockets of one server, so that it can break them off while their threads use them.
class open_sockets {
 public:
  void add(int fd) {
    std::lock_guard const lock(mutex_);
    fds_.push_back(fd);
  }
  void close(int fd) {
    std::lock_guard const lock(mutex_);
    std::erase(fds_, fd);
    ::close(fd);
  }
  void break_off() {
    std::lock_guard const lock(mutex_);
    stopped_ = true;
    for (int fd : fds_) ::shutdown(fd, SHUT_RDWR);
  }
  bool stopped() const { return stopped_; }

 private:
  std::mutex mutex_;
  std::vector<int> fds_;
  std::atomic<bool> stopped_ = false;
};

// The server's end of one connection.
class peer {
 public:
  peer(int fd, int index, SSL* ssl, open_sockets& all) : fd_(fd), index_(index), ssl_(ssl), all_(all) { all_.add(fd_); }
  peer(peer const&) = delete;
  peer& operator=(peer const&) = delete;
  ~peer() {
    close();
    if (ssl_) SSL_free(ssl_);
  }

  int index() const { return index_; }  // 0 for the first connection that the server accepted
  SSL* tls() const { return ssl_; }

  // Start line and headers with the empty line; empty if the client has closed.
  std::string head() {
    std::size_t end = 0;
    while ((end = in_.find("\r\n\r\n")) == std::string::npos) {
      if (!fill()) return {};
    }
    return take(end + 4);
  }
  std::string body(std::size_t size) {
    while (in_.size() < size && fill()) {
    }
    return take(std::min(size, in_.size()));
  }
  // Head and body of one request, the body by its Content-Length.
  std::string request(std::string* body_text = nullptr) {
    std::string const text = head();
    auto const at = text.find("Content-Length: ");
    std::string content = body(at == std::string::npos ? 0 : std::strtoull(text.c_str() + at + 16, nullptr, 10));
    if (body_text) *body_text = std::move(content);
    return text;
  }

  bool send(std::string_view text) {
    while (!text.empty()) {
      auto const n = ssl_ ? static_cast<ssize_t>(SSL_write(ssl_, text.data(), static_cast<int>(text.size())))
                          : ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  bool answer(std::string_view body_text, std::string_view more_headers = "") {
    return send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body_text.size()) + "\r\n" +
                std::string(more_headers) + "\r\n" + std::string(body_text));
  }

  // Carries bytes both ways between the client and a port of this machine, until one side closes. False if nobody
  // listens there. What `first` holds goes to the client once the connection is there.
  bool pass_on(std::uint16_t port, std::string_view first) {
    int const other = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to = {};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(port);
    bool const there = ::connect(other, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
    if (there && send(first) && write_all(other, std::exchange(in_, {}))) {
      pollfd both[] = {{.fd = fd_, .events = POLLIN, .revents = 0}, {.fd = other, .events = POLLIN, .revents = 0}};
      while (::poll(both, 2, -1) > 0) {
        char buffer[65536];
        bool const from_client = both[0].revents != 0;
        auto const n = ::recv(from_client ? fd_ : other, buffer, sizeof buffer, 0);
        if (n <= 0 || !write_all(from_client ? other : fd_, {buffer, static_cast<std::size_t>(n)})) break;
      }
    }
    ::close(other);
    return there;
  }

  // Does nothing until the client closes or the server goes; but not for ever, so that a client that would wait for
  // ever fails its test by what it hears then.
  void stall() {
    auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    char byte = 0;
    while (!all_.stopped() && std::chrono::steady_clock::now() < end && ::recv(fd_, &byte, 1, MSG_PEEK) > 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  // No more output; input still flows.
  void end_output() { ::shutdown(fd_, SHUT_WR); }
  void close_notify() { SSL_shutdown(ssl_); }
  void close() {
    if (fd_ >= 0) all_.close(std::exchange(fd_, -1));
  }
  // A RST instead of a FIN.
  void reset() {
    linger const hard{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close();
  }

 private:
  static bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
      auto const n = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  bool fill() {
    char buffer[65536];
    auto const n =
        ssl_ ? static_cast<ssize_t>(SSL_read(ssl_, buffer, sizeof buffer)) : ::recv(fd_, buffer, sizeof buffer, 0);
    if (n > 0) in_.append(buffer, static_cast<std::size_t>(n));
    return n > 0;
  }
  std::string take(std::size_t size) {
    std::string text = in_.substr(0, size);
    in_.erase(0, size);
    return text;
  }

  int fd_;
  int index_;
  SSL* ssl_;
  open_sockets& all_;
  std::string in_;
};

// Whether sockets can be bound to ::1 here.
inline bool has_ipv6() {
  int const probe = ::socket(AF_INET6, SOCK_STREAM, 0);
  sockaddr_in6 address = {};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  bool const bound = probe >= 0 && ::bind(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  if (probe >= 0) ::close(probe);
  return bound;
}

class script_server {
 public:
  using script = std::function<void(peer&)>;

  // Listens on 127.0.0.1, or on ::1 if that is asked for.
  explicit script_server(script play, int family = AF_INET) : play_(std::move(play)), family_(family) { start(); }
  script_server(tls_setup const& tls, script play, int family = AF_INET)
      : play_(std::move(play)), family_(family), ctx_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX_set_cipher_list(ctx_, "DEFAULT@SECLEVEL=0");  // or old versions could not even be offered
    SSL_CTX_set_min_proto_version(ctx_, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(ctx_, tls.newest_version);
    SSL_CTX_use_certificate_chain_file(ctx_, tls.certificate.c_str());
    SSL_CTX_use_PrivateKey_file(ctx_, tls.key.c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_set_session_id_context(ctx_, reinterpret_cast<unsigned char const*>("test"), 4);
    start();
  }
  ~script_server() {
    stop_accepting();
    all_.break_off();
    for (auto& t : threads_) t.join();
    ::close(listener_);
    if (ctx_) SSL_CTX_free(ctx_);
  }

  std::uint16_t port() const { return port_; }
  int connections() const { return accepted_; }

  // Waits until every script has come to its end by itself.
  void finish() {
    stop_accepting();
    for (auto& t : threads_) t.join();
    threads_.clear();
  }

 private:
  void stop_accepting() {
    stopped_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    if (acceptor_.joinable()) acceptor_.join();
  }

  void start() {
    listener_ = ::socket(family_, SOCK_STREAM, 0);
    sockaddr_in6 six = {};
    six.sin6_family = AF_INET6;
    six.sin6_addr = in6addr_loopback;
    sockaddr_in four = {};
    four.sin_family = AF_INET;
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool const is_four = family_ == AF_INET;
    auto* const address = is_four ? reinterpret_cast<sockaddr*>(&four) : reinterpret_cast<sockaddr*>(&six);
    socklen_t size = is_four ? sizeof four : sizeof six;
    if (::bind(listener_, address, size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, address, &size) != 0)
      std::abort();
    port_ = ntohs(is_four ? four.sin_port : six.sin6_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }

  void accept_all() {
    while (!stopped_) {
      int const fd = ::accept(listener_, nullptr, nullptr);
      if (fd < 0) continue;
      threads_.emplace_back([this, fd, index = accepted_++] { serve(fd, index); });
    }
  }

  void serve(int fd, int index) {
    // SSL_write on a closed connection raises SIGPIPE. Here it is nobody's business; on the client's thread it would
    // be.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    // As servers do. Nagle's algorithm would hold a short answer back until a close with unread input throws it away.
    int const on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    SSL* ssl = ctx_ ? SSL_new(ctx_) : nullptr;
    if (ssl) SSL_set_fd(ssl, fd);
    peer p(fd, index, ssl, all_);
    if (!ssl || SSL_accept(ssl) == 1) play_(p);
  }

  script play_;
  int family_;
  SSL_CTX* ctx_ = nullptr;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_ = 0;
  std::atomic<bool> stopped_ = false;
  open_sockets all_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace test
