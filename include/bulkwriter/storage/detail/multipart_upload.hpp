#pragma once

#include <bulkwriter/output/output.hpp>
#include <bulkwriter/storage/object_options.hpp>
#include <bulkwriter/storage/object_store.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

/// A block of memory that a part is collected in.
struct part_buffer {
  std::unique_ptr<std::byte[]> memory;
  std::size_t capacity = 0, size = 0;

  std::span<std::byte const> bytes() const noexcept { return {memory.get(), size}; }
};

/// Blocks on their way from one file to the next: touching fresh memory costs more than filling it again. Thread-safe.
class part_buffers {
 public:
  explicit part_buffers(std::size_t keep) : keep_(keep) {}

  part_buffer take(std::size_t capacity);
  void give_back(part_buffer buffer) noexcept;

 private:
  std::mutex mutex_;
  std::size_t const keep_;
  std::vector<part_buffer> free_;
};

/// Places for parts under way, shared by the uploads of a group, so that their memory is bounded in sum. Thread-safe.
class part_slots {
 public:
  explicit part_slots(std::size_t count) : free_(count) {}

  void acquire();
  void release(std::size_t count = 1) noexcept;

 private:
  std::mutex mutex_;
  std::condition_variable freed_;
  std::size_t free_;
};

/// One multipart upload: a bounded queue of parts and the threads that send them. Used by one thread.
class multipart_upload {
 public:
  /// Of a group where there are slots. The first part is part `first_part` of the object.
  multipart_upload(std::shared_ptr<backend> store, std::shared_ptr<part_buffers> buffers,
                   std::shared_ptr<part_slots> shared_slots, std::string key, std::string upload_id,
                   object_options const& options, int first_part);
  /// Aborts unless `complete` has succeeded; what cannot be aborted goes to stderr, since nobody else can tell.
  ~multipart_upload();
  multipart_upload(multipart_upload const&) = delete;
  multipart_upload& operator=(multipart_upload const&) = delete;

  /// Queues the next part, which is the full buffer, after waiting until at most `connections` others are under way.
  /// After an error only `abort` is useful.
  result<void> add(part_buffer part) { return add(std::move(part), ++last_part_); }
  /// Part 1, where the first part added was another.
  result<void> add_first(part_buffer part) { return add(std::move(part), 1); }
  /// The part of this number, whatever came before.
  result<void> add_at(int number, part_buffer part) { return add(std::move(part), number); }
  /// A part that the store has already.
  void adopt(uploaded_part part);

  /// Waits for all parts and makes them one object, over one that is there or not.
  result<object_info> complete(bool replace);

  /// From any thread: parts under way, and all behind them, fail with `cancelled`.
  void cancel() noexcept { stop_.request_stop(); }
  /// Gives the parts under way two seconds, cuts off the others and removes what has arrived, all of it within the
  /// options' abort_limit. Error: `upload_not_aborted`.
  result<void> abort();
  /// Ends as abort does, but leaves in the store what has arrived.
  void leave();
  /// So does the destructor from now on.
  void leave_at_end() noexcept { leaves_ = true; }

 private:
  void stop_parts(std::chrono::steady_clock::time_point end);
  result<void> abort_until(std::stop_token const& stop);
  result<void> add(part_buffer part, int number);
  void free_slots(std::size_t count) noexcept;
  void work();
  result<uploaded_part> send(int number, part_buffer const& part);
  void start_thread();
  void join();
  result<void> first_error();

  std::shared_ptr<backend> const store_;
  std::shared_ptr<part_buffers> const buffers_;
  std::shared_ptr<part_slots> const slots_;  // null: alone
  std::string const key_, upload_id_;
  std::size_t const connections_;
  std::chrono::milliseconds const abort_limit_;
  int last_part_;         // its number
  bool settled_ = false;  // completed or aborted: nothing left to do
  bool leaves_ = false;

  std::stop_source stop_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable work_, space_;
  std::deque<std::pair<int, part_buffer>> queue_;
  std::size_t under_way_ = 0;  // queued or being sent
  std::size_t waiting_ = 0;    // threads with nothing to do
  bool closed_ = false;        // no more parts will come
  bool cut_ = false;           // a part's fate is unknown: it may still arrive after an abort
  std::optional<error_info> error_;
  std::vector<uploaded_part> done_;
};

}  // namespace detail
}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/storage/detail/multipart_upload.ipp>
#endif
