#pragma once

#include <bulkwriter/auth/digest.hpp>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <climits>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace auth {

BULKWRITER_DECL sha256_digest sha256(std::span<std::byte const> data) {
  sha256_digest out;
  // A zero-length span may carry a null pointer, which EVP_Digest accepts together with a count of 0.
  if (EVP_Digest(data.data(), data.size(), reinterpret_cast<unsigned char*>(out.data()), nullptr, EVP_sha256(),
                 nullptr) != 1) {
    bulkwriter::detail::throw_error(
        {.code = errc::invalid_state, .message = "OpenSSL refuses to compute SHA-256"});
  }
  return out;
}

BULKWRITER_DECL sha256_digest hmac_sha256(std::span<std::byte const> key, std::string_view text) {
  sha256_digest out;
  unsigned int length = 0;
  // A key over the block size is hashed first by definition; done here, since OpenSSL takes its length as an int.
  if (key.size() > static_cast<std::size_t>(INT_MAX)) return hmac_sha256(sha256(key), text);
  static constexpr unsigned char no_key = 0;  // a null key means "reuse the last one" to OpenSSL
  if (!HMAC(EVP_sha256(), key.empty() ? static_cast<void const*>(&no_key) : key.data(), static_cast<int>(key.size()),
            reinterpret_cast<unsigned char const*>(text.data()), text.size(),
            reinterpret_cast<unsigned char*>(out.data()), &length)) {
    bulkwriter::detail::throw_error(
        {.code = errc::invalid_state, .message = "OpenSSL refuses to compute HMAC-SHA256"});
  }
  return out;
}

BULKWRITER_DECL result<md5_digest> try_md5(std::span<std::byte const> data) {
  md5_digest out;
  // "-fips": Content-MD5 guards against damage, not against attackers, so a default FIPS query must not rule it out.
  EVP_MD* md = EVP_MD_fetch(nullptr, "MD5", "-fips");
  bool const done = md && EVP_Digest(data.data(), data.size(), reinterpret_cast<unsigned char*>(out.data()), nullptr,
                                     md, nullptr) == 1;
  EVP_MD_free(md);
  if (!done)
    return error_info{.code = errc::invalid_state, .message = "OpenSSL offers no MD5 here, which Content-MD5 needs"};
  return out;
}

BULKWRITER_DECL result<poly1305_tag> try_poly1305(poly1305_key const& key, std::span<std::byte const> data) {
  poly1305_tag out;
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "POLY1305", "-fips");  // as above
  EVP_MAC_CTX* context = mac ? EVP_MAC_CTX_new(mac) : nullptr;
  std::size_t length = 0;
  bool const done =
      context && EVP_MAC_init(context, reinterpret_cast<unsigned char const*>(key.data()), key.size(), nullptr) == 1 &&
      EVP_MAC_update(context, reinterpret_cast<unsigned char const*>(data.data()), data.size()) == 1 &&
      EVP_MAC_final(context, reinterpret_cast<unsigned char*>(out.data()), &length, out.size()) == 1;
  EVP_MAC_CTX_free(context);
  EVP_MAC_free(mac);
  if (!done || length != out.size())
    return error_info{.code = errc::invalid_state, .message = "OpenSSL offers no Poly1305 here"};
  return out;
}

BULKWRITER_DECL std::string to_hex(std::span<std::byte const> data) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out(data.size() * 2, '\0');
  for (std::size_t i = 0; i < data.size(); ++i) {
    auto const b = std::to_integer<unsigned>(data[i]);
    out[2 * i] = digits[b >> 4];
    out[2 * i + 1] = digits[b & 15];
  }
  return out;
}

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

}  // namespace auth
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
