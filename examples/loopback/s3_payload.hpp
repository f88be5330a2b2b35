#pragma once

// The body of an upload: aws-chunked framing taken off, hash, length and checksums checked.

#include "s3_signature.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace loopback {

/// The bytes of an object or part, in place: one piece, or the chunks of an aws-chunked body.
struct s3_payload {
  std::vector<std::string_view> pieces;
  std::uint64_t size = 0;
};

namespace detail {

/// CRC-32 of zlib (0xEDB88320) or of Castagnoli (0x82F63B78), over several pieces.
inline std::uint32_t crc32(std::vector<std::string_view> const& pieces, std::uint32_t polynomial) {
  std::array<std::array<std::uint32_t, 256>, 8> table;
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int k = 0; k < 8; ++k) c = (c >> 1) ^ ((c & 1) ? polynomial : 0);
    table[0][i] = c;
  }
  for (std::size_t t = 1; t < 8; ++t)
    for (std::size_t i = 0; i < 256; ++i) table[t][i] = (table[t - 1][i] >> 8) ^ table[0][table[t - 1][i] & 255];
  std::uint32_t crc = ~std::uint32_t{0};
  for (std::string_view piece : pieces) {
    auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(piece[i]); };
    for (; piece.size() >= 8; piece.remove_prefix(8)) {
      std::uint32_t next = table[3][byte(4)] ^ table[2][byte(5)] ^ table[1][byte(6)] ^ table[0][byte(7)];
      for (std::size_t i = 0; i < 4; ++i) next ^= table[7 - i][byte(i) ^ ((crc >> (8 * i)) & 255)];
      crc = next;
    }
    for (std::size_t i = 0; i < piece.size(); ++i) crc = (crc >> 8) ^ table[0][(crc ^ byte(i)) & 255];
  }
  return ~crc;
}

inline std::string joined(std::vector<std::string_view> const& pieces) {
  std::string out;
  for (std::string_view const piece : pieces) out += piece;
  return out;
}

// Whole digests over pieces: nearly always there is one, so that nothing is copied.
template <class Digest>
auto digest(s3_payload const& body, Digest const& of) {
  if (body.pieces.size() == 1) return of(auth::as_bytes(body.pieces[0]));
  return of(auth::as_bytes(joined(body.pieces)));
}

inline void check_checksum(std::string const& name, std::string const& value, s3_payload const& body) {
  std::string expected;
  auto const big_endian = [](std::uint32_t crc) {
    std::array<std::byte, 4> bytes;
    for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<std::byte>(crc >> (24 - 8 * i));
    return auth::base64_encode(bytes);
  };
  if (name == "x-amz-checksum-crc32") {
    expected = big_endian(crc32(body.pieces, 0xEDB88320u));
  } else if (name == "x-amz-checksum-crc32c") {
    expected = big_endian(crc32(body.pieces, 0x82F63B78u));
  } else if (name == "x-amz-checksum-sha256") {
    expected = auth::base64_encode(digest(body, [](auto bytes) { return auth::sha256(bytes); }));
  } else {
    throw store_error{501, "NotImplemented", "This store does not know the checksum " + name + "."};
  }
  if (value != expected)
    throw store_error{400, "BadDigest",
                      "The " + name.substr(15) + " you specified did not match the calculated checksum."};
}

