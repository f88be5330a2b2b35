#pragma once

#include <bulkwriter/output/output.hpp>
#include <bulkwriter/storage/object_options.hpp>
#include <bulkwriter/storage/object_store.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {

/// The size in bytes of all parts but the last, for files of at most `max_file_size` bytes; `requested` of 0 leaves the
/// choice to the library. Errors: `invalid_option`, for a requested size outside the store's bounds or a file that
/// would need more parts than the store takes.
result<std::uint64_t> try_part_size(std::uint64_t max_file_size, std::uint64_t requested, backend const& store);

namespace detail {
class part_buffers;
class part_slots;
}  // namespace detail

/// Files that become objects under one prefix of a bucket, uploaded while they are written. A file of at most one part
/// is one PUT; larger ones travel in parts, `connections` at a time. Memory: `connections + 2` parts a file, no more
/// however long it is: when all are under way, `write` waits. An error of a part surfaces at the next `write` or at
/// `finish`. Threads start with the first full part of a file and end with the file.
///
/// The files of a group share `connections + 1` parts under way, and each holds up to two more: the one that fills up,
/// and part 1, which travels last, since its head may change until then. For the part size of 0 these are at most
/// 192 MiB in all for groups of up to 16 files (with 4 connections), of 16 to 5 MiB each; every further file may add
/// 10 MiB, and all of it is never more than the group.
///
/// Nothing is overwritten: where another writer's object has the key, `finish` is `precondition_failed` and that object
/// stays (see `backend::put_new`).
///
/// `finish` and `write` leave nothing behind when they fail: the upload is aborted, or `error_info::left_behind` names
/// key and upload id. Thread-safe; its files are not.
class object_place final : public output::place {
 public:
  /// Slashes at both ends of the prefix do not count.
  object_place(object_store store, std::string_view prefix, object_options options = {});

  /// Errors: `invalid_option` for options and sizes out of range. Sends nothing.
  BULKWRITER_DECL result<std::unique_ptr<output::file>> create(std::string_view name, std::uint64_t max_size) override;
  /// For a group: smaller parts, and a head that can be rewritten. Errors: as create.
  BULKWRITER_DECL result<std::unique_ptr<output::file>> create_member(std::string_view name, std::uint64_t max_size,
                                                                      output::group_member member) override;
  BULKWRITER_DECL std::string path_of(std::string_view name) const override;  ///< the object's key: "<prefix>/<name>"
  BULKWRITER_DECL std::string data_path() const override;                     ///< "/<prefix>"

  /// Where the objects go.
  /// @{
  object_store const& store() const& noexcept { return store_; }
  object_store store() && noexcept { return std::move(store_); }
  /// @}

 private:
  result<std::unique_ptr<output::file>> open(std::string_view name, std::uint64_t max_size,
                                             std::uint64_t usual_part_size, std::shared_ptr<detail::part_slots> shared_slots,
                                             std::size_t head_size);

  object_store store_;
  std::string prefix_;
  object_options options_;
  std::shared_ptr<detail::part_buffers> buffers_;
  std::shared_ptr<detail::part_slots> slots_;
};

}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/storage/detail/object_output.ipp>
#endif
