#pragma once

#include <bulkwriter/auth/digest.hpp>
#include <bulkwriter/http/detail/retry.ipp>
#include <bulkwriter/storage/detail/azure_backend.ipp>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

// What an azure_backend is asked for; how a request goes out, is signed, repeated and judged stands in
// azure_backend.ipp.

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

inline constexpr std::uint64_t azure_largest_put = std::uint64_t{5000} << 20,
                               azure_largest_block = std::uint64_t{4000} << 20;

// Whether the work may be done although the answer is not the one that says so.
inline bool is_unclear(outcome const& got) noexcept { return got.open || (got.answer && got.answer->status < 300); }

// Any web server may say 201; Azure gives every request a name.
inline std::string not_azure(http::response const& answer) {
  return "HTTP " + std::to_string(answer.status) +
         " without what Azure says with it: this does not look like Azure Blob storage";
}

// Azure takes a backslash for a slash and drops dots at the end of a segment: it would be another blob.
BULKWRITER_DECL result<void> check_azure_spelling(std::string_view key) {
  bool const ends_in_dot = key.ends_with('.') || key.find("./") != std::string_view::npos;
  if (!ends_in_dot && key.find('\\') == std::string_view::npos) return {};
  return error_info{.code = errc::invalid_option,
                    .message = "object key " + named(key) + " has " +
                               (ends_in_dot ? "a segment that ends in a dot" : "a backslash") +
                               ", which Azure changes"};
}
BULKWRITER_DECL result<void> check_azure_key(std::string_view key) {
  if (auto ok = check_key(key); !ok) return ok;
  return check_azure_spelling(key);
}

BULKWRITER_DECL result<object_info> azure_backend::put(std::string const& key, std::span<std::byte const> body,
                                                       std::vector<http::header> headers) {
  if (auto ok = check_azure_key(key); !ok) return std::move(ok).error();
  if (std::uint64_t{body.size()} > azure_largest_put) {
    return error_info{.code = errc::invalid_option,
                      .message = "cannot put " + named(key) + ": " + std::to_string(body.size()) +
                                 " bytes exceed the 5000 MiB of one request"};
  }
  headers.push_back({"x-ms-blob-type", "BlockBlob"});
  std::string const token = make_object_token();
  headers.push_back({std::string("x-ms-meta-").append(object_token_name), token});
  call const what = {
      .purpose = "cannot put " + named(key), .method = "PUT", .key = key, .headers = std::move(headers), .body = body};
  auto const got = send(what);
  auto const* answer = accepted(got, {201});
  if (!answer) {
    error_info why = failed(what, got);
    if (why.code != errc::precondition_failed || !why.may_have_happened) return why;
    // The condition may have met this very blob, from an attempt whose answer was lost.
    auto const there = send({.purpose = what.purpose, .method = "HEAD", .key = key});
    auto const* seen = accepted(there, {200});
    if (seen == nullptr) return why;
    if (seen->find(std::string("x-ms-meta-").append(object_token_name)) == token)
      return object_info{.key = key, .size = body.size(), .etag = unquoted(seen->find("ETag"))};
    why.may_have_happened = false;  // metadata come with the blob: it is another
    return why;
  }
  auto etag = unquoted(answer->find("ETag"));
  if (etag.empty()) return unusable(what, got, not_azure(*answer));
  return object_info{.key = key, .size = body.size(), .etag = std::move(etag)};
}

BULKWRITER_DECL result<object_info> azure_backend::put(std::string const& key, std::span<std::byte const> body) {
  return put(key, body, {});
}

// Azure keeps to this condition wherever there is one.
inline http::header if_no_blob() { return {"If-None-Match", "*"}; }

BULKWRITER_DECL result<object_info> azure_backend::put_if_absent(std::string const& key,
                                                                 std::span<std::byte const> body) {
  return put(key, body, {if_no_blob()});
}

BULKWRITER_DECL result<object_info> azure_backend::put_new(std::string const& key, std::span<std::byte const> body) {
  return put(key, body, {if_no_blob()});
}

