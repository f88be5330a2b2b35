#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/text/json.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <concepts>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// What text in input files means, apart from where it stands. Pure functions, without locale; thread-safe.
namespace input {

/// A rule that a text broke; `code` is `errc::none` where it broke none.
struct text_error {
  errc code = errc::none;    ///< which
  std::string message = {};  ///< rule and value
};

/// The whole text as a number: no blanks, no leading '+', finite. A float or double too small for its type becomes the
/// nearest one. Error: `invalid_number`; for bool (true, True, TRUE, 1, and false likewise) `wrong_type`.
/// @{
text_error parse(std::string_view text, long long& value);
text_error parse(std::string_view text, unsigned long long& value);
text_error parse(std::string_view text, float& value);
text_error parse(std::string_view text, double& value);
text_error parse(std::string_view text, bool& value);

template <std::integral Type>
  requires(!std::same_as<Type, bool> && !std::same_as<Type, char>)
text_error parse(std::string_view text, Type& value);
/// @}

/// A list `[0.25, -1e-3]` with blanks round its elements, into exactly `out.size()` numbers. Errors: `invalid_number`
/// with the element's place, `wrong_dim`. `out` is then partly written.
/// @{
text_error parse_list(std::string_view text, std::span<float> out);
text_error parse_list(std::string_view text, std::span<double> out);
/// @}

/// How many elements `parse_list` would find in a well-formed list.
std::size_t count_list(std::string_view text) noexcept;

/// Exactly a number of RFC 8259 (so neither `007` nor `+1` nor `.5`) that a 64-bit integer or a double holds; with a
/// fraction or exponent, one that is finite.
inline bool is_json_number(std::string_view text) { return bulkwriter::detail::is_json_number(text); }

/// The text for a message: in single quotes, control characters and what is no UTF-8 as escapes, no more than so many
/// bytes of it.
inline std::string quoted(std::string_view text, std::size_t limit = 40) {
  return bulkwriter::detail::in_quotes(text, limit);
}

template <std::integral Type>
  requires(!std::same_as<Type, bool> && !std::same_as<Type, char>)
text_error parse(std::string_view text, Type& value) {
  using wide = std::conditional_t<std::is_signed_v<Type>, long long, unsigned long long>;
  wide whole = 0;
  if (text_error failed = input::parse(text, whole); failed.code != errc::none) return failed;
  if (whole < static_cast<wide>((std::numeric_limits<Type>::min)()) ||
      whole > static_cast<wide>((std::numeric_limits<Type>::max)()))
    return {errc::invalid_number, quoted(text) + " does not fit " + std::to_string(sizeof(Type) * 8) + " bits"};
  value = static_cast<Type>(whole);
  return {};
}

}  // namespace input
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/input/detail/parse.ipp>
#endif
