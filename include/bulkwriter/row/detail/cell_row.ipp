#pragma once

#include <bulkwriter/row/cell_row.hpp>

#include <algorithm>

namespace bulkwriter {
inline namespace v1 {

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