// The first block makes the upload; until then there is nothing to be told of.
BULKWRITER_DECL result<std::string> azure_backend::create_multipart(std::string const& key) {
  if (auto ok = check_azure_key(key); !ok) return std::move(ok).error();
  std::string id = make_azure_upload_id(server_time());
  std::lock_guard const lock(mutex_);
  unsent_.insert(id);
  return id;
}

inline error_info no_such_upload(std::string const& purpose) {
  return {.code = errc::no_such_key, .message = purpose + ": this is not the id of an upload"};
}

BULKWRITER_DECL result<uploaded_part> azure_backend::put_part(std::string const& key, std::string const& upload_id,
                                                              int number, std::span<std::byte const> body,
                                                              std::stop_token stop) {
  if (auto ok = check_azure_key(key); !ok) return std::move(ok).error();
  std::string const purpose = "cannot upload part " + std::to_string(number) + " of " + named(key);
  if (!is_azure_upload_id(upload_id)) return no_such_upload(purpose);
  if (number < 1 || number > max_parts() || body.size() > azure_largest_block) {
    return error_info{.code = errc::invalid_option,
                      .message = purpose + ": " + std::to_string(body.size()) +
                                 " bytes; Azure takes parts 1 to 50,000 of at most 4000 MiB"};
  }
  azure_block_name block = {.upload_id = upload_id, .number = number, .digest = part_etag(body)};
  if (block.digest.empty()) block.digest.assign(32, '0');  // like no part's
  call what = {.purpose = purpose, .method = "PUT", .key = key, .body = body, .stop = std::move(stop)};
  what.query = {{"comp", "block"}, {"blockid", block.id()}};
  auto const got = send(what);
  auto const* answer = accepted(got, {201});
  if (is_unclear(got)) {
    std::lock_guard const lock(mutex_);
    unsent_.erase(upload_id);
  }
  if (!answer) return failed(what, got);
  if (answer->find("x-ms-request-id").empty()) return unusable(what, got, not_azure(*answer));
  return uploaded_part{
      .number = number, .etag = std::move(block.digest), .size = body.size(), .may_come_again = got.open};
}

inline call block_list_call(std::string purpose, std::string const& key, std::string kind) {
  return {.purpose = std::move(purpose),
          .method = "GET",
          .key = key,
          .query = {{"comp", "blocklist"}, {"blocklisttype", std::move(kind)}}};
}

BULKWRITER_DECL result<object_info> azure_backend::complete_multipart(std::string const& key,
                                                                      std::string const& upload_id,
                                                                      std::span<uploaded_part const> parts) {
  return complete(key, upload_id, parts, {});
}

BULKWRITER_DECL result<object_info> azure_backend::complete_multipart_new(std::string const& key,
                                                                          std::string const& upload_id,
                                                                          std::span<uploaded_part const> parts) {
  return complete(key, upload_id, parts, {if_no_blob()});
}

