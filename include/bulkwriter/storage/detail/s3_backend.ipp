#pragma once

#include <bulkwriter/auth/percent.hpp>
#include <bulkwriter/storage/detail/s3_backend.hpp>

#include <algorithm>

namespace bulkwriter {
inline namespace v1 {
namespace storage {
namespace detail {

// A connection for the time of one attempt.
class s3_backend::lease {
 public:
  lease(s3_backend& owner, bool patient) : owner_(owner), patient_(patient) {
    {
      std::lock_guard const lock(owner_.mutex_);
      auto& idle = patient_ ? owner_.idle_patient_ : owner_.idle_;
      if (!idle.empty()) {
        client_ = std::move(idle.back());
        idle.pop_back();
      }
    }
    if (!client_) client_ = std::make_unique<http::client>(patient_ ? owner_.patient_options_ : owner_.options_);
  }
  ~lease() {
    std::lock_guard const lock(owner_.mutex_);
    auto& idle = patient_ ? owner_.idle_patient_ : owner_.idle_;
    if (idle.size() < owner_.max_idle_) idle.push_back(std::move(client_));
  }
  lease(lease const&) = delete;
  lease& operator=(lease const&) = delete;
  http::client& operator*() noexcept { return *client_; }

 private:
  s3_backend& owner_;
  bool const patient_;
  std::unique_ptr<http::client> client_;
};

BULKWRITER_DECL http::client_options s3_client_options(s3_connect_param const& param,
                                                       std::chrono::milliseconds at_least) {
  // The longest answers are pages of listings: a thousand keys of 1,024 bytes, three characters for each byte.
  constexpr std::size_t largest_answer = 16 * 1024 * 1024;
  http::client_options out = {.timeouts = param.timeouts,
                              .tls = {.ca_file = param.ca_file},
                              .max_body_size = largest_answer,
                              .proxy = param.proxy};
  auto const lengthen = [at_least](std::chrono::milliseconds& limit) {
    if (limit.count() != 0) limit = (std::max)(limit, at_least);  // 0: no limit at all
  };
  lengthen(out.timeouts.first_byte);
  lengthen(out.timeouts.read_stall);
  return out;
}

BULKWRITER_DECL s3_backend::s3_backend(s3_connect_param const& param, s3_address address)
    : credentials_{.access_key = param.access_key,
                   .secret_key = param.secret_key,
                   .session_token = param.session_token},
      bucket_(param.bucket_name),
      retry_(param.retry),
      max_idle_(static_cast<std::size_t>(param.idle_connections)),
      options_(s3_client_options(param, {})),
      // Joining thousands of parts takes a store minutes, and some are silent meanwhile.
      patient_options_(s3_client_options(param, std::chrono::minutes(10))),
      payload_signing_(param.payload_signing),
      address_(std::move(address)) {
  idle_.reserve(max_idle_);  // so that a lease's return cannot throw
  idle_patient_.reserve(max_idle_);
}

BULKWRITER_DECL s3_address s3_backend::address() const {
  std::lock_guard const lock(mutex_);
  return address_;
}

BULKWRITER_DECL bool s3_backend::region_is_known() const {
  std::lock_guard const lock(mutex_);
  return address_.region_is_fixed || address_.provider != s3_provider::aws || region_is_right_;
}

BULKWRITER_DECL bool s3_backend::learn_region(http::response const& answer, s3_address const& asked) {
  auto failure = read_s3_failure(answer);
  if (!is_region_refusal(failure, answer.status)) return false;
  if (failure.region.empty() && asked.provider == s3_provider::aws) {
    // Older answers name only the endpoint: "bucket.s3-eu-west-1.amazonaws.com". Its region is taken, never its host.
    s3_connect_param redirect = {.endpoint = failure.endpoint, .bucket_name = bucket_};
    if (auto const there = try_s3_address(redirect); there && there->provider == s3_provider::aws)
      failure.region = there->region;
  }
  std::lock_guard const lock(mutex_);
  if (address_.region_is_fixed) return false;
  if (address_.region != asked.region) return true;  // another thread has learnt it meanwhile
  if (failure.region.empty() || failure.region == address_.region) return false;
  address_ = address_.at_region(failure.region);
  return true;
}

BULKWRITER_DECL bool s3_backend::learn_clock(http::response const& answer) {
  if (read_s3_failure(answer).code != "RequestTimeTooSkewed") return false;
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

BULKWRITER_DECL result<http::response> s3_backend::send_signed(call const& what, s3_address const& to,
                                                               std::string const& payload_hash) {
  std::string target = path_of_key(to, what.key);
  char separator = '?';
  for (auto const& [name, value] : what.query) {
    ((target += separator) += auth::percent_encode(name)) += '=';
    target += auth::percent_encode(value);
    separator = '&';
  }
  auto const signature = auth::sigv4_sign({.method = what.method,
                                           .host = to.origin.authority(),
                                           .target = target,
                                           .headers = what.headers,
                                           .payload_hash = payload_hash},
                                          credentials_, {.region = to.region}, server_time(), &keys_);
  http::request request = {.method = what.method,
                           .origin = to.origin,
                           .target = std::move(target),
                           .headers = what.headers,
                           .body = what.body};
  request.headers.insert(request.headers.end(), signature.headers.begin(), signature.headers.end());
  lease client(*this, what.patient);
  return (*client).try_send(request, what.stop);
}

BULKWRITER_DECL bool transient_answer(result<http::response> const& answer) {
  return http::is_transient(answer) || (answer && (answer->status >= 400 || is_denied_success(*answer)) &&
                                        is_transient_s3_code(read_s3_failure(*answer).code));
}

BULKWRITER_DECL s3_backend::outcome s3_backend::send(call const& what) {
  // Whether the scheme is https never changes, so the body is hashed once however often it is sent.
  bool const sign_payload = payload_signing_ == s3_payload_signing::always ||
                            (payload_signing_ == s3_payload_signing::automatic && !address().origin.secure);
  std::string const payload_hash =
      sign_payload ? auth::to_hex(auth::sha256(what.body)) : std::string(auth::unsigned_payload);
  outcome out{.answer = error_info{.code = errc::cancelled, .message = "cancelled before the request was sent"}};
  bool moved = false, reset = false;
  // Joining parts may take minutes, and a second try must still fit in.
  http::retry_options retry = retry_;
  if (what.patient) retry.budget = (std::max)(retry.budget, std::chrono::milliseconds(std::chrono::minutes(30)));
  out.answer = http::send_with_retry(
      retry,
      [&]() -> result<http::response> {
        while (true) {
          ++out.attempts;
          out.address = address();
          auto answer = send_signed(what, out.address, payload_hash);
          out.open = out.open || leaves_open(answer);
          if (!answer) return answer;
          if (answer->status < 300) {
            std::lock_guard const lock(mutex_);
            region_is_right_ = true;
            return answer;
          }
          if (!moved && learn_region(*answer, out.address)) {
            moved = true;
          } else if (!reset && learn_clock(*answer)) {
            reset = true;
          } else {
            return answer;
          }
        }
      },
      what.worth_repeating ? what.worth_repeating : transient_answer, what.stop);
  return out;
}

BULKWRITER_DECL std::string s3_backend::place(s3_address const& at) const {
  return " in bucket '" + bucket_ + "' at " + at.origin.to_string() + at.folder;
}

BULKWRITER_DECL error_info s3_backend::failed(call const& what, outcome const& got) const {
  if (got.answer) return refused(what, got, *got.answer);
  error_info out = got.answer.error();  // its message begins with the origin
  out.message = what.purpose + " in bucket '" + bucket_ + '\'' +
                (got.address.folder.empty() ? "" : " below '" + got.address.folder + '\'') + ": " + out.message;
  out.may_have_happened = got.open;
  if (got.attempts > 1) out.message += " (" + std::to_string(got.attempts) + " attempts)";
  return out;
}

BULKWRITER_DECL error_info s3_backend::refused(call const& what, outcome const& got,
                                               http::response const& answer) const {
  auto const failure = read_s3_failure(answer);
  error_info out;
  out.code = s3_errc(failure, answer.status, got.address.region);
  out.http_status = answer.status;
  out.may_have_happened = got.open;
  out.server_error = printable(failure.code, credentials_);
  out.message = what.purpose + place(got.address) + ": HTTP " + std::to_string(answer.status);
  if (!failure.code.empty()) out.message += ' ' + out.server_error;
  if (!failure.message.empty()) out.message += ": " + printable(failure.message, credentials_);
  if (out.code == errc::wrong_region && !failure.region.empty() && failure.region != got.address.region) {
    out.message +=
        " (the bucket is in region '" + failure.region + "', the request was signed for '" + got.address.region +
        (got.address.region_is_fixed ? "': leave s3_connect_param.region empty to have it discovered)" : "')");
  } else if (failure.code == "SignatureDoesNotMatch") {
    out.message += " (is the secret key that of the access key?)";
  } else if (answer.status == 404 && answer.body.empty()) {
    out.message += " (no such object or no such bucket)";
  } else if (failure.foreign && answer.status >= 300) {
    // A proxy in front of the store may fail like this too, but only with 5xx.
    if (answer.status < 500) out.message += ", and this does not look like an S3 store";
    // Where there is any trace of a signature in it, it is not repeated.
    bool const delicate =
        answer.body.find("ignature") != std::string::npos || answer.body.find("redential") != std::string::npos;
    if (!delicate) out.message += ": '" + printable(std::string_view(answer.body).substr(0, 400), credentials_) + '\'';
  }
  if (got.attempts > 1) out.message += " (" + std::to_string(got.attempts) + " attempts)";
  if (!failure.request_id.empty()) out.message += " (request " + printable(failure.request_id, credentials_) + ')';
  return out;
}

BULKWRITER_DECL error_info s3_backend::unusable(call const& what, outcome const& got, std::string const& why) const {
  return {.code = errc::invalid_response,
          .message = what.purpose + place(got.address) + ": " + why,
          .http_status = got.answer->status,
          .may_have_happened = true};
}

BULKWRITER_DECL http::response const* s3_backend::accepted(outcome const& got,
                                                           std::initializer_list<int> statuses) const {
  if (!got.answer || std::find(statuses.begin(), statuses.end(), got.answer->status) == statuses.end() ||
      is_denied_success(*got.answer)) {
    return nullptr;
  }
  return &*got.answer;
}

}  // namespace detail
}  // namespace storage
}  // namespace v1
}  // namespace bulkwriter
