#pragma once

#include <bulkwriter/error.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace v1 {

/// Where files go, whatever is in them: memory, a folder on disk, or a place of a user's own. Buckets: namespace
/// storage.
namespace output {

using bytes = std::span<std::byte const>;  ///< one piece of a file, owned by the caller

/// One file on its way to its place. Nothing is visible under the final name before `finish` has succeeded;
/// a file that is destroyed unfinished leaves nothing behind. Not thread-safe.
class file {
 public:
  virtual ~file() = default;

  /// Appends the pieces in order. They are free again when the call returns. After an error only `discard` is useful.
  virtual result<void> write(std::span<bytes const> pieces) = 0;

  /// Makes the file whole and visible. After an error nothing is left, or the message names what is.
  virtual result<void> finish() = 0;

  /// Gives the file up and removes what was written. Does nothing after a successful `finish`.
  /// An error says what could not be removed.
  virtual result<void> discard() = 0;
};

/// Where the files of one writer go: a folder on disk, a prefix in a bucket, memory. Thread-safe.
class place {
 public:
  virtual ~place() = default;

  /// Opens a file of this name ("1.parquet"). `max_size` is a hard bound on the bytes that will be written. The place
  /// must outlive the file.
  virtual result<std::unique_ptr<file>> create(std::string_view name, std::uint64_t max_size) = 0;

  /// The path of that file as it stands in `batch_files`.
  virtual std::string path_of(std::string_view name) const = 0;

  /// The folder of all files as `data_path()` of the writer shows it.
  virtual std::string data_path() const = 0;
};

}  // namespace output
}  // namespace v1
}  // namespace bulkwriter
