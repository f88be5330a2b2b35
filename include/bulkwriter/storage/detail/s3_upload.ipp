#pragma once

#include <bulkwriter/http/detail/message.ipp>
#include <bulkwriter/storage/detail/s3_backend.ipp>

#include <algorithm>
#include <charconv>
#include <iterator>

// How objects come to be in an s3_backend, and how it is known that they have.

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

// Any web server may say 200; S3 names what it has stored.
BULKWRITER_DECL std::string without_etag(http::response const& answer) {
  return "HTTP " + std::to_string(answer.status) + " without an ETag: this does not look like an S3 store";
}

// Google takes x-goog- beside a token only, and x-amz- beside an AWS signature.
BULKWRITER_DECL http::header s3_backend::token_header(std::string token) const {
  return {std::string(token_ ? "x-goog-meta-" : "x-amz-meta-").append(object_token_name), std::move(token)};
}

// Google ignores If-None-Match, and takes its own header beside a token only, not beside an AWS signature. Of OSS and
// COS only their own protocols are known to have such a condition.
BULKWRITER_DECL std::optional<http::header> s3_backend::absent_condition() const {
  auto const provider = address().provider;
  if (provider == s3_provider::gcs && token_) return http::header{"x-goog-if-generation-match", "0"};
  if (provider == s3_provider::gcs || provider == s3_provider::oss || provider == s3_provider::cos) return std::nullopt;
  return http::header{"If-None-Match", "*"};
}

BULKWRITER_DECL s3_backend::sight s3_backend::look(std::string const& key) {
  call const what = {.purpose = "cannot find " + named(key), .method = "HEAD", .key = key};
  auto const got = send(what);
  if (!got.answer) return {.why = failed(what, got)};
  sight out = {.status = got.answer->status, .object = {.key = key, .etag = unquoted(got.answer->find("ETag"))}};
  for (char const* prefix : {"x-amz-meta-", "x-goog-meta-"})
    if (out.token.empty()) out.token = got.answer->find(std::string(prefix).append(object_token_name));
  if (!http::detail::parse_number(got.answer->find("Content-Length"), out.object.size)) out.status = 0;
  return out;
}

// A token decides wherever there are two to compare; without, only an ETag that these bytes alone can have.
BULKWRITER_DECL s3_backend::verdict s3_backend::sight::judge(std::string_view own_token, std::string_view own_etag,
                                                             std::uint64_t size) const {
  if (status == 404) return verdict::absent;
  if (!found()) return verdict::unclear;
  if (object.size != size) return verdict::other;
  if (!token.empty() && !own_token.empty()) return token == own_token ? verdict::ours : verdict::other;
  return !own_etag.empty() && object.etag == own_etag ? verdict::ours : verdict::unclear;
}

// The call, with the condition that keeps an object from being replaced if this store has one. Where that is not known,
// what is there is looked at before.
BULKWRITER_DECL result<s3_backend::conditional> s3_backend::send_unless_there(call& what, condition& known) {
  auto const learnt = [this, &known](condition what_it_is) {
    std::lock_guard const lock(mutex_);
    known = what_it_is;
  };
  auto if_absent = absent_condition();
  bool looks = true;
  {
    std::lock_guard const lock(mutex_);
    if (known == condition::refused) if_absent.reset();
    looks = !if_absent || known != condition::honoured;
  }
  if (looks) {
    auto const there = look(what.key);
    if (there.found()) return already_there(what.purpose);
    if (there.why) return *there.why;
  }
  if (if_absent) what.headers.push_back(*if_absent);
  auto got = send(what);
  if (if_absent && got.answer && (got.answer->status == 501 || read_s3_failure(*got.answer).code == "NotImplemented")) {
    learnt(condition::refused);  // "A header you provided implies functionality that is not implemented"
    what.headers.pop_back();
    if_absent.reset();
    got = send(what);
  } else if (if_absent && got.answer && got.answer->status == 412) {
    learnt(condition::honoured);
  }
  return conditional{.got = std::move(got), .looked = looks, .had_condition = if_absent.has_value()};
}

// Behind a success: without a condition that surely holds, another writer may have had the same thought.
BULKWRITER_DECL error_info s3_backend::overwritten(call const& what, outcome const& got, bool had_condition) const {
  error_info out = unusable(what, got,
                            std::string("the object that is there now is another writer's, and this one is lost: ") +
                                (had_condition ? "this store does not honour If-None-Match"
                                               : "this store has no condition that keeps objects"));
  out.code = errc::precondition_failed;
  return out;
}

