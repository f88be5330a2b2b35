#pragma once

#include <bulkwriter/auth/percent.hpp>
#include <bulkwriter/http/detail/message.ipp>
#include <bulkwriter/storage/detail/s3_address.hpp>
#include <bulkwriter/storage/detail/s3_answer.hpp>
#include <bulkwriter/storage/detail/xml.hpp>

#include <algorithm>
#include <charconv>
#include <initializer_list>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

BULKWRITER_DECL s3_failure read_s3_failure(http::response const& answer) {
  s3_failure out;
  std::string region;
  // Elements read before a broken place are kept: a cut answer still has its code. Some stores put <Error> inside
  // another root.
  (void)xml_walk(answer.body, [&](auto path, std::string const& text) {
    if (path.size() < 2 || path[path.size() - 2] != "Error") return;
    auto const name = path.back();
    if (name == "Code") out.code = text;
    if (name == "Message") out.message = text;
    if (name == "Region") region = text;
    if (name == "Endpoint") out.endpoint = text;
    if (name == "RequestId") out.request_id = text;
  });
  // AWS names the region in this header on nearly every refusal; the body's word counts where both are there.
  if (!is_region_name(region)) region = answer.find("x-amz-bucket-region");
  if (is_region_name(region)) out.region = std::move(region);
  if (out.request_id.empty()) out.request_id = answer.find("x-amz-request-id");
  out.foreign = out.code.empty() && out.message.empty() && answer.body.find("<Error") == std::string::npos &&
                answer.body.find_first_not_of(" \t\r\n") != std::string::npos;
  return out;
}

BULKWRITER_DECL bool is_region_refusal(s3_failure const& failure, int status) noexcept {
  if (is_one_of(failure.code, {"PermanentRedirect", "TemporaryRedirect", "Redirect", "AuthorizationHeaderMalformed",
                               "IllegalLocationConstraintException", "IncorrectEndpoint"})) {
    return true;
  }
  // HEAD is answered without a body: there the header beside a redirect or a 400 is all that tells. A redirect without
  // is some web server's.
  return failure.code.empty() && !failure.region.empty() &&
         (status == 301 || status == 302 || status == 307 || status == 308 || status == 400);
}

BULKWRITER_DECL errc s3_errc(s3_failure const& failure, int status, std::string_view known_region) {
  auto const& code = failure.code;
  if (is_one_of(code, {"AccessDenied", "SignatureDoesNotMatch", "InvalidAccessKeyId", "ExpiredToken", "InvalidToken",
                       "TokenRefreshRequired", "AllAccessDisabled", "AccountProblem", "NotSignedUp", "InvalidSecurity",
                       "InvalidPayer", "UserDisabled"})) {
    return errc::access_denied;
  }
  if (code == "NoSuchBucket") return errc::no_such_bucket;
  if (is_one_of(code, {"NoSuchKey", "NoSuchUpload"})) return errc::no_such_key;
  if (is_one_of(code, {"RequestTimeTooSkewed", "RequestExpired"})) return errc::clock_skewed;
  if (code == "PreconditionFailed") return errc::precondition_failed;
  // "Malformed" for another reason than the region stays what it is: a refusal of the signature.
  if (code == "AuthorizationHeaderMalformed") {
    return !failure.region.empty() && failure.region != known_region ? errc::wrong_region : errc::access_denied;
  }
  if (is_region_refusal(failure, status)) return errc::wrong_region;
  // A page of some web server says nothing about bucket, object or rights.
  if (status == 401 && !failure.foreign) return errc::access_denied;
  if (code.empty() && !failure.foreign) {
    switch (status) {
      case 403: return errc::access_denied;
      case 404: return errc::no_such_key;
      case 412: return errc::precondition_failed;
      default: break;
    }
  }
  return errc::storage_error;
}

BULKWRITER_DECL bool is_denied_success(http::response const& answer) {
  return answer.status >= 200 && answer.status < 300 && answer.body.find("<Error") != std::string::npos &&
         !read_s3_failure(answer).code.empty();
}

BULKWRITER_DECL bool is_transient_s3_code(std::string_view code) noexcept {
  return is_one_of(
      code, {"RequestTimeout", "RequestTimeoutException", "SlowDown", "InternalError", "ServiceUnavailable",
             "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
             "TooManyRequestsException", "RequestLimitExceeded", "BandwidthLimitExceeded", "PriorRequestNotComplete",
             "OperationAborted",
             // Damaged on the way: the body in memory is sent again.
             "BadDigest", "XAmzContentSHA256Mismatch"});
}

BULKWRITER_DECL s3_completion read_s3_completion(http::response const& answer) {
  s3_completion out;
  std::string etag;
  bool root = false;
  auto const whole = xml_walk(answer.body, [&](auto path, std::string const& text) {
    if (path[0] != "CompleteMultipartUploadResult") return;
    if (path.size() == 1) root = true;
    if (path.size() == 2 && path[1] == "ETag") etag = unquoted(text);
  });
  out.failure = read_s3_failure(answer);
  out.completed = answer.status == 200 && whole.has_value() && root && out.failure.code.empty();
  if (out.completed) out.etag = std::move(etag);
  return out;
}

BULKWRITER_DECL result<std::string> read_s3_upload_id(std::string_view body) {
  std::string id;
  auto const whole = xml_walk(body, [&](auto path, std::string const& text) {
    if (path.size() == 2 && path[0] == "InitiateMultipartUploadResult" && path[1] == "UploadId") id = text;
  });
  if (!whole) return whole.error();
  if (id.empty()) return error_info{.code = errc::invalid_response, .message = "the answer names no UploadId"};
  return id;
}

// Of encoding-type=url, which is that of HTML forms: '+' is a blank.
inline void decode_s3_key(std::string& key) {
  std::replace(key.begin(), key.end(), '+', ' ');
  key = auth::percent_decode(key);
}

