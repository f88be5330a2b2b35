#pragma once

#include <bulkwriter/http/detail/countable.hpp>
#include <bulkwriter/http/detail/message.ipp>
#include <bulkwriter/storage/detail/s3_backend.ipp>

#include <iterator>

// What an s3_backend is asked for beside uploads (s3_upload.ipp); how a request goes out, is signed, repeated and judged
// stands in s3_backend.ipp.

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

BULKWRITER_DECL result<object_info> s3_backend::head(std::string const& key) {
  if (auto ok = check_key(key); !ok) return std::move(ok).error();
  call const what = {.purpose = "cannot find " + named(key), .method = "HEAD", .key = key};
  auto got = send(what);
  if (got.answer && got.answer->status >= 300 && got.answer->status < 500) {
    // An answer to HEAD has no body, so it cannot say why: wrong region, clock, bucket or key. One byte of the object
    // is asked for under the same right, and that answer can.
    call probe = what;
    probe.method = "GET";
    probe.headers = {{"Range", "bytes=0-0"}};
    auto const told = send(probe);
    if (!told.answer || (told.answer->status >= 300 && told.answer->status != 416)) return failed(what, told);
    got = send(what);
  }
  auto const* answer = accepted(got, {200});
  if (!answer) return failed(what, got);
  object_info out = {.key = key, .etag = unquoted(answer->find("ETag"))};
  if (!http::detail::parse_number(answer->find("Content-Length"), out.size))
    return unusable(what, got, "the answer does not tell the object's size");
  return out;
}

BULKWRITER_DECL result<std::vector<object_info>> s3_backend::list(std::string const& prefix, std::stop_token stop) {
  call what = {.purpose = "cannot list " + named(prefix + "*"),
               .method = "GET",
               .query = {{"list-type", "2"}, {"encoding-type", "url"}},
               .stop = std::move(stop)};
  if (!prefix.empty()) what.query.emplace_back("prefix", prefix);
  return all_pages<object_info>(what, [](std::string_view body, auto& all, query_fields& next) -> result<void> {
    auto page = read_s3_page(body);
    if (!page) return std::move(page).error();
    std::move(page->objects.begin(), page->objects.end(), std::back_inserter(all));
    if (!page->next_token.empty()) next.emplace_back("continuation-token", std::move(page->next_token));
    return {};
  });
}

BULKWRITER_DECL result<std::vector<pending_upload>> s3_backend::list_uploads(std::string const& prefix,
                                                                          std::stop_token stop) {
  call what = {.purpose = "cannot list the unfinished uploads of " + named(prefix + "*"),
               .method = "GET",
               .query = {{"uploads", ""}, {"encoding-type", "url"}},
               .stop = std::move(stop)};
  if (!prefix.empty()) what.query.emplace_back("prefix", prefix);
  return all_pages<pending_upload>(what, [](std::string_view body, auto& all, query_fields& next) -> result<void> {
    auto page = read_s3_uploads_page(body);
    if (!page) return std::move(page).error();
    std::move(page->uploads.begin(), page->uploads.end(), std::back_inserter(all));
    if (!page->next_key.empty()) next.emplace_back("key-marker", std::move(page->next_key));
    if (!page->next_id.empty()) next.emplace_back("upload-id-marker", std::move(page->next_id));
    return {};
  });
}

BULKWRITER_DECL result<std::vector<uploaded_part>> s3_backend::list_parts(std::string const& key,
                                                                          std::string const& upload_id) {
  if (auto ok = check_listed_key(key); !ok) return std::move(ok).error();
  call const what = {.purpose = "cannot list the parts of " + named_upload(key, upload_id),
                     .method = "GET",
                     .key = key,
                     .query = {{"uploadId", upload_id}}};
  return all_pages<uploaded_part>(what, [](std::string_view body, auto& all, query_fields& next) -> result<void> {
    auto page = read_s3_parts_page(body);
    if (!page) return std::move(page).error();
    std::move(page->parts.begin(), page->parts.end(), std::back_inserter(all));
    if (!page->next_part.empty()) next.emplace_back("part-number-marker", std::move(page->next_part));
    return {};
  });
}

BULKWRITER_DECL result<std::string> s3_backend::presign(std::string const& method, std::string const& key,
                                                        std::chrono::seconds lifetime) {
  if (auto ok = check_key(key); !ok) return std::move(ok).error();
  if (token_) {
    return error_info{.code = errc::storage_error,
                      .message = "cannot sign a URL for " + named(key) + ": a token signs nothing, HMAC keys do"};
  }
  if (!region_is_known()) {
    // A signature for another region is worth nothing, and nobody would learn it from the answer.
    call const what = {.purpose = "cannot find the region of " + named(key), .method = "HEAD", .key = key};
    auto const got = send(what);
    if (!got.answer) return failed(what, got);
  }
  auto const keys = credentials_.try_get();
  if (!keys) return keys.error();
  if (keys->expires < server_time() + http::detail::countable(lifetime)) {
    return error_info{.code = errc::invalid_option,
                      .message = "cannot sign a URL for " + named(key) + ": the keys expire before it does"};
  }
  s3_address const to = address();
  auto const signature =
      auth::try_sigv4_presign({.method = method, .host = to.origin.authority(), .target = path_of_key(to, key)}, *keys,
                              {.region = to.region}, server_time(), lifetime);
  if (!signature) return signature.error();
  return (to.origin.secure ? "https://" : "http://") + to.origin.authority() + signature->target;
}

BULKWRITER_DECL result<void> s3_backend::remove(std::string const& key) {
  if (auto ok = check_key(key); !ok) return std::move(ok).error();
  call const what = {.purpose = "cannot remove " + named(key), .method = "DELETE", .key = key};
  auto const got = send(what);
  if (accepted(got, {200, 202, 204})) return {};
  if (got.answer && got.answer->status == 404 && read_s3_failure(*got.answer).code == "NoSuchKey") return {};
  return failed(what, got);
}

BULKWRITER_DECL std::string s3_backend::object_url(std::string_view key) const {
  std::size_t const first = (std::min)(key.find_first_not_of('/'), key.size());
  return (address().provider == s3_provider::gcs ? "gs://" : "s3://") + bucket_ + '/' + std::string(key.substr(first));
}

}  // namespace detail
}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
