#pragma once

#include <bulkwriter/storage/object_store.hpp>
#include <bulkwriter/storage/s3_connect_param.hpp>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// Opens a bucket of S3 or of a store that speaks its protocol (GCS with HMAC keys, OSS, COS, MinIO, versitygw, …).
/// No request is sent: a wrong key or bucket shows at the first operation. Errors: `invalid_option`, `invalid_url`.
///
/// Errors of the operations, beside those of `http::client`: access_denied, no_such_bucket, no_such_key, wrong_region,
/// clock_skewed, precondition_failed, storage_error; `error_info::http_status` and `server_error` (the store's own
/// code) say more. Messages name bucket and key, never a secret or a signature.
///
/// Rights needed: PutObject and AbortMultipartUpload to upload; GetObject for `head`, ListBucket for `list`,
/// DeleteObject for `remove`, ListBucketMultipartUploads for `list_uploads` and `abort_stale`. A process that is killed
/// leaves its unfinished upload behind: `abort_stale` or a lifecycle rule of the bucket ("abort incomplete multipart
/// uploads") removes those.
///
/// Thread-safe.
/// @{
result<object_store> try_open_store(s3_connect_param const& param);
object_store open_store(s3_connect_param const& param);
/// @}

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/storage/detail/s3.ipp>
#endif
