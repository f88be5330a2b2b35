#pragma once

#include <bulkwriter/http/detail/redirect_hint.hpp>
#include <bulkwriter/storage/detail/s3_backend.hpp>

#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

BULKWRITER_DECL s3_backend::s3_backend(s3_connect_param const& param, s3_address address,
                                       auth::provider<auth::bearer_token> token)
    : http_backend("bucket " + named(param.bucket_name), client_options_of(param), param.retry,
                   param.idle_connections),
      credentials_(param.credentials ? param.credentials
                                     : auth::credentials{.access_key = param.access_key,
                                                         .secret_key = param.secret_key,
                                                         .session_token = param.session_token}),
      token_(std::move(token)),
      bucket_(param.bucket_name),
      sign_payload_(param.payload_signing == s3_payload_signing::always ||
                    (param.payload_signing == s3_payload_signing::automatic && !address.origin.secure)),
      address_(std::move(address)) {
  if (address_.provider == s3_provider::aws) put_condition_ = complete_condition_ = condition::honoured;
  if (address_.provider == s3_provider::gcs && token_) put_condition_ = condition::honoured;
  // "Preconditions are not supported in the requests" of XML API multipart uploads, say Google's pages about these.
  if (address_.provider == s3_provider::gcs) complete_condition_ = condition::refused;
}

BULKWRITER_DECL s3_address s3_backend::address() const {
  std::lock_guard const lock(mutex_);
  return address_;
}

BULKWRITER_DECL bool s3_backend::region_is_known() const {
  std::lock_guard const lock(mutex_);
  return address_.region_is_fixed || address_.provider != s3_provider::aws || region_is_right_;
}

BULKWRITER_DECL bool s3_backend::learn_region(s3_failure failure, std::string const& asked) {
  std::lock_guard const lock(mutex_);
  if (failure.region.empty() && address_.provider == s3_provider::aws) {
    // Older answers name only the endpoint: "bucket.s3-eu-west-1.amazonaws.com". Its region is taken, never its host.
    s3_connect_param redirect = {.endpoint = failure.endpoint, .bucket_name = bucket_};
    if (auto const there = try_s3_address(redirect); there && there->provider == s3_provider::aws)
      failure.region = there->region;
  }
  if (address_.region_is_fixed) return false;
  if (address_.region != asked) return true;  // another thread has learnt it meanwhile
  if (failure.region.empty() || failure.region == address_.region) return false;
  address_ = address_.at_region(failure.region);
  return true;
}

BULKWRITER_DECL bool s3_backend::learn_clock(http::response const& answer) {
  auto const server_time = http::parse_date(answer.find("Date"));
  if (!server_time) return false;
  std::lock_guard const lock(mutex_);
  clock_offset_ = *server_time - std::chrono::system_clock::now();
  return true;
}

BULKWRITER_DECL auth::sigv4_time s3_backend::server_time() const {
  std::lock_guard const lock(mutex_);
  return std::chrono::system_clock::now() + clock_offset_;
}

// Puts into the request what shows who asks.
BULKWRITER_DECL result<void> s3_backend::authorize(http::request& request, call const& what, outcome& so_far) {
  if (token_) {
    auto token = token_.try_get(what.stop);
    if (!token) return std::move(token).error();
    so_far.token = *std::move(token);
    request.headers.push_back({"Authorization", "Bearer " + so_far.token.token});
    return {};
  }
  auto keys = credentials_.try_get(what.stop);
  if (!keys) return std::move(keys).error();
  so_far.keys = *std::move(keys);
  // The body is hashed once however often it is sent.
  if (so_far.payload_hash.empty()) {
    so_far.payload_hash = sign_payload_ ? auth::to_hex(auth::sha256(what.body)) : std::string(auth::unsigned_payload);
  }
  auto const signature = auth::sigv4_sign({.method = request.method,
                                           .host = request.origin.authority(),
                                           .target = request.target,
                                           .headers = request.headers,
                                           .payload_hash = so_far.payload_hash},
                                          so_far.keys, {.region = so_far.region}, server_time(), &keys_);
  request.headers.insert(request.headers.end(), signature.headers.begin(), signature.headers.end());
  return {};
}

