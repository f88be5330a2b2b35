#pragma once

#include <bulkwriter/text/base64.hpp>

#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

BULKWRITER_DECL std::string base64_encode(std::span<std::byte const> data) {
  static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((data.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < data.size(); i += 3) {
    std::size_t const n = data.size() - i;
    auto const at = [&](std::size_t k) { return k < n ? std::to_integer<unsigned>(data[i + k]) : 0u; };
    unsigned const group = at(0) << 16 | at(1) << 8 | at(2);
    out += alphabet[group >> 18];
    out += alphabet[group >> 12 & 63];
    out += n > 1 ? alphabet[group >> 6 & 63] : '=';
    out += n > 2 ? alphabet[group & 63] : '=';
  }
  return out;
}

BULKWRITER_DECL std::string base64url_encode(std::span<std::byte const> data) {
  std::string out = base64_encode(data);
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  out.erase(out.find_last_not_of('=') + 1);
  return out;
}

BULKWRITER_DECL result<std::vector<std::byte>> try_base64_decode(std::string_view text) {
  auto const refuse = [](std::string what) -> error_info {
    return {.code = errc::invalid_option, .message = "not base64: " + std::move(what)};
  };
  auto const value_of = [](char c) -> int {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
  };
  if (text.size() % 4 != 0) return refuse("its length of " + std::to_string(text.size()) + " is not a multiple of 4");
  std::size_t const padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  std::vector<std::byte> out;
  out.reserve(text.size() / 4 * 3);
  unsigned bits = 0;
  int count = 0;
  for (std::size_t i = 0; i < text.size() - padding; ++i) {
    int const v = value_of(text[i]);
    if (v < 0) return refuse("a character outside its alphabet at position " + std::to_string(i));
    bits = (bits << 6 | static_cast<unsigned>(v)) & 0xFFFFu;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out.push_back(static_cast<std::byte>(bits >> count & 0xFFu));
    }
  }
  if ((bits & ((1u << count) - 1)) != 0) return refuse("bits are left over in its last character");
  return out;
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