BULKWRITER_DECL result<object_info> s3_backend::put(std::string const& key, std::span<std::byte const> body,
                                                    existing found) {
  if (auto ok = check_key(key); !ok) return std::move(ok).error();
  if (std::uint64_t{body.size()} > std::uint64_t{5} << 30) {
    return error_info{.code = errc::invalid_option,
                      .message = "cannot put " + named(key) + ": " + std::to_string(body.size()) +
                                 " bytes exceed the 5 GiB of one request"};
  }
  call what = {.purpose = "cannot put " + named(key), .method = "PUT", .key = key, .body = body};
  std::string const token = make_object_token();
  if (found != existing::replaced) what.headers.push_back(token_header(token));
  if (found == existing::kept_by_store) what.headers.push_back(absent_condition().value());
  auto sent = found == existing::kept ? send_unless_there(what, put_condition_)
                                      : result<conditional>(conditional{.got = send(what)});
  if (!sent) return std::move(sent).error();
  auto const& got = sent->got;
  auto const* answer = accepted(got, {200, 201, 204});
  if (!answer) {
    error_info why = failed(what, got);
    if (why.code != errc::precondition_failed || !why.may_have_happened) return why;
    // The condition may have met this very object, from an attempt whose answer was lost.
    auto const there = look(key);
    auto const seen = there.judge(token, {}, body.size());
    if (seen == verdict::ours) return there.object;
    why.may_have_happened = seen != verdict::other;
    return why;
  }
  auto etag = unquoted(answer->find("ETag"));
  if (etag.empty()) return unusable(what, got, without_etag(*answer));
  if (sent->looked && look(key).judge(token, etag, body.size()) == verdict::other)
    return overwritten(what, got, sent->had_condition);
  return object_info{.key = key, .size = body.size(), .etag = std::move(etag)};
}

BULKWRITER_DECL result<object_info> s3_backend::put(std::string const& key, std::span<std::byte const> body) {
  return put(key, body, existing::replaced);
}

BULKWRITER_DECL result<object_info> s3_backend::put_new(std::string const& key, std::span<std::byte const> body) {
  return put(key, body, existing::kept);
}

BULKWRITER_DECL result<object_info> s3_backend::put_if_absent(std::string const& key, std::span<std::byte const> body) {
  if (absent_condition()) return put(key, body, existing::kept_by_store);
  // In silence it would replace the object.
  return error_info{.code = errc::storage_error,
                    .message = "cannot put " + named(key) + " only if it is absent: " + address().origin.host +
                               " has no such condition for requests with an AWS signature"};
}

BULKWRITER_DECL result<std::string> s3_backend::create_multipart(std::string const& key) {
  if (auto ok = check_key(key); !ok) return std::move(ok).error();
  std::string token = make_object_token();
  call const what = {.purpose = "cannot start the upload of " + named(key),
                     .method = "POST",
                     .key = key,
                     .query = {{"uploads", ""}},
                     .headers = {token_header(token)}};
  auto const got = send(what);
  auto const* answer = accepted(got, {200});
  if (!answer) return failed(what, got);
  auto id = read_s3_upload_id(answer->body);
  if (!id) return unusable(what, got, id.error().message);
  std::lock_guard const lock(mutex_);
  tokens_[*id] = std::move(token);
  return id;
}

