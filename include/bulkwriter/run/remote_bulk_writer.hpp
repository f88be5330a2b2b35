#pragma once

#include <bulkwriter/storage/object_store.hpp>
#include <bulkwriter/storage/object_url.hpp>
#include <bulkwriter/writer/bulk_writer.hpp>
#include <bulkwriter/writer/runtime_bulk_writer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// Where in the bucket and how a remote_bulk_writer uploads.
struct remote_options {
  std::string remote_path = "/";                  ///< objects get the keys `<remote_path>/<uuid>/1.parquet`, …
  std::uint64_t chunk_size = default_chunk_size;  ///< bytes, at least 1,024; no object is larger (NumPy: no group)
  int connections = 4;  ///< parts of an object under way at the same time, each on a thread of its own; 1 to 64
  std::uint64_t part_size =
      0;  ///< bytes, 5 MiB to 5 GiB; 0: 16 MiB (NumPy: 5 to 16), or more where chunk_size asks for it
  /// How long a file that is given up, after an error or with its writer, takes to remove what it has uploaded; what is
  /// left then is named.
  std::chrono::milliseconds abort_limit = std::chrono::seconds(10);
  abandon_handler on_abandoned = {};  ///< empty: one line on stderr
  /// Whether a writer that fails, or is destroyed with uncommitted rows, removes the objects that it has finished since
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
result<std::unique_ptr<chunk_writer>> try_make_remote(std::span<field_info const> fields, new_file_format format,
                                                      object_store const& store, remote_options options);
template <class P>
struct store_check {
  static_assert(sizeof(P) == 0,
                "bulkwriter: a remote_bulk_writer takes where its bucket is: a bw::s3_connect_param, bw::gcs_connect_param or "
                "bw::azure_connect_param, or a type of your own with bw::object_store open_store(P const&)");
};
}  // namespace detail

/// Writes rows into a bucket, uploading while it encodes; nothing but NumPy's texts touches the disk. See bulk_writer
/// for rows, errors and threads.
///
///     bw::s3_connect_param bucket{.endpoint = "s3.amazonaws.com", .access_key = k, .secret_key = s,
///                                 .bucket_name = "b"};
///     bw::remote_bulk_writer<article_schema, bw::format::parquet> writer{bucket, {.remote_path = "/"}};
///     writer.append_row({.id = 1, .title = "hello"});
///     writer.commit();
///
/// The store is anything that an object_store is made from: the connect parameters of a cloud, or a user's own type
/// with `object_store open_store(P const&)`. An unfinished upload is aborted; what could not be aborted is named in the
/// error. Memory: `connections + 2` parts beside the encoder's; of a group of NumPy files see storage::object_place.
template <class Schema, class Format>
class remote_bulk_writer : public bulk_writer<Schema, Format> {
  using base = bulk_writer<Schema, Format>;
  using core = detail::chunk_writer;

 public:
  /// Options of the format go first. Errors: invalid_option, invalid_schema (for oldest_server). Sends nothing: a wrong
  /// key or bucket shows at the first upload.
  /// @{
  explicit remote_bulk_writer(object_store store, remote_options options = {})
      : remote_bulk_writer(Format{}, std::move(store), std::move(options)) {}
  remote_bulk_writer(Format format, object_store store, remote_options options = {})
      : base(try_make(format, store, std::move(options)).value()), store_(std::move(store)) {}

