#pragma once

#include <bulkwriter/http/detail/message.ipp>
#include <bulkwriter/storage/detail/s3_backend.ipp>

#include <algorithm>
#include <charconv>
#include <iterator>

// What an s3_backend is asked for; how a request goes out, is signed, repeated and judged stands in s3_backend.ipp.

namespace bulkwriter {
inline namespace v1 {
namespace storage {
namespace detail {

// Any web server may say 200; S3 names what it has stored.
BULKWRITER_DECL std::string without_etag(http::response const& answer) {
  return "HTTP " + std::to_string(answer.status) + " without an ETag: this does not look like an S3 store";
}

BULKWRITER_DECL result<object_info> s3_backend::put(std::string const& key, std::span<std::byte const> body,
                                                    std::vector<http::header> headers) {
  if (auto ok = check_key(key); !ok) return std::move(ok).error();
  if (std::uint64_t{body.size()} > std::uint64_t{5} << 30) {
    return error_info{.code = errc::invalid_option,
                      .message = "cannot put '" + key + "': " + std::to_string(body.size()) +
                                 " bytes exceed the 5 GiB of one request"};
  }
  call const what = {
      .purpose = "cannot put '" + key + '\'', .method = "PUT", .key = key, .headers = std::move(headers), .body = body};
  auto const got = send(what);
  auto const* answer = accepted(got, {200, 201, 204});
  if (!answer) return failed(what, got);
  auto etag = unquoted(answer->find("ETag"));
  if (etag.empty()) return unusable(what, got, without_etag(*answer));
  return object_info{.key = key, .size = body.size(), .etag = std::move(etag)};
}

BULKWRITER_DECL result<object_info> s3_backend::put(std::string const& key, std::span<std::byte const> body) {
  return put(key, body, {});
}

BULKWRITER_DECL result<object_info> s3_backend::put_if_absent(std::string const& key, std::span<std::byte const> body) {
  // Google ignores If-None-Match here, and takes its own header only beside a token, not beside an AWS signature. Of
  // OSS and COS only their own protocols are known to have such a condition. In silence they would replace the object.
  auto const to = address();
  if (to.provider == s3_provider::gcs && token_) return put(key, body, {{"x-goog-if-generation-match", "0"}});
  if (to.provider == s3_provider::gcs || to.provider == s3_provider::oss || to.provider == s3_provider::cos) {
    return error_info{.code = errc::storage_error,
                      .message = "cannot put '" + key + "' only if it is absent: " + to.origin.host +
                                 " has no such condition for requests with an AWS signature"};
  }
  return put(key, body, {{"If-None-Match", "*"}});
}

BULKWRITER_DECL result<std::string> s3_backend::create_multipart(std::string const& key) {
  if (auto ok = check_key(key); !ok) return std::move(ok).error();
  call const what = {
      .purpose = "cannot start the upload of '" + key + '\'', .method = "POST", .key = key, .query = {{"uploads", ""}}};
  auto const got = send(what);
  auto const* answer = accepted(got, {200});
  if (!answer) return failed(what, got);
  auto id = read_s3_upload_id(answer->body);
  if (!id) return unusable(what, got, id.error().message);
  return id;
}

BULKWRITER_DECL result<uploaded_part> s3_backend::put_part(std::string const& key, std::string const& upload_id,
                                                           int number, std::span<std::byte const> body,
                                                           std::stop_token stop) {
  if (auto ok = check_key(key); !ok) return std::move(ok).error();
  call const what = {.purpose = "cannot upload part " + std::to_string(number) + " of '" + key + '\'',
                     .method = "PUT",
                     .key = key,
                     .query = {{"partNumber", std::to_string(number)}, {"uploadId", upload_id}},
                     .body = body,
                     .stop = std::move(stop)};
  auto const got = send(what);
  auto const* answer = accepted(got, {200});
  if (!answer) return failed(what, got);
  auto etag = unquoted(answer->find("ETag"));
  if (etag.empty()) return unusable(what, got, without_etag(*answer));
  return uploaded_part{.number = number, .etag = std::move(etag), .size = body.size(), .may_come_again = got.open};
}

// The MD5 of the parts' MD5s, as AWS and most others have it; empty where the parts' ETags are something else.
BULKWRITER_DECL std::string etag_of_parts(std::span<uploaded_part const> parts) {
  std::vector<std::byte> digests;
  for (auto const& part : parts) {
    if (part.etag.size() != 32) return {};
    for (std::size_t at = 0; at < 32; at += 2) {
      unsigned byte = 0;
      auto const end = part.etag.data() + at + 2;
      if (auto const read = std::from_chars(end - 2, end, byte, 16); read.ec != std::errc() || read.ptr != end)
        return {};
      digests.push_back(static_cast<std::byte>(byte));
    }
  }
  auto const md5 = auth::try_md5(digests);
  return md5 ? auth::to_hex(*md5) + '-' + std::to_string(parts.size()) : std::string();
}

// Unless it tells another number of parts.
inline bool may_be_etag_of(std::string_view etag, std::size_t parts) {
  auto const dash = etag.rfind('-');
  auto const count = dash == std::string_view::npos ? std::string_view() : etag.substr(dash + 1);
  bool const counts = !count.empty() && count.find_first_not_of("0123456789") == std::string_view::npos;
  return !counts || count == std::to_string(parts);
}

BULKWRITER_DECL result<object_info> s3_backend::complete_multipart(std::string const& key, std::string const& upload_id,
                                                                   std::span<uploaded_part const> parts) {
  if (auto ok = check_key(key); !ok) return std::move(ok).error();
  std::string const body = write_s3_parts(parts);
  std::uint64_t size = 0;
  for (auto const& part : parts) size += part.size;

  // A success that the body does not confirm, nor deny for a reason that will stay.
  auto const unclear = [](http::response const& answer) {
    auto const got = read_s3_completion(answer);
    return answer.status == 200 && !got.completed &&
           !is_one_of(got.failure.code, {"AccessDenied", "InvalidPart", "InvalidPartOrder", "EntityTooSmall",
                                         "NoSuchUpload", "NoSuchBucket", "MalformedXML", "InvalidRequest"});
  };
  // True once a request may have done its work although its answer did not say so.
  bool may_be_done = false;
  call const what = {.purpose = "cannot complete the upload of '" + key + '\'',
                     .method = "POST",
                     .key = key,
                     .query = {{"uploadId", upload_id}},
                     .headers = {{"Content-Type", "application/xml"}},
                     .body = auth::as_bytes(body),
                     .patient = true,
                     .worth_repeating = [&](result<http::response> const& answer) {
                       if (!answer || answer->status != 200) return is_transient(answer);
                       bool const repeat = unclear(*answer);
                       may_be_done = may_be_done || repeat;
                       return repeat;
                     }};
  auto const got = send(what);
  may_be_done = may_be_done || got.open || (got.answer && unclear(*got.answer));
  if (got.answer && got.answer->status == 200) {
    if (auto done = read_s3_completion(*got.answer); done.completed) {
      return object_info{.key = key, .size = size, .etag = std::move(done.etag)};
    }
  }
  if (may_be_done) {
    // An older object may have the same size, and the same number of parts in its ETag. This one it is if its ETag is
    // that of these parts, or if a request that was repeated finds the upload gone, which the first one then has used.
    bool const used_up = got.answer && got.answer->status == 404 && read_s3_failure(*got.answer).code == "NoSuchUpload";
    auto const there = head(key);
    if (there && there->size == size &&
        (there->etag == etag_of_parts(parts) || (used_up && may_be_etag_of(there->etag, parts.size()))))
      return there;
  }
  error_info out = failed(what, got);
  if (out.http_status == 200 && out.server_error.empty())
    out.message += ", but the body does not say that the object is complete";
  out.may_have_happened = may_be_done;
  return out;
}

BULKWRITER_DECL result<void> s3_backend::abort_multipart(std::string const& key, std::string const& upload_id) {
  if (auto ok = check_key(key); !ok) return ok;
  call const what = {.purpose = "cannot abort the upload of '" + key + "' (upload id " + upload_id + ')',
                     .method = "DELETE",
                     .key = key,
                     .query = {{"uploadId", upload_id}}};
  auto const got = send(what);
  if (accepted(got, {200, 204})) return {};
  if (got.answer && got.answer->status == 404 && read_s3_failure(*got.answer).code == "NoSuchUpload") return {};
  return failed(what, got);
}

BULKWRITER_DECL result<object_info> s3_backend::head(std::string const& key) {
  if (auto ok = check_key(key); !ok) return std::move(ok).error();
  call const what = {.purpose = "cannot find '" + key + '\'', .method = "HEAD", .key = key};
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

BULKWRITER_DECL result<std::vector<object_info>> s3_backend::list(std::string const& prefix) {
  call what = {.purpose = "cannot list '" + prefix + "*'",
               .method = "GET",
               .query = {{"list-type", "2"}, {"encoding-type", "url"}}};
  if (!prefix.empty()) what.query.emplace_back("prefix", prefix);
  return all_pages<object_info>(what, [](std::string_view body, auto& all, query_fields& next) -> result<void> {
    auto page = read_s3_page(body);
    if (!page) return std::move(page).error();
    std::move(page->objects.begin(), page->objects.end(), std::back_inserter(all));
    if (!page->next_token.empty()) next.emplace_back("continuation-token", std::move(page->next_token));
    return {};
  });
}

BULKWRITER_DECL result<std::vector<pending_upload>> s3_backend::list_uploads(std::string const& prefix) {
  call what = {.purpose = "cannot list the unfinished uploads of '" + prefix + "*'",
               .method = "GET",
               .query = {{"uploads", ""}, {"encoding-type", "url"}}};
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
  if (auto ok = check_key(key); !ok) return std::move(ok).error();
  call const what = {.purpose = "cannot list the parts of '" + key + "' (upload id " + upload_id + ')',
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
                      .message = "cannot sign a URL for '" + key + "': a token signs nothing, HMAC keys do"};
  }
  if (!region_is_known()) {
    // A signature for another region is worth nothing, and nobody would learn it from the answer.
    call const what = {.purpose = "cannot find the region of '" + key + '\'', .method = "HEAD", .key = key};
    auto const got = send(what);
    if (!got.answer) return failed(what, got);
  }
  auto const keys = credentials_.try_get();
  if (!keys) return keys.error();
  if (keys->expires < server_time() + lifetime) {
    return error_info{.code = errc::invalid_option,
                      .message = "cannot sign a URL for '" + key + "': the keys expire before it does"};
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
  call const what = {.purpose = "cannot remove '" + key + '\'', .method = "DELETE", .key = key};
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
}  // namespace v1
}  // namespace bulkwriter
