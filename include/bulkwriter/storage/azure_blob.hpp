#pragma once

#include <bulkwriter/storage/azure_connect_param.hpp>
#include <bulkwriter/storage/object_store.hpp>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// Opens a container of Azure Blob storage. No request is sent: a wrong key or container shows at the first operation.
/// Errors: `invalid_option`, `invalid_url`.
///
/// Errors of the operations, beside those of `http::client`: access_denied, no_such_bucket (no such container),
/// no_such_key, clock_skewed, precondition_failed, storage_error; `error_info::http_status` and `server_error` (Azure's
/// own code) say more. Messages name container and key, never a key, a signature or a token.
///
/// Rights that a shared access signature needs: c and w to upload, r for `head`, l for `list` and `list_uploads`, d for
/// `remove`; with r and d a failed upload can be cleaned up at once, and without them it is left to Azure. Where the
/// credential has expired in mid-upload, blocks stay, and the error names them, as for other stores.
///
/// Objects are block blobs, of at most 5000 MiB by `put`, and the parts of an upload their uncommitted blocks: at most
/// 50,000, each of 1 byte to 4000 MiB. Azure has no request that gives an upload up, and removes blocks of its own
/// accord a week after the last one came. Aborting removes them at once where nobody else can be harmed: there is no
/// blob of that name yet, and all blocks under it are of this upload or of others that were aborted through this store;
/// otherwise they are left to Azure. (Another writer that sends its first block in that very moment fails when it
/// completes its upload; a blob is never lost.) To complete an upload ends all others of the same key. `list_uploads`
/// and `abort_stale` know the uploads of this library only, and those that would replace a blob only where the prefix
/// is the whole key; they ask once more for each blob that is empty.
///
/// Keys with a backslash or with a segment that ends in a dot are refused (`invalid_option`), since Azure changes them.
///
/// Bodies travel without a digest, as with Azure's own clients: https guards them, over http nothing does.
///
/// Presigned URLs need an account key (`storage_error` without). One for PUT takes the header `x-ms-blob-type:
/// BlockBlob`, without which Azure refuses it.
///
/// Thread-safe.
/// @{
result<object_store> try_open_store(azure_connect_param const& param);
object_store open_store(azure_connect_param const& param);
/// @}

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/storage/detail/azure_blob.ipp>
#endif
