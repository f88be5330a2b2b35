#pragma once

#include <bulkwriter/http/detail/foreign_text.hpp>
#include <bulkwriter/storage/detail/store_text.hpp>

#include <algorithm>

namespace bulkwriter {
inline namespace v1 {
namespace storage {
namespace detail {

BULKWRITER_DECL result<void> check_key(std::string_view key) {
  auto const refuse = [](std::string message) -> error_info {
    return {.code = errc::invalid_option, .message = std::move(message)};
  };
  if (key.empty()) return refuse("an object key is empty");
  for (std::size_t i = 0; i < key.size(); ++i) {
    auto const c = static_cast<unsigned char>(key[i]);
    if (c < 0x20 || c == 0x7f) {
      return refuse("an object key has a control character (code " + std::to_string(c) + ") at byte " +
                    std::to_string(i));
    }
  }
  if (key.size() > 1024)
    return refuse("an object key of " + std::to_string(key.size()) + " bytes exceeds the limit of 1024");
  if (key.front() == '/') return refuse("object key '" + std::string(key) + "' begins with a slash");
  for (std::size_t at = 0; at <= key.size();) {
    std::size_t const end = (std::min)(key.find('/', at), key.size());
    auto const segment = key.substr(at, end - at);
    if (segment == "." || segment == "..") {
      return refuse("object key '" + std::string(key) + "' has a '" + std::string(segment) +
                    "' segment, which servers resolve differently");
    }
    at = end + 1;
  }
  return {};
}

BULKWRITER_DECL std::string printable(std::string_view text, std::span<std::string const> secrets) {
  std::string out(text);
  for (std::string const& secret : secrets) {
    if (secret.empty()) continue;
    for (std::size_t at = 0; (at = out.find(secret, at)) != std::string::npos; at += 3)
      out.replace(at, secret.size(), "***");
  }
  constexpr std::size_t longest_word = 40;  // a signature is a word of 64 hexadecimal digits
  std::string line;
  for (std::size_t at = 0; at < out.size();) {
    auto const is_digit = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    };
    std::size_t end = at;
    while (end < out.size() && is_digit(out[end])) ++end;
    if (end - at > longest_word) {
      line += "***";
      at = end;
    } else if (end == at) {
      line += out[at++];
    } else {
      line.append(out, at, end - at);
      at = end;
    }
  }
  return http::detail::foreign_text(line, 300);
}

BULKWRITER_DECL std::string unquoted(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

BULKWRITER_DECL bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) noexcept {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace detail
}  // namespace storage
}  // namespace v1
}  // namespace bulkwriter
