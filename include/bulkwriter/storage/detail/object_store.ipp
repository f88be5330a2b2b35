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
