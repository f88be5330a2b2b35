#pragma once

#include <bulkwriter/format/detail/csv_numbers.hpp>
#include <bulkwriter/row/text.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// The size of a number: d.ddd times ten to a power, without zeros at either end. 0 has no digits.
struct decimal {
  std::string digits;
  std::int64_t exponent = 0;

  // Of a number as JSON spells it.
  explicit decimal(std::string_view number) {
    std::size_t const mantissa = (std::min)(number.find_first_of("eE"), number.size());
    std::int64_t before_point = 0;
    bool behind_point = false;
    for (char const c : number.substr(0, mantissa)) {
      if (c == '.') behind_point = true;
      if (c < '0' || c > '9') continue;
      if (!behind_point) ++before_point;
      digits += c;
    }
    std::size_t const zeros = (std::min)(digits.find_first_not_of('0'), digits.size());
    digits.erase(0, zeros);
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.empty()) return;
    std::string_view power = number.substr((std::min)(mantissa + 1, number.size()));
    if (power.starts_with('+')) power.remove_prefix(1);
    // beyond 64 bits: of a number that is 0, or too large for a double, as no number here is
    if (std::from_chars(power.data(), power.data() + power.size(), exponent).ec == std::errc::result_out_of_range)
      exponent = -1'000'000'000;
    exponent += before_point - 1 - static_cast<std::int64_t>(zeros);
  }

  friend bool operator==(decimal const&, decimal const&) = default;
};

// The number that comes back; nothing where it is the same.
inline std::optional<std::string> changed_to(std::string_view number) {
  double value = 0;
  (void)read_float(number.data(), number.data() + number.size(), value);
  constexpr std::size_t most_digits = 767;  // that a double has
  char buffer[most_digits + 16];
  auto const scientific = [&](auto... precision) {
    return std::string_view(
        buffer, std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific, precision...).ptr);
  };
  decimal const given(number), shortest(scientific());
  if (given == shortest) return std::nullopt;
  bool const is_integer = number.find_first_of(".eE") == std::string_view::npos;
  if (!is_integer && !given.digits.empty() && given.digits.size() <= most_digits &&
      given == decimal(scientific(static_cast<int>(given.digits.size()) - 1)))
    return std::nullopt;
  std::string read = number.starts_with('-') ? "-" : "";
  if (is_integer && shortest.exponent < 21)
    read.append(shortest.digits).append(static_cast<std::size_t>(shortest.exponent) + 1 - shortest.digits.size(), '0');
  else
    append_json_number(read = {}, value);
  return read;
}

BULKWRITER_DECL std::optional<changed_number> find_changed_number(std::string_view object) {
  std::string_view string, key;  // the last one, with its quotes, and the last of those that began a member
  std::size_t depth = 0;
  for (std::size_t at = 0; at < object.size(); ++at) {
    char const c = object[at];
    if (c == '"') {
      std::size_t const begin = at;
      for (++at; at < object.size() && object[at] != '"'; ++at)
        if (object[at] == '\\') ++at;
      string = object.substr(begin, at + 1 - begin);
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      --depth;
    } else if (c == ':' && depth == 1) {
      key = string;
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      std::size_t const end = (std::min)(object.find_first_not_of("0123456789+-.eE", at), object.size());
      std::string_view const number = object.substr(at, end - at);
      if (auto read = changed_to(number)) {
        changed_number changed{.key = {}, .number = number, .read = *std::move(read)};
        if (!key.empty()) append_unescaped(changed.key, key);
        return changed;
      }
      at = end - 1;
    }
  }
  return std::nullopt;
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
