#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/row/cell.hpp>
#include <bulkwriter/schema/field_info.hpp>
#include <bulkwriter/schema/name_index.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

class chunk_writer;

// Puts entries in ascending order of their indices; of several with one index all stay, for the checker to see.
void sort_sparse(std::vector<std::uint32_t>& indices, std::vector<float>& values);

}  // namespace detail

/// The elements of an array, or the structs of an array of structs one behind another.
struct cell_list {
  std::vector<cell> cells = {};  ///< of all elements, in order
  std::size_t width = 1;         ///< cells of an element: for structs, their number of fields

  /// Empty again, with the memory that it has.
  void clear() {
    cells.clear();
    width = 1;
  }
  /// The cell of the field: a view.
  cell view() const { return cell::list(cells, width); }
};

/// A row on its way to cells: the cells, the memory behind those that cannot view what they were given, and what was
/// wrong with values that did not become cells. Used again for row after row; the memory is that of the largest.
/// Writers of a compile-time schema have one of their own; rows of a run-time schema are filled by `text_columns` and
/// <bulkwriter/adapt/boost_json.hpp>, and a writer takes it. Not thread-safe.
class cell_row {
 public:
  /// For rows of these fields, which must outlive it.
  explicit cell_row(std::span<field_info const> fields);
  cell_row(cell_row&&) noexcept;             ///< what was moved from can be destroyed and assigned to
  cell_row& operator=(cell_row&&) noexcept;  ///< likewise
  ~cell_row();                               ///< with all that its cells view

  /// Makes room for the next row: all cells null, no problems.
  void clear();

  /// The fields that it is for.
  std::span<field_info const> fields() const noexcept { return fields_; }
  /// The index of the field of this name; the number of fields if there is none.
  std::size_t find(std::string_view name) const noexcept;
  /// One a field. Valid until `clear`.
  /// @{
  std::span<cell const> cells() const& noexcept { return cells_; }
  std::span<cell const> cells() const&& = delete;
  /// @}
  /// In the order in which they were found.
  /// @{
  std::vector<problem> const& problems() const& noexcept { return problems_; }
  std::vector<problem> problems() && noexcept { return std::move(problems_); }
  /// @}

  /// Sets the cell of field `i`. What it views must live until the row is appended; memory that does can be had below.
  void set(std::size_t i, cell value) noexcept { cells_[i] = value; }
  /// Adds to the problems of the row, which will be refused. The field's own value is not judged then.
  void refuse(errc code, std::string_view field, std::string message);

  /// Empty memory that stays where it is until `clear`.
  /// @{
  std::string& new_text() &;
  std::vector<float>& new_floats() &;
  std::vector<std::int8_t>& new_int8s() &;
  std::vector<std::uint8_t>& new_bytes() &;
  std::vector<std::uint32_t>& new_indices() &;
  cell_list& new_list() &;
  /// @}

 private:
  friend class detail::chunk_writer;  // settles the cells

  std::span<field_info const> fields_;
  detail::field_index index_;
  std::vector<cell> cells_;
  std::vector<problem> problems_;
  struct memory;  // of many types, which a unit that only passes rows on need not instantiate
  std::unique_ptr<memory> memory_;
};

/// How a value of the user's becomes a row of a run-time schema: specialise with
/// `static void read(Type const& value, cell_row& row)`. <bulkwriter/adapt/boost_json.hpp> does so for
/// boost::json::object.
template <class Type>
struct cells_of {};

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/row/detail/cell_row.ipp>
#endif
