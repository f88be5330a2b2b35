#pragma once

#include <bulkwriter/output/output.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace v1 {
namespace output {

/// Files in memory, by name. For tests, and for programs that send the bytes their own way. Thread-safe.
///
///     auto place = std::make_shared<bw::output::memory>();
///     bw::bulk_writer<article_schema, bw::format::json> writer{place};
class memory final : public place {
 public:
  /// A file of a name that is there already replaces it when it is finished. No errors.
  result<std::unique_ptr<file>> create(std::string_view name, std::uint64_t) override {
    return std::unique_ptr<file>(std::make_unique<memory_file>(*this, std::string(name)));
  }
  /// The same: any file here can be rewritten.
  result<std::unique_ptr<file>> create_member(std::string_view name, std::uint64_t max_size, group_member) override {
    return create(name, max_size);
  }
  std::string path_of(std::string_view name) const override { return std::string(name); }  ///< the name
  std::string data_path() const override { return {}; }                                    ///< empty

  /// The finished files by name: a copy.
  std::map<std::string, std::vector<std::byte>> files() const {
    std::lock_guard const lock(mutex_);
    return files_;
  }

 private:
  class memory_file final : public file {
   public:
    memory_file(memory& owner, std::string name) : owner_(owner), name_(std::move(name)) {}
    result<void> write(std::span<bytes const> pieces) override {
      for (bytes const piece : pieces) data_.insert(data_.end(), piece.begin(), piece.end());
      return {};
    }
    result<void> finish() override {
      std::lock_guard const lock(owner_.mutex_);
      owner_.files_.insert_or_assign(name_, std::move(data_));
      return {};
    }
    result<void> discard() override {
      data_.clear();
      return {};
    }
    result<void> rewrite_head(bytes head) override {
      if (head.size() > data_.size()) return file::rewrite_head(head);
      std::copy(head.begin(), head.end(), data_.begin());
      return {};
    }
    result<void> remove() override {
      std::lock_guard const lock(owner_.mutex_);
      owner_.files_.erase(name_);
      return {};
    }

   private:
    memory& owner_;
    std::string name_;
    std::vector<std::byte> data_;
  };

  mutable std::mutex mutex_;
  std::map<std::string, std::vector<std::byte>> files_;
};

}  // namespace output
}  // namespace v1
}  // namespace bulkwriter
