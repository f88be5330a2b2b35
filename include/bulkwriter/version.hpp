#pragma once

#include <bulkwriter/config.hpp>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// The library's version. The build files read it from this line.
inline constexpr char version[] = "0.2.0";

/// Its parts, as numbers. `#if` asks BULKWRITER_VERSION.
/// @{
inline constexpr int version_major = BULKWRITER_VERSION / 10000;
inline constexpr int version_minor = BULKWRITER_VERSION / 100 % 100;
inline constexpr int version_patch = BULKWRITER_VERSION % 100;
/// @}

namespace detail {

constexpr int number_of(char const* text) {
  int number = 0, part = 0;
  for (; *text != '\0'; ++text) {
    if (*text == '.')
      number = (number + part) * 100, part = 0;
    else
      part = part * 10 + (*text - '0');
  }
  return number + part;
}
static_assert(number_of(version) == BULKWRITER_VERSION, "bulkwriter: config.hpp tells another version");

}  // namespace detail

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
