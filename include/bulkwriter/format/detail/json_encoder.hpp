#pragma once

#include <bulkwriter/format/detail/text_encoder.hpp>

#include <span>
#include <string>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// Rows as JSON objects: of json and of jsonl, which differ in what stands around the rows.
class json_encoder final : public text_encoder {
 public:
  json_encoder(std::span<field_info const> fields, text_frame frame);

 private:
  BULKWRITER_DECL void append_row(std::string& out, std::span<cell const> cells) override;

  std::span<field_info const> fields_;
  std::vector<std::string> keys_;  // `"name":` by field index
};

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/format/detail/json_encoder.ipp>
#endif
