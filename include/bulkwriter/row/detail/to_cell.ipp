#pragma once

#include <bulkwriter/row/to_cell.hpp>
#include <bulkwriter/text/iso_time.hpp>
#include <bulkwriter/text/numbers.hpp>

#include <algorithm>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

BULKWRITER_DECL cell timestamp_cell(field_info const& f, std::int64_t seconds, std::int64_t micros, cell_row& memory) {
  if (seconds < first_iso_second || seconds > last_iso_second) {
    memory.refuse(errc::out_of_range, f.name,
                  std::to_string(seconds) + " seconds after 1970 are outside the years 1 to 9999");
    return {};
  }
  std::string& text = memory.new_text();
  append_iso_time(text, civil_time_of(seconds));
  if (micros != 0) append_digits(text += '.', static_cast<unsigned>(micros), 6);
  text += 'Z';
  return cell::text(text);
}

BULKWRITER_DECL cell pairs_cell(std::vector<std::uint32_t>& indices, std::vector<float>& values) {
  sort_sparse(indices, values);
  return cell::sparse(indices, values);
}

BULKWRITER_DECL cell sparse_cell(field_info const& f, sparse_view value, cell_row& memory) {
  if (value.indices.size() != value.values.size()) {
    memory.refuse(
        errc::wrong_dim, f.name,
        std::to_string(value.indices.size()) + " indices and " + std::to_string(value.values.size()) + " values");
    return {};
  }
  if (std::is_sorted(value.indices.begin(), value.indices.end())) return cell::sparse(value.indices, value.values);
  std::vector<std::uint32_t>& indices = memory.new_indices();
  std::vector<float>& values = memory.new_floats();
  indices.assign(value.indices.begin(), value.indices.end());
  values.assign(value.values.begin(), value.values.end());
  return pairs_cell(indices, values);
}

BULKWRITER_DECL cell refuse_index(field_info const& f, std::string const& text, cell_row& memory) {
  memory.refuse(errc::out_of_range, f.name, "index " + text + " is outside 0..4294967294");
  return {};
}

BULKWRITER_DECL cell bits_cell(field_info const& f, std::vector<std::uint8_t> const& packed, std::size_t count,
                               cell_row& memory) {
  if (count == f.dim) return cell::bytes(packed);
  memory.refuse(errc::wrong_dim, f.name,
                "a vector of " + std::to_string(count) + " bits where dim is " + std::to_string(f.dim));
  return {};
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
