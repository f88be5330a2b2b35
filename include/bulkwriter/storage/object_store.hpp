#pragma once

#include <bulkwriter/error.hpp>

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
inline namespace v1 {

/// An object as a store describes it.
struct object_info {
  std::string key = {};
  std::uint64_t size = 0;  ///< bytes
  std::string etag = {};   ///< opaque, with its quotes taken off
};

/// A part that a store has accepted.
struct uploaded_part {
  int number = 0;  ///< from 1
  std::string etag = {};
  std::uint64_t size = 0;
  bool may_come_again = false;  ///< an earlier attempt was sent and never answered: the store may still take it in
};

namespace storage {

/// What a cloud implements. Every function is one logical operation with its retries inside; all are thread-safe,
/// so that the parts of one upload travel on several connections. Keys have no leading slash. An error after which the
/// operation may have done its work all the same, by whichever of its attempts, has `may_have_happened` set.
class backend {
 public:
  virtual ~backend() = default;

  virtual result<object_info> put(std::string const& key, std::span<std::byte const> body) = 0;
  virtual result<std::string> create_multipart(std::string const& key) = 0;  ///< the upload id
  /// `stop` cuts the transfer short (error `cancelled`): whoever gives an upload up need not wait for parts under way.
  virtual result<uploaded_part> put_part(std::string const& key, std::string const& upload_id, int number,
                                         std::span<std::byte const> body, std::stop_token stop) = 0;
  /// Success only when the store has said so in the body, or HEAD shows the object at its full size.
  virtual result<object_info> complete_multipart(std::string const& key, std::string const& upload_id,
                                                 std::span<uploaded_part const> parts) = 0;
  /// An upload that does not exist (any more) is a success.
  virtual result<void> abort_multipart(std::string const& key, std::string const& upload_id) = 0;
  virtual result<object_info> head(std::string const& key) = 0;
  virtual result<std::vector<object_info>> list(std::string const& prefix) = 0;  ///< all pages
  virtual result<void> remove(std::string const& key) = 0;                       ///< an absent object is a success

  /// "s3://bucket/key", "gs://bucket/key", "https://account.blob.…/container/key": as the import services want it.
  virtual std::string object_url(std::string_view key) const = 0;
  /// Bounds of one part and of the number of parts.
  virtual std::uint64_t min_part_size() const noexcept { return 5u << 20; }
  virtual int max_parts() const noexcept { return 10000; }
};

}  // namespace storage

/// A handle on a bucket or container; copies share one pool of connections. Made from the connect parameters of a cloud
/// (`s3_connect_param`, …) or of a user's own type P with `object_store open_store(P const&)` found by ADL.
/// Thread-safe.
class object_store {
 public:
  template <class P>
    requires(!std::same_as<std::remove_cvref_t<P>, object_store> &&
             requires(P const& p) {
               { open_store(p) } -> std::same_as<object_store>;
             })
  object_store(P const& param) : object_store(open_store(param)) {}
  explicit object_store(std::shared_ptr<storage::backend> backend) noexcept : backend_(std::move(backend)) {}

  /// Creates or replaces the object in one request. Body: at most 5 GiB.
  result<object_info> try_put(std::string const& key, std::span<std::byte const> body) {
    return backend_->put(key, body);
  }
  object_info put(std::string const& key, std::span<std::byte const> body) { return try_put(key, body).value(); }

  /// Error `no_such_key` if there is none.
  result<object_info> try_head(std::string const& key) { return backend_->head(key); }
  object_info head(std::string const& key) { return try_head(key).value(); }

  result<std::vector<object_info>> try_list(std::string const& prefix = {}) { return backend_->list(prefix); }
  std::vector<object_info> list(std::string const& prefix = {}) { return try_list(prefix).value(); }

  result<void> try_remove(std::string const& key) { return backend_->remove(key); }
  void remove(std::string const& key) { try_remove(key).value(); }

  std::string object_url(std::string_view key) const { return backend_->object_url(key); }

  /// The cloud's own operations, for uploads in parts.
  storage::backend& backend() const noexcept { return *backend_; }
  std::shared_ptr<storage::backend> const& shared_backend() const noexcept { return backend_; }

 private:
  std::shared_ptr<storage::backend> backend_;
};

}  // namespace v1
}  // namespace bulkwriter
