#pragma once

#include <bulkwriter/output/output.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace output {
namespace detail {
class memory_file;
}

/// Files in memory, by name. For tests, and for programs that send the bytes their own way. Thread-safe.
///
///     auto place = std::make_shared<bw::output::memory>();
///     bw::bulk_writer<article_schema, bw::format::json> writer{place};
class memory final : public place {
 public:
  /// Error io_error if there is a file of this name; one that comes later is an error of `finish`.
  BULKWRITER_DECL result<std::unique_ptr<file>> create(std::string_view name, std::uint64_t max_size) override;
  /// The same: any file here can be rewritten.
  BULKWRITER_DECL result<std::unique_ptr<file>> create_member(std::string_view name, std::uint64_t max_size,
                                                              group_member member) override;
  BULKWRITER_DECL std::string path_of(std::string_view name) const override;  ///< the name
  BULKWRITER_DECL std::string data_path() const override;                     ///< empty

  memory();                            ///< without files
  BULKWRITER_DECL ~memory() override;  ///< with all files

  /// The finished files by name: a copy.
  std::map<std::string, std::vector<std::byte>> files() const;

 private:
  friend class detail::memory_file;

  mutable std::mutex mutex_;
  std::map<std::string, std::vector<std::byte>> files_;
};

}  // namespace output
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/output/detail/memory.ipp>
#endif
