#pragma once

#include <bulkwriter/format/format.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace format {

/// JSON as every server reads it: {"rows":[{…},{…}]}, compact, a row a line. Dynamic keys stand beside the fields; the
/// value of a json field is a string that holds JSON text. Vectors are lists of numbers (a sparse one an object from
/// index to value, a binary one a list of bytes), structs objects. Floats are written with the fewest digits that read
/// back as the same float; those of 16 bits as the float of the same value.
struct json {
  static constexpr std::string_view extension = "json";  ///< of the files
  /// Every kind.
  static constexpr bool holds(kind) noexcept { return true; }

  /// There are no options that could be wrong.
  result<std::unique_ptr<encoder>> try_make_encoder(std::span<field_info const> fields) const;
};

}  // namespace format
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/format/detail/json_encoder.ipp>
#endif
