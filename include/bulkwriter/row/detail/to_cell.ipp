#pragma once

#include <bulkwriter/row/to_cell.hpp>

#include <algorithm>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

BULKWRITER_DECL cell timestamp_cell(field_info const& f, std::int64_t seconds, std::int64_t micros, cell_row& memory) {
  constexpr std::int64_t day = 86'400, first = -62'135'596'800, last = 253'402'300'799;  // years 1 to 9999
  if (seconds < first || seconds > last) {
    memory.refuse(errc::out_of_range, f.name,
                  std::to_string(seconds) + " seconds after 1970 are outside the years 1 to 9999");
    return {};
  }
  // From days to a date of the proleptic Gregorian calendar: in eras of 400 years that begin with March 1 of year 0.
  std::int64_t const days = (seconds - first) / day + 306, of_day = (seconds - first) % day;
  std::int64_t const era = days / 146'097, of_era = days % 146'097;
  std::int64_t const year_of_era = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
  std::int64_t const of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  std::int64_t const shifted = (5 * of_year + 2) / 153;  // 0: March
  std::int64_t const month = shifted < 10 ? shifted + 3 : shifted - 9;
  std::int64_t const year = 400 * era + year_of_era + (month <= 2 ? 1 : 0);

  std::string& text = memory.new_text();
  auto const put = [&](std::int64_t value, std::size_t digits, char after) {
    std::string const plain = std::to_string(value);
    text.append(digits - plain.size(), '0');
    text += plain;
    text += after;
  };
  put(year, 4, '-');
  put(month, 2, '-');
  put(of_year - (153 * shifted + 2) / 5 + 1, 2, 'T');
  put(of_day / 3600, 2, ':');
  put(of_day / 60 % 60, 2, ':');
  put(of_day % 60, 2, micros != 0 ? '.' : 'Z');
  if (micros != 0) put(micros, 6, 'Z');
  return cell::text(text);
}

BULKWRITER_DECL cell pairs_cell(std::vector<std::uint32_t>& indices, std::vector<float>& values) {
  sort_sparse(indices, values);
  return cell::sparse(indices, values);
}

BULKWRITER_DECL cell sparse_cell(field_info const& f, sparse_view value, cell_row& memory) {
  if (value.indices.size() != value.values.size()) {
    memory.refuse(
        errc::wrong_dim, f.name,
        std::to_string(value.indices.size()) + " indices and " + std::to_string(value.values.size()) + " values");
    return {};
  }
  if (std::is_sorted(value.indices.begin(), value.indices.end())) return cell::sparse(value.indices, value.values);
  std::vector<std::uint32_t>& indices = memory.new_indices();
  std::vector<float>& values = memory.new_floats();
  indices.assign(value.indices.begin(), value.indices.end());
  values.assign(value.values.begin(), value.values.end());
  return pairs_cell(indices, values);
}

BULKWRITER_DECL cell refuse_index(field_info const& f, std::string const& text, cell_row& memory) {
  memory.refuse(errc::out_of_range, f.name, "index " + text + " is outside 0..4294967294");
  return {};
}

BULKWRITER_DECL cell bits_cell(field_info const& f, std::vector<std::uint8_t> const& packed, std::size_t count,
                               cell_row& memory) {
  if (count == f.dim) return cell::bytes(packed);
  memory.refuse(errc::wrong_dim, f.name,
                "a vector of " + std::to_string(count) + " bits where dim is " + std::to_string(f.dim));
  return {};
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
