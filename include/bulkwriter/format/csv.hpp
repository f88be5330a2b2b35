#pragma once

#include <bulkwriter/format/format.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace format {

/// CSV (RFC 4180, lines end with LF) with a header of field names, for Milvus from 2.5 on. Numbers and text stand as
/// they are, lists, structs and vectors as JSON text like that of json, dynamic keys as a JSON object in the column
/// $meta.
///
/// A server must be told both options. `batch_files::options` of what a writer commits holds them: an import of
/// `.files` sends them by itself, a request that names files otherwise takes them as its own `.options`.
///
/// What a server would read as another value is refused, with format_cannot_hold: a value that looks like nullkey where
/// null is allowed (with the default nullkey the empty text), text with a CR LF in it, which becomes LF, and numbers of
/// the dynamic field, at whatever depth, that do not survive being doubles (2^53 + 1, more digits than a double has).
struct csv {
  char separator = ',';      ///< any ASCII character but NUL, the quote, CR and LF; servers call it sep
  std::string nullkey = "";  ///< stands for null; UTF-8 without line ends that does not begin with [ or {

  static constexpr std::string_view extension = "csv";  ///< of the files
  /// By kind_traits::in_csv: what servers read from CSV.
  static constexpr bool holds(kind k) noexcept { return traits_of(k).in_csv; }
  /// Of these kinds, structs of fields by kind_traits::in_csv_struct.
  static constexpr bool holds(field_info const& f) noexcept {
    for (field_info const& sub : f.sub_fields())
      if (!traits_of(sub.type).in_csv_struct) return false;
    return holds(f.type);
  }

  /// What writes the bytes. Errors: invalid_option, for a separator or a nullkey that cannot be; invalid_schema, for a
  /// field that the format does not hold or a schema without a field that is written.
  result<std::unique_ptr<encoder>> try_make_encoder(std::span<field_info const> fields) const;
};

}  // namespace format
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/format/detail/csv_encoder.ipp>
#endif
