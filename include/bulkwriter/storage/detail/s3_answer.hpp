#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/http/message.hpp>
#include <bulkwriter/storage/detail/store_text.hpp>
#include <bulkwriter/storage/object_store.hpp>

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

/// What a store says when it refuses. Only these elements are read: an answer to a wrong signature repeats the
/// signature and the texts that it was made from, and those must not travel on.
struct s3_failure {
  std::string code = {};  ///< "SignatureDoesNotMatch"; empty where the answer has no <Error>
  std::string message = {};
  std::string region = {};  ///< of the bucket, if the store tells (body or x-amz-bucket-region); a valid name or empty
  std::string endpoint = {};
  std::string request_id = {};
  bool foreign = false;  ///< the body is something else than an <Error> of S3: a web server's page, say
};

s3_failure read_s3_failure(http::response const& answer);

/// The code of the library for a refusal; `known_region` is the one that was signed for.
errc s3_errc(s3_failure const& failure, int status, std::string_view known_region);

/// Whether a success is denied by its own body, which has the code of an error. S3 documents that for the operations
/// that take long; the SDKs of AWS expect it of all.
bool is_denied_success(http::response const& answer);

/// Refusals that a second try may overcome although their HTTP status does not say so.
bool is_transient_s3_code(std::string_view code) noexcept;

/// Answers that the bucket lives in another region.
bool is_region_refusal(s3_failure const& failure, int status) noexcept;

struct s3_completion {
  bool completed = false;  ///< the root element is CompleteMultipartUploadResult
  std::string etag = {};
  s3_failure failure = {};
};

/// The answer to CompleteMultipartUpload, which may fail under status 200.
s3_completion read_s3_completion(http::response const& answer);

/// Errors: `invalid_response`.
result<std::string> read_s3_upload_id(std::string_view body);

struct s3_page {
  std::vector<object_info> objects = {};
  std::string next_token = {};  ///< empty on the last page
};
result<s3_page> read_s3_page(std::string_view body);

struct s3_uploads_page {
  std::vector<pending_upload> uploads = {};
  std::string next_key = {}, next_id = {};  ///< both empty on the last page
};
result<s3_uploads_page> read_s3_uploads_page(std::string_view body);

struct s3_parts_page {
  std::vector<uploaded_part> parts = {};
  std::string next_part = {};  ///< empty on the last page
};
result<s3_parts_page> read_s3_parts_page(std::string_view body);

std::string write_s3_parts(std::span<uploaded_part const> parts);

}  // namespace detail
}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/storage/detail/s3_answer.ipp>
#endif
