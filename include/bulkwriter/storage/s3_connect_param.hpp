#pragma once

#include <bulkwriter/auth/provider.hpp>
#include <bulkwriter/http/client.hpp>
#include <bulkwriter/http/retry.hpp>

#include <string>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// Where the bucket's name stands in a request.
enum class s3_addressing {
  automatic,     ///< AWS, OSS and COS: in the host name where the bucket's name allows; everything else: in the path
  path,          ///< https://host/bucket/key
  virtual_host,  ///< https://bucket.host/key
};

/// Whether the signature of a request covers its body, which costs a SHA-256 of every byte. A body that it does not
/// cover is announced as UNSIGNED-PAYLOAD; method, path and headers are signed all the same.
enum class s3_payload_signing {
  automatic,  ///< http: yes, since nothing else guards the bytes; https: no, TLS does
  always,     ///< for stores and policies that refuse UNSIGNED-PAYLOAD
  never,      ///< over http in a network that you trust: bytes that change on their way are noticed by nobody
};

/// How to reach a bucket of S3 or of one of its many kin. The first members in this order are those of the guide.
struct s3_connect_param {
  std::string endpoint =
      {};  ///< "s3.amazonaws.com", "storage.googleapis.com", "http://127.0.0.1:9000"; a scheme decides over `secure`
  std::string access_key = {};     ///< GCS: of an HMAC key
  std::string secret_key = {};     ///< never part of a message
  std::string bucket_name = {};    ///< must exist: nothing here ever creates a bucket
  bool secure = true;              ///< https, for an endpoint without a scheme
  std::string region = {};         ///< empty: discovered from the store's answers; given: another one is an error
  std::string session_token = {};  ///< of temporary credentials

  /// Keys that are fetched, and replaced before they expire, in place of the three above:
  /// `auth::default_aws_credentials()`.
  auth::provider<auth::credentials> credentials = {};
  s3_addressing addressing = s3_addressing::automatic;                 ///< for stores that take only one of the two
  s3_payload_signing payload_signing = s3_payload_signing::automatic;  ///< whether bodies are hashed
  std::string ca_file = {};                    ///< PEM bundle; empty, and ca_path too: the system's trusted authorities
  std::string ca_path = {};                    ///< hashed directory of PEM files
  std::vector<http::host_address> hosts = {};  ///< asked before any resolver; names with the bucket, if it
                                               ///< stands in the host name
  http::timeouts timeouts = {};                ///< of every attempt
  http::retry_options retry = {};              ///< of every operation and every part
  int idle_connections = 8;        ///< kept open between requests; as many as there are requests at a time are opened
  http::proxy_options proxy = {};  ///< from HTTPS_PROXY and its kin, unless it says otherwise
  http::exchange_hook on_exchange = {};  ///< for logs and metrics; retries: retry.on_retry
};

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