BULKWRITER_DECL result<object_info> azure_backend::complete(std::string const& key, std::string const& upload_id,
                                                            std::span<uploaded_part const> parts,
                                                            std::vector<http::header> headers) {
  if (auto ok = check_azure_key(key); !ok) return std::move(ok).error();
  std::string const purpose = "cannot complete the upload of " + named(key);
  if (!is_azure_upload_id(upload_id)) return no_such_upload(purpose);
  std::vector<std::string> ids;
  std::uint64_t size = 0;
  for (auto const& part : parts) {
    ids.push_back(azure_block_name{.upload_id = upload_id, .number = part.number, .digest = part.etag}.id());
    size += part.size;
  }
  std::string const body = write_azure_block_list(ids);
  headers.push_back({"Content-Type", "application/xml"});
  call what = {.purpose = purpose,
               .method = "PUT",
               .key = key,
               .query = {{"comp", "blocklist"}},
               .headers = std::move(headers),
               .body = auth::as_bytes(body),
               .patient = true};
  auto const got = send(what);
  if (auto const* answer = accepted(got, {201})) {
    auto etag = unquoted(answer->find("ETag"));
    if (etag.empty()) return unusable(what, got, not_azure(*answer));
    return object_info{.key = key, .size = size, .etag = std::move(etag)};
  }
  // Where the answer was lost, the blocks that the blob consists of tell: no other upload's have these names.
  // (Repeated, the request finds its blocks committed and succeeds, unless there is yet another blob by then.)
  bool const gone = got.answer && read_azure_failure(*got.answer).code == "InvalidBlockList";
  error_info why = failed(what, got);
  if (!is_unclear(got) && !gone) return why;
  auto const there = send(block_list_call(purpose, key, "committed"));
  auto const* answer = accepted(there, {200});
  if (answer == nullptr) return why;
  auto const list = read_azure_block_list(answer->body);
  if (!list) return why;
  auto const same = [](azure_block const& block, std::string const& id) { return block.id == id; };
  if (std::equal(list->committed.begin(), list->committed.end(), ids.begin(), ids.end(), same))
    return object_info{.key = key, .size = size, .etag = unquoted(answer->find("ETag"))};
  // Uncommitted blocks alone are told of with as much as no length; a blob that was put in one request has no blocks.
  auto const length = answer->find("x-ms-blob-content-length");
  bool const has_blob = !list->committed.empty() || (!length.empty() && length != "0");
  if (why.code == errc::precondition_failed) {
    why.may_have_happened = false;  // it is another blob that the condition has met
  } else if (is_unclear(got) && has_blob) {
    why.code = errc::outcome_unknown;
    why.message += "; what lies under the key is not this blob";
  }
  return why;
}

// None where there is no container, no blob, or one without such blocks.
BULKWRITER_DECL result<std::vector<azure_block>> azure_backend::uncommitted(std::string purpose, std::string const& key,
                                                                            std::stop_token stop) {
  call what = block_list_call(std::move(purpose), key, "uncommitted");
  what.stop = std::move(stop);
  auto const got = send(what);
  if (got.answer && got.answer->status == 404 &&
      is_one_of(read_azure_failure(*got.answer).code, {"BlobNotFound", "ContainerNotFound", "ResourceNotFound"}))
    return std::vector<azure_block>();
  auto const* answer = accepted(got, {200});
  if (!answer) return failed(what, got);
  auto list = read_azure_block_list(answer->body);
  if (!list) return unusable(what, got, list.error().message);
  return std::move(list->uncommitted);
}

// Azure has no request that takes blocks away. What does is deleting a blob that has nothing but uncommitted blocks,
// and these go with it, whoever sent them. So it is done only where all of them are of this upload, or of others that
// were aborted here, and there is no blob to lose; the date keeps a blob from harm that another writer commits
// meanwhile. False: try again in a while.
BULKWRITER_DECL result<bool> azure_backend::remove_uncommitted(std::string const& purpose, std::string const& key,
                                                               std::string const& upload_id,
                                                               std::stop_token const& stop) {
  auto const blocks = uncommitted(purpose, key, stop);
  if (!blocks) return blocks.error();
  if (blocks->empty()) return true;
  {
    std::lock_guard const lock(mutex_);
    given_up_.insert(upload_id);
    bool const alone = std::all_of(blocks->begin(), blocks->end(), [&](azure_block const& block) {
      auto const name = read_azure_block_id(block.id);
      return name && given_up_.contains(name->upload_id);
    });
    if (!alone) return true;
  }
  call what = {.purpose = purpose, .method = "HEAD", .key = key, .stop = stop};
  auto got = send(what);
  if (accepted(got, {200})) return true;  // there is a blob, which the upload would have replaced
  // Azure's own word, not that of something in between: an old blob would not be saved by the date.
  auto const now = got.answer ? http::parse_date(got.answer->find("Date")) : std::nullopt;
  if (!now || got.answer->status != 404 || read_azure_failure(*got.answer).code != "BlobNotFound")
    return failed(what, got);
  what.method = "DELETE";
  what.headers = {{"If-Unmodified-Since", auth::azure_date(*now - std::chrono::seconds(1))}};
  got = send(what);
  if (accepted(got, {202}) || (got.answer && got.answer->status == 404)) {
    std::lock_guard const lock(mutex_);
    for (auto const& block : *blocks) given_up_.erase(read_azure_block_id(block.id)->upload_id);
    return true;
  }
  if (got.answer && got.answer->status == 412) return false;
  return failed(what, got);
}

