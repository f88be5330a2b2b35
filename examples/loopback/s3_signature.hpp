#pragma once

// Checks requests as S3 does: AWS Signature Version 4 in the Authorization header or in the query, the clock, the
// payload. The canonical request is built here anew from what arrived, so that a fault of a client's signer does not
// cancel out.

#include "http_server.hpp"
#include "store_common.hpp"

#include <bulkwriter/auth/credentials.hpp>
#include <bulkwriter/auth/sigv4.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace loopback {

struct s3_account {
  auth::credentials credentials;
  std::string region = "us-east-1";
  std::chrono::seconds max_skew = std::chrono::minutes(15);
};

/// What a checked signature leaves for the body: its declared hash, and what signs its chunks.
struct s3_identity {
  std::string payload_hash;  // hex, UNSIGNED-PAYLOAD or STREAMING-…
  std::string timestamp = {}, scope = {}, signature = {};
  auth::sha256_digest signing_key = {};
};

/// Throws store_error. `by_query` is a presigned URL.
inline s3_identity check_signature(request const& what, request_target const& target, s3_account const& account) {
  bool const by_query = target.has("X-Amz-Signature") || target.has("X-Amz-Algorithm");
  auto const malformed = [&](std::string const& message) {
    return store_error{400, by_query ? "AuthorizationQueryParametersError" : "AuthorizationHeaderMalformed", message};
  };

  std::string algorithm, credential, signed_headers, given, expires;
  s3_identity who;
  if (by_query) {
    algorithm = target.get("X-Amz-Algorithm");
    credential = target.get("X-Amz-Credential");
    signed_headers = target.get("X-Amz-SignedHeaders");
    given = target.get("X-Amz-Signature");
    who.timestamp = target.get("X-Amz-Date");
    expires = target.get("X-Amz-Expires");
  } else {
    std::string_view text = view(what[http::field::authorization]);
    if (text.empty()) throw store_error{403, "AccessDenied", "The request carries no signature."};
    std::size_t const space = std::min(text.find(' '), text.size());
    algorithm = text.substr(0, space);
    for (std::string const& field : split(text.substr(space), ',')) {
      std::string_view const part =
          std::string_view(field).substr(std::min(field.find_first_not_of(' '), field.size()));
      if (part.starts_with("Credential=")) credential = part.substr(11);
      if (part.starts_with("SignedHeaders=")) signed_headers = part.substr(14);
      if (part.starts_with("Signature=")) given = part.substr(10);
    }
    who.timestamp = canonical_value(what, "x-amz-date").value_or("");
  }
  if (algorithm != "AWS4-HMAC-SHA256") throw malformed("Only AWS4-HMAC-SHA256 is supported.");
  std::vector<std::string> const scope = split(credential, '/');
  if (scope.size() != 5 || signed_headers.empty() || given.empty())
    throw malformed("Credential (key/date/region/service/aws4_request), SignedHeaders and Signature are required.");
  if (scope[0] != account.credentials.access_key)
    throw store_error{403,
                      "InvalidAccessKeyId",
                      "The AWS Access Key Id you provided does not exist in our records.",
                      {{"AWSAccessKeyId", scope[0]}}};
  auto const time = parse_timestamp(who.timestamp);
  if (!time) throw store_error{403, "AccessDenied", "A valid x-amz-date is required."};
  if (scope[2] != account.region) {
    store_error wrong = malformed("The region '" + scope[2] + "' is wrong; expecting '" + account.region + "'");
    wrong.details = {{"Region", account.region}};
    throw wrong;
  }
  if (scope[3] != "s3" || scope[4] != "aws4_request")
    throw malformed("The credential's scope must end in /s3/aws4_request.");
  if (scope[1] != who.timestamp.substr(0, 8)) throw malformed("The credential's date is not the date of the request.");

  auto const current = now();
  if (by_query) {
    auto const lifetime = to_integer<std::int64_t>(expires);
    if (!lifetime || *lifetime < 1 || *lifetime > 604800)
      throw malformed("X-Amz-Expires must be between 1 and 604800.");
    if (*time > current + account.max_skew) throw store_error{403, "AccessDenied", "Request is not valid yet"};
    if (current > *time + std::chrono::seconds(*lifetime))
      throw store_error{403, "AccessDenied", "Request has expired"};
  } else if (*time > current + account.max_skew || *time < current - account.max_skew) {
    throw store_error{403,
                      "RequestTimeTooSkewed",
                      "The difference between the request time and the current time is too large.",
                      {{"RequestTime", who.timestamp}, {"ServerTime", format_date(current, false)}}};
  }

  std::vector<std::string> const names = split(signed_headers, ';');
  auto const is_signed = [&](std::string const& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (!is_signed("host")) throw malformed("The header host must be signed.");
  for (auto const& field : what) {
    std::string const name = lower(view(field.name_string()));
    if (name.starts_with("x-amz-") && !is_signed(name))
      throw store_error{403,
                        "AccessDenied",
                        "There were headers present in the request which were not signed",
                        {{"HeadersNotSigned", name}}};
  }

  std::string const token =
      by_query ? target.get("X-Amz-Security-Token") : canonical_value(what, "x-amz-security-token").value_or("");
  if (token != account.credentials.session_token) {
    if (token.empty())
      throw store_error{403, "InvalidAccessKeyId", "These temporary credentials need their session token.", {}};
    throw store_error{400, "InvalidToken", "The provided token is malformed or otherwise invalid."};
  }

  auto const declared = canonical_value(what, "x-amz-content-sha256");
  if (!by_query && !declared)
    throw store_error{400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256"};
  who.payload_hash = declared.value_or("UNSIGNED-PAYLOAD");

  // The path encoded once; the query decoded and encoded again, sorted by name and value; the signature itself left
  // out.
  std::vector<std::pair<std::string, std::string>> query;
  for (auto const& [name, value] : target.query)
    if (name != "X-Amz-Signature") query.emplace_back(auth::percent_encode(name), auth::percent_encode(value));
  std::sort(query.begin(), query.end());
  std::string canonical =
      std::string(view(what.method_string())) + '\n' + auth::percent_encode(target.path, true) + '\n';
  for (std::size_t i = 0; i < query.size(); ++i) canonical += (i ? "&" : "") + query[i].first + '=' + query[i].second;
  canonical += '\n';
  for (std::string const& name : names) {
    auto const value = canonical_value(what, name);
    canonical += name + ':' + value.value_or("") + '\n';
  }
  canonical += '\n' + signed_headers + '\n' + who.payload_hash;

  auth::sigv4_scope const place{.region = account.region};
  who.scope = auth::sigv4_credential_scope(scope[1], place);
  std::string const to_sign =
      "AWS4-HMAC-SHA256\n" + who.timestamp + '\n' + who.scope + '\n' + auth::to_hex(auth::sha256(canonical));
  who.signing_key = auth::sigv4_signing_key(account.credentials.secret_key, scope[1], place);
  who.signature = auth::sigv4_signature_of(who.signing_key, to_sign);
  if (who.signature != given)
    throw store_error{
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing "
        "method.",
        {{"AWSAccessKeyId", scope[0]}, {"StringToSign", to_sign}, {"CanonicalRequest", canonical}}};
  return who;
}

}  // namespace loopback
