#pragma once

#include <bulkwriter/input/parse.hpp>
#include <bulkwriter/row/text.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace input {
namespace detail {

inline bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
inline bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

template <class Type>
text_error parse_float(std::string_view text, Type& value) {
  char const* const last = text.data() + text.size();
  auto const [end, failed] = bulkwriter::detail::read_float(text.data(), last, value);
  if (end == last && failed == std::errc{}) return {};
  if (text.empty()) return {errc::invalid_number, "an empty cell where a number is due"};
  if (end == last && failed == std::errc::result_out_of_range)
    return {errc::invalid_number, quoted(text) + " is too large for " + std::to_string(sizeof(Type) * 8) + "-bit floats"};
  return {errc::invalid_number, quoted(text) + " is not a finite number"};
}

template <class Type>
text_error parse_integer(std::string_view text, Type& value) {
  char const* const last = text.data() + text.size();
  auto const [end, failed] = std::from_chars(text.data(), last, value);
  if (end == last && failed == std::errc{}) return {};
  if (text.empty()) return {errc::invalid_number, "an empty cell where an integer is due"};
  if (end == last && failed == std::errc::result_out_of_range)
    return {errc::invalid_number, quoted(text) + " does not fit 64 bits"};
  return {errc::invalid_number, quoted(text) + " is not an integer"};
}

template <class Type>
text_error parse_list(std::string_view text, std::span<Type> out) {
  char const* p = text.data();
  char const* const last = p + text.size();
  auto const skip_blanks = [&] {
    while (p != last && is_blank(*p)) ++p;
  };
  std::size_t count = 0;
  auto const bad_element = [&](std::string_view rule) {
    char const* end = std::find_if(p, last, [](char c) { return c == ',' || c == ']'; });
    while (end != p && is_blank(end[-1])) --end;
    return text_error{errc::invalid_number, "element [" + std::to_string(count - 1) + "]: " +
                                                quoted({p, static_cast<std::size_t>(end - p)}) + std::string(rule)};
  };
  skip_blanks();
  if (p == last) return {errc::invalid_number, "an empty cell where a list of numbers is due"};
  if (*p != '[') return {errc::invalid_number, quoted(text) + " is not a list of numbers: it does not begin with '['"};
  ++p;
  skip_blanks();
  if (p != last && *p == ']') {
    ++p;
  } else {
    for (;;) {
      Type surplus;  // elements beyond the last are still checked and counted, for the message
      Type& value = count < out.size() ? out[count] : surplus;
      ++count;
      auto const [end, failed] = bulkwriter::detail::read_float(p, last, value);
      if (failed == std::errc::result_out_of_range) return bad_element(" is too large");
      if (failed != std::errc{} || !bulkwriter::detail::is_json_number_form({p, static_cast<std::size_t>(end - p)}))
        return bad_element(" is not a finite number");
      char const* const begin = p;
      p = end;
      if (p != last && *p != ',') skip_blanks();
      if (p == last)
        return {errc::invalid_number, "the list does not end with ']' after " + std::to_string(count) + " elements"};
      if (*p == ']') {
        ++p;
        break;
      }
      if (*p != ',') {
        p = begin;
        return bad_element(" is not a finite number");
      }
      ++p;
      skip_blanks();
    }
  }
  skip_blanks();
  if (p != last)
    return {errc::invalid_number, quoted({p, static_cast<std::size_t>(last - p)}) + " stands behind the list's ']'"};
  if (count != out.size())
    return {errc::wrong_dim,
            "a list of " + std::to_string(count) + " numbers where dim is " + std::to_string(out.size())};
  return {};
}

}  // namespace detail

BULKWRITER_DECL text_error parse(std::string_view text, long long& value) { return detail::parse_integer(text, value); }
BULKWRITER_DECL text_error parse(std::string_view text, unsigned long long& value) {
  return detail::parse_integer(text, value);
}
BULKWRITER_DECL text_error parse(std::string_view text, float& value) { return detail::parse_float(text, value); }
BULKWRITER_DECL text_error parse(std::string_view text, double& value) { return detail::parse_float(text, value); }

BULKWRITER_DECL text_error parse(std::string_view text, bool& value) {
  for (std::string_view const yes : {"true", "True", "TRUE", "1"})
    if (text == yes) return value = true, text_error{};
  for (std::string_view const no : {"false", "False", "FALSE", "0"})
    if (text == no) return value = false, text_error{};
  return {errc::wrong_type, quoted(text) + " is neither true nor false"};
}

BULKWRITER_DECL text_error parse_list(std::string_view text, std::span<float> out) {
  return detail::parse_list(text, out);
}
BULKWRITER_DECL text_error parse_list(std::string_view text, std::span<double> out) {
  return detail::parse_list(text, out);
}

BULKWRITER_DECL std::size_t count_list(std::string_view text) noexcept {
  bool const has_element =
      std::any_of(text.begin(), text.end(), [](char c) { return c != '[' && c != ']' && !detail::is_blank(c); });
  return has_element ? static_cast<std::size_t>(std::count(text.begin(), text.end(), ',')) + 1 : 0;
}

}  // namespace input
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
