#pragma once

#include <bulkwriter/http/detail/countable.hpp>
#include <bulkwriter/http/detail/retry.ipp>
#include <bulkwriter/storage/detail/multipart_upload.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <system_error>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

BULKWRITER_DECL part_buffer part_buffers::take(std::size_t capacity) {
  {
    std::lock_guard const lock(mutex_);
    auto const fits =
        std::find_if(free_.begin(), free_.end(), [&](part_buffer const& b) { return b.capacity == capacity; });
    if (fits != free_.end()) {
      part_buffer out = std::move(*fits);
      free_.erase(fits);
      out.size = 0;
      return out;
    }
    free_.clear();  // of another size: this place has changed its mind for good
    free_.reserve(keep_);
  }
  // Not zeroed: a page that no byte reaches costs no memory.
  return {.memory = std::make_unique_for_overwrite<std::byte[]>(capacity), .capacity = capacity};
}

BULKWRITER_DECL void part_buffers::give_back(part_buffer buffer) noexcept {
  if (!buffer.memory) return;
  std::lock_guard const lock(mutex_);
  if (free_.size() < free_.capacity()) free_.push_back(std::move(buffer));  // within the capacity: cannot throw
}

BULKWRITER_DECL void part_slots::acquire() {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [this] { return free_ != 0; });
  --free_;
}

BULKWRITER_DECL void part_slots::release(std::size_t count) noexcept {
  {
    std::lock_guard const lock(mutex_);
    free_ += count;
  }
  freed_.notify_all();
}

BULKWRITER_DECL multipart_upload::multipart_upload(std::shared_ptr<backend> store,
                                                   std::shared_ptr<part_buffers> buffers,
                                                   std::shared_ptr<part_slots> shared_slots, std::string key,
                                                   std::string upload_id, object_options const& options,
                                                   int first_part)
    : store_(std::move(store)),
      buffers_(std::move(buffers)),
      slots_(std::move(shared_slots)),
      key_(std::move(key)),
      upload_id_(std::move(upload_id)),
      connections_(static_cast<std::size_t>(options.connections)),
      abort_limit_((std::max)(options.abort_limit, std::chrono::milliseconds(1))),
      last_part_(first_part - 1) {
  threads_.reserve(connections_);
}

BULKWRITER_DECL multipart_upload::~multipart_upload() {
  if (settled_) return;
  try {
    if (leaves_) {
      leave();
      std::fprintf(stderr, "bulkwriter: upload '%s' of '%s' is left to be resumed\n", upload_id_.c_str(), key_.c_str());
      return;
    }
    if (auto done = abort(); !done) std::fprintf(stderr, "bulkwriter: %s\n", done.error().to_string().c_str());
  } catch (std::exception const& e) {
    std::fprintf(stderr, "bulkwriter: the upload of '%s' (upload id %s) could not be aborted: %s\n", key_.c_str(),
                 upload_id_.c_str(), e.what());
  } catch (...) {
    std::fprintf(stderr, "bulkwriter: the upload of '%s' (upload id %s) could not be aborted\n", key_.c_str(),
                 upload_id_.c_str());
  }
}

BULKWRITER_DECL void multipart_upload::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++waiting_;
    work_.wait(lock, [this] { return closed_ || !queue_.empty(); });
    --waiting_;
    if (queue_.empty()) return;
    auto [number, part] = std::move(queue_.front());
    queue_.pop_front();
    if (!error_) {
      lock.unlock();
      auto sent = send(number, part);
      lock.lock();
      if (sent) {
        if (sent->may_come_again) cut_ = true;
        done_.push_back(*std::move(sent));  // within the capacity: cannot throw
      } else {
        if (sent.error().may_have_happened) cut_ = true;
        if (!error_) {
          error_ = std::move(sent).error();
          error_->may_have_happened = false;  // of the upload, that is: no part makes the object
        }
      }
    }
    buffers_->give_back(std::move(part));
    free_slots(1);
    --under_way_;
    space_.notify_all();
  }
}

// Nothing may leave a thread by an exception, out of memory least of all.
BULKWRITER_DECL result<uploaded_part> multipart_upload::send(int number, part_buffer const& part) {
  auto const failed = [&](std::string_view why) -> error_info {
    return {.code = errc::io_error,
            .message = "cannot upload part " + std::to_string(number) + " of " + named(key_) + ": " + std::string(why),
            .may_have_happened = true};
  };
  try {
    return store_->put_part(key_, upload_id_, number, part.bytes(), stop_.get_token());
  } catch (std::exception const& e) {
    return failed(e.what());
  } catch (...) {  // of a user's own store or provider
    return failed("an exception of unknown type");
  }
}

BULKWRITER_DECL void multipart_upload::start_thread() {
  try {
    threads_.emplace_back([this] { work(); });
  } catch (std::system_error const& e) {
    if (!threads_.empty()) return;  // slower with fewer, but it goes on
    std::lock_guard const lock(mutex_);
    if (!error_) {
      error_ = error_info{.code = errc::io_error,
                          .message = "cannot upload " + named(key_) + ": no thread can be started: " + e.what()};
    }
  }
}

BULKWRITER_DECL result<void> multipart_upload::first_error() {
  std::lock_guard const lock(mutex_);
  if (error_) return *error_;
  return {};
}

BULKWRITER_DECL void multipart_upload::free_slots(std::size_t count) noexcept {
  if (slots_ && count != 0) slots_->release(count);
}

