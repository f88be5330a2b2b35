#pragma once

#include <bulkwriter/auth/sigv4.hpp>
#include <bulkwriter/storage/detail/http_backend.hpp>
#include <bulkwriter/storage/detail/s3_address.hpp>
#include <bulkwriter/storage/detail/s3_answer.hpp>
#include <bulkwriter/storage/object_store.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

/// The S3 protocol. What one operation learns about the bucket's region and the server's clock serves all that follow.
class s3_backend final : public http_backend {
 public:
  /// `token`, if there is one, is shown in place of signatures, as Google Cloud Storage has it.
  s3_backend(s3_connect_param const& param, s3_address address, auth::provider<auth::bearer_token> token = {});

  BULKWRITER_DECL result<object_info> put(std::string const& key, std::span<std::byte const> body) override;
  BULKWRITER_DECL result<std::string> create_multipart(std::string const& key) override;
  BULKWRITER_DECL result<uploaded_part> put_part(std::string const& key, std::string const& upload_id, int number,
                                                 std::span<std::byte const> body, std::stop_token stop) override;
  BULKWRITER_DECL result<object_info> complete_multipart(std::string const& key, std::string const& upload_id,
                                                         std::span<uploaded_part const> parts) override;
  BULKWRITER_DECL result<void> abort_multipart(std::string const& key, std::string const& upload_id,
                                               std::stop_token stop) override;
  BULKWRITER_DECL result<object_info> head(std::string const& key) override;
  BULKWRITER_DECL result<std::vector<object_info>> list(std::string const& prefix, std::stop_token stop) override;
  BULKWRITER_DECL result<void> remove(std::string const& key) override;
  BULKWRITER_DECL result<object_info> put_if_absent(std::string const& key, std::span<std::byte const> body) override;
  BULKWRITER_DECL result<object_info> put_new(std::string const& key, std::span<std::byte const> body) override;
  BULKWRITER_DECL result<object_info> complete_multipart_new(std::string const& key, std::string const& upload_id,
                                                             std::span<uploaded_part const> parts) override;
  BULKWRITER_DECL result<std::string> presign(std::string const& method, std::string const& key,
                                              std::chrono::seconds lifetime) override;
  BULKWRITER_DECL result<std::vector<pending_upload>> list_uploads(std::string const& prefix,
                                                                   std::stop_token stop) override;
  BULKWRITER_DECL result<std::vector<uploaded_part>> list_parts(std::string const& key,
                                                                std::string const& upload_id) override;
  BULKWRITER_DECL std::string object_url(std::string_view key) const override;
  std::chrono::system_clock::time_point now() const override { return server_time(); }

 private:
  // What http_backend asks.
  BULKWRITER_DECL result<http::response> attempt(call const& what, outcome& so_far) override;
  BULKWRITER_DECL bool learns(http::response const& refused, outcome& so_far) override;
  BULKWRITER_DECL void accepted_by_store() override;
  BULKWRITER_DECL bool is_transient(result<http::response> const& answer) const override;
  BULKWRITER_DECL bool is_denied(http::response const& answer) const override;
  BULKWRITER_DECL refusal explain(call const& what, outcome const& got, http::response const& answer) const override;
  BULKWRITER_DECL std::vector<std::string> secrets(outcome const& got) const override;

  /// What becomes of an object that has the key already.
  enum class existing {
    replaced,
    kept,          ///< by the store's condition, and where that is in doubt by looks before and behind
    kept_by_store  ///< by the condition alone
  };
  /// What is known of a condition.
  enum class condition { unknown, honoured, refused };
  enum class verdict { ours, other, absent, unclear };
  /// What lies under a key, as a look shows it.
  struct sight {
    int status = 0;  ///< 0: no answer that makes sense
    object_info object = {};
    std::string token = {};
    std::optional<error_info> why = {};  ///< without an answer

    /// Any web server may say 200; S3 names what it has stored.
    bool found() const noexcept { return status == 200 && !(object.etag.empty() && token.empty()); }
    verdict judge(std::string_view own_token, std::string_view own_etag, std::uint64_t size) const;
  };
  struct conditional {
    outcome got;
    bool looked = false, had_condition = false;
  };
  result<object_info> put(std::string const& key, std::span<std::byte const> body, existing found);
  result<object_info> complete(std::string const& key, std::string const& upload_id,
                               std::span<uploaded_part const> parts, existing found);
  object_info completed(object_info object, std::string const& upload_id);
  http::header token_header(std::string token) const;
  std::optional<http::header> absent_condition() const;
  result<conditional> send_unless_there(call& what, condition& known);
  sight look(std::string const& key);
  error_info overwritten(call const& what, outcome const& got, bool had_condition) const;
  bool learn_region(s3_failure failure, std::string const& asked);
  bool learn_clock(http::response const& answer);
  result<void> authorize(http::request& request, call const& what, outcome& so_far);
  bool forget_expired(outcome& so_far) const;
  auth::sigv4_time server_time() const;
  s3_address address() const;
  bool region_is_known() const;

  auth::provider<auth::credentials> const credentials_;
  auth::provider<auth::bearer_token> const token_;  // in place of credentials_
  std::string const bucket_;
  bool const sign_payload_;
  auth::sigv4_key_cache keys_;

  mutable std::mutex mutex_;  // guards what follows
  s3_address address_;
  bool region_is_right_ = false;                           // the store has taken a signature for it
  std::chrono::system_clock::duration clock_offset_ = {};  // the server's clock minus ours
  condition put_condition_ = condition::unknown, complete_condition_ = condition::unknown;
  std::map<std::string, std::string> tokens_;  // of uploads that were begun here, by id
};

}  // namespace detail
}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/storage/detail/s3_operations.ipp>
#include <bulkwriter/storage/detail/s3_upload.ipp>
#endif
