#pragma once

#include <bulkwriter/row/cell_row.hpp>

#include <algorithm>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

// Things that keep their addresses and their memory from one use to the next. A list by hand: six vectors of pointers
// cost a unit more to compile than the rest of the row.
template <class Type>
class reused {
 public:
  reused() = default;
  reused(reused const&) = delete;
  reused& operator=(reused const&) = delete;
  ~reused() {
    while (first_ != nullptr) delete std::exchange(first_, first_->next);
  }

  Type& get() {
    node*& next = last_ != nullptr ? last_->next : first_;
    if (next == nullptr) next = new node;
    last_ = next;
    last_->value.clear();
    return last_->value;
  }
  void release() noexcept { last_ = nullptr; }

 private:
  struct node {
    Type value = {};
    node* next = nullptr;
  };
  node* first_ = nullptr;
  node* last_ = nullptr;  // of those in use
};

BULKWRITER_DECL void sort_sparse(std::vector<std::uint32_t>& indices, std::vector<float>& values) {
  if (std::is_sorted(indices.begin(), indices.end())) return;
  std::vector<std::uint64_t> order;  // index, and in the lower half where its value stands
  order.reserve(indices.size());
  for (std::size_t i = 0; i < indices.size(); ++i) order.push_back(std::uint64_t{indices[i]} << 32 | i);
  std::sort(order.begin(), order.end());
  std::vector<float> const given = values;
  for (std::size_t i = 0; i < order.size(); ++i) {
    indices[i] = static_cast<std::uint32_t>(order[i] >> 32);
    values[i] = given[static_cast<std::uint32_t>(order[i])];
  }
}

}  // namespace detail

struct cell_row::memory {
  detail::reused<std::string> texts = {};
  detail::reused<std::vector<float>> floats = {};
  detail::reused<std::vector<std::int8_t>> int8s = {};
  detail::reused<std::vector<std::uint8_t>> bytes = {};
  detail::reused<std::vector<std::uint32_t>> indices = {};
  detail::reused<cell_list> lists = {};
};

BULKWRITER_DECL cell_row::cell_row(std::span<field_info const> fields)
    : fields_(fields),
      index_(fields),
      cells_(fields.size()),
      memory_(new memory) {}
BULKWRITER_DECL cell_row::cell_row(cell_row&&) noexcept = default;
BULKWRITER_DECL cell_row& cell_row::operator=(cell_row&&) noexcept = default;
BULKWRITER_DECL cell_row::~cell_row() = default;

BULKWRITER_DECL std::size_t cell_row::find(std::string_view name) const noexcept {
  return (std::min)(index_.find(name), fields_.size());
}

BULKWRITER_DECL std::string& cell_row::new_text() & { return memory_->texts.get(); }
BULKWRITER_DECL std::vector<float>& cell_row::new_floats() & { return memory_->floats.get(); }
BULKWRITER_DECL std::vector<std::int8_t>& cell_row::new_int8s() & { return memory_->int8s.get(); }
BULKWRITER_DECL std::vector<std::uint8_t>& cell_row::new_bytes() & { return memory_->bytes.get(); }
BULKWRITER_DECL std::vector<std::uint32_t>& cell_row::new_indices() & { return memory_->indices.get(); }
BULKWRITER_DECL cell_list& cell_row::new_list() & { return memory_->lists.get(); }

BULKWRITER_DECL void cell_row::refuse(errc code, std::string_view field, std::string message) {
  problems_.push_back({.code = code, .field = std::string(field), .message = std::move(message)});
}

BULKWRITER_DECL void cell_row::clear() {
  for (cell& c : cells_) c = cell();
  problems_.clear();
  memory_->texts.release();
  memory_->floats.release();
  memory_->int8s.release();
  memory_->bytes.release();
  memory_->indices.release();
  memory_->lists.release();
}

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
