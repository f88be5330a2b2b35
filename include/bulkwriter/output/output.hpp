#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

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

  /// Makes the file whole and visible, and never replaces another. After an error nothing is left, or the message names
  /// what is. A place may keep the files of a group hidden until the last of them is finished.
  virtual result<void> finish() = 0;

  /// Gives the file up and removes what was written. Does nothing after a successful `finish`.
  /// An error says what could not be removed.
  virtual result<void> discard() = 0;

  /// Puts other bytes over the first ones, before `finish`: no more than the `head_size` that the file was created
  /// with. The default refuses with invalid_state.
  virtual result<void> rewrite_head([[maybe_unused]] bytes head) {
    return error_info{.code = errc::invalid_state, .message = "the beginning of a file cannot be rewritten here"};
  }

  /// Takes a finished file away again, because another file of its group has failed, or because its rows were never
  /// committed. The default refuses with invalid_state: the file stays, and the writer's error names it.
  virtual result<void> remove() {
    return error_info{.code = errc::invalid_state, .message = "a finished file cannot be removed here"};
  }
};

/// What a place is told of a file that belongs to a group.
struct group_member {
  std::size_t files = 1;      ///< of the group: so many are open at the same time
  std::size_t head_size = 0;  ///< bytes at the beginning that `rewrite_head` may replace
  void const* writer = nullptr;  ///< the same for all files of a group, and for no other writer's
};

/// Where the files of one writer go: a folder on disk, a prefix in a bucket, memory. Thread-safe.
class place {
 public:
  virtual ~place() = default;

  /// Opens a file of this name ("1.parquet"). `max_size` is a hard bound on the bytes that will be written. The place
  /// must outlive the file. A name that is taken is an error, here or in `finish`.
  virtual result<std::unique_ptr<file>> create(std::string_view name, std::uint64_t max_size) = 0;

  /// The same for a file of a group; `max_size` bounds the group in all. The name has a folder: "1/id.npy". The default
  /// is for places without anything of the kind: invalid_option where a head_size is asked for, otherwise `create`.
  virtual result<std::unique_ptr<file>> create_member(std::string_view name, std::uint64_t max_size,
                                                      group_member member) {
    if (member.head_size == 0) return create(name, max_size);
    return error_info{.code = errc::invalid_option,
                      .message = bulkwriter::detail::in_quotes(path_of(name), 400) +
                                 " needs a place whose files can be rewritten at the beginning"};
  }

  /// The path of that file as it stands in `batch_files`.
  virtual std::string path_of(std::string_view name) const = 0;

  /// The folder of all files as `data_path()` of the writer shows it.
  virtual std::string data_path() const = 0;
};

}  // namespace output
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
