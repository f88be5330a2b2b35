#pragma once

#include <bulkwriter/auth/digest.hpp>
#include <bulkwriter/http/detail/message.ipp>
#include <bulkwriter/storage/detail/azure_answer.hpp>
#include <bulkwriter/storage/detail/xml.hpp>

#include <algorithm>
#include <charconv>
#include <random>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

BULKWRITER_DECL azure_failure read_azure_failure(http::response const& answer) {
  azure_failure out;
  // Elements read before a broken place are kept: a cut answer still has its code.
  (void)xml_walk(answer.body, [&](auto path, std::string const& text) {
    if (path.size() != 2 || path[0] != "Error") return;
    if (path[1] == "Code") out.code = text;
    if (path[1] == "Message") out.message = text.substr(0, text.find_first_of("\r\n"));
    if (path[1] == "AuthenticationErrorDetail") {
      out.date_refused = text.find("date header too old") != std::string::npos;
      out.outside_time = text.find("time frame") != std::string::npos;
    }
  });
  if (out.code.empty()) out.code = answer.find("x-ms-error-code");
  out.request_id = answer.find("x-ms-request-id");
  out.foreign = out.code.empty() && out.message.empty() && answer.body.find("<Error") == std::string::npos &&
                answer.body.find_first_not_of(" \t\r\n") != std::string::npos;
  return out;
}

BULKWRITER_DECL errc azure_errc(azure_failure const& failure, int status) {
  auto const& code = failure.code;
  if (failure.date_refused) return errc::clock_skewed;
  if (code.starts_with("Authorization") ||
      is_one_of(code, {"AuthenticationFailed", "AccountIsDisabled", "InsufficientAccountPermissions",
                       "NoAuthenticationInformation", "InvalidAuthenticationInfo", "PublicAccessNotPermitted",
                       "KeyBasedAuthenticationNotPermitted", "UnauthorizedBlobOverwrite"})) {
    return errc::access_denied;
  }
  if (is_one_of(code, {"ContainerNotFound", "ContainerBeingDeleted", "ContainerDisabled"})) return errc::no_such_bucket;
  // A block list names blocks that are not there: of an upload that has expired, was aborted or was overtaken.
  if (is_one_of(code, {"BlobNotFound", "ResourceNotFound", "InvalidBlockList"})) return errc::no_such_key;
  if (is_one_of(code, {"ConditionNotMet", "TargetConditionNotMet", "BlobAlreadyExists"}))
    return errc::precondition_failed;
  // A page of some web server says nothing about container, blob or rights.
  if (code.empty() && !failure.foreign) {
    switch (status) {
      case 401:
      case 403: return errc::access_denied;
      case 404: return errc::no_such_key;
      case 412: return errc::precondition_failed;
      default: break;
    }
  }
  return errc::storage_error;
}

BULKWRITER_DECL bool is_transient_azure_code(std::string_view code) noexcept {
  return is_one_of(code, {"ServerBusy", "InternalError", "OperationTimedOut", "RequestTimeout",
                          // Damaged on the way: the body in memory is sent again.
                          "Md5Mismatch", "Crc64Mismatch"});
}

BULKWRITER_DECL result<azure_page> read_azure_page(std::string_view body) {
  azure_page out;
  azure_blob_item blob;
  bool is_block = false, is_folder = false, broken = false, root = false;
  auto const whole = xml_walk(body, [&](auto path, std::string const& text) {
    if (path[0] != "EnumerationResults") return;
    if (path.size() == 1) root = true;
    if (path.size() == 2 && path[1] == "NextMarker") out.next_marker = text;
    if (path.size() < 3 || path[1] != "Blobs" || path[2] != "Blob") return;
    if (path.size() == 3) {
      blob.may_be_uncommitted = is_block && blob.object.size == 0;
      // Accounts with real folders list these, too: they are no objects.
      if (!is_folder) out.blobs.push_back(std::move(blob));
      blob = {};
      is_block = is_folder = false;
    }
    if (path.size() == 4 && path[3] == "Name") blob.object.key = text;
    if (path.size() == 5 && path[3] == "Properties") {
      if (path[4] == "Etag") blob.object.etag = unquoted(text);
      if (path[4] == "BlobType") is_block = text == "BlockBlob";
      if (path[4] == "ResourceType") is_folder = text == "directory";
      if (path[4] == "Content-Length" && !http::detail::parse_number(text, blob.object.size)) broken = true;
    }
  });
  if (!whole) return whole.error();
  auto const refuse = [](std::string message) -> error_info {
    return {.code = errc::invalid_response, .message = std::move(message)};
  };
  if (!root) return refuse("the answer is not an EnumerationResults");
  if (broken) return refuse("the answer has a size that is not a number");
  return out;
}

