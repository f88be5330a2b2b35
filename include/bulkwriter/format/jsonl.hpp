#pragma once

#include <bulkwriter/format/format.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace format {

/// JSON Lines, for Milvus from 2.6.6 on: the rows of json, an object a line and nothing around them.
struct jsonl {
  static constexpr std::string_view extension = "jsonl";  ///< of the files
  /// Every kind.
  static constexpr bool holds(kind) noexcept { return true; }

  /// There are no options that could be wrong.
  result<std::unique_ptr<encoder>> try_make_encoder(std::span<field_info const> fields) const;
};

}  // namespace format
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/format/detail/jsonl_encoder.ipp>
#endif
