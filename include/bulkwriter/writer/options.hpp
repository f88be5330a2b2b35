#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/format/server_version.hpp>
#include <bulkwriter/manifest/batch_files.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// What a writer had when it was destroyed without a commit.
struct abandoned_rows {
  std::uint64_t rows = 0;      ///< rows since the last commit
  std::string data_path = {};  ///< the folder of the writer's files
  /// Files with some of these rows that were finished already and stay, for an import of the folder to find; the other
  /// rows are in no file. Empty: none were finished, or they were removed (remove_uncommitted).
  batch_files files = {};
};

/// Called by the destructor of a writer that still has uncommitted rows, unless the writer has reported an error
/// already, or an exception is unwinding the stack and no file stays. Exceptions are swallowed. Empty: one line on
/// stderr. Runs in the thread that destroys the writer.
using abandon_handler = std::function<void(abandoned_rows const&)>;

inline constexpr std::uint64_t default_chunk_size = std::uint64_t{512} << 20;  ///< bytes

/// Of every writer.
struct writer_options {
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
/// What a local_options or remote_options says of every writer; the handler is taken out of it.
template <class Options>
writer_options shared_options(Options& options) {
  return {.chunk_size = options.chunk_size,
          .on_abandoned = std::move(options.on_abandoned),
          .remove_uncommitted = options.remove_uncommitted,
          .oldest_server = options.oldest_server,
          .refuse_zero_vectors = options.refuse_zero_vectors};
}
}  // namespace detail

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
