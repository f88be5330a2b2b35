#pragma once

#include <bulkwriter/error.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace auth {

using sha256_digest = std::array<std::byte, 32>;  ///< most significant byte first, as FIPS 180-4 writes it
using md5_digest = std::array<std::byte, 16>;     ///< in the order of RFC 1321
using poly1305_key = std::array<std::byte, 32>;   ///< r and s, in the order of RFC 8439
using poly1305_tag = std::array<std::byte, 16>;   ///< in the order of RFC 8439

/// The bytes of a text, for the functions below. A view: the text must outlive it.
inline std::span<std::byte const> as_bytes(std::string_view text) noexcept {
  return std::as_bytes(std::span<char const>(text.data(), text.size()));
}

/// SHA-256 of the whole (FIPS 180-4). Throws `invalid_state` if OpenSSL refuses. Thread-safe, as is all of this header.
/// @{
sha256_digest sha256(std::span<std::byte const> data);
inline sha256_digest sha256(std::string_view text) { return sha256(as_bytes(text)); }
/// @}

/// HMAC with SHA-256 (RFC 2104); keys of any length. Throws `invalid_state` if OpenSSL refuses.
sha256_digest hmac_sha256(std::span<std::byte const> key, std::string_view text);

/// MD5 (RFC 1321), for the Content-MD5 header only. Error: `invalid_state` where the platform's policy forbids MD5.
/// @{
result<md5_digest> try_md5(std::span<std::byte const> data);
inline md5_digest md5(std::span<std::byte const> data) { return try_md5(data).value(); }
/// @}

/// Poly1305 (RFC 8439, 2.5). Under a key that everybody knows it tells bytes apart that were changed by accident, not
/// by an attacker, in a seventh of the time that a hash takes. Error: `invalid_state` where OpenSSL does not offer it.
/// @{
result<poly1305_tag> try_poly1305(poly1305_key const& key, std::span<std::byte const> data);
inline poly1305_tag poly1305(poly1305_key const& key, std::span<std::byte const> data) {
  return try_poly1305(key, data).value();
}
/// @}

/// Two lower-case hexadecimal digits a byte.
std::string to_hex(std::span<std::byte const> data);

/// RFC 4648 section 4: the standard alphabet with padding, no line breaks.
std::string base64_encode(std::span<std::byte const> data);

/// The reverse, strictly: padding required, no spaces, no stray bits. Error: `invalid_option`; the message tells the
/// position and never the text, which may be a key.
/// @{
result<std::vector<std::byte>> try_base64_decode(std::string_view text);
inline std::vector<std::byte> base64_decode(std::string_view text) { return try_base64_decode(text).value(); }
/// @}

}  // namespace auth
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/auth/detail/digest.ipp>
#endif
