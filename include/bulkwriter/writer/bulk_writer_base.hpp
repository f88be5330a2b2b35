#pragma once

#include <bulkwriter/writer/detail/chunk_writer.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// What writers of all schemas and formats have in common: everything but the rows. See bulk_writer for errors and
/// threads.
class bulk_writer_base {
 public:
  /// Finishes the open chunk. The files since the last commit; none where no row came since. Rows may be appended
  /// afterwards: the numbering of files goes on.
  /// @{
  result<bulkwriter::batch_files> try_commit() { return core::commit(core_.get()); }
  bulkwriter::batch_files commit() { return try_commit().value(); }
  /// @}

  /// All files so far, committed or not. (pymilvus' name; within a writer's class it hides the type of that name.)
  bulkwriter::batch_files batch_files() const { return core_ ? core_->all_files() : bulkwriter::batch_files{}; }
  /// The folder of the files. On disk: its path; in a bucket: relative to the bucket's root, with a leading slash.
  std::string data_path() const { return core_ ? core_->data_path() : std::string(); }
  /// Rows accepted so far.
  std::uint64_t row_count() const noexcept { return core_ ? core_->accepted_rows() : 0; }

 protected:
  /// For the writers.
  /// @{
  using core = detail::chunk_writer;
  explicit bulk_writer_base(std::unique_ptr<core> made) noexcept : core_(std::move(made)) {}
  core* get() const noexcept { return core_.get(); }  // null: moved from
  template <class Writer, class Rows>
  static result<std::uint64_t> append_range(Writer& writer, Rows& rows) {
    std::uint64_t n = 0;
    for (auto&& row : rows) {
      if (auto appended = writer.try_append_row(row); !appended) return std::move(appended).error();
      ++n;
    }
    return n;
  }
  /// @}

 private:
  std::unique_ptr<core> core_;
};

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
