#pragma once

#include <bulkwriter/row/text.hpp>

#include <locale.h>
#include <stdlib.h>

#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// The end of the longest decimal number at `first`, as std::from_chars defines it; `first` where there is none.
inline char const* decimal_end(char const* const first, char const* const last) noexcept {
  auto const is_digit = [&](char const* p) { return p != last && *p >= '0' && *p <= '9'; };
  auto const past_digits = [&](char const* p) {
    while (is_digit(p)) ++p;
    return p;
  };
  char const* const begin = first != last && *first == '-' ? first + 1 : first;
  char const* end = past_digits(begin);
  bool has_digits = end != begin;
  if (end != last && *end == '.') {
    char const* const fraction = end + 1;
    char const* const fraction_end = past_digits(fraction);
    has_digits = has_digits || fraction_end != fraction;
    end = fraction_end;
  }
  if (!has_digits) return first;
  if (end != last && (*end == 'e' || *end == 'E')) {
    char const* exponent = end + 1;
    if (exponent != last && (*exponent == '+' || *exponent == '-')) ++exponent;
    if (is_digit(exponent)) end = past_digits(exponent);
  }
  return end;
}

inline void to_nearest(char const* text, float& value, locale_t locale) { value = ::strtof_l(text, nullptr, locale); }
inline void to_nearest(char const* text, double& value, locale_t locale) { value = ::strtod_l(text, nullptr, locale); }

template <class Type>
std::from_chars_result read_float_by_strtod(char const* first, char const* last, Type& value) {
  // The decimal point of strtod is that of the program's locale; this one is built in, and making it cannot fail.
  static locale_t const c_locale = ::newlocale(LC_ALL_MASK, "C", locale_t{});
  char const* const end = decimal_end(first, last);
  if (end == first) return {first, std::errc::invalid_argument};
  Type nearest;
  to_nearest(std::string(first, end).c_str(), nearest, c_locale);
  if (!is_finite(nearest)) return {end, std::errc::result_out_of_range};
  value = nearest;
  return {end, std::errc{}};
}

// libc++ has had it since version 20.
template <class Type>
concept has_from_chars = requires(char const* p, Type& value) { std::from_chars(p, p, value); };

template <class Type>
std::from_chars_result read_float_anyhow(char const* first, char const* last, Type& value) {
  if constexpr (has_from_chars<Type>) {
    Type nearest;
    auto const done = std::from_chars(first, last, nearest);
    if (done.ec == std::errc{}) {
      if (!is_finite(nearest)) return {first, std::errc::invalid_argument};
      value = nearest;
      return done;
    }
    // That is said of too large and of too small numbers.
    if (done.ec != std::errc::result_out_of_range) return done;
  }
  return read_float_by_strtod(first, last, value);
}

BULKWRITER_DECL std::from_chars_result read_float(char const* first, char const* last, float& value) {
  return read_float_anyhow(first, last, value);
}
BULKWRITER_DECL std::from_chars_result read_float(char const* first, char const* last, double& value) {
  return read_float_anyhow(first, last, value);
}

// Whether the text has the form that JSON wants of numbers, where read_float takes more.
BULKWRITER_DECL bool is_json_number_form(std::string_view text) noexcept {
  char const* p = text.data();
  char const* const last = p + text.size();
  auto const digits = [&] {
    char const* const first = p;
    while (p != last && *p >= '0' && *p <= '9') ++p;
    return p != first;
  };
  if (p != last && *p == '-') ++p;
  if (p != last && *p == '0')
    ++p;
  else if (!digits())
    return false;
  if (p != last && *p == '.' && (++p, !digits())) return false;
  if (p != last && (*p == 'e' || *p == 'E')) {
    ++p;
    if (p != last && (*p == '+' || *p == '-')) ++p;
    if (!digits()) return false;
  }
  return p == last;
}

BULKWRITER_DECL bool is_json_number(std::string_view text) noexcept {
  if (!is_json_number_form(text)) return false;
  char const* const last = text.data() + text.size();
  if (text.find_first_of(".eE") == std::string_view::npos) {
    std::int64_t value = 0;
    std::uint64_t large = 0;
    return std::from_chars(text.data(), last, value).ec == std::errc{} ||
           std::from_chars(text.data(), last, large).ec == std::errc{};
  }
  double value = 0;
  return read_float(text.data(), last, value).ec == std::errc{};
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
