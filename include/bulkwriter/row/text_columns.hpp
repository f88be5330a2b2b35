#pragma once

#include <bulkwriter/row/cell_row.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// What the cells of a column that the schema does not declare are in the dynamic field. Empty cells are left out
/// whatever the type; text in quotes is text.
enum class column_type : std::uint8_t {
  text,       ///< strings, whatever they look like
  number,     ///< numbers as JSON has them (no leading zeros, no '+'); an integer must fit 64 bits
  boolean,    ///< true and false
  each_cell,  ///< each by itself: a number or true/false where it looks like one, a string otherwise
};

/// One cell of a row of texts, and what its reader knows of it.
struct text_cell {
  std::string_view text = {};            ///< without quotes
  bool is_null = false;                  ///< stands for no value: null, the default_value, or no key
  bool is_quoted = false;                ///< in an undeclared column: text, whatever it looks like
  column_type type = column_type::text;  ///< of its column; looked at where that is undeclared
};

namespace detail {

/// Appends the cell of an undeclared column as a JSON value. What is wrong with a cell that is none of its column's
/// type, for a message; empty where nothing is.
std::string append_loose_cell(std::string& out, text_cell const& cell);
/// The code of that.
inline errc loose_cell_errc(text_cell const& cell) noexcept {
  return cell.type == column_type::number ? errc::invalid_number : errc::wrong_type;
}

}  // namespace detail

/// Which field each column of a text file is for, and what its cells mean:
///
///     bw::text_columns const columns = csv.columns_for(writer.schema().fields());
///     while (csv.next()) writer.append_row(columns, csv.texts());
///
/// By kind: numbers without blanks; true, false, 1, 0 (and True, TRUE, …) for a boolean; text as it stands; JSON text
/// for json and the dynamic field; JSON arrays for vectors (of a binary_vector: one integer for eight bits) and arrays;
/// JSON objects `{"12": 0.5}` or `{"indices": [12], "values": [0.5]}` for sparse vectors; an array of objects for
/// structs. A cell that stands for null is its own text where a varchar or text field takes no null. Columns that the
/// schema does not declare are keys of the dynamic field, of the type that their cells say. Errors of a cell:
/// invalid_number, invalid_json, not_finite, wrong_type, out_of_range, unknown_field, wrong_dim; for an undeclared
/// column, which is then the `field`, also invalid_utf8, duplicate_key, json_too_long. Thread-safe once it is made.
class text_columns {
 public:
  /// Of fields that outlive it. Errors: unknown_field (a column of no field, where there is no dynamic field, or of a
  /// field that the server fills), duplicate_key, null_not_allowed (no column for a field that must have a value),
  /// invalid_utf8.
  /// @{
  static result<text_columns> try_make(std::span<field_info const> fields, std::span<std::string const> names);
  text_columns(std::span<field_info const> fields, std::span<std::string const> names)
      : text_columns(try_make(fields, names).value()) {}
  /// @}

  /// Fills the row, which must be of the same fields, from one cell a column. What goes wrong is among its problems.
  /// Of texts alone nobody says more: an empty one is null, and undeclared columns are typed cell by cell.
  /// @{
  void read(std::span<text_cell const> cells, cell_row& row) const;
  void read(std::span<std::string_view const> texts, cell_row& row) const;
  /// @}

 private:
  text_columns() = default;
  template <class CellAt>
  void read_cells(std::size_t count, CellAt const& cell_at, cell_row& row) const;

  static constexpr std::size_t loose = static_cast<std::size_t>(-1);
  std::vector<std::size_t> field_of_;  // by column
  std::vector<std::string> names_;
  std::size_t dynamic_ = loose;
};

/// A row as the text of a JSON object: a line of an NDJSON file. Values are those that text_columns describes, but
/// plain JSON; keys that the schema does not declare go to the dynamic field. A string in a json field, or as $meta, is
/// JSON text, as servers read it and as the files of this library have it; any other value there is itself. A view.
///
///     writer.append_row(bw::json_text{R"({"id": 1, "title": "hello"})"});
class json_text {
 public:
  /// Of text that outlives the call that takes it.
  explicit json_text(std::string_view text) noexcept : text_(text) {}
  /// The text.
  std::string_view view() const noexcept { return text_; }

 private:
  friend struct cells_of<json_text>;
  std::string_view text_;
};

/// Errors: invalid_json, wrong_type, out_of_range, unknown_field, wrong_dim, duplicate_key.
template <>
struct cells_of<json_text> {
  /// Fills the row.
  static void read(json_text value, cell_row& row);
};

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/row/detail/text_columns.ipp>
#endif
