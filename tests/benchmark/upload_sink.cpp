// An S3 server that takes everything and keeps nothing: what a client can do when the store costs next to nothing.
// Every object and every part is accepted, whatever its signature says, and its bytes are dropped inside the kernel.
//
//   upload_sink [BYTES_A_SECOND]    ->  "<port>" on standard output; ends when standard input does
//
// With a number, all connections together get no more: a network of that speed.
//
// GET /requests answers with one line a request since the last such question: "METHOD TARGET LENGTH PAYLOAD", PAYLOAD
// being the value of x-amz-content-sha256, "sha256" for a digest and "-" for none.

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace {

// The time at which a line of this speed has carried what it was given so far.
class pace {
 public:
  void limit(double bytes_a_second) { rate_ = bytes_a_second; }
  bool unlimited() const { return rate_ == 0; }
  void carry(std::size_t bytes) {
    if (unlimited()) return;
    clock::time_point until;
    {
      std::lock_guard const lock(mutex_);
      auto const cost = std::chrono::duration_cast<clock::duration>(
          std::chrono::duration<double>(static_cast<double>(bytes) / rate_));
      until = free_ = (std::max)(free_, clock::now()) + cost;
    }
    std::this_thread::sleep_until(until);
  }

 private:
  using clock = std::chrono::steady_clock;
  double rate_ = 0;
  std::mutex mutex_;
  clock::time_point free_;
} network;

std::mutex log_mutex;
std::string request_log;

// The value of a header; the name is given in lower case.
std::string field(std::string_view head, std::string_view name) {
  for (std::size_t at = 0; (at = head.find("\r\n", at)) != head.npos;) {
    at += 2;
    auto const line = head.substr(at, head.find("\r\n", at) - at);
    auto const same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; };
    if (line.size() <= name.size() || line[name.size()] != ':' ||
        !std::equal(name.begin(), name.end(), line.begin(), [&](char b, char a) { return same(a, b); }))
      continue;
    auto const value = line.find_first_not_of(' ', name.size() + 1);
    return value == line.npos ? "" : std::string(line.substr(value));
  }
  return {};
}

bool send_all(int line, std::string_view text) {
  while (!text.empty()) {
    auto const n = ::send(line, text.data(), text.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool answer(int line, std::string_view headers, std::string_view body, std::string_view status = "200 OK") {
  return send_all(line, "HTTP/1.1 " + std::string(status) + "\r\n" + std::string(headers) +
                            "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
}

bool answer_to(int line, std::string_view method, std::string_view target) {
  constexpr std::string_view xml = "Content-Type: application/xml\r\n";
  std::string_view const path = target.substr(0, target.find('?'));
  std::string_view const key = path.substr((std::min)(path.find('/', 1), path.size() - 1) + 1);
  if (target == "/requests") {
    std::string lines;
    std::lock_guard const lock(log_mutex);
    lines.swap(request_log);
    return answer(line, "", lines);
  }
  if (method == "HEAD") return answer(line, "", "", "403 Forbidden");  // a bucket to write to only
  if (method == "POST" && target.ends_with("?uploads") + target.ends_with("?uploads=") != 0) {
    return answer(line, xml,
                  "<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>" + std::string(key) +
                      "</Key><UploadId>upload</UploadId></InitiateMultipartUploadResult>");
  }
  if (method == "POST") {
    return answer(line, xml,
                  "<CompleteMultipartUploadResult><Bucket>b</Bucket><Key>" + std::string(key) +
                      "</Key><ETag>\"0-1\"</ETag></CompleteMultipartUploadResult>");
  }
  return answer(line, "ETag: \"00000000000000000000000000000000\"\r\n", "");
}

void serve(int line) {
  constexpr std::size_t most = 64 * 1024;
  std::string text;
  while (true) {
    std::size_t end = 0;
    while ((end = text.find("\r\n\r\n")) == text.npos && text.size() < most) {
      char block[4096];
      auto const n = ::recv(line, block, sizeof block, 0);
      if (n <= 0) return void(::close(line));
      text.append(block, static_cast<std::size_t>(n));
    }
    if (end == text.npos) return void(::close(line));
    std::string const head = text.substr(0, end + 2);
    text.erase(0, end + 4);

    auto const length = std::strtoull(field(head, "content-length").c_str(), nullptr, 10);
    if (field(head, "expect") == "100-continue" && text.empty() && !send_all(line, "HTTP/1.1 100 Continue\r\n\r\n"))
      return void(::close(line));
    std::uint64_t left = length - (std::min)(std::uint64_t{length}, std::uint64_t{text.size()});
    text.erase(0, static_cast<std::size_t>(length - left));
    while (left != 0) {
      // MSG_TRUNC: dropped where it lies, without a copy
      auto const most_at_once = std::uint64_t{network.unlimited() ? 4u << 20 : 256u << 10};
      auto const n = ::recv(line, nullptr, static_cast<std::size_t>((std::min)(left, most_at_once)), MSG_TRUNC);
      if (n <= 0) return void(::close(line));
      network.carry(static_cast<std::size_t>(n));
      left -= static_cast<std::uint64_t>(n);
    }

    auto const space = head.find(' ');
    auto const method = head.substr(0, space);
    auto const target = head.substr(space + 1, head.find(' ', space + 1) - space - 1);
    auto payload = field(head, "x-amz-content-sha256");
    if (payload.size() == 64) payload = "sha256";
    if (target != "/requests") {
      std::lock_guard const lock(log_mutex);
      request_log +=
          method + ' ' + target + ' ' + std::to_string(length) + ' ' + (payload.empty() ? "-" : payload) + '\n';
    }
    if (!answer_to(line, method, target)) return void(::close(line));
  }
}

int failed(char const* what) { return std::perror(what), 1; }

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) network.limit(std::strtod(argv[1], nullptr));
  int const listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0) return failed("bind");
  if (::listen(listener, 128) != 0) return failed("listen");
  if (::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) return failed("getsockname");
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  std::thread([] {
    while (std::getchar() != EOF) {
    }
    std::_Exit(0);
  }).detach();
  while (true) {
    int const line = ::accept(listener, nullptr, nullptr);
    if (line < 0) return failed("accept");
    int const on = 1;
    ::setsockopt(line, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::thread(serve, line).detach();
  }
}
