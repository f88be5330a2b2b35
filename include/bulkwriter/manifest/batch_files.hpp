#pragma once

#include <bulkwriter/error.hpp>

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// Names and values of import options, in the order in which they are sent: {{"timeout", "300s"}, {"auto_commit",
/// "false"}}. Values are strings on the wire, whatever they mean.
using import_options = std::vector<std::pair<std::string, std::string>>;

/// What one chunk became: one path for every format but NumPy, where it is one file a field.
/// On disk the paths are file names; in a bucket they are object keys, without a leading slash.
struct file_group {
  std::vector<std::string> paths = {};  ///< never empty where a writer made it
  std::uint64_t rows = 0;               ///< rows in the group
  std::uint64_t bytes = 0;              ///< size of its files in all

  /// The paths, as a range.
  /// @{
  auto begin() const noexcept { return paths.begin(); }
  auto end() const noexcept { return paths.end(); }
  std::size_t size() const noexcept { return paths.size(); }
  std::string const& operator[](std::size_t i) const& noexcept { return paths[i]; }
  std::string operator[](std::size_t i) && noexcept { return std::move(paths[i]); }
  /// @}

  /// Compares every member.
  friend bool operator==(file_group const&, file_group const&) = default;
};

/// The files of a commit, in the order of their rows: what `import_client::bulk_import` takes. A plain value, without
/// ties to the writer.
struct batch_files {
  std::vector<file_group> groups = {};  ///< one a chunk
  /// What a server must be told to read the files: of CSV separator and nullkey. A bulk_import of the files sends them.
  import_options options = {};

  /// Files that were not written here: a group each, rows and bytes unknown (0).
  static batch_files of_paths(std::vector<std::string> paths);

  /// The groups, as a range.
  /// @{
  auto begin() const noexcept { return groups.begin(); }
  auto end() const noexcept { return groups.end(); }
  std::size_t size() const noexcept { return groups.size(); }
  bool empty() const noexcept { return groups.empty(); }
  file_group const& operator[](std::size_t i) const& noexcept { return groups[i]; }
  file_group operator[](std::size_t i) && noexcept { return std::move(groups[i]); }
  /// @}

  /// Compares every member.
  friend bool operator==(batch_files const&, batch_files const&) = default;

  /// As the guide prints it: `[["5868ba87-…/1.parquet"], ["5868ba87-…/2.parquet"]]`.
  friend std::ostream& operator<<(std::ostream& out, batch_files const& files);
};

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/manifest/detail/batch_files.ipp>
#endif