  static result<remote_bulk_writer> try_open(object_store store, remote_options options = {}) {
    return try_open(Format{}, std::move(store), std::move(options));
  }
  static result<remote_bulk_writer> try_open(Format format, object_store store, remote_options options = {}) {
    auto made = try_make(format, store, std::move(options));
    if (!made) return std::move(made).error();
    return remote_bulk_writer(*std::move(made), std::move(store));
  }
  /// @cond  a mistake, for its message
  template <class P>
    requires(!std::is_convertible_v<P const&, object_store>)
  explicit remote_bulk_writer(P const&, remote_options const& = {})
      : remote_bulk_writer(std::unique_ptr<core>(), object_store(std::shared_ptr<storage::backend>())) {
    static_assert(sizeof(detail::store_check<P>) != 0);
  }
  template <class P>
    requires(!std::is_convertible_v<P const&, object_store>)
  static result<remote_bulk_writer> try_open(P const&, remote_options const& = {}) {
    static_assert(sizeof(detail::store_check<P>) != 0);
    return error_info{};
  }
  /// @endcond
  /// @}

  /// The bucket that this writer fills.
  /// @{
  object_store const& store() const& noexcept { return store_; }
  object_store store() && noexcept { return std::move(store_); }
  /// @}

 private:
  remote_bulk_writer(std::unique_ptr<core> made, object_store store) noexcept
      : base(std::move(made)), store_(std::move(store)) {}

  static result<std::unique_ptr<core>> try_make(Format const& format, object_store const& store,
                                                remote_options options) {
    return base::make_core(format, [&](std::span<field_info const> fields, detail::new_file_format made) {
      return detail::try_make_remote(fields, std::move(made), store, std::move(options));
    });
  }

  object_store store_;
};

/// The same for a schema that is known at run time only, which goes first.
template <class Format>
class remote_bulk_writer<runtime_schema, Format> : public bulk_writer<runtime_schema, Format> {
  using base = bulk_writer<runtime_schema, Format>;

 public:
  /// Errors: invalid_schema, invalid_option. Sends nothing.
  /// @{
  remote_bulk_writer(runtime_schema schema, object_store store, remote_options options = {})
      : remote_bulk_writer(std::move(schema), Format{}, std::move(store), std::move(options)) {}
  remote_bulk_writer(runtime_schema schema, Format format, object_store store, remote_options options = {})
      : remote_bulk_writer(
            try_open(std::move(schema), std::move(format), std::move(store), std::move(options)).value()) {}

  static result<remote_bulk_writer> try_open(runtime_schema schema, object_store store, remote_options options = {}) {
    return try_open(std::move(schema), Format{}, std::move(store), std::move(options));
  }
  static result<remote_bulk_writer> try_open(runtime_schema schema, Format format, object_store store,
                                             remote_options options = {}) {
    return base::template try_make<remote_bulk_writer>(
        std::move(schema), format,
        [&](std::span<field_info const> fields, detail::new_file_format made) {
          return detail::try_make_remote(fields, std::move(made), store, std::move(options));
        },
        [&](typename base::made_parts made) { return remote_bulk_writer(std::move(made), std::move(store)); });
  }
  /// @}

  /// The bucket that this writer fills.
  /// @{
  object_store const& store() const& noexcept { return store_; }
  object_store store() && noexcept { return std::move(store_); }
  /// @}

 private:
  remote_bulk_writer(typename base::made_parts made, object_store store) noexcept
      : base(std::move(made)), store_(std::move(store)) {}

  object_store store_;
};

namespace detail {
template <class Writer>
struct has_bucket_check {
  static_assert(sizeof(Writer) == 0,
                "bulkwriter: object_url takes a remote_bulk_writer, whose files are in a bucket; those of this writer are "
                "elsewhere");
};
}  // namespace detail
/// @cond  a mistake, for its message
template <class Schema, class Format>
std::string object_url(bulk_writer<Schema, Format> const&) {
  static_assert(sizeof(detail::has_bucket_check<bulk_writer<Schema, Format>>) != 0);
  return {};
}
/// @endcond

/// The URL of the folder that a writer fills, as Zilliz Cloud's import wants it: "s3://bucket/5868ba87-…/". Sends
/// nothing.
template <class Schema, class Format>
std::string object_url(remote_bulk_writer<Schema, Format> const& writer) {
  return object_url(writer.store(), writer.data_path());
}

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/run/detail/remote_bulk_writer.ipp>
#endif