BULKWRITER_DECL result<void> multipart_upload::add(part_buffer part, int number) {
  // The parts that hold the slots of the group move on by themselves, so one comes free.
  if (slots_) slots_->acquire();
  bool more_threads = false;
  {
    std::unique_lock lock(mutex_);
    space_.wait(lock, [this] { return error_ || under_way_ <= connections_; });
    if (error_) {
      free_slots(1);
      return *error_;
    }
    done_.reserve(done_.size() + under_way_ + 1);
    queue_.emplace_back(number, std::move(part));
    ++under_way_;
    more_threads = waiting_ < queue_.size() && threads_.size() < connections_;
  }
  work_.notify_one();
  if (more_threads) start_thread();
  return first_error();
}

BULKWRITER_DECL void multipart_upload::join() {
  {
    std::lock_guard const lock(mutex_);
    closed_ = true;
  }
  work_.notify_all();
  for (auto& t : threads_) t.join();
  threads_.clear();
  free_slots(queue_.size());  // empty, unless no thread could be started
  queue_.clear();
}

BULKWRITER_DECL result<object_info> multipart_upload::complete(bool replace) {
  {
    std::unique_lock lock(mutex_);
    space_.wait(lock, [this] { return error_ || under_way_ == 0; });
    if (error_) return *error_;
  }
  join();
  std::sort(done_.begin(), done_.end(), [](auto const& a, auto const& b) { return a.number < b.number; });
  auto whole = replace ? store_->complete_multipart(key_, upload_id_, done_)
                       : store_->complete_multipart_new(key_, upload_id_, done_);
  if (whole) settled_ = true;
  return whole;
}

BULKWRITER_DECL void multipart_upload::adopt(uploaded_part part) {
  std::lock_guard const lock(mutex_);
  done_.reserve(done_.size() + under_way_ + 1);
  done_.push_back(std::move(part));
}

BULKWRITER_DECL void multipart_upload::stop_parts(std::chrono::steady_clock::time_point end) {
  {
    // A part whose answer has come cannot come back after the abort, so those on their way get a moment to arrive.
    std::unique_lock lock(mutex_);
    if (!error_) error_ = error_info{.code = errc::cancelled, .message = "the upload of " + named(key_) + " was given up"};
    work_.notify_all();
    auto const moment = std::chrono::steady_clock::now() + std::chrono::seconds(2);
    space_.wait_until(lock, (std::min)(end, moment), [this] { return under_way_ == 0; });
  }
  stop_.request_stop();
  join();
}

BULKWRITER_DECL void multipart_upload::leave() {
  if (settled_) return;
  stop_parts(std::chrono::steady_clock::time_point::max());
  settled_ = true;
}

// A stop token that is triggered at a moment.
class stop_at {
 public:
  explicit stop_at(std::chrono::steady_clock::time_point end) {
    try {
      timer_ = std::jthread([this, end](std::stop_token over) {
        std::unique_lock lock(mutex_);
        if (!never_notified_.wait_until(lock, over, end, [] { return false; }) && !over.stop_requested())
          source_.request_stop();
      });
    } catch (std::system_error const&) {
      // No thread is to be had: what waits for it has limits of its own, if longer ones.
    }
  }
  std::stop_token token() const noexcept { return source_.get_token(); }

 private:
  std::mutex mutex_;
  std::condition_variable_any never_notified_;
  std::stop_source source_;
  std::jthread timer_;  // the last member: it uses the others until its end
};

BULKWRITER_DECL result<void> multipart_upload::abort() {
  if (settled_) return {};
  // Whoever gives up does not wait for what may never answer; what is left is named.
  auto const end = std::chrono::steady_clock::now() + http::detail::countable(abort_limit_);
  stop_parts(end);
  settled_ = true;
  stop_at const limit(end);
  auto gone = abort_until(limit.token());
  // With its bucket the upload has gone, too.
  if (gone || gone.error().code == errc::no_such_bucket) return {};
  error_info out = std::move(gone).error();
  if (out.code == errc::cancelled || limit.token().stop_requested())
    out.message += " (abort_limit " + std::to_string(abort_limit_.count()) + " ms)";
  out.code = errc::upload_not_aborted;
  out.left_behind = named_upload(key_, upload_id_);
  out.message = "parts of " + out.left_behind + " are left behind: " + out.message;
  return out;
}

BULKWRITER_DECL result<void> multipart_upload::abort_until(std::stop_token const& stop) {
  auto gone = store_->abort_multipart(key_, upload_id_, stop);
  // A server that is silent is not asked twice: that would take as long again.
  if (!gone && gone.error().code != errc::timeout && !stop.stop_requested())
    gone = store_->abort_multipart(key_, upload_id_, stop);
  if (!cut_ || (!gone && gone.error().http_status < 500)) return gone;
  // A part that was cut off on its way may still be in the server's hands, and bring the upload back when it is stored
  // ("it might be necessary to abort a given multipart upload multiple times", says S3's AbortMultipartUpload), or make
  // the abort fail as long as it is being stored.
  for (auto const pause : {250, 500, 1000}) {
    if (!http::detail::sleep(std::chrono::milliseconds(pause), stop)) break;
    if (auto again = store_->abort_multipart(key_, upload_id_, stop); again) gone = std::move(again);
  }
  return gone;
}

}  // namespace detail
}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
