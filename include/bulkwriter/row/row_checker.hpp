#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/row/cell.hpp>
#include <bulkwriter/row/syntax.hpp>
#include <bulkwriter/schema/field_info.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace v1 {
namespace detail {

/// Judges a row before anything of it is written. All problems of a row become one error.
class row_checker {
 public:
  explicit row_checker(std::span<field_info const> fields) noexcept : fields_(fields) {}

  /// One cell a field. `row` is the number that the error names.
  result<void> check(std::int64_t row, std::span<cell const> cells) {
    judge(cells);
    return verdict(row);
  }
  /// The same in two steps: others may add what they find between them.
  /// @{
  void judge(std::span<cell const> cells);
  std::vector<problem>& problems() noexcept { return problems_; }
  result<void> verdict(std::int64_t row);
  /// @}

 private:
  void add(std::size_t i, errc code, std::string message);
  void add_out_of_range(std::size_t i, std::string const& value);
  void check_value(std::size_t i, cell const& value);
  void check_number(std::size_t i, double value);
  void check_text(std::size_t i, std::string_view value);
  void check_json(std::size_t i, std::string_view text);
  void check_dynamic(std::size_t i, std::string_view text);
  void check_vector(std::size_t i, std::span<float const> value);
  error_info refusal(std::int64_t row);

  std::span<field_info const> fields_;
  std::vector<problem> problems_;
  std::vector<std::string> keys_;  // scratch
};

/// From checked cells to those that stand in a file of whatever format: a default wins over null, as on the server; a
/// row without dynamic keys has an empty object; a double given for a float32 field is that float.
void settle(std::span<field_info const> fields, std::span<cell> cells) noexcept;

/// Index of the first value that is NaN or infinite; the size if all are finite.
std::size_t find_not_finite(std::span<float const> values) noexcept;

}  // namespace detail
}  // namespace v1
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/row/detail/row_checker.ipp>
#endif
