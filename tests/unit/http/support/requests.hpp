#pragma once

#include "script_server.hpp"

#include <bulkwriter/http/client.hpp>

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace test {

inline bulkwriter::http::origin plain(std::uint16_t port, std::string host = "127.0.0.1") {
  return {.secure = false, .host = std::move(host), .port = port};
}
inline bulkwriter::http::origin secure(std::uint16_t port, std::string host = "127.0.0.1") {
  return {.secure = true, .host = std::move(host), .port = port};
}

inline bulkwriter::http::request get(bulkwriter::http::origin from, std::string target = "/") {
  return {.method = "GET", .origin = std::move(from), .target = std::move(target)};
}
inline std::span<std::byte const> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }
inline bulkwriter::http::request with_body(std::string method, bulkwriter::http::origin to, std::string_view body) {
  return {.method = std::move(method), .origin = std::move(to), .target = "/", .body = bytes(body)};
}

// Bytes that differ from place to place, so that a lost or doubled piece is seen.
inline std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  std::uint32_t x = 12345;
  for (char& c : text) {
    x = x * 1664525 + 1013904223;
    c = static_cast<char>(x >> 24);
  }
  return text;
}

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

class stopwatch {
 public:
  std::chrono::milliseconds read() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start_);
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace test
