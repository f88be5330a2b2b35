#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/row/cell.hpp>
#include <bulkwriter/schema/field_info.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace v1 {
namespace detail {

class chunk_writer;

// Things that keep their addresses and their memory from one use to the next.
template <class T>
class reused {
 public:
  T& get() {
    if (used_ == all_.size()) all_.push_back(std::make_unique<T>());
    T& next = *all_[used_++];
    next.clear();
    return next;
  }
  void release() noexcept { used_ = 0; }

 private:
  std::vector<std::unique_ptr<T>> all_;
  std::size_t used_ = 0;
};

// The elements of an array, or the structs of an array of structs one behind another.
struct cell_list {
  std::vector<cell> cells;
  std::size_t width = 1;  // cells of an element

  void clear() {
    cells.clear();
    width = 1;
  }
  cell view() const { return cell::list(cells, width); }
};

// Puts entries in ascending order of their indices; of several with one index all stay, for the checker to see.
void sort_sparse(std::vector<std::uint32_t>& indices, std::vector<float>& values);

}  // namespace detail

/// A row on its way to cells: the cells, the memory behind those that cannot view what they were given, and what was
/// wrong with values that did not become cells. Used again for row after row; the memory is that of the largest.
/// Writers of a compile-time schema have one of their own; rows of a run-time schema are filled by `text_columns` and
/// <bulkwriter/adapt/boost_json.hpp>, and a writer takes it. Not thread-safe.
class cell_row {
 public:
  /// For rows of these fields, which must outlive it.
  explicit cell_row(std::span<field_info const> fields) : fields_(fields), cells_(fields.size()) {}

  /// Makes room for the next row: all cells null, no problems.
  void clear();

  /// The fields that it is for.
  std::span<field_info const> fields() const noexcept { return fields_; }
  /// One a field. Valid until `clear`.
  std::span<cell const> cells() const noexcept { return cells_; }
  /// In the order in which they were found.
  std::vector<problem> const& problems() const noexcept { return problems_; }

  /// Sets the cell of field `i`. What it views must live until the row is appended; memory that does can be had below.
  void set(std::size_t i, cell value) noexcept { cells_[i] = value; }
  /// Adds to the problems of the row, which will be refused. The field's own value is not judged then.
  void refuse(errc code, std::string_view field, std::string message);

  /// Empty memory that stays where it is until `clear`.
  /// @{
  std::string& new_text();
  std::vector<float>& new_floats();
  std::vector<std::int8_t>& new_int8s();
  std::vector<std::uint8_t>& new_bytes();
  std::vector<std::uint32_t>& new_indices();
  detail::cell_list& new_list();
  /// @}

 private:
  friend class detail::chunk_writer;  // settles the cells

  std::span<field_info const> fields_;
  std::vector<cell> cells_;
  std::vector<problem> problems_;
  detail::reused<std::string> texts_;
  detail::reused<std::vector<float>> floats_;
  detail::reused<std::vector<std::int8_t>> int8s_;
  detail::reused<std::vector<std::uint8_t>> bytes_;
  detail::reused<std::vector<std::uint32_t>> indices_;
  detail::reused<detail::cell_list> lists_;
};

/// How a value of the user's becomes a row of a run-time schema: specialise with
/// `static void read(T const& value, cell_row& row)`. <bulkwriter/adapt/boost_json.hpp> does so for
/// boost::json::object.
template <class T>
struct cells_of {};

}  // namespace v1
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/row/detail/cell_row.ipp>
#endif
