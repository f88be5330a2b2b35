#pragma once

#include <bulkwriter/output/folder.hpp>
#include <bulkwriter/writer/bulk_writer.hpp>
#include <bulkwriter/writer/uuid.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace bulkwriter {
inline namespace v1 {

/// Where on the disk a local_bulk_writer writes.
struct local_options {
  std::string local_path = ".";  ///< files go to `<local_path>/<uuid>/`; folders are made as needed; empty: "."
  std::uint64_t chunk_size = default_chunk_size;  ///< bytes, at least 1,024; no file is larger
  abandon_handler on_abandoned = {};              ///< empty: one line on stderr
};

/// Writes rows to files on disk: `<local_path>/<uuid>/1.parquet`, `2.parquet`, … See bulk_writer for rows, errors and
/// threads.
///
///     bw::local_bulk_writer<article_schema, bw::format::parquet> writer{{.local_path = "out"}};
///     writer.append_row({.id = 1, .title = "hello"});
///     bw::batch_files files = writer.commit();
///
/// A writer that has written nothing leaves no folder behind.
template <class Schema, class Format>
class local_bulk_writer : public bulk_writer<Schema, Format> {
  using base = bulk_writer<Schema, Format>;
  using typename base::core;

 public:
  /// Makes the folder. Options of the format go first. Errors: invalid_option, io_error, no_space.
  /// @{
  explicit local_bulk_writer(local_options options) : local_bulk_writer(Format{}, std::move(options)) {}
  local_bulk_writer(Format format, local_options options) : base(try_make(format, std::move(options)).value()) {}

  static result<local_bulk_writer> try_open(local_options options) { return try_open(Format{}, std::move(options)); }
  static result<local_bulk_writer> try_open(Format format, local_options options) {
    auto made = try_make(format, std::move(options));
    if (!made) return std::move(made).error();
    return local_bulk_writer(*std::move(made));
  }
  /// @}

 private:
  explicit local_bulk_writer(std::unique_ptr<core> made) noexcept : base(std::move(made)) {}

  static result<std::unique_ptr<core>> try_make(Format const& format, local_options options) {
    writer_options shared{.chunk_size = options.chunk_size, .on_abandoned = std::move(options.on_abandoned)};
    if (auto checked = core::check(format, shared); !checked)
      return std::move(checked).error();  // before folders are made
    std::string path = options.local_path.empty() ? "." : std::move(options.local_path);
    if (path.back() != '/') path += '/';
    auto folder = output::folder::try_open(path + detail::make_uuid());
    if (!folder) return std::move(folder).error();
    return base::try_make_core(*std::move(folder), format, std::move(shared));
  }
};

}  // namespace v1
}  // namespace bulkwriter
