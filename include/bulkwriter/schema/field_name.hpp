#pragma once

#include <bulkwriter/schema/kind.hpp>

#include <cstddef>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// Names begin with a letter or an underscore and go on with letters, digits and underscores; at most 255 bytes.
constexpr bool is_valid_field_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > limits::max_name_length) return false;
  for (char const& c : name) {
    bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    bool const digit = c >= '0' && c <= '9';
    if (!letter && !(digit && &c != name.data())) return false;
  }
  return true;
}

namespace detail {

// What Milvus 3.x of 2026-08 refuses; earlier ones refuse fewer spellings.

/// The fields that it adds itself (validateReservedFieldNames).
inline constexpr std::string_view system_field_names[] = {"RowID", "Timestamp", "__virtual_pk__"};
/// Words of its filter expressions (IsFieldNameKeyword), in these spellings alone. Those that expressions know by their
/// place, such as iso and st_within, are free.
inline constexpr std::string_view keywords[] = {
    "true",
    "True",
    "TRUE",
    "false",
    "False",
    "FALSE",
    "exists",
    "EXISTS",
    "json_contains",
    "JSON_CONTAINS",
    "json_contains_all",
    "JSON_CONTAINS_ALL",
    "json_contains_any",
    "JSON_CONTAINS_ANY",
    "array_contains",
    "ARRAY_CONTAINS",
    "array_contains_all",
    "ARRAY_CONTAINS_ALL",
    "array_contains_any",
    "ARRAY_CONTAINS_ANY",
    "array_length",
    "ARRAY_LENGTH",
    "text_match",
    "TEXT_MATCH",
    "phrase_match",
    "PHRASE_MATCH",
    "random_sample",
    "RANDOM_SAMPLE",
};
/// The same, in any case.
inline constexpr std::string_view keywords_of_any_case[] = {"and", "or", "not", "in", "like", "null"};

constexpr bool is_in_any_case(std::string_view name, std::string_view lower) noexcept {
  if (name.size() != lower.size()) return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    char const c = name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
    if (c != lower[i]) return false;
  }
  return true;
}

}  // namespace detail

/// Names that no field may have although they are valid: servers give them to fields of their own, or read them as
/// words of filter expressions.
constexpr bool is_reserved_field_name(std::string_view name) noexcept {
  for (auto const taken : detail::system_field_names)
    if (name == taken) return true;
  for (auto const word : detail::keywords)
    if (name == word) return true;
  for (auto const word : detail::keywords_of_any_case)
    if (detail::is_in_any_case(name, word)) return true;
  return false;
}

/// The name of the dynamic field in files and servers.
inline constexpr std::string_view dynamic_field_name = "$meta";

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
