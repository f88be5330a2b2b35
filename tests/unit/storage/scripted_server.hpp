#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

/// A server on a free loopback port that hands every request to a function and sends back what that returns: for
/// answers that no real store gives on demand. An empty answer closes the connection. Connections are served one after
/// another's request, each on its own thread.
class scripted_server {
 public:
  struct request {
    std::string method, target, body;
    std::map<std::string, std::string> headers;  // names in lower case
  };
  using handler = std::function<std::string(request const&)>;

  explicit scripted_server(handler answer) : answer_(std::move(answer)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at = {};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof at;
    if (listener_ < 0 || ::bind(listener_, reinterpret_cast<sockaddr*>(&at), length) != 0 ||
        ::listen(listener_, 16) != 0 || ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &length) != 0) {
      throw std::runtime_error("no loopback socket");
    }
    port_ = ntohs(at.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~scripted_server() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
      std::lock_guard const lock(mutex_);
      for (int const s : open_) ::shutdown(s, SHUT_RDWR);
    }
    for (auto& t : serving_) t.join();
    ::close(listener_);
  }
  scripted_server(scripted_server const&) = delete;
  scripted_server& operator=(scripted_server const&) = delete;

  std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// From now on nobody can connect; open connections live on. A handler may call it.
  void stop_listening() { ::shutdown(listener_, SHUT_RDWR); }
  std::string authority() const { return "127.0.0.1:" + std::to_string(port_); }

  /// All requests so far.
  std::vector<request> seen() const {
    std::lock_guard const lock(mutex_);
    return seen_;
  }

 private:
  void accept_all() {
    while (true) {
      int const s = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (s < 0) return;
      std::lock_guard const lock(mutex_);
      open_.push_back(s);
      serving_.emplace_back([this, s] {
        serve(s);
        std::lock_guard const ended(mutex_);
        open_.erase(std::find(open_.begin(), open_.end(), s));
        ::close(s);
      });
    }
  }

  void serve(int s) {
    std::string buffer;
    auto const more = [&] {
      char block[65536];
      ssize_t const n = ::recv(s, block, sizeof block, 0);
      if (n > 0) buffer.append(block, static_cast<std::size_t>(n));
      return n > 0;
    };
    while (true) {
      std::size_t end = 0;
      while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
        if (!more()) return;
      }
      request r = parse_head(buffer.substr(0, end + 2));
      buffer.erase(0, end + 4);
      std::size_t const length = r.headers.count("content-length") ? std::stoull(r.headers["content-length"]) : 0;
      while (buffer.size() < length) {
        if (!more()) return;
      }
      r.body = buffer.substr(0, length);
      buffer.erase(0, length);
      std::string answer;
      {
        std::lock_guard const lock(mutex_);
        seen_.push_back(r);
        answer = answer_(r);
      }
      if (answer.empty()) return;
      for (std::size_t at = 0; at < answer.size();) {
        ssize_t const n = ::send(s, answer.data() + at, answer.size() - at, MSG_NOSIGNAL);
        if (n <= 0) return;
        at += static_cast<std::size_t>(n);
      }
    }
  }

  static request parse_head(std::string const& head) {
    request out;
    std::size_t at = head.find("\r\n");
    std::string const first = head.substr(0, at);
    out.method = first.substr(0, first.find(' '));
    out.target = first.substr(out.method.size() + 1, first.rfind(' ') - out.method.size() - 1);
    for (at += 2; at < head.size();) {
      std::size_t const end = head.find("\r\n", at);
      std::string const line = head.substr(at, end - at);
      at = end + 2;
      std::size_t const colon = line.find(':');
      if (colon == std::string::npos) continue;
      std::string name = line.substr(0, colon);
      std::transform(name.begin(), name.end(), name.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
      out.headers[name] = line.substr(line.find_first_not_of(' ', colon + 1));
    }
    return out;
  }

  handler answer_;
  int listener_ = -1;
  unsigned port_ = 0;
  mutable std::mutex mutex_;
  std::vector<request> seen_;
  std::vector<int> open_;
  std::vector<std::thread> serving_;
  std::thread acceptor_;
};

/// An answer as it goes over the wire.
inline std::string http_answer(int status, std::string const& body = {},
                               std::vector<std::pair<std::string, std::string>> const& headers = {}) {
  std::string out = "HTTP/1.1 " + std::to_string(status) + " Status\r\n";
  bool has_length = false;
  for (auto const& [name, value] : headers) {
    out += name + ": " + value + "\r\n";
    has_length = has_length || name == "Content-Length";
  }
  if (!has_length && status != 204) out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return out + "\r\n" + body;
}
