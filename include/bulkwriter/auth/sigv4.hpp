#pragma once

#include <bulkwriter/auth/credentials.hpp>
#include <bulkwriter/auth/digest.hpp>
#include <bulkwriter/error.hpp>
#include <bulkwriter/http/message.hpp>

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace auth {

/// In place of a payload hash: the body is not signed. For https, where TLS guards it.
inline constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";

/// What is signed of a request: plain values, no socket, no clock.
struct sigv4_request {
  std::string method = "GET";  ///< in capitals
  std::string host = {};       ///< the Host header's value; empty if `headers` holds one
  std::string target = "/";    ///< path and query exactly as they go over the wire
  std::vector<http::header> headers =
      {};  ///< all to be signed, but for those that proxies rewrite (see `sigv4_signed_headers`)
  std::string payload_hash = std::string(unsigned_payload);  ///< or the body's SHA-256 in lower-case hex
};

/// For whom is signed, and by which of the two dialects. The defaults are those of S3 and its kin; `general` gives the
/// rules of every other service.
struct sigv4_scope {
  std::string region = "us-east-1";  ///< of the store; GCS takes "auto"
  std::string service = "s3";        ///< as AWS abbreviates it
  bool encode_path_again = false;    ///< sign the percent-encoded form of the wire's path (S3: the path as it is)
  bool normalize_path = false;       ///< resolve `.` and `..` segments and repeated slashes before signing
  bool payload_hash_header = true;   ///< add and sign x-amz-content-sha256
  bool sign_session_token = true;    ///< false: the token is sent beside the signature, not under it

  /// The dialect of every service but S3.
  static sigv4_scope general(std::string region, std::string service) {
    return {.region = std::move(region),
            .service = std::move(service),
            .encode_path_again = true,
            .normalize_path = true,
            .payload_hash_header = false};
  }
};

/// A signature and how it came about. The intermediate texts hold no secret key, but a session token may stand in them.
struct sigv4_signature {
  std::vector<http::header> headers =
      {};                   ///< to be added to the request: x-amz-date, …, Authorization; none for presigned
  std::string target = {};  ///< presigned: path and query with the signature; otherwise as it was
  std::string canonical_request = {};  ///< of step 1; where S3 refuses a signature it shows the one that it expected
  std::string string_to_sign = {};     ///< of step 2
  std::string signature = {};          ///< lower-case hex
};

/// Remembers the last derived signing key, which is the same for all requests of a day to one region and service.
/// Thread-safe.
class sigv4_key_cache {
 public:
  /// As `sigv4_signing_key`; computed only if an argument differs from the last call's.
  sha256_digest get(std::string_view secret_key, std::string_view date, sigv4_scope const& scope);

 private:
  std::mutex mutex_;
  std::string secret_key_, date_, region_, service_;
  sha256_digest key_ = {};
};

/// A moment, to the second. The scope's date is the day of it in UTC.
using sigv4_time = std::chrono::system_clock::time_point;

/// Signs by headers (AWS Signature Version 4). Pure: equal arguments give equal signatures. The cache, if one is given,
/// only saves the derivation of the key. Thread-safe.
sigv4_signature sigv4_sign(sigv4_request const& request, credentials const& who, sigv4_scope const& scope,
                           sigv4_time time, sigv4_key_cache* cache = nullptr);

/// Signs by the query: a URL that works without further headers until `expires` has passed.
/// Error: `invalid_option` unless `expires` is between 1 second and 7 days. Thread-safe.
/// @{
result<sigv4_signature> try_sigv4_presign(sigv4_request const& request, credentials const& who,
                                          sigv4_scope const& scope, sigv4_time time, std::chrono::seconds expires);
inline sigv4_signature sigv4_presign(sigv4_request const& request, credentials const& who, sigv4_scope const& scope,
                                     sigv4_time time, std::chrono::seconds expires) {
  return try_sigv4_presign(request, who, scope, time, expires).value();
}
/// @}

// --- the steps one by one: for tests, and for a server that checks what a client has signed ---

/// `20150830T123600Z`; its first eight characters are the date of the scope. UTC, whatever the locale.
std::string sigv4_timestamp(sigv4_time time);

/// The names that are signed, sorted, in lower case, joined by `;`. Left out, since proxies and gateways may drop or
/// rewrite them: authorization, user-agent, expect and accept-encoding; those of one hop (connection, keep-alive,
/// proxy-authenticate, proxy-authorization, te, trailer, transfer-encoding, upgrade); and those of tracing (baggage,
/// traceparent, tracestate, x-amzn-trace-id).
std::string sigv4_signed_headers(sigv4_request const& request);

/// Step 1: the request in the one form that both sides sign. A server passes the request with only those headers that
/// the client names as signed. `X-Amz-Signature` in the query is left out.
std::string sigv4_canonical_request(sigv4_request const& request, sigv4_scope const& scope);

/// `20150830/us-east-1/s3/aws4_request`; `date` is `YYYYMMDD`.
std::string sigv4_credential_scope(std::string_view date, sigv4_scope const& scope);

/// Step 2: algorithm, time, scope and the hash of step 1. `timestamp` as of `sigv4_timestamp`.
std::string sigv4_string_to_sign(std::string_view canonical_request, std::string_view timestamp,
                                 sigv4_scope const& scope);

/// Step 3: the key for a day (`date`: `YYYYMMDD`), region and service.
sha256_digest sigv4_signing_key(std::string_view secret_key, std::string_view date, sigv4_scope const& scope);
/// Step 4: the signature of step 2's text, in lower-case hex.
inline std::string sigv4_signature_of(sha256_digest const& signing_key, std::string_view string_to_sign) {
  return to_hex(hmac_sha256(signing_key, string_to_sign));
}

}  // namespace auth
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/auth/detail/sigv4.ipp>
#endif
