#pragma once

#include <bulkwriter/error.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// An object as a store describes it.
struct object_info {
  std::string key = {};    ///< without a leading slash
  std::uint64_t size = 0;  ///< bytes
  std::string etag = {};   ///< opaque, with its quotes taken off
};

/// A part that a store has accepted.
struct uploaded_part {
  int number = 0;               ///< from 1
  std::string etag = {};        ///< what completing the upload must quote
  std::uint64_t size = 0;       ///< bytes
  bool may_come_again = false;  ///< an earlier attempt was sent and never answered: the store may still take it in
};

/// An upload in parts that was begun and neither completed nor aborted.
struct pending_upload {
  std::string key = {};        ///< of the object that it was to become
  std::string upload_id = {};  ///< what completes or aborts it
  std::chrono::system_clock::time_point initiated =
      {};  ///< by the store's clock; Azure: by that of the machine that began it
};

/// What a store is made of: for stores of a user's own, and for uploads without a writer.
namespace storage {

/// What a cloud implements. Every function is one logical operation with its retries inside; all are thread-safe,
/// so that the parts of one upload travel on several connections. Keys have no leading slash. An error after which the
/// operation may have done its work all the same, by whichever of its attempts, has `may_have_happened` set.
class backend {
 public:
  virtual ~backend() = default;

  /// Creates or replaces an object in one request.
  virtual result<object_info> put(std::string const& key, std::span<std::byte const> body) = 0;
  /// Starts an upload in parts and gives its id.
  virtual result<std::string> create_multipart(std::string const& key) = 0;
  /// Sends part `number`, from 1; all but the last have the same size. `stop` cuts the transfer short (error
  /// `cancelled`): whoever gives an upload up need not wait for parts under way.
  virtual result<uploaded_part> put_part(std::string const& key, std::string const& upload_id, int number,
                                         std::span<std::byte const> body, std::stop_token stop) = 0;
  /// Joins the parts, which stand in the order of their numbers, and replaces what is there. Success only on proof that
  /// the object is made of these parts; where the store says neither that nor that it is not, `outcome_unknown`.
  virtual result<object_info> complete_multipart(std::string const& key, std::string const& upload_id,
                                                 std::span<uploaded_part const> parts) = 0;
  /// Gives an upload up, with its parts. One that does not exist (any more) is a success.
  virtual result<void> abort_multipart(std::string const& key, std::string const& upload_id) = 0;
  /// The same for a moment at which nobody wants to wait: `stop` ends it, with error `cancelled`. By default it is
  /// deaf to that.
  virtual result<void> abort_multipart(std::string const& key, std::string const& upload_id,
                                       [[maybe_unused]] std::stop_token stop) {
    return abort_multipart(key, upload_id);
  }
  /// What there is under a key. Error `no_such_key` if there is nothing.
  virtual result<object_info> head(std::string const& key) = 0;
  /// Every object whose key begins with the prefix, all pages of the answer.
  virtual result<std::vector<object_info>> list(std::string const& prefix) = 0;
  /// The same until `stop`, with error `cancelled`. By default it is deaf to that.
  virtual result<std::vector<object_info>> list(std::string const& prefix, [[maybe_unused]] std::stop_token stop) {
    return list(prefix);
  }
  /// Removes an object. An absent one is a success.
  virtual result<void> remove(std::string const& key) = 0;

  // What not every store has: without an implementation, an error that says so.

