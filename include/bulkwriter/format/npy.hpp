#pragma once

#include <bulkwriter/format/format.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace format {

/// NumPy, version 1.0 of its format: a file a field, a group of files a chunk ("1/id.npy", "1/title_vector.npy",
/// "1/$meta.npy"). Nothing is pickled. Text is `<U` as servers want it: four bytes a character, and every text of a
/// file takes the room of its longest, so one long text makes all of them large and chunks short of rows; prefer
/// parquet where texts differ much in length. No group is larger than chunk_size.
///
/// The number of rows stands at the beginning of each file and is known at the end, so the place must be one that can
/// rewrite it: folder, memory and object_place can. The width of a text column is known only then, too: beyond a
/// mebibyte texts wait, in UTF-8, in an unlinked file in the system's temporary folder (TMPDIR), one a column. Memory
/// does not grow with the chunk.
///
/// A text with U+0000 is refused with format_cannot_hold, since readers drop that character, and one of more than
/// 536,870,911 characters, whose size no NumPy before 2.0 can hold.
struct npy {
  static constexpr std::string_view extension = "npy";  ///< of the files

  /// boolean, int8 to int64, float32, float64, varchar, json (so the dynamic field too), geometry, and all vectors but
  /// the sparse one.
  static constexpr bool holds(kind k) noexcept {
    return (k <= kind::json && k != kind::text) || k == kind::geometry || is_dense_vector(k);
  }
  /// Of these kinds, fields that are never null: not nullable, or with a default value in place of null.
  static constexpr bool holds(field_info const& f) noexcept { return holds(f.type) && (!f.nullable || f.has_default); }

  /// There are no options that could be wrong. Error: invalid_schema, for a field that the format does not hold or a
  /// schema without a field that is written.
  result<std::unique_ptr<encoder>> try_make_encoder(std::span<field_info const> fields) const;
};

}  // namespace format
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/format/detail/npy_encoder.ipp>
#endif
