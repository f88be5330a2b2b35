#pragma once

#include <bulkwriter/row/cell_row.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace v1 {

/// Which field each column of a text file is for, and what its cells mean:
///
///     bw::text_columns const columns{writer.schema().fields(), csv.names()};
///     while (csv.next()) writer.append_row(columns, csv.texts());
///
/// By kind: numbers without blanks; true, false, 1, 0 (and True, TRUE, …) for a boolean; text as it stands; JSON text
/// for json and the dynamic field; JSON arrays for vectors (of a binary_vector: one integer for eight bits) and arrays;
/// JSON objects `{"12": 0.5}` or `{"indices": [12], "values": [0.5]}` for sparse vectors; an array of objects for
/// structs. An empty cell is null, but empty text where a varchar or text field takes no null. Columns that the schema
/// does not declare are keys of the dynamic field: numbers and true/false as such, other cells as strings, empty cells
/// left out, integers beyond 64 bits as strings. Errors of a cell: invalid_number, invalid_json, wrong_type,
/// out_of_range, unknown_field, wrong_dim. Thread-safe once it is made.
class text_columns {
 public:
  /// Of fields that outlive it. Errors: unknown_field (a column of no field, where there is no dynamic field, or of a
  /// field that the server fills), duplicate_key, null_not_allowed (no column for a field that must have a value).
  /// @{
  static result<text_columns> try_make(std::span<field_info const> fields, std::span<std::string const> names);
  text_columns(std::span<field_info const> fields, std::span<std::string const> names)
      : text_columns(try_make(fields, names).value()) {}
  /// @}

  /// Fills the row, which must be of the same fields, from one text a column. What goes wrong is among its problems.
  void read(std::span<std::string_view const> texts, cell_row& row) const;

 private:
  text_columns() = default;

  static constexpr std::size_t loose = static_cast<std::size_t>(-1);
  std::vector<std::size_t> field_of_;  // by column
  std::vector<std::string> names_;
  std::size_t dynamic_ = loose;
  bool has_loose_ = false;
};

/// A row as the text of a JSON object: a line of an NDJSON file. Values are those that text_columns describes, but
/// plain JSON; keys that the schema does not declare go to the dynamic field. A view.
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

}  // namespace v1
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/row/detail/text_columns.ipp>
#endif
