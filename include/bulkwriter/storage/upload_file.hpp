#pragma once

#include <bulkwriter/storage/object_output.hpp>
#include <bulkwriter/storage/object_store.hpp>

#include <stop_token>
#include <string>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {

/// How `upload_file` uploads.
struct upload_options {
  object_options parts = {};  ///< connections and part size
  /// Go on with the newest unfinished upload of the same key: parts of it that have the size and the digest of the
  /// file's are not sent again. A failure then leaves the upload for the next try, and the error names its id; so does
  /// a killed process. Buckets of S3 whose ETags are no MD5 (encrypted by a key of yours) get every part again.
  bool resume = false;
  /// Error `cancelled`: ends parts under way. The requests that begin and end the upload keep their own limits.
  std::stop_token stop = {};
};

/// Uploads a file as it is: in one request, or in parts of which `connections` travel at a time. Memory:
/// `connections + 2` parts. The object appears whole or not at all. Errors: io_error (the file cannot be read, or
/// changed meanwhile), invalid_option, cancelled, those of the store; a failure leaves nothing behind, or
/// names it in `error_info::left_behind`. Thread-safe.
/// @{
result<object_info> try_upload_file(object_store const& store, std::string const& path, std::string const& key,
                                    upload_options const& options = {});
inline object_info upload_file(object_store const& store, std::string const& path, std::string const& key,
                               upload_options const& options = {}) {
  return try_upload_file(store, path, key, options).value();
}
/// @}

}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/storage/detail/upload_file.ipp>
#endif
