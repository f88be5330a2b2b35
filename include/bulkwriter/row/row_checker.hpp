#pragma once

#include <bulkwriter/error.hpp>
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

// The closed set of cells: null, bool, integers, floats, text, spans of floats. Checks and formats take one cell a
// field through overloads of put(field index, cell), in schema order; a cell's view is valid for the call.

/// Judges a row before anything of it is written. All problems of a row become one error.
class row_checker {
 public:
  explicit row_checker(std::span<field_info const> fields) noexcept : fields_(fields) {}

  void begin_row(std::int64_t row) {
    row_ = row;
    problems_.clear();
  }
  void put(std::size_t i, std::nullptr_t);
  void put(std::size_t i, bool value);
  void put(std::size_t i, std::int64_t value);
  void put_unsigned(std::size_t i, std::uint64_t value);
  void put(std::size_t i, float value);
  void put(std::size_t i, double value);
  void put(std::size_t i, std::string_view value);
  void put(std::size_t i, std::span<float const> value);

  result<void> finish() {
    if (problems_.empty()) [[likely]]
      return {};
    return refusal();
  }

 private:
  void add(std::size_t i, errc code, std::string message);
  void add_out_of_range(std::size_t i, std::string const& value);
  void check_json(std::size_t i, std::string_view text);
  void check_dynamic(std::size_t i, std::string_view text);
  error_info refusal();

  std::span<field_info const> fields_;
  std::int64_t row_ = 0;
  std::vector<problem> problems_;
  std::vector<std::string> keys_;  // scratch
};

/// Index of the first value that is NaN or infinite; the size if all are finite.
std::size_t find_not_finite(std::span<float const> values) noexcept;

}  // namespace detail
}  // namespace v1
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/row/detail/row_checker.ipp>
#endif
