#pragma once

#include <bulkwriter/config.hpp>
#include <bulkwriter/text/ascii.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

// Numbers in decimal, whatever the locale.

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// Reads a text that is one integer from its first byte to its last, in digits of this base, with a '-' where the type
/// has a sign. False where it is none, or does not fit; then `value` is as before.
template <class Int>
bool read_integer(std::string_view text, Int& value, int base = 10) noexcept {
  auto const end = text.data() + text.size();
  Int read = 0;
  auto const done = std::from_chars(text.data(), end, read, base);
  if (done.ec != std::errc() || done.ptr != end) return false;
  value = read;
  return true;
}

/// The same of decimal digits alone, as protocols have sizes and dates.
template <class Int>
bool parse_number(std::string_view text, Int& value) noexcept {
  return std::all_of(text.begin(), text.end(), is_digit) && read_integer(text, value);
}

/// Appends a number with zeros before it up to this many digits.
inline void append_digits(std::string& out, unsigned value, std::size_t width) {
  std::string const digits = std::to_string(value);
  out.append(width - (std::min)(width, digits.size()), '0').append(digits);
}

/// Reads the longest decimal number at `first` as std::from_chars does, in every locale, with every standard library.
/// Unlike there the result is finite: infinities and NaN are an `invalid_argument`; too small a number is the nearest,
/// mostly zero; `result_out_of_range` says that it is too large. What fails leaves `value` alone.
std::from_chars_result read_float(char const* first, char const* last, float& value);
std::from_chars_result read_float(char const* first, char const* last, double& value);

/// The same of a text that is one such number from its first byte to its last.
inline bool read_float(std::string_view text, double& value) {
  char const* const last = text.data() + text.size();
  double read = 0;
  auto const done = read_float(text.data(), last, read);
  if (done.ec != std::errc() || done.ptr != last) return false;
  value = read;
  return true;
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/text/detail/numbers.ipp>
#endif
