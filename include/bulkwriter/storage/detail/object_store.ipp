#pragma once

#include <bulkwriter/auth/digest.hpp>
#include <bulkwriter/storage/object_store.hpp>

#include <utility>

namespace bulkwriter {
inline namespace v1 {
namespace storage {
namespace detail {

inline error_info not_here(std::string_view what) {
  return {.code = errc::storage_error, .message = "this kind of store has no " + std::string(what)};
}

}  // namespace detail

BULKWRITER_DECL result<object_info> backend::put_if_absent(std::string const&, std::span<std::byte const>) {
  return detail::not_here("conditional requests");
}

namespace detail {

inline error_info already_there(std::string_view purpose, std::string_view key) {
  return {.code = errc::precondition_failed,
          .message = std::string(purpose).append(" '").append(key).append(
              "': there is an object of this key already, and nothing is overwritten")};
}

// A store that cannot tell what it has is taken at its word when it writes; one that cannot be reached is not.
inline result<void> check_absent(backend& store, std::string_view purpose, std::string const& key) {
  auto const there = store.head(key);
  if (there) return already_there(purpose, key);
  switch (there.error().code) {
    case errc::no_such_key:
    case errc::access_denied:
    case errc::storage_error: return {};
    default: return there.error();
  }
}

}  // namespace detail

BULKWRITER_DECL result<object_info> backend::put_new(std::string const& key, std::span<std::byte const> body) {
  if (auto absent = detail::check_absent(*this, "cannot put", key); !absent) return std::move(absent).error();
  return put(key, body);
}
BULKWRITER_DECL result<object_info> backend::complete_multipart_new(std::string const& key,
                                                                    std::string const& upload_id,
                                                                    std::span<uploaded_part const> parts) {
  if (auto absent = detail::check_absent(*this, "cannot complete the upload of", key); !absent)
    return std::move(absent).error();
  return complete_multipart(key, upload_id, parts);
}
BULKWRITER_DECL result<std::string> backend::presign(std::string const&, std::string const&, std::chrono::seconds) {
  return detail::not_here("presigned URLs");
}
BULKWRITER_DECL result<std::vector<pending_upload>> backend::list_uploads(std::string const&) {
  return detail::not_here("list of unfinished uploads");
}
BULKWRITER_DECL result<std::vector<uploaded_part>> backend::list_parts(std::string const&, std::string const&) {
  return detail::not_here("list of an upload's parts");
}
BULKWRITER_DECL std::string backend::part_etag(std::span<std::byte const> body) const {
  auto const md5 = auth::try_md5(body);  // which some systems forbid
  return md5 ? auth::to_hex(*md5) : std::string();
}

}  // namespace storage

BULKWRITER_DECL result<std::vector<pending_upload>> object_store::try_abort_stale(std::chrono::seconds age,
                                                                                  std::string const& prefix) {
  auto pending = backend_->list_uploads(prefix);
  if (!pending) return pending;
  auto const newest = std::chrono::system_clock::now() - age;
  std::vector<pending_upload> gone;
  for (pending_upload& upload : *pending) {
    if (upload.initiated > newest) continue;
    if (auto aborted = backend_->abort_multipart(upload.key, upload.upload_id); !aborted)
      return std::move(aborted).error();
    gone.push_back(std::move(upload));
  }
  return gone;
}

}  // namespace v1
}  // namespace bulkwriter