BULKWRITER_DECL result<s3_page> read_s3_page(std::string_view body) {
  s3_page out;
  object_info object;
  std::vector<std::string> broken;
  bool truncated = false, encoded = false, root = false;
  std::string token;
  auto const whole = xml_walk(body, [&](auto path, std::string const& text) {
    if (path[0] != "ListBucketResult") return;
    if (path.size() == 1) root = true;
    if (path.size() == 2) {
      if (path[1] == "IsTruncated") truncated = text == "true";
      if (path[1] == "EncodingType") encoded = text == "url";
      if (path[1] == "NextContinuationToken") token = text;
      if (path[1] == "Contents") {
        out.objects.push_back(std::move(object));
        object = {};
      }
    }
    if (path.size() == 3 && path[1] == "Contents") {
      if (path[2] == "Key") object.key = text;
      if (path[2] == "ETag") object.etag = unquoted(text);
      if (path[2] == "Size" && !http::detail::parse_number(text, object.size)) broken.push_back(text);
    }
  });
  if (!whole) return whole.error();
  auto const refuse = [](std::string message) -> error_info {
    return {.code = errc::invalid_response, .message = std::move(message)};
  };
  if (!root) return refuse("the answer is not a ListBucketResult");
  if (!broken.empty()) return refuse("the answer has a size that is not a number");
  if (truncated && token.empty()) return refuse("the answer says that there is more, but not how to ask for it");
  if (truncated) out.next_token = std::move(token);
  if (encoded)
    for (auto& o : out.objects) decode_s3_key(o.key);
  return out;
}

BULKWRITER_DECL result<s3_uploads_page> read_s3_uploads_page(std::string_view body) {
  s3_uploads_page out;
  pending_upload upload;
  bool truncated = false, encoded = false, root = false;
  std::string bad_time, next_key, next_id;
  auto const whole = xml_walk(body, [&](auto path, std::string const& text) {
    if (path[0] != "ListMultipartUploadsResult") return;
    if (path.size() == 1) root = true;
    if (path.size() == 2) {
      if (path[1] == "IsTruncated") truncated = text == "true";
      if (path[1] == "EncodingType") encoded = text == "url";
      if (path[1] == "NextKeyMarker") next_key = text;
      if (path[1] == "NextUploadIdMarker") next_id = text;
      if (path[1] == "Upload") out.uploads.push_back(std::exchange(upload, {}));
    }
    if (path.size() == 3 && path[1] == "Upload") {
      if (path[2] == "Key") upload.key = text;
      if (path[2] == "UploadId") upload.upload_id = text;
      if (path[2] == "Initiated") {
        auto const time = parse_iso_time(text);
        if (time)
          upload.initiated = *time;
        else
          bad_time = text;
      }
    }
  });
  if (!whole) return whole.error();
  auto const refuse = [](std::string message) -> error_info {
    return {.code = errc::invalid_response, .message = std::move(message)};
  };
  if (!root) return refuse("the answer is not a ListMultipartUploadsResult");
  if (!bad_time.empty()) return refuse("the answer has an upload whose beginning is no time");
  for (auto const& u : out.uploads)
    if (u.key.empty() || u.upload_id.empty()) return refuse("the answer has an upload without key or id");
  if (truncated && next_key.empty()) return refuse("the answer says that there is more, but not how to ask for it");
  if (encoded) {
    for (auto& u : out.uploads) decode_s3_key(u.key);
    decode_s3_key(next_key);
  }
  if (truncated) out.next_key = std::move(next_key), out.next_id = std::move(next_id);
  return out;
}

BULKWRITER_DECL result<s3_parts_page> read_s3_parts_page(std::string_view body) {
  s3_parts_page out;
  uploaded_part part;
  bool truncated = false, root = false, broken = false;
  std::string next;
  auto const number = [&](std::string const& text, auto& value) {
    auto const end = text.data() + text.size();
    auto const got = std::from_chars(text.data(), end, value);
    broken = broken || got.ec != std::errc() || got.ptr != end;
  };
  auto const whole = xml_walk(body, [&](auto path, std::string const& text) {
    if (path[0] != "ListPartsResult") return;
    if (path.size() == 1) root = true;
    if (path.size() == 2) {
      if (path[1] == "IsTruncated") truncated = text == "true";
      if (path[1] == "NextPartNumberMarker") next = text;
      if (path[1] == "Part") out.parts.push_back(std::exchange(part, {}));
    }
    if (path.size() == 3 && path[1] == "Part") {
      if (path[2] == "PartNumber") number(text, part.number);
      if (path[2] == "ETag") part.etag = unquoted(text);
      if (path[2] == "Size") number(text, part.size);
    }
  });
  if (!whole) return whole.error();
  auto const refuse = [](std::string message) -> error_info {
    return {.code = errc::invalid_response, .message = std::move(message)};
  };
  if (!root) return refuse("the answer is not a ListPartsResult");
  for (auto const& p : out.parts) broken = broken || p.number < 1 || p.etag.empty();
  if (broken) return refuse("the answer has a part without a number, a size or an ETag");
  if (truncated && next.empty()) return refuse("the answer says that there is more, but not how to ask for it");
  if (truncated) out.next_part = std::move(next);
  return out;
}

BULKWRITER_DECL std::string write_s3_parts(std::span<uploaded_part const> parts) {
  std::string out = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  for (auto const& part : parts) {
    out += "<Part><PartNumber>" + std::to_string(part.number) + "</PartNumber><ETag>&quot;" + xml_escape(part.etag) +
           "&quot;</ETag></Part>";
  }
  return out + "</CompleteMultipartUpload>";
}

}  // namespace detail
}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