BULKWRITER_DECL result<http::response> s3_backend::attempt(call const& what, outcome& so_far) {
  auto const to = address();
  so_far.origin = to.origin;
  so_far.folder = to.folder;
  so_far.region = to.region;
  http::request request = {.method = what.method,
                           .origin = to.origin,
                           .target = with_query(path_of_key(to, what.key), what.query),
                           .headers = what.headers,
                           .body = what.body};
  if (auto done = authorize(request, what, so_far); !done) return std::move(done).error();
  return exchange(request, what);
}

BULKWRITER_DECL bool s3_backend::forget_expired(outcome& so_far) const {
  return token_ ? token_.forget(so_far.token) : credentials_.forget(so_far.keys);
}

BULKWRITER_DECL bool s3_backend::learns(http::response const& refused, outcome& so_far) {
  auto const failure = read_s3_failure(refused);
  auto& learnt = so_far.learnt;
  if (!learnt.region && is_region_refusal(failure, refused.status))
    return learnt.region = learn_region(failure, so_far.region);
  if (!learnt.clock && failure.code == "RequestTimeTooSkewed") return learnt.clock = learn_clock(refused);
  // Google answers a token that has expired with 401; S3 with 400 and this code.
  if (!learnt.credentials &&
      (is_one_of(failure.code, {"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"}) ||
       (token_ && refused.status == 401))) {
    return learnt.credentials = forget_expired(so_far);
  }
  return false;
}

BULKWRITER_DECL void s3_backend::accepted_by_store() {
  std::lock_guard const lock(mutex_);
  region_is_right_ = true;
}

BULKWRITER_DECL bool s3_backend::is_denied(http::response const& answer) const { return is_denied_success(answer); }

BULKWRITER_DECL bool s3_backend::is_transient(result<http::response> const& answer) const {
  return http::is_transient(answer) || (answer && (answer->status >= 400 || is_denied_success(*answer)) &&
                                        is_transient_s3_code(read_s3_failure(*answer).code));
}

BULKWRITER_DECL std::vector<std::string> s3_backend::secrets(outcome const& got) const {
  return {got.keys.secret_key, got.keys.session_token, got.token.token};
}

BULKWRITER_DECL refusal s3_backend::explain(call const&, outcome const& got, http::response const& answer) const {
  auto failure = read_s3_failure(answer);
  refusal out;
  out.code = s3_errc(failure, answer.status, got.region);
  if (out.code == errc::wrong_region && !failure.region.empty() && failure.region != got.region) {
    out.hint = " (the bucket is in region " + named(failure.region) + ", the request was signed for '" + got.region +
               (address().region_is_fixed ? "': leave s3_connect_param.region empty to have it discovered)" : "')");
  } else if (failure.code == "SignatureDoesNotMatch") {
    out.hint = " (is the secret key that of the access key?)";
  } else if (out.code != errc::wrong_region && answer.status >= 300 && answer.status < 400) {
    out.hint = http::detail::redirect_hint(
        answer, [&](std::string_view text) { return printable(text, secrets(got)); });
  } else if (out.code == errc::precondition_failed) {
    out.hint = std::string(" (") + already_there_text + ')';
  } else if (answer.status == 404 && answer.body.empty()) {
    out.hint = " (no such object or no such bucket)";
  } else if (failure.foreign && answer.status >= 300) {
    // A proxy in front of the store may fail like this too, but only with 5xx.
    if (answer.status < 500) out.hint = ", and this does not look like an S3 store";
    out.hint += quoted_page(answer, secrets(got));
  }
  out.server_code = std::move(failure.code);
  out.message = std::move(failure.message);
  out.request_id = std::move(failure.request_id);
  return out;
}

}  // namespace detail
}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
