#pragma once

#include <bulkwriter/writer/bulk_writer.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// Where on the disk a local_bulk_writer writes.
struct local_options {
  std::string local_path = ".";  ///< files go to `<local_path>/<uuid>/`; folders are made as needed; empty: "."
  std::uint64_t chunk_size = default_chunk_size;  ///< bytes, at least 1,024; no file is larger (NumPy: no group)
  abandon_handler on_abandoned = {};              ///< empty: one line on stderr
  /// Whether a writer that fails, or is destroyed with uncommitted rows, removes the files that it has finished since
  /// the last commit. false: they stay, and are named.
  bool remove_uncommitted = false;
  /// The oldest server that must be able to import the files: fields that it does not read in this format are
  /// invalid_schema when the writer is made. {}: whatever the collection's own server takes.
  server_version oldest_server = {};
  /// Whether vectors of zeros only (sparse ones without a value other than 0, those in structs, too) are refused, as
  /// zero_vector: a COSINE index has no use for them, and a member that a row's initializer left out is one.
  bool refuse_zero_vectors = false;
};

namespace detail {
result<std::unique_ptr<chunk_writer>> try_make_local(std::span<field_info const> fields, new_file_format format,
                                                     local_options options);
template <class P>
struct local_options_check {
  static_assert(sizeof(P) == 0,
                "bulkwriter: a local_bulk_writer takes its options, in braces of their own: writer{{.local_path = \"out\"}}, "
                "writer::try_open({.local_path = \"out\"})");
};
}  // namespace detail

/// Writes rows to files on disk: `<local_path>/<uuid>/1.parquet`, `2.parquet`, … (NumPy: `1/<field>.npy`, …). See
/// bulk_writer for rows, errors and threads.
///
///     bw::local_bulk_writer<article_schema, bw::format::parquet> writer{{.local_path = "out"}};
///     writer.append_row({.id = 1, .title = "hello"});
///     bw::batch_files files = writer.commit();
///
/// A writer that has written nothing leaves no folder behind.
template <class Schema, class Format>
class local_bulk_writer : public bulk_writer<Schema, Format> {
  using base = bulk_writer<Schema, Format>;
  using core = detail::chunk_writer;

 public:
  /// Makes the folder. Options of the format go first. Errors: invalid_option, invalid_schema (for
  /// oldest_server), io_error, no_space.
  /// @{
  explicit local_bulk_writer(local_options options) : local_bulk_writer(Format{}, std::move(options)) {}
  local_bulk_writer(Format format, local_options options) : base(try_make(format, std::move(options)).value()) {}

  static result<local_bulk_writer> try_open(local_options options) { return try_open(Format{}, std::move(options)); }
  static result<local_bulk_writer> try_open(Format format, local_options options) {
    auto made = try_make(format, std::move(options));
    if (!made) return std::move(made).error();
    return local_bulk_writer(*std::move(made), nullptr);
  }
  /// @cond  a mistake, for its message
  template <class P>
    requires(!std::is_convertible_v<P const&, local_options>)
  explicit local_bulk_writer(P const&) : local_bulk_writer(std::unique_ptr<core>(), nullptr) {
    static_assert(sizeof(detail::local_options_check<P>) != 0);
  }
  template <class P>
    requires(!std::is_convertible_v<P const&, local_options>)
  static result<local_bulk_writer> try_open(P const&) {
    static_assert(sizeof(detail::local_options_check<P>) != 0);
    return error_info{};
  }
  /// @endcond
  /// @}

 private:
  local_bulk_writer(std::unique_ptr<core> made, std::nullptr_t) noexcept : base(std::move(made)) {}

  static result<std::unique_ptr<core>> try_make(Format const& format, local_options options) {
    return base::make_core(format, [&](std::span<field_info const> fields, detail::new_file_format made) {
      return detail::try_make_local(fields, std::move(made), std::move(options));
    });
  }
};

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/writer/detail/local_bulk_writer.ipp>
#endif
