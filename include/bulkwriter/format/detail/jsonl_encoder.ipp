#pragma once

#include <bulkwriter/format/detail/json_encoder.hpp>
#include <bulkwriter/format/jsonl.hpp>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

BULKWRITER_DECL result<std::unique_ptr<format::encoder>> format::jsonl::try_make_encoder(
    std::span<field_info const> fields) const {
  return std::unique_ptr<encoder>(
      new detail::json_encoder(fields, {.opening = "", .between = "", .row_end = "\n", .closing = ""}));
}

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
