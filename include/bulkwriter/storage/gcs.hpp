#pragma once

#include <bulkwriter/storage/gcs_connect_param.hpp>
#include <bulkwriter/storage/object_store.hpp>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// Opens a bucket of Google Cloud Storage through its XML API, which is S3's protocol but for who asks: errors, rights
/// and threads are those of `open_store(s3_connect_param)`. Presigned URLs need HMAC keys (`storage_error` here). No
/// request is sent: a wrong token or bucket shows at the first operation, and so does a file that is no key. Errors:
/// `invalid_option`, `invalid_url`.
///
/// Roles needed: Storage Object User (roles/storage.objectUser) has all; Storage Object Creator is enough to upload.
///
/// Thread-safe.
/// @{
result<object_store> try_open_store(gcs_connect_param const& param);
object_store open_store(gcs_connect_param const& param);
/// @}

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/storage/detail/gcs.ipp>
#endif