  /// Creates an object in one request, unless there is one. Error `precondition_failed` if there is;
  /// `may_have_happened` is set if it may be the one of an earlier attempt.
  virtual result<object_info> put_if_absent(std::string const& key, std::span<std::byte const> body);
  /// What writers' files become objects by: as `put_if_absent` and as `complete_multipart`, but never over an object
  /// that is there. Where the store has a condition for that, it decides; elsewhere a look right before does, and what
  /// two writers then do to one key at the same moment shows, if it shows, in the look behind. Error
  /// `precondition_failed`. The defaults ask `head` first.
  /// @{
  virtual result<object_info> put_new(std::string const& key, std::span<std::byte const> body);
  virtual result<object_info> complete_multipart_new(std::string const& key, std::string const& upload_id,
                                                     std::span<uploaded_part const> parts);
  /// @}
  /// A URL that lets whoever has it send one request ("GET", "PUT") for a key, until `lifetime` has passed.
  virtual result<std::string> presign(std::string const& method, std::string const& key, std::chrono::seconds lifetime);
  /// Every unfinished upload of keys that begin with the prefix, all pages of the answer.
  virtual result<std::vector<pending_upload>> list_uploads(std::string const& prefix);
  /// The same until `stop`, with error `cancelled`. By default it is deaf to that.
  virtual result<std::vector<pending_upload>> list_uploads(std::string const& prefix,
                                                           [[maybe_unused]] std::stop_token stop) {
    return list_uploads(prefix);
  }
  /// The parts that an unfinished upload has, all pages of the answer.
  virtual result<std::vector<uploaded_part>> list_parts(std::string const& key, std::string const& upload_id);

  /// What the store's clock shows, as far as that is known: `pending_upload::initiated` is told by it.
  virtual std::chrono::system_clock::time_point now() const { return std::chrono::system_clock::now(); }

  /// What `list_parts` tells as the ETag of a part with these bytes, by which an upload is resumed; empty where the
  /// store does not say what that is. By default S3's: their MD5 in lower-case hex.
  virtual std::string part_etag(std::span<std::byte const> body) const;

  /// "s3://bucket/key", "gs://bucket/key", "https://account.blob.…/container/key": as the import services want it.
  virtual std::string object_url(std::string_view key) const = 0;
  /// Bytes that every part but the last must have at least.
  virtual std::uint64_t min_part_size() const noexcept { return 5u << 20; }
  /// Bytes that no part may exceed.
  virtual std::uint64_t max_part_size() const noexcept { return std::uint64_t{5} << 30; }
  /// How many parts an upload may have.
  virtual int max_parts() const noexcept { return 10000; }
};

}  // namespace storage

/// A handle on a bucket or container; copies share one pool of connections. Made from the connect parameters of a cloud
/// (`s3_connect_param`, …) or of a user's own type P with `object_store open_store(P const&)` found by ADL.
/// Thread-safe.
///
///     bw::object_store store = bw::s3_connect_param{.endpoint = "s3.amazonaws.com", .access_key = k, .secret_key = s,
///                                                   .bucket_name = "b"};
///     for (bw::object_info const& object : store.list("5868ba87-…/")) std::cout << object.key << '\n';
///
/// Keys have 1 to 1,024 bytes, no leading slash, no control characters and no `.` or `..` between slashes
/// (`invalid_option`). Further errors: see `try_open_store`. Each call repeats what failed in passing, as the connect
/// parameters say, and blocks meanwhile.
class object_store {
 public:
  /// Opens the bucket. Sends nothing. Throws what `open_store` throws.
  template <class P>
    requires(!std::same_as<std::remove_cvref_t<P>, object_store> &&
             requires(P const& p) {
               { open_store(p) } -> std::same_as<object_store>;
             })
  object_store(P const& param) : object_store(open_store(param)) {}
  /// On a store of a user's own; not null.
  explicit object_store(std::shared_ptr<storage::backend> backend) noexcept : backend_(std::move(backend)) {}

  /// Creates or replaces the object in one request. Body: at most 5 GiB (Azure: 5000 MiB).
  /// @{
  result<object_info> try_put(std::string const& key, std::span<std::byte const> body) {
    return backend_->put(key, body);
  }
  object_info put(std::string const& key, std::span<std::byte const> body) { return try_put(key, body).value(); }
  /// @}

  /// Size and ETag of an object. Error `no_such_key` if there is none.
  /// @{
  result<object_info> try_head(std::string const& key) { return backend_->head(key); }
  object_info head(std::string const& key) { return try_head(key).value(); }
  /// @}