BULKWRITER_DECL result<void> azure_backend::abort_multipart(std::string const& key, std::string const& upload_id,
                                                            std::stop_token stop) {
  if (auto ok = check_listed_key(key); !ok) return ok;
  if (auto ok = check_azure_spelling(key); !ok) return ok;
  if (!is_azure_upload_id(upload_id)) return {};
  {
    std::lock_guard const lock(mutex_);
    if (unsent_.erase(upload_id) != 0) return {};
  }
  std::string const purpose = "cannot abort the upload of " + named_upload(key, upload_id);
  for (int tried = 1;; ++tried) {
    auto const gone = remove_uncommitted(purpose, key, upload_id, stop);
    // Without the right to read or to delete there is nothing to be done by anybody: Azure removes the blocks itself.
    // With a credential that has expired there is: by another one.
    if (!gone.has_value() && gone.error().code == errc::access_denied && gone.error().server_error.starts_with("Authorization"))
      return {};
    if (!gone.has_value()) return gone.error();
    if (*gone || tried == 2) return {};
    http::detail::sleep(std::chrono::milliseconds(2100), stop);  // dates are of whole seconds
  }
}

BULKWRITER_DECL result<object_info> azure_backend::head(std::string const& key) {
  if (auto ok = check_azure_key(key); !ok) return std::move(ok).error();
  call const what = {.purpose = "cannot find " + named(key), .method = "HEAD", .key = key};
  auto const got = send(what);
  auto const* answer = accepted(got, {200});
  if (!answer) return failed(what, got);
  object_info out = {.key = key, .etag = unquoted(answer->find("ETag"))};
  if (!http::detail::parse_number(answer->find("Content-Length"), out.size))
    return unusable(what, got, "the answer does not tell the object's size");
  return out;
}

BULKWRITER_DECL result<std::vector<azure_blob_item>> azure_backend::list_blobs(std::string purpose,
                                                                               std::string const& prefix,
                                                                               std::string const& include,
                                                                               std::stop_token stop) {
  call what = {.purpose = std::move(purpose),
               .method = "GET",
               .query = {{"restype", "container"}, {"comp", "list"}},
               .stop = std::move(stop)};
  if (!prefix.empty()) what.query.emplace_back("prefix", prefix);
  if (!include.empty()) what.query.emplace_back("include", include);
  return all_pages<azure_blob_item>(what, [](std::string_view body, auto& all, query_fields& next) -> result<void> {
    auto page = read_azure_page(body);
    if (!page) return std::move(page).error();
    std::move(page->blobs.begin(), page->blobs.end(), std::back_inserter(all));
    if (!page->next_marker.empty()) next.emplace_back("marker", std::move(page->next_marker));
    return {};
  });
}

BULKWRITER_DECL result<std::vector<object_info>> azure_backend::list(std::string const& prefix, std::stop_token stop) {
  auto found = list_blobs("cannot list " + named(prefix + "*"), prefix, {}, std::move(stop));
  if (!found) return std::move(found).error();
  std::vector<object_info> out;
  for (auto& blob : *found) out.push_back(std::move(blob.object));
  return out;
}

BULKWRITER_DECL result<std::vector<pending_upload>> azure_backend::list_uploads(std::string const& prefix,
                                                                             std::stop_token stop) {
  std::string const purpose = "cannot list the unfinished uploads of " + named(prefix + "*");
  auto const found = list_blobs(purpose, prefix, "uncommittedblobs", stop);
  if (!found) return found.error();
  std::vector<pending_upload> out;
  for (auto const& blob : *found) {
    // A blob that an upload would replace looks like any other: only the one that is asked for by its whole name is
    // looked at.
    if (!blob.may_be_uncommitted && blob.object.key != prefix) continue;
    auto const blocks = uncommitted(purpose, blob.object.key, stop);
    if (!blocks) return blocks.error();
    std::set<std::string> known;
    for (auto const& block : *blocks) {
      auto name = read_azure_block_id(block.id);
      if (!name || !known.insert(name->upload_id).second) continue;
      auto const begun = azure_upload_begun(name->upload_id);
      out.push_back({.key = blob.object.key, .upload_id = std::move(name->upload_id), .initiated = begun});
    }
  }
  return out;
}

