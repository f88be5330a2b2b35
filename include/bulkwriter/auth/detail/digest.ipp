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

}  // namespace auth
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
