#pragma once

#include <bulkwriter/output/output.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace v1 {
namespace output {

/// A folder on disk. Files are written under a temporary name (".1.parquet.partial") and renamed when whole, so that a
/// full disk or a killed program leaves nothing under a final name. Errors: io_error, no_space. Thread-safe.
class folder final : public place {
 public:
  /// Makes the folder with its parents; one that is there already will do. Errors: io_error, no_space.
  static result<std::unique_ptr<folder>> try_open(std::string path);
  /// A folder that is empty in the end is removed.
  BULKWRITER_DECL ~folder() override;

  /// Error io_error if a file of this name exists.
  BULKWRITER_DECL result<std::unique_ptr<file>> create(std::string_view name, std::uint64_t max_size) override;
  /// The same: any file here can be rewritten. The folder of the group is made when it is not there.
  result<std::unique_ptr<file>> create_member(std::string_view name, std::uint64_t max_size, group_member) override {
    return create(name, max_size);
  }
  std::string path_of(std::string_view name) const override { return path_ + '/' + std::string(name); }  ///< in it
  std::string data_path() const override { return path_; }  ///< as given, without a slash at the end

 private:
  explicit folder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace output
}  // namespace v1
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/output/detail/folder.ipp>
#endif
