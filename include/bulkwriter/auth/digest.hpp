#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/text/base64.hpp>
#include <bulkwriter/text/hex.hpp>
#include <bulkwriter/text/percent.hpp>
#include <bulkwriter/text/sha256.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace auth {

using bulkwriter::detail::sha256_digest;         ///< most significant byte first, as FIPS 180-4 writes it
using md5_digest = std::array<std::byte, 16>;    ///< in the order of RFC 1321
using poly1305_key = std::array<std::byte, 32>;  ///< r and s, in the order of RFC 8439
using poly1305_tag = std::array<std::byte, 16>;  ///< in the order of RFC 8439

/// The bytes of a text, for the functions below. A view: the text must outlive it.
inline std::span<std::byte const> as_bytes(std::string_view text) noexcept {
  return std::as_bytes(std::span<char const>(text.data(), text.size()));
}

/// SHA-256 of the whole (FIPS 180-4), by OpenSSL: bodies of uploads are hashed, and with the instructions that
/// processors have for it that is five times as fast as the plain C++ of <bulkwriter/text/sha256.hpp> (1,130 to 210
/// MB/s). Throws `invalid_state` if OpenSSL refuses. Thread-safe, as is all of this header.
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

/// What requests that are signed are spelled with: the library's one encoder of each kind, for those who build requests
/// of their own. Their words are in <bulkwriter/text/percent.hpp>, <bulkwriter/text/hex.hpp> and
/// <bulkwriter/text/base64.hpp>.
/// @{
using bulkwriter::detail::base64_decode;
using bulkwriter::detail::base64_encode;
using bulkwriter::detail::percent_decode;
using bulkwriter::detail::percent_encode;
using bulkwriter::detail::to_hex;
using bulkwriter::detail::try_base64_decode;
/// @}

}  // namespace auth
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/auth/detail/digest.ipp>
#endif
