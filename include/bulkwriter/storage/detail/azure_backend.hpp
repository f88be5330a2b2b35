#pragma once

#include <bulkwriter/auth/provider.hpp>
#include <bulkwriter/storage/detail/azure_address.hpp>
#include <bulkwriter/storage/detail/azure_answer.hpp>
#include <bulkwriter/storage/detail/http_backend.hpp>
#include <bulkwriter/storage/object_store.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

/// The blob service of Azure. An upload in parts is a block blob's blocks, which its block list joins; that it exists
/// only the names of its blocks tell.
class azure_backend final : public http_backend {
 public:
  azure_backend(azure_connect_param const& param, azure_address address);

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
  BULKWRITER_DECL std::string part_etag(std::span<std::byte const> body) const override;
  BULKWRITER_DECL std::string object_url(std::string_view key) const override;
  std::chrono::system_clock::time_point now() const override { return server_time(); }
  std::uint64_t min_part_size() const noexcept override { return 1; }
  std::uint64_t max_part_size() const noexcept override { return std::uint64_t{4000} << 20; }
  int max_parts() const noexcept override { return 50'000; }

 private:
  // What http_backend asks.
  BULKWRITER_DECL result<http::response> attempt(call const& what, outcome& so_far) override;
  BULKWRITER_DECL bool learns(http::response const& refused, outcome& so_far) override;
  BULKWRITER_DECL bool is_transient(result<http::response> const& answer) const override;
  BULKWRITER_DECL refusal explain(call const& what, outcome const& got, http::response const& answer) const override;
  BULKWRITER_DECL std::vector<std::string> secrets(outcome const& got) const override;

  result<object_info> put(std::string const& key, std::span<std::byte const> body, std::vector<http::header> headers);
  result<object_info> complete(std::string const& key, std::string const& upload_id,
                               std::span<uploaded_part const> parts, std::vector<http::header> headers);
  result<std::vector<azure_block>> uncommitted(std::string purpose, std::string const& key, std::stop_token stop = {});
  result<bool> remove_uncommitted(std::string const& purpose, std::string const& key, std::string const& upload_id,
                                  std::stop_token const& stop);
  result<std::vector<azure_blob_item>> list_blobs(std::string purpose, std::string const& prefix,
                                                  std::string const& include, std::stop_token stop);
  std::chrono::system_clock::time_point server_time() const;

  azure_address const address_;
  std::string const api_version_;
  auth::provider<auth::bearer_token> const token_;  // none: address_ has a credential

  mutable std::mutex mutex_;                               // guards what follows
  std::chrono::system_clock::duration clock_offset_ = {};  // the server's clock minus ours
  std::set<std::string> unsent_;                           // uploads of which no block can have arrived
  std::set<std::string> given_up_;  // aborted ones whose blocks are there still, beside those of others
};

}  // namespace detail
}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/storage/detail/azure_operations.ipp>
#endif
