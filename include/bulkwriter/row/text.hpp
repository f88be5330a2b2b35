#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/schema/finite.hpp>
#include <bulkwriter/schema/text_fault.hpp>
#include <bulkwriter/text/utf8.hpp>

#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

// Text as files need it: JSON (RFC 8259) and numbers in it. Pure functions.

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// Where a text stops being JSON, and which rule it breaks there.
struct json_fault {
  std::size_t offset = 0;
  char const* what = "";
  /// Of a key that its object has twice (`offset` is that of its second value) in text that is JSON otherwise,
  /// unescaped: the key, what leads to the object from the outermost value ("a.b[3]"; empty for that itself), and the
  /// member of the outermost object that it is or lies in.
  std::optional<std::string> key = {};
  std::string object = {}, top_key = {};

  /// What is wrong, for a message: "not JSON: a digit was expected at byte 7" (`not_what`: "not JSON"), or "the key 'a'
  /// appears more than once in 'b[3]'" (`a_key`: "the key").
  std::string rule(std::string_view not_what, std::string_view a_key = "the key") const;
  /// duplicate_key or invalid_json.
  errc code() const noexcept { return key ? errc::duplicate_key : errc::invalid_json; }
};

/// The first place where the text is not exactly one JSON value that every server reads alike: beyond the grammar,
/// numbers must fit a double, escaped surrogates must come in pairs, no object has a key twice, and nesting ends at
/// 1,024. In time that grows with the text (and the logarithm of an object's keys).
std::optional<json_fault> find_json_fault(std::string_view text);

/// The same for text that must be an object; its top-level keys, unescaped, are put into `keys`.
std::optional<json_fault> find_json_object_fault(std::string_view text, std::vector<std::string>& keys);

/// What is wrong with JSON text, for a message: the way to the value, its text, and the rule that it breaks.
struct json_complaint {
  std::string message = {};     ///< "element [3]: 'Infinity' is not a finite number"
  bool is_not_finite = false;  ///< NaN or an infinity, which JSON has no word for
};
json_complaint describe_json_fault(std::string_view text, json_fault const& fault);

/// Exactly a number of RFC 8259 (so neither `007` nor `+1` nor `.5`) that a 64-bit integer or a double holds; with a
/// fraction or exponent, one that is finite.
bool is_json_number(std::string_view text) noexcept;

/// Only the form of one: what JSON takes, where read_float takes more.
bool is_json_number_form(std::string_view text) noexcept;

/// Appends what a JSON string, given with its quotes and free of faults, stands for.
void append_unescaped(std::string& out, std::string_view json_string);

/// Appends the text as a JSON string with its quotes. Well-formed UTF-8 passes through unescaped.
void append_json_string(std::string& out, std::string_view text);

/// Writes the shortest decimal that reads back as the same number, in every reader: "-0" is the integer 0 to many, so
/// that zero is "-0.0". There must be room for it: 24 characters do for every double, 15 for every float.
template <class Type>
char* write_json_number(char* first, char* last, Type value) {
  char* const end = std::to_chars(first, last, value).ptr;
  if constexpr (std::is_floating_point_v<Type>) {
    if (end - first != 2 || first[0] != '-' || first[1] != '0') [[likely]]
      return end;
    end[0] = '.', end[1] = '0';
    return end + 2;
  } else {
    return end;
  }
}

/// Appends such a number. Not finite: "NaN", which no JSON check lets pass.
void append_json_number(std::string& out, float const& value);
void append_json_number(std::string& out, double const& value);
void append_json_number(std::string& out, long long value);
void append_json_number(std::string& out, unsigned long long value);

/// Reads the longest decimal number at `first` as std::from_chars does, in every locale, with every standard library.
/// Unlike there the result is finite: infinities and NaN are an `invalid_argument`; too small a number is the nearest,
/// mostly zero; `result_out_of_range` says that it is too large. What fails leaves `value` alone.
std::from_chars_result read_float(char const* first, char const* last, float& value);
std::from_chars_result read_float(char const* first, char const* last, double& value);

/// What stands between the braces of text that begins and ends with them; nothing where it does not. Judges no more
/// than that.
std::optional<std::string_view> inside_braces(std::string_view object) noexcept;

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/row/detail/json_complaint.ipp>
#include <bulkwriter/row/detail/read_float.ipp>
#include <bulkwriter/row/detail/text.ipp>
#endif
