#pragma once

#include <bulkwriter/row/cell_row.hpp>

#include <algorithm>
#include <utility>

namespace bulkwriter {
inline namespace v1 {
namespace detail {

BULKWRITER_DECL void sort_sparse(std::vector<std::uint32_t>& indices, std::vector<float>& values) {
  if (std::is_sorted(indices.begin(), indices.end())) return;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> order;  // index, and where its value stands
  order.reserve(indices.size());
  for (std::size_t i = 0; i < indices.size(); ++i) order.emplace_back(indices[i], static_cast<std::uint32_t>(i));
  std::sort(order.begin(), order.end());
  std::vector<float> const given = values;
  for (std::size_t i = 0; i < order.size(); ++i) {
    indices[i] = order[i].first;
    values[i] = given[order[i].second];
  }
}

}  // namespace detail

BULKWRITER_DECL std::string& cell_row::new_text() { return texts_.get(); }
BULKWRITER_DECL std::vector<float>& cell_row::new_floats() { return floats_.get(); }
BULKWRITER_DECL std::vector<std::int8_t>& cell_row::new_int8s() { return int8s_.get(); }
BULKWRITER_DECL std::vector<std::uint8_t>& cell_row::new_bytes() { return bytes_.get(); }
BULKWRITER_DECL std::vector<std::uint32_t>& cell_row::new_indices() { return indices_.get(); }
BULKWRITER_DECL detail::cell_list& cell_row::new_list() { return lists_.get(); }

BULKWRITER_DECL void cell_row::refuse(errc code, std::string_view field, std::string message) {
  problems_.push_back({.code = code, .field = std::string(field), .message = std::move(message)});
}

BULKWRITER_DECL void cell_row::clear() {
  std::fill(cells_.begin(), cells_.end(), cell());
  problems_.clear();
  texts_.release();
  floats_.release();
  int8s_.release();
  bytes_.release();
  indices_.release();
  lists_.release();
}

}  // namespace v1
}  // namespace bulkwriter
