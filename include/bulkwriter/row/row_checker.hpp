#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/row/cell.hpp>
#include <bulkwriter/row/cell_row.hpp>
#include <bulkwriter/row/syntax.hpp>
#include <bulkwriter/schema/field_info.hpp>
#include <bulkwriter/schema/name_index.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// Judges a row before anything of it is written. All problems of a row become one error. A checked cell has the type
/// of its field's kind, with what these leave open: integers may be unsigned, floats of either width, vectors of 16-bit
/// floats floats or halves.
class row_checker {
 public:
  explicit row_checker(std::span<field_info const> fields, bool refuse_zero_vectors = false)
      : fields_(fields),
        index_(fields),
        refuse_zero_vectors_(refuse_zero_vectors) {}

  /// One cell a field. `row` is the number that the error names.
  result<void>(check)(std::int64_t row, std::span<cell const> cells) {  // in parentheses: a macro of some programs
    judge(cells);
    return verdict(row);
  }
  /// The same in two steps: others may add what they find between them. `found` is what was wrong with values that did
  /// not become cells: their fields are not judged, and where it is the row as a whole, nothing is.
  /// @{
  void judge(std::span<cell const> cells, std::span<problem const> found = {});
  std::vector<problem>& problems() noexcept { return problems_; }
  result<void> verdict(std::int64_t row);
  /// @}

 private:
  void add(errc code, std::string message);
  static std::string describe(cell const& value);
  void add_out_of_range(kind k, std::string const& value);
  void check_value(field_info const& f, cell const& value);
  void check_kind(field_info const& f, cell const& value);
  void check_integer(kind k, cell const& value);
  void check_number(kind k, cell const& value);
  void check_text(field_info const& f, std::string_view value);
  void check_json(std::string_view text);
  void check_dynamic(std::string_view text);
  bool check_size(field_info const& f, std::size_t given, std::size_t wanted);
  void check_floats(field_info const& f, std::span<float const> value);
  void check_halves(field_info const& f, std::span<std::uint16_t const> bits);
  void check_sparse(cell const& value);
  bool check_width(cell const& list, std::size_t wanted);
  void check_array(field_info const& f, cell const& value);
  void check_structs(field_info const& f, cell const& value);

  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
  std::span<field_info const> fields_;
  field_index index_;
  bool refuse_zero_vectors_;
  std::vector<problem> problems_;
  std::vector<std::string> keys_;  // scratch
  // Where the value under judgement stands: its field, and within a list its element and the field of the struct there.
  field_info const* field_ = nullptr;
  std::size_t element_ = nowhere;
  field_info const* sub_field_ = nullptr;
};

/// From checked cells to those that stand in a file of whatever format: a default wins over null, as on the server; a
/// row without dynamic keys has an empty object; a double given for a float32 field is that float.
void settle(std::span<field_info const> fields, std::span<cell> cells) noexcept;
/// And points in time, in these places, as every server reads them. The texts that it takes belong to the row.
void respell_timestamps(std::span<std::size_t const> places, std::span<cell> cells, cell_row& memory);

/// Index of the first value that is NaN or infinite; the size if all are finite.
std::size_t find_not_finite(std::span<float const> values) noexcept;

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/row/detail/row_checker.ipp>
#endif
