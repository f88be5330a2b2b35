#pragma once

#include <bulkwriter/format/format.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace bulkwriter {
inline namespace v1 {
namespace format {

/// JSON as every server reads it: {"rows":[{…},{…}]}, compact, a row a line. Dynamic keys stand beside the fields; the
/// value of a json field is a string that holds JSON text. Floats are written with the fewest digits that read back as
/// the same float.
struct json {
  static constexpr std::string_view extension = "json";  ///< of the files
  /// boolean, int8 to int64, float32, float64, varchar, json (so the dynamic field too) and float_vector.
  static constexpr bool holds(kind k) noexcept {
    return k <= kind::json || k == kind::float_vector ? k != kind::text : false;
  }

  /// There are no options that could be wrong.
  result<std::unique_ptr<encoder>> try_make_encoder(std::span<field_info const> fields) const;
};

}  // namespace format
}  // namespace v1
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/format/detail/json_encoder.ipp>
#endif
