#pragma once

#include <bulkwriter/format/detail/json_encoder.hpp>
#include <bulkwriter/format/detail/json_value.hpp>
#include <bulkwriter/format/json.hpp>
#include <bulkwriter/row/text.hpp>

#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

BULKWRITER_DECL result<std::unique_ptr<format::encoder>> format::json::try_make_encoder(
    std::span<field_info const> fields) const {
  return std::unique_ptr<encoder>(new detail::json_encoder(
      fields, {.opening = "{\"rows\":[\n", .between = ",\n", .row_end = "", .closing = "\n]}\n"}));
}

namespace detail {

BULKWRITER_DECL json_encoder::json_encoder(std::span<field_info const> fields, text_frame frame)
    : text_encoder(std::move(frame)), fields_(fields) {
  for (field_info const& f : fields) {
    append_json_string(keys_.emplace_back(), f.name);
    keys_.back() += ':';
  }
}

BULKWRITER_DECL void json_encoder::append_row(std::string& out, std::span<cell const> cells) {
  out += '{';
  std::size_t const begin = out.size();
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    field_info const& f = fields_[i];
    if (!f.written()) continue;
    if (f.is_dynamic) {
      std::string_view const members = inside_braces(cells[i].as_text()).value_or("");
      if (!members.empty() && out.size() != begin) out += ',';
      // Line ends stand between values only, and a row is a line.
      std::size_t at = out.size();
      out += members;
      while ((at = out.find_first_of("\r\n", at)) != std::string::npos) out[at] = ' ';
      continue;
    }
    if (out.size() != begin) out += ',';
    out += keys_[i];
    append_json_cell(out, f, cells[i]);
  }
  out += '}';
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
