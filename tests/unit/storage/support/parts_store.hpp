#pragma once

#include <bulkwriter/storage/object_store.hpp>

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// A store in memory that keeps parts apart, and asks the test what becomes of each request.
class parts_store final : public bulkwriter::storage::backend {
 public:
  template <class T>
  using result = bulkwriter::result<T>;
  using error_info = bulkwriter::error_info;

  struct upload {
    std::string key;
    std::map<int, std::string> parts;
    std::chrono::system_clock::time_point initiated = {};
  };

  // Called without a lock, before the part is stored; an error is the answer.
  std::function<std::optional<error_info>(std::string const& key, int number)> on_part;
  // Of a completed upload: what the store says of it.
  std::function<void(bulkwriter::object_info&)> on_complete;
  // After an abort.
  std::function<void(std::string const& id)> on_abort;
  bool parts_may_come_again = false;

  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, std::string> objects;
  std::vector<std::pair<std::string, upload>> uploads;  // by id
  std::vector<int> sent;                                // parts
  int puts = 0, aborts = 0, creations = 0;

  std::map<int, std::string>* parts_of(std::string const& id) {
    for (auto& [known, one] : uploads)
      if (known == id) return &one.parts;
    return nullptr;
  }

  result<bulkwriter::object_info> put(std::string const& key, std::span<std::byte const> body) override {
    std::lock_guard const lock(mutex);
    ++puts;
    objects[key] = text(body);
    return bulkwriter::object_info{.key = key, .size = body.size()};
  }
  result<std::string> create_multipart(std::string const& key) override {
    std::lock_guard const lock(mutex);
    std::string id = "id-" + std::to_string(++creations);
    uploads.push_back({id, {.key = key, .parts = {}}});
    return id;
  }
  result<bulkwriter::uploaded_part> put_part(std::string const& key, std::string const& id, int number,
                                             std::span<std::byte const> body, std::stop_token) override {
    if (on_part)
      if (auto why = on_part(key, number)) return *why;
    std::lock_guard const lock(mutex);
    sent.push_back(number);
    auto* const parts = parts_of(id);
    if (!parts) return error_info{.code = bulkwriter::errc::storage_error, .message = "no such upload"};
    (*parts)[number] = text(body);
    return bulkwriter::uploaded_part{.number = number,
                                     .etag = part_etag(body),
                                     .size = body.size(),
                                     .may_come_again = parts_may_come_again};
  }
  result<bulkwriter::object_info> complete_multipart(std::string const& key, std::string const& id,
                                                     std::span<bulkwriter::uploaded_part const> parts) override {
    std::lock_guard const lock(mutex);
    auto* const there = parts_of(id);
    if (!there) return error_info{.code = bulkwriter::errc::storage_error, .message = "no such upload"};
    std::string whole;
    for (auto const& part : parts) whole += there->at(part.number);
    std::erase_if(uploads, [&](auto const& entry) { return entry.first == id; });
    objects[key] = whole;
    bulkwriter::object_info out{.key = key, .size = whole.size()};
    if (on_complete) on_complete(out);
    return out;
  }
  result<void> abort_multipart(std::string const&, std::string const& id) override {
    std::lock_guard const lock(mutex);
    ++aborts;
    std::erase_if(uploads, [&](auto const& entry) { return entry.first == id; });
    if (on_abort) on_abort(id);
    return {};
  }
  result<bulkwriter::object_info> head(std::string const& key) override {
    std::lock_guard const lock(mutex);
    auto const found = objects.find(key);
    if (found == objects.end()) return error_info{.code = bulkwriter::errc::no_such_key, .message = "nothing there"};
    return bulkwriter::object_info{.key = key, .size = found->second.size()};
  }
  result<std::vector<bulkwriter::object_info>> list(std::string const&) override {
    return std::vector<bulkwriter::object_info>();
  }
  result<void> remove(std::string const& key) override {
    std::lock_guard const lock(mutex);
    objects.erase(key);
    return {};
  }
  result<std::vector<bulkwriter::pending_upload>> list_uploads(std::string const& prefix) override {
    std::lock_guard const lock(mutex);
    std::vector<bulkwriter::pending_upload> out;
    for (auto const& [id, one] : uploads)
      if (one.key.starts_with(prefix)) out.push_back({.key = one.key, .upload_id = id, .initiated = one.initiated});
    return out;
  }
  result<std::vector<bulkwriter::uploaded_part>> list_parts(std::string const&, std::string const& id) override {
    std::lock_guard const lock(mutex);
    std::vector<bulkwriter::uploaded_part> out;
    for (auto const& [number, body] : *parts_of(id))
      out.push_back({.number = number, .etag = part_etag(std::as_bytes(std::span(body))), .size = body.size()});
    return out;
  }
  // By what the bytes are, so that equal parts are equal.
  std::string part_etag(std::span<std::byte const> body) const override { return "e:" + text(body); }
  std::string object_url(std::string_view key) const override { return "memory://" + std::string(key); }
  std::uint64_t min_part_size() const noexcept override { return 10; }

 private:
  static std::string text(std::span<std::byte const> body) {
    return {reinterpret_cast<char const*>(body.data()), body.size()};
  }
};