  /// Every object whose key begins with the prefix, in the store's order; without one, the whole bucket, as far as ten
  /// million objects. `stop` ends it wherever it is, with error `cancelled`.
  /// @{
  result<std::vector<object_info>> try_list(std::string const& prefix = {}, std::stop_token stop = {}) {
    return backend_->list(prefix, std::move(stop));
  }
  std::vector<object_info> list(std::string const& prefix = {}, std::stop_token stop = {}) {
    return try_list(prefix, std::move(stop)).value();
  }
  /// @}

  /// Removes an object. An absent one is a success.
  /// @{
  result<void> try_remove(std::string const& key) { return backend_->remove(key); }
  void remove(std::string const& key) { try_remove(key).value(); }
  /// @}

  /// Creates the object in one request, unless there is one: then the error is `precondition_failed`, and
  /// `may_have_happened` says that it may be this one, from an attempt whose answer was lost. Body: as above.
  /// @{
  result<object_info> try_put_if_absent(std::string const& key, std::span<std::byte const> body) {
    return backend_->put_if_absent(key, body);
  }
  object_info put_if_absent(std::string const& key, std::span<std::byte const> body) {
    return try_put_if_absent(key, body).value();
  }
  /// @}

  /// A URL for one object, to read it or to create it by PUT, for whoever has it: no keys are needed, and it stands
  /// until `lifetime` (1 second to 7 days) has passed. It holds a signature: do not log it. Nothing is sent, unless the
  /// bucket's region has still to be found out. Error `invalid_option` for another lifetime, and for one
  /// beyond that of keys which expire.
  /// @{
  result<std::string> try_presign_get(std::string const& key, std::chrono::seconds lifetime) {
    return backend_->presign("GET", key, lifetime);
  }
  std::string presign_get(std::string const& key, std::chrono::seconds lifetime) {
    return try_presign_get(key, lifetime).value();
  }
  result<std::string> try_presign_put(std::string const& key, std::chrono::seconds lifetime) {
    return backend_->presign("PUT", key, lifetime);
  }
  std::string presign_put(std::string const& key, std::chrono::seconds lifetime) {
    return try_presign_put(key, lifetime).value();
  }
  /// @}

  /// Uploads that were begun and neither completed nor aborted: of writers at work, and what a killed process has left.
  /// Their parts are paid for. `stop`: as for `list`.
  /// @{
  result<std::vector<pending_upload>> try_list_uploads(std::string const& prefix = {}, std::stop_token stop = {}) {
    return backend_->list_uploads(prefix, std::move(stop));
  }
  std::vector<pending_upload> list_uploads(std::string const& prefix = {}, std::stop_token stop = {}) {
    return try_list_uploads(prefix, std::move(stop)).value();
  }
  /// @}

  /// Aborts the uploads of keys with this prefix that were begun longer ago than `age`; what a writer still works on is
  /// younger if `age` is longer than any upload takes. Returns those that are given up (of Azure's some parts may stay
  /// for a week: see there). An abort that fails does not end it: the error behind the last is that of the first, and
  /// names keys and upload ids of what is left. `stop` does end it, with error `cancelled`.
  /// @{
  result<std::vector<pending_upload>> try_abort_stale(std::chrono::seconds age, std::string const& prefix = {},
                                                      std::stop_token stop = {});
  std::vector<pending_upload> abort_stale(std::chrono::seconds age, std::string const& prefix = {},
                                          std::stop_token stop = {}) {
    return try_abort_stale(age, prefix, std::move(stop)).value();
  }
  /// @}

  /// The object's URL as the import services want it: "s3://bucket/key", "gs://bucket/key",
  /// "https://account.blob.core.windows.net/container/key". Leading slashes do not count, and nothing is encoded.
  std::string object_url(std::string_view key) const { return backend_->object_url(key); }

  /// The cloud's own operations, for uploads in parts.
  /// @{
  storage::backend& backend() const& noexcept { return *backend_; }
  storage::backend& backend() const&& = delete;
  /// @}
  /// The same, to be kept for longer than this handle.
  std::shared_ptr<storage::backend> shared_backend() const noexcept { return backend_; }

 private:
  std::shared_ptr<storage::backend> backend_;
};

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/storage/detail/object_store.ipp>
#endif
