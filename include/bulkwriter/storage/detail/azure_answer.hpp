#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/http/message.hpp>
#include <bulkwriter/storage/detail/store_text.hpp>
#include <bulkwriter/storage/object_store.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

/// What Azure says when it refuses. Of AuthenticationErrorDetail only what it is about is kept: it may repeat the
/// signature and the text that it was made from.
struct azure_failure {
  std::string code = {};     ///< "AuthenticationFailed"; of the header where there is no body, as in answers to HEAD
  std::string message = {};  ///< its first line: those below repeat request and time
  std::string request_id = {};
  bool date_refused = false;  ///< the request's date is too far from the server's clock
  bool outside_time = false;  ///< a shared access signature that has expired or is not valid yet
  bool foreign = false;       ///< the body is something else than an <Error>: a web server's page, say
};

azure_failure read_azure_failure(http::response const& answer);

/// The code of the library for a refusal.
errc azure_errc(azure_failure const& failure, int status);

/// Refusals that a second try may overcome although their HTTP status does not say so.
bool is_transient_azure_code(std::string_view code) noexcept;

struct azure_blob_item {
  object_info object = {};
  bool may_be_uncommitted = false;  ///< a block blob of no bytes: in a listing such look like empty ones
};
struct azure_page {
  std::vector<azure_blob_item> blobs = {};
  std::string next_marker = {};  ///< empty on the last page
};
/// Errors: `invalid_response`.
result<azure_page> read_azure_page(std::string_view body);

struct azure_block {
  std::string id = {};  ///< base64
  std::uint64_t size = 0;
};
struct azure_block_list {
  std::vector<azure_block> committed = {}, uncommitted = {};
};
/// Errors: `invalid_response`.
result<azure_block_list> read_azure_block_list(std::string_view body);

/// Blocks by their latest state, so that the request can be repeated: the second time they are committed already.
std::string write_azure_block_list(std::span<std::string const> ids);

/// A block's name tells all that a later process must know of it: whose it is, which one, and a digest of its bytes
/// (Azure keeps none of an uncommitted block). All names have 63 bytes, and Azure wants those of one blob to be equally
/// long; other clients' names look different.
struct azure_block_name {
  std::string upload_id = {};  ///< 24 hexadecimal digits: 8 of the second when it was begun, 16 at random
  int number = 0;              ///< from 1 to 50,000
  std::string digest = {};     ///< 32 hexadecimal digits

  /// As Azure wants it: base64.
  std::string id() const;
};
/// Nothing for blocks of others.
std::optional<azure_block_name> read_azure_block_id(std::string_view id);

std::string make_azure_upload_id(std::chrono::system_clock::time_point begun);
bool is_azure_upload_id(std::string_view id) noexcept;
/// Of an upload's id: when it was begun.
std::chrono::system_clock::time_point azure_upload_begun(std::string_view id) noexcept;

}  // namespace detail
}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/storage/detail/azure_answer.ipp>
#endif