BULKWRITER_DECL result<uploaded_part> s3_backend::put_part(std::string const& key, std::string const& upload_id,
                                                           int number, std::span<std::byte const> body,
                                                           std::stop_token stop) {
  if (auto ok = check_key(key); !ok) return std::move(ok).error();
  call const what = {.purpose = "cannot upload part " + std::to_string(number) + " of " + named(key),
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

BULKWRITER_DECL result<object_info> s3_backend::complete(std::string const& key, std::string const& upload_id,
                                                         std::span<uploaded_part const> parts, existing found) {
  if (auto ok = check_key(key); !ok) return std::move(ok).error();
  std::string const body = write_s3_parts(parts);
  std::uint64_t size = 0;
  for (auto const& part : parts) size += part.size;

  // A success that the body does not confirm, nor deny for a reason that will stay.
  auto const unclear = [](http::response const& answer) {
    auto const got = read_s3_completion(answer);
    return answer.status == 200 && !got.completed &&
           !is_one_of(got.failure.code, {"AccessDenied", "InvalidPart", "InvalidPartOrder", "EntityTooSmall",
                                         "NoSuchUpload", "NoSuchBucket", "MalformedXML", "InvalidRequest",
                                         "PreconditionFailed", "NotImplemented"});
  };
  // True once a request may have done its work although its answer did not say so.
  bool may_be_done = false;
  call what = {.purpose = "cannot complete the upload of " + named(key),
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
  auto sent = found == existing::kept ? send_unless_there(what, complete_condition_)
                                      : result<conditional>(conditional{.got = send(what)});
  if (!sent) return std::move(sent).error();
  auto const& got = sent->got;
  may_be_done = may_be_done || got.open || (got.answer && unclear(*got.answer));

  std::string token;
  {
    std::lock_guard const lock(mutex_);
    if (auto const known = tokens_.find(upload_id); known != tokens_.end()) token = known->second;
  }
  std::string const etag = etag_of_parts(parts);
  auto const said = got.answer && got.answer->status == 200 ? read_s3_completion(*got.answer) : s3_completion();
  // The ETag of exactly these parts proves it. Any other word of the store is compared with what it has: there are those
  // that say so of an upload that somebody has aborted.
  bool const proven = said.completed && !etag.empty() && said.etag == etag;
  if (proven && !sent->looked) return completed({.key = key, .size = size, .etag = etag}, upload_id);
  if (!said.completed && !may_be_done) return failed(what, got);

  auto const there = look(key);
  auto const seen = there.judge(token, etag, size);
  // Where the key was free, what is there is what the store speaks of, even if it keeps no metadata.
  bool const spoken_of = found == existing::kept && said.completed && there.token.empty() && !said.etag.empty() &&
                         there.object.etag == said.etag && seen == verdict::unclear;
  if (seen == verdict::ours || spoken_of) return completed(there.object, upload_id);
  if (said.completed && !may_be_done) {
    // Who may write but not look has the store's word only.
    bool const may_not_look = is_one_of(std::to_string(there.status), {"401", "403", "405", "501"});
    if (may_not_look || (proven && seen != verdict::other))
      return completed({.key = key, .size = size, .etag = said.etag}, upload_id);
  }
  error_info out = said.completed ? unusable(what, got, "the store says that it is complete") : failed(what, got);
  if (out.http_status == 200 && out.server_error.empty() && !said.completed)
    out.message += ", but the body does not say that the object is complete";
  out.may_have_happened = true;
  if (seen == verdict::other && !token.empty() && !there.token.empty()) {
    // Surely another object. The condition has kept it, or it was written over this one.
    if (out.code == errc::precondition_failed) out.may_have_happened = false;
    if (proven && sent->looked) return overwritten(what, got, sent->had_condition);
  }
  if (out.code != errc::precondition_failed && (said.completed || there.status == 200)) {
    out.code = errc::outcome_unknown;
    out.message += there.status == 404   ? "; no object is there"
                   : there.status == 200 ? "; what lies under the key is not known to be this object"
                                         : "; what lies under the key cannot be told";
  }
  return out;
}

// Its upload is gone, and what was remembered of it with it.
BULKWRITER_DECL object_info s3_backend::completed(object_info object, std::string const& upload_id) {
  std::lock_guard const lock(mutex_);
  tokens_.erase(upload_id);
  return object;
}

BULKWRITER_DECL result<object_info> s3_backend::complete_multipart(std::string const& key, std::string const& upload_id,
                                                                   std::span<uploaded_part const> parts) {
  return complete(key, upload_id, parts, existing::replaced);
}

BULKWRITER_DECL result<object_info> s3_backend::complete_multipart_new(std::string const& key,
                                                                       std::string const& upload_id,
                                                                       std::span<uploaded_part const> parts) {
  return complete(key, upload_id, parts, existing::kept);
}

BULKWRITER_DECL result<void> s3_backend::abort_multipart(std::string const& key, std::string const& upload_id,
                                                         std::stop_token stop) {
  if (auto ok = check_listed_key(key); !ok) return ok;
  call const what = {.purpose = "cannot abort the upload of " + named_upload(key, upload_id),
                     .method = "DELETE",
                     .key = key,
                     .query = {{"uploadId", upload_id}},
                     .stop = std::move(stop)};
  auto const got = send(what);
  if (!accepted(got, {200, 204}) &&
      !(got.answer && got.answer->status == 404 && read_s3_failure(*got.answer).code == "NoSuchUpload"))
    return failed(what, got);
  std::lock_guard const lock(mutex_);
  tokens_.erase(upload_id);
  return {};
}

}  // namespace detail
}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
