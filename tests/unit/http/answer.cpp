#include <bulkwriter/http/client.hpp>

#include <string>
#include <string_view>

// Not behind the single header, which keeps this macro, and with it the class, to itself: there fuzz.http is under the
// sanitizers.
#if defined(BULKWRITER_NAMESPACE)

// The bodies are compiled elsewhere; this one of them is a class, of which a unit may have its own.
#include <bulkwriter/http/detail/answer.ipp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

using namespace bulkwriter;

namespace {

struct heard {
  std::string problem;
  bool complete;
};

heard hear(std::string_view text, std::size_t piece, http::client_options const& options) {
  http::detail::answer reader(options, false);
  while (!text.empty() && !reader.complete()) {
    auto const space = reader.space();
    std::size_t const n = std::min({piece, text.size(), space.size()});
    std::memcpy(space.data(), text.data(), n);
    text.remove_prefix(n);
    if (auto problem = reader.commit(n); !problem.empty()) return {problem, false};
  }
  return {{}, reader.complete()};
}

}  // namespace

TEST_CASE("http answer: a head is as long as it is, however it arrives") {
  for (std::string const start : {"HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 \r\n\r\nHTTP/1.1 200 OK\r\n"}) {
    std::string const fields = "A: " + std::string(100, 'a') + "\r\nContent-Length: 2\r\n\r\n";
    std::size_t const head = std::string_view("HTTP/1.1 200 OK\r\n").size() + fields.size();
    std::string const text = start + fields + "ok";
    for (std::size_t const piece : {std::size_t(1), std::size_t(3), start.size(), start.size() + 1, text.size()}) {
      CAPTURE(piece);
      http::client_options options;
      options.max_header_size = head;
      CHECK(hear(text, piece, options).complete);
      options.max_header_size = head - 1;
      CHECK(hear(text, piece, options).problem == "the header exceeds max_header_size " + std::to_string(head - 1));
      CHECK(hear(text.substr(0, text.size() - 3), piece, options).problem != "");
    }
  }
}

TEST_CASE("http answer: chunks, however they arrive") {
  for (std::string const chunks :
       {"0\r\n\r\n", "0\r\nTrailer: x\r\n\r\n", "1\r\na\r\n0\r\n\r\n", "1\r\na\r\n1;x=y\r\nb\r\n00\r\n\r\n"}) {
    std::string const text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks;
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
      CAPTURE(chunks);
      CAPTURE(piece);
      auto const whole = hear(text, piece, {});
      CHECK(whole.problem == "");
      CHECK(whole.complete);
      auto const cut = hear(std::string_view(text).substr(0, text.size() - 1), piece, {});
      CHECK(cut.problem == "");
      CHECK_FALSE(cut.complete);
    }
  }
}

TEST_CASE("http answer: what another protocol says is told in 32 bytes") {
  std::string const hello = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3";
  CHECK(hear(hello, hello.size(), {}).problem == "not HTTP/1, it begins with '" + hello.substr(0, 32) + "…'");
  CHECK(hear(hello.substr(0, 32), 32, {}).problem == "not HTTP/1, it begins with '" + hello.substr(0, 32) + "'");
}

#endif
