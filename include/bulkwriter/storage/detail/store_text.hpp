#pragma once

#include <bulkwriter/error.hpp>

#include <chrono>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

/// A key that every store takes and that comes back as it was: 1 to 1024 bytes, no leading slash, no control
/// characters, no "." or ".." segments (servers and proxies resolve them, and the object would be elsewhere).
result<void> check_key(std::string_view key);
/// A key that a store has told: other clients' rules are not ours, and it is only to be found or removed. Not empty:
/// the request would be one for the bucket.
result<void> check_listed_key(std::string_view key);

/// A key, a file's or a bucket's name, for a message.
std::string named(std::string_view name);
/// "'key' (upload id …)", of an upload in parts.
std::string named_upload(std::string_view key, std::string_view upload_id);

/// Foreign text for a message: one line, bounded, without the secrets and without anything as long as a signature.
std::string printable(std::string_view text, std::span<std::string const> secrets);

/// Why a conditional request was refused.
inline constexpr char already_there_text[] = "there is an object of this key already, and nothing is overwritten";

/// Random, for the metadata of an object that is about to be made: by it the object is known again as this one.
std::string make_object_token();
inline constexpr std::string_view object_token_name = "bulkwriter";

/// An ETag without its quotes, and without the W/ by which a proxy on the way calls it weak.
std::string unquoted(std::string_view etag);

/// "2010-11-10T20:48:33.000Z", as stores tell the time; nothing for other text.
std::optional<std::chrono::system_clock::time_point> parse_iso_time(std::string_view text) noexcept;

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) noexcept;

}  // namespace detail
}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/storage/detail/store_text.ipp>
#endif