// "size[;chunk-signature=hex]\r\n" bytes "\r\n" … "0\r\n" [trailer lines] "\r\n"
inline s3_payload take_chunks(std::string_view rest, s3_identity const& who, bool with_signatures) {
  store_error const broken{400, "IncompleteBody", "The request body is not well-formed aws-chunked data."};
  auto const line = [&] {
    std::size_t const end = rest.find("\r\n");
    if (end == std::string_view::npos) throw broken;
    std::string_view const text = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    return text;
  };
  s3_payload body;
  std::string previous = who.signature;
  for (;;) {
    std::string_view const head = line();
    std::string_view const digits = head.substr(0, head.find(';'));
    std::uint64_t size = 0;
    auto const [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
    if (failed != std::errc{} || end != digits.data() + digits.size() || size > rest.size()) throw broken;
    std::string_view const chunk = rest.substr(0, size);
    if (with_signatures) {
      std::string const to_sign = "AWS4-HMAC-SHA256-PAYLOAD\n" + who.timestamp + '\n' + who.scope + '\n' + previous +
                                  '\n' + auth::to_hex(auth::sha256("")) + '\n' + auth::to_hex(auth::sha256(chunk));
      previous = auth::sigv4_signature_of(who.signing_key, to_sign);
      if (head.substr(digits.size()) != ";chunk-signature=" + previous)
        throw store_error{403, "SignatureDoesNotMatch", "The signature of a chunk does not match."};
    }
    rest.remove_prefix(size);
    if (size == 0) break;
    body.pieces.push_back(chunk);
    body.size += size;
    if (!line().empty()) throw broken;
  }
  while (!rest.empty()) {
    std::string_view const trailer = line();
    if (trailer.empty()) break;
    std::size_t const colon = std::min(trailer.find(':'), trailer.size());
    std::string const name = lower(trailer.substr(0, colon));
    std::string_view value = trailer.substr(std::min(colon + 1, trailer.size()));
    while (value.starts_with(' ')) value.remove_prefix(1);
    if (name.starts_with("x-amz-checksum-")) check_checksum(name, std::string(value), body);
  }
  return body;
}

}  // namespace detail

/// Throws store_error. The payload refers to the request's body.
inline s3_payload check_payload(request const& what, s3_identity const& who) {
  if (what.find(http::field::content_length) == what.end() && what.method() != http::verb::get &&
      what.method() != http::verb::head && what.method() != http::verb::delete_)
    throw store_error{411, "MissingContentLength", "You must provide the Content-Length HTTP header."};
  s3_payload body;
  if (who.payload_hash == "STREAMING-UNSIGNED-PAYLOAD-TRAILER" ||
      who.payload_hash == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD") {
    body = detail::take_chunks(what.body(), who, who.payload_hash == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
    auto const length = to_integer<std::uint64_t>(canonical_value(what, "x-amz-decoded-content-length").value_or(""));
    if (!length) throw store_error{411, "MissingContentLength", "x-amz-decoded-content-length is required."};
    if (*length != body.size)
      throw store_error{400, "IncompleteBody", "The body is not as long as x-amz-decoded-content-length says."};
  } else if (who.payload_hash.starts_with("STREAMING-")) {
    throw store_error{501, "NotImplemented", "This store does not read bodies of the kind " + who.payload_hash + "."};
  } else {
    if (!what.body().empty()) body = {{what.body()}, what.body().size()};
    if (who.payload_hash != "UNSIGNED-PAYLOAD") {
      std::string const hash = auth::to_hex(auth::sha256(what.body()));
      if (who.payload_hash != hash)
        throw store_error{400,
                          "XAmzContentSHA256Mismatch",
                          "The provided 'x-amz-content-sha256' header does not match what was computed.",
                          {{"ClientComputedContentSHA256", who.payload_hash}, {"S3ComputedContentSHA256", hash}}};
    }
  }
  if (auto const md5 = canonical_value(what, "content-md5")) {
    auto const decoded = auth::try_base64_decode(*md5);
    if (!decoded || decoded->size() != 16)
      throw store_error{400, "InvalidDigest", "The Content-MD5 you specified is not valid."};
    if (*md5 != auth::base64_encode(detail::digest(body, [](auto bytes) { return auth::md5(bytes); })))
      throw store_error{400, "BadDigest", "The Content-MD5 you specified did not match what we received."};
  }
  for (auto const& field : what) {
    std::string const name = lower(view(field.name_string()));
    if (name.starts_with("x-amz-checksum-") && name != "x-amz-checksum-algorithm" && name != "x-amz-checksum-mode" &&
        name != "x-amz-checksum-type" && !(what.method() == http::verb::post))
      detail::check_checksum(name, std::string(view(field.value())), body);
  }
  return body;
}

}  // namespace loopback
