#pragma once

#include <bulkwriter/output/memory.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <cstring>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace output {
namespace detail {

inline error_info name_is_taken(std::string_view name) {
  return {.code = errc::io_error,
          .message = "there is a file " + bulkwriter::detail::in_quotes(name, 400) +
                     " already, perhaps of another writer on this place"};
}

class memory_file final : public file {
 public:
  memory_file(memory& owner, std::string_view name) : owner_(owner), name_(name) {}

  result<void> write(std::span<bytes const> pieces) override {
    for (bytes const piece : pieces) data_.insert(data_.end(), piece.data(), piece.data() + piece.size());
    return {};
  }
  result<void> finish() override {
    std::lock_guard const lock(owner_.mutex_);
    if (!owner_.files_.try_emplace(name_, std::move(data_)).second) return name_is_taken(name_);
    finished_ = true;
    return {};
  }
  result<void> discard() override {
    data_.clear();
    return {};
  }
  result<void> rewrite_head(bytes head) override {
    if (head.size() > data_.size()) return file::rewrite_head(head);
    if (!head.empty()) std::memcpy(data_.data(), head.data(), head.size());
    return {};
  }
  result<void> remove() override {
    if (!std::exchange(finished_, false)) return {};
    std::lock_guard const lock(owner_.mutex_);
    owner_.files_.erase(name_);
    return {};
  }

 private:
  memory& owner_;
  std::string name_;
  std::vector<std::byte> data_;
  bool finished_ = false;
};

}  // namespace detail

BULKWRITER_DECL memory::memory() = default;
BULKWRITER_DECL memory::~memory() = default;

BULKWRITER_DECL result<std::unique_ptr<file>> memory::create(std::string_view name, std::uint64_t) {
  std::lock_guard const lock(mutex_);
  if (files_.contains(std::string(name))) return detail::name_is_taken(name);
  return std::unique_ptr<file>(new detail::memory_file(*this, name));
}

BULKWRITER_DECL result<std::unique_ptr<file>> memory::create_member(std::string_view name, std::uint64_t max_size,
                                                                    group_member) {
  return create(name, max_size);
}

BULKWRITER_DECL std::string memory::path_of(std::string_view name) const { return std::string(name); }

BULKWRITER_DECL std::string memory::data_path() const { return {}; }

BULKWRITER_DECL std::map<std::string, std::vector<std::byte>> memory::files() const {
  std::lock_guard const lock(mutex_);
  return files_;
}

}  // namespace output
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