BULKWRITER_DECL result<azure_block_list> read_azure_block_list(std::string_view body) {
  azure_block_list out;
  azure_block block;
  bool broken = false, root = false;
  auto const whole = xml_walk(body, [&](auto path, std::string const& text) {
    if (path[0] != "BlockList") return;
    if (path.size() == 1) root = true;
    if (path.size() < 3 || path[2] != "Block") return;
    if (path.size() == 3) {
      if (path[1] == "CommittedBlocks") out.committed.push_back(std::move(block));
      if (path[1] == "UncommittedBlocks") out.uncommitted.push_back(std::move(block));
      block = {};
    }
    if (path.size() == 4 && path[3] == "Name") block.id = text;
    if (path.size() == 4 && path[3] == "Size" && !http::detail::parse_number(text, block.size)) broken = true;
  });
  if (!whole) return whole.error();
  if (!root || broken) {
    return error_info{.code = errc::invalid_response,
                      .message = root ? "the answer has a size that is not a number" : "the answer is not a BlockList"};
  }
  return out;
}

BULKWRITER_DECL std::string write_azure_block_list(std::span<std::string const> ids) {
  std::string out = "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>";
  for (auto const& id : ids) out += "<Latest>" + xml_escape(id) + "</Latest>";
  return out + "</BlockList>";
}

inline bool is_hex(std::string_view text) noexcept {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

BULKWRITER_DECL std::string azure_block_name::id() const {
  std::string const digits = std::to_string(number);
  std::string const name =
      upload_id + '-' + std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits + '-' + digest;
  return auth::base64_encode(auth::as_bytes(name));
}

BULKWRITER_DECL std::optional<azure_block_name> read_azure_block_id(std::string_view id) {
  auto const bytes = auth::try_base64_decode(id);
  if (!bytes || bytes->size() != 63) return std::nullopt;
  std::string_view const name(reinterpret_cast<char const*>(bytes->data()), bytes->size());
  azure_block_name out = {.upload_id = std::string(name.substr(0, 24)), .digest = std::string(name.substr(31))};
  auto const number = name.substr(25, 5);
  if (!is_azure_upload_id(out.upload_id) || name[24] != '-' || name[30] != '-' || !is_hex(out.digest) ||
      number.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  std::from_chars(number.data(), number.data() + number.size(), out.number);
  if (out.number < 1 || out.number > 50'000) return std::nullopt;
  return out;
}

BULKWRITER_DECL std::string make_azure_upload_id(std::chrono::system_clock::time_point begun) {
  std::random_device random;
  auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(begun.time_since_epoch()).count();
  std::string out;
  for (auto const word : {static_cast<std::uint32_t>(seconds), static_cast<std::uint32_t>(random()),
                          static_cast<std::uint32_t>(random())}) {
    for (int shift = 28; shift >= 0; shift -= 4) out += "0123456789abcdef"[word >> shift & 15];
  }
  return out;
}

BULKWRITER_DECL bool is_azure_upload_id(std::string_view id) noexcept { return id.size() == 24 && is_hex(id); }

BULKWRITER_DECL std::chrono::system_clock::time_point azure_upload_begun(std::string_view id) noexcept {
  std::uint32_t seconds = 0;
  std::from_chars(id.data(), id.data() + (std::min)(id.size(), std::size_t{8}), seconds, 16);
  return std::chrono::system_clock::time_point(std::chrono::seconds(seconds));
}

}  // namespace detail
}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
