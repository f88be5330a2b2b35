#pragma once

#include <bulkwriter/auth/digest.hpp>
#include <bulkwriter/http/detail/countable.hpp>
#include <bulkwriter/storage/detail/store_text.hpp>
#include <bulkwriter/storage/object_store.hpp>

#include <optional>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
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

inline error_info already_there(std::string const& purpose) {
  return {.code = errc::precondition_failed,
          .message = purpose + ": " + already_there_text};
}

// A store that cannot tell what it has is taken at its word when it writes; one that cannot be reached is not.
inline result<void> check_absent(backend& store, std::string_view purpose, std::string const& key) {
  auto const there = store.head(key);
  if (there) return already_there(std::string(purpose).append(" '").append(key).append("'"));
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
                                                                                  std::string const& prefix,
                                                                                  std::stop_token stop) {
  if (age < std::chrono::seconds::zero())
    return error_info{.code = errc::invalid_option, .message = "abort_stale: the age of stale uploads is negative"};
  auto pending = backend_->list_uploads(prefix, stop);
  if (!pending) return pending;
  auto const newest = backend_->now() - http::detail::countable(age);
  std::vector<pending_upload> gone;
  std::optional<error_info> first;
  std::size_t left = 0;
  std::string others;
  for (pending_upload& upload : *pending) {
    if (upload.initiated > newest) continue;
    if (stop.stop_requested())
      return error_info{.code = errc::cancelled,
                        .message = "abort_stale: cancelled behind " + std::to_string(gone.size()) + " aborted uploads"};
    auto aborted = backend_->abort_multipart(upload.key, upload.upload_id, stop);
    if (aborted) {
      gone.push_back(std::move(upload));
      continue;
    }
    // One that nobody can abort must not keep all behind it.
    if (++left == 1)
      first = std::move(aborted).error();
    else if (left <= 10)
      others += "; " + storage::detail::named_upload(upload.key, upload.upload_id);
  }
  if (!first) return gone;
  first->message += " (of " + std::to_string(gone.size() + left) + " stale uploads " + std::to_string(left) +
                    (left == 1 ? " is left" : " are left") + (others.empty() ? "" : "; also" + others.substr(1)) +
                    (left > 10 ? "; …" : "") + ')';
  return *std::move(first);
}

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