BULKWRITER_DECL result<std::vector<uploaded_part>> azure_backend::list_parts(std::string const& key,
                                                                             std::string const& upload_id) {
  if (auto ok = check_azure_key(key); !ok) return std::move(ok).error();
  auto const blocks = uncommitted("cannot list the parts of " + named_upload(key, upload_id), key);
  if (!blocks) return blocks.error();
  std::multimap<int, uploaded_part> by_number;  // those of one number in the order of the listing
  for (auto const& block : *blocks) {
    auto name = read_azure_block_id(block.id);
    if (name && name->upload_id == upload_id)
      by_number.emplace(name->number, uploaded_part{.number = name->number, .etag = std::move(name->digest), .size = block.size});
  }
  std::vector<uploaded_part> out;
  for (auto& [number, part] : by_number) out.push_back(std::move(part));
  return out;
}

BULKWRITER_DECL result<std::string> azure_backend::presign(std::string const& method, std::string const& key,
                                                           std::chrono::seconds lifetime) {
  if (auto ok = check_azure_key(key); !ok) return std::move(ok).error();
  auto const refuse = [&](std::string why) -> error_info {
    return {.code = errc::invalid_option, .message = "cannot presign " + named(key) + ": " + std::move(why)};
  };
  if (method != "GET" && method != "PUT") return refuse("the method is neither GET nor PUT");
  if (lifetime < std::chrono::seconds(1) || lifetime > std::chrono::days(7)) {
    return refuse("a presigned URL lives between 1 second and 7 days (604800 s), not " +
                  std::to_string(lifetime.count()) + " s");
  }
  if (api_version_ < "2020-12-06") return refuse("signatures of api_version " + api_version_ + " are of another form");
  if (address_.credential.key.empty()) {
    return error_info{.code = errc::storage_error,
                      .message = "cannot sign a URL for " + named(key) + ": that takes the account's key, and here is a " +
                                 (address_.credential.sas.empty() ? "bearer token" : "shared access signature")};
  }
  auto const sas = auth::try_azure_blob_sas({.container = address_.container,
                                             .blob = key,
                                             .permissions = method == "GET" ? "r" : "cw",
                                             .expires = server_time() + lifetime,
                                             .https_only = address_.origin.secure,
                                             .version = api_version_},
                                            address_.account, address_.credential.key);
  if (!sas) return sas;
  return (address_.origin.secure ? "https://" : "http://") + address_.origin.authority() + path_of_key(address_, key) +
         '?' + *sas;
}

BULKWRITER_DECL result<void> azure_backend::remove(std::string const& key) {
  if (auto ok = check_azure_key(key); !ok) return std::move(ok).error();
  call const what = {.purpose = "cannot remove " + named(key), .method = "DELETE", .key = key};
  auto const got = send(what);
  if (accepted(got, {202})) return {};
  if (got.answer && got.answer->status == 404 && read_azure_failure(*got.answer).code == "BlobNotFound") return {};
  return failed(what, got);
}

// Where there is no MD5 to compare with, anything will do that tells one version of a file from another: this takes the
// least time. The key is no secret, and part of what other versions of this library must be able to read.
BULKWRITER_DECL std::string azure_backend::part_etag(std::span<std::byte const> body) const {
  static constexpr auth::poly1305_key key = [] {
    auth::poly1305_key bytes = {};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i + 1);
    return bytes;
  }();
  auto const tag = auth::try_poly1305(key, body);
  return tag ? auth::to_hex(*tag) : std::string();
}

BULKWRITER_DECL std::string azure_backend::object_url(std::string_view key) const {
  std::size_t const first = (std::min)(key.find_first_not_of('/'), key.size());
  return (address_.origin.secure ? "https://" : "http://") + address_.origin.authority() + address_.folder + '/' +
         address_.container + '/' + std::string(key.substr(first));
}

}  // namespace detail
}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
