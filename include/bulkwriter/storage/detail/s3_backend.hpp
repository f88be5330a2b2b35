#pragma once

#include <bulkwriter/auth/sigv4.hpp>
#include <bulkwriter/http/client.hpp>
#include <bulkwriter/http/retry.hpp>
#include <bulkwriter/storage/detail/s3_address.hpp>
#include <bulkwriter/storage/detail/s3_answer.hpp>
#include <bulkwriter/storage/object_store.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace v1 {
namespace storage {
namespace detail {

/// The S3 protocol over a pool of connections. What one operation learns about the bucket's region and the server's
/// clock serves all that follow.
class s3_backend final : public backend {
 public:
  s3_backend(s3_connect_param const& param, s3_address address);

  BULKWRITER_DECL result<object_info> put(std::string const& key, std::span<std::byte const> body) override;
  BULKWRITER_DECL result<std::string> create_multipart(std::string const& key) override;
  BULKWRITER_DECL result<uploaded_part> put_part(std::string const& key, std::string const& upload_id, int number,
                                                 std::span<std::byte const> body, std::stop_token stop) override;
  BULKWRITER_DECL result<object_info> complete_multipart(std::string const& key, std::string const& upload_id,
                                                         std::span<uploaded_part const> parts) override;
  BULKWRITER_DECL result<void> abort_multipart(std::string const& key, std::string const& upload_id) override;
  BULKWRITER_DECL result<object_info> head(std::string const& key) override;
  BULKWRITER_DECL result<std::vector<object_info>> list(std::string const& prefix) override;
  BULKWRITER_DECL result<void> remove(std::string const& key) override;
  BULKWRITER_DECL result<object_info> put_if_absent(std::string const& key, std::span<std::byte const> body) override;
  BULKWRITER_DECL result<std::string> presign(std::string const& method, std::string const& key,
                                              std::chrono::seconds lifetime) override;
  BULKWRITER_DECL result<std::vector<pending_upload>> list_uploads(std::string const& prefix) override;
  BULKWRITER_DECL result<std::vector<uploaded_part>> list_parts(std::string const& key,
                                                                std::string const& upload_id) override;
  BULKWRITER_DECL std::string object_url(std::string_view key) const override;

 private:
  using fields = std::vector<std::pair<std::string, std::string>>;
  using verdict = std::function<bool(result<http::response> const&)>;

  // One logical request: what the user wanted, for messages, and what goes out with every attempt.
  struct call {
    std::string purpose;  // "cannot put 'a/b'"
    std::string method;
    std::string key = {};  // empty: the bucket itself
    fields query = {};     // not encoded
    std::vector<http::header> headers = {};
    std::span<std::byte const> body = {};
    bool patient = false;          // the store may take minutes before it answers
    verdict worth_repeating = {};  // empty: transient_answer
    std::stop_token stop = {};
  };
  // The last answer, how often was asked, and the address that gave it.
  struct outcome {
    result<http::response> answer;
    int attempts = 0;
    bool open = false;  // some attempt may have done the work although its answer did not say so
    s3_address address = {};
  };
  class lease;

  result<object_info> put(std::string const& key, std::span<std::byte const> body, std::vector<http::header> headers);
  auth::sigv4_time server_time() const;

  outcome send(call const& what);
  template <class Item, class Read>
  result<std::vector<Item>> all_pages(call const& first, Read const& read);
  http::response const* accepted(outcome const& got, std::initializer_list<int> statuses) const;
  result<http::response> send_signed(call const& what, s3_address const& address, std::string const& payload_hash);
  bool learn_region(http::response const& answer, s3_address const& asked);
  bool learn_clock(http::response const& answer);
  s3_address address() const;
  bool region_is_known() const;
  error_info failed(call const& what, outcome const& got) const;
  error_info refused(call const& what, outcome const& got, http::response const& answer) const;
  error_info unusable(call const& what, outcome const& got, std::string const& why) const;
  std::string place(s3_address const& at) const;

  auth::credentials const credentials_;
  std::string const bucket_;
  http::retry_options const retry_;
  std::size_t const max_idle_;
  http::client_options const options_, patient_options_;
  s3_payload_signing const payload_signing_;
  auth::sigv4_key_cache keys_;

  mutable std::mutex mutex_;  // guards what follows
  s3_address address_;
  bool region_is_right_ = false;                           // the store has taken a signature for it
  std::chrono::system_clock::duration clock_offset_ = {};  // the server's clock minus ours
  std::vector<std::unique_ptr<http::client>> idle_, idle_patient_;
};

}  // namespace detail
}  // namespace storage
}  // namespace v1
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/storage/detail/s3_operations.ipp>
#endif
