#pragma once

#include <bulkwriter/auth/percent.hpp>
#include <bulkwriter/storage/detail/s3_backend.hpp>

#include <algorithm>
#include <charconv>

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
  http::client_options out = {.timeouts = param.timeouts, .tls = {.ca_file = param.ca_file}};
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
      address_(std::move(address)) {
  idle_.reserve(max_idle_);  // so that a lease's return cannot throw
  idle_patient_.reserve(max_idle_);
}

BULKWRITER_DECL s3_address s3_backend::address() const {
  std::lock_guard const lock(mutex_);
  return address_;
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

BULKWRITER_DECL result<http::response> s3_backend::send_signed(call const& what, s3_address const& to,
                                                               std::string const& payload_hash) {
  std::string target = path_of_key(to, what.key);
  char separator = '?';
  for (auto const& [name, value] : what.query) {
    ((target += separator) += auth::percent_encode(name)) += '=';
    target += auth::percent_encode(value);
    separator = '&';
  }
  std::chrono::system_clock::time_point now = std::chrono::system_clock::now();
  {
    std::lock_guard const lock(mutex_);
    now += clock_offset_;
  }
  auto const signature = auth::sigv4_sign({.method = what.method,
                                           .host = to.origin.authority(),
                                           .target = target,
                                           .headers = what.headers,
                                           .payload_hash = payload_hash},
                                          credentials_, {.region = to.region}, now, &keys_);
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
  return http::is_transient(answer) ||
         (answer && answer->status >= 400 && is_transient_s3_code(read_s3_failure(*answer).code));
}

BULKWRITER_DECL s3_backend::outcome s3_backend::send(call const& what) {
  // Whether the scheme is https never changes, so the body is hashed once however often it is sent.
  std::string const payload_hash =
      address().origin.secure ? std::string(auth::unsigned_payload) : auth::to_hex(auth::sha256(what.body));
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
          if (!answer || answer->status < 300) return answer;
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
  if (!got.answer || std::find(statuses.begin(), statuses.end(), got.answer->status) == statuses.end()) return nullptr;
  return &*got.answer;
}

// Any web server may say 200; S3 names what it has stored.
BULKWRITER_DECL std::string without_etag(http::response const& answer) {
  return "HTTP " + std::to_string(answer.status) + " without an ETag: this does not look like an S3 store";
}

BULKWRITER_DECL result<object_info> s3_backend::put(std::string const& key, std::span<std::byte const> body) {
  if (auto ok = check_key(key); !ok) return std::move(ok).error();
  if (body.size() > std::uint64_t{5} << 30) {
    return error_info{.code = errc::invalid_option,
                      .message = "cannot put '" + key + "': " + std::to_string(body.size()) +
                                 " bytes exceed the 5 GiB of one request"};
  }
  call const what = {.purpose = "cannot put '" + key + '\'', .method = "PUT", .key = key, .body = body};
  auto const got = send(what);
  auto const* answer = accepted(got, {200, 201, 204});
  if (!answer) return failed(what, got);
  auto etag = unquoted(answer->find("ETag"));
  if (etag.empty()) return unusable(what, got, without_etag(*answer));
  return object_info{.key = key, .size = body.size(), .etag = std::move(etag)};
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

BULKWRITER_DECL result<object_info> s3_backend::complete_multipart(std::string const& key, std::string const& upload_id,
                                                                   std::span<uploaded_part const> parts) {
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
                       if (!answer || answer->status != 200) return transient_answer(answer);
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
  // A repeated request finds the upload gone if the first one has done its work; so does one that the connection
  // repeated.
  if (may_be_done || (got.answer && got.answer->status == 404)) {
    if (auto there = head(key); there && there->size == size) {
      // Where the ETag tells the number of parts, an older object of the same size is not taken for this one.
      auto const dash = there->etag.rfind('-');
      auto const count = dash == std::string::npos ? std::string() : there->etag.substr(dash + 1);
      bool const counts = !count.empty() && count.find_first_not_of("0123456789") == std::string::npos;
      if (!counts || count == std::to_string(parts.size())) return there;
    }
  }
  error_info out = failed(what, got);
  if (out.http_status == 200 && out.server_error.empty())
    out.message += ", but the body does not say that the object is complete";
  out.may_have_happened = may_be_done;
  return out;
}

BULKWRITER_DECL result<void> s3_backend::abort_multipart(std::string const& key, std::string const& upload_id) {
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
  auto const length = answer->find("Content-Length");
  auto const end = length.data() + length.size();
  if (auto const read = std::from_chars(length.data(), end, out.size);
      length.empty() || read.ec != std::errc() || read.ptr != end) {
    return unusable(what, got, "the answer does not tell the object's size");
  }
  return out;
}

BULKWRITER_DECL result<std::vector<object_info>> s3_backend::list(std::string const& prefix) {
  std::vector<object_info> all;
  std::string token;
  while (true) {
    call what = {.purpose = "cannot list '" + prefix + "*'",
                 .method = "GET",
                 .query = {{"list-type", "2"}, {"encoding-type", "url"}}};
    if (!prefix.empty()) what.query.emplace_back("prefix", prefix);
    if (!token.empty()) what.query.emplace_back("continuation-token", token);
    auto const got = send(what);
    auto const* answer = accepted(got, {200});
    if (!answer) return failed(what, got);
    auto page = read_s3_page(answer->body);
    if (!page) return unusable(what, got, page.error().message);
    all.insert(all.end(), std::make_move_iterator(page->objects.begin()), std::make_move_iterator(page->objects.end()));
    if (page->next_token.empty()) return all;
    if (page->next_token == token) return unusable(what, got, "the store offers the same page for ever");
    token = std::move(page->next_token);
  }
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
