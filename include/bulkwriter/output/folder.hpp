#pragma once

#include <bulkwriter/output/output.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace output {
namespace detail {
class disk_group;
}

/// A folder on disk. Files are written under a temporary name (".1.parquet.partial") that nobody else has, and renamed
/// when whole, so that a full disk or a killed program leaves nothing under a final name. A file that has the final name
/// already is never replaced (on file systems that know neither RENAME_NOREPLACE nor hard links: unless it comes in the
/// moment between a look and the renaming). Errors: io_error, no_space. Thread-safe.
class folder final : public place {
 public:
  /// Makes the folder with its parents; one that is there already will do. Errors: io_error, no_space.
  static result<std::unique_ptr<folder>> try_open(std::string path);
  /// A folder that is empty in the end is removed. In a forked child nothing is: neither this nor unfinished files.
  BULKWRITER_DECL ~folder() override;

  /// Error io_error if a file of this name exists; one that comes later is an error of `finish`.
  BULKWRITER_DECL result<std::unique_ptr<file>> create(std::string_view name, std::uint64_t max_size) override;
  /// Of a group, all files are in a folder, which has a temporary name until the last of them is finished: then all
  /// become visible at once, and with the first `remove` are hidden again. Any file here can be rewritten. Error io_error
  /// if a folder of this name exists. The files of one group are not thread-safe together.
  BULKWRITER_DECL result<std::unique_ptr<file>> create_member(std::string_view name, std::uint64_t max_size,
                                                              group_member member) override;
  BULKWRITER_DECL std::string path_of(std::string_view name) const override;  ///< in it
  BULKWRITER_DECL std::string data_path() const override;                     ///< as given, without a slash at the end

 private:
  explicit folder(std::string path);

  std::string path_;
  int maker_;  // the process
  std::mutex mutex_;
  using group_key = std::pair<void const*, std::string>;                // who writes it, and its path
  std::map<group_key, std::weak_ptr<detail::disk_group>> groups_;  // those of which files are still to be created
};

}  // namespace output
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/output/detail/folder.ipp>
#endif
