#pragma once

#include <bulkwriter/config.hpp>

#include <cstddef>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// Text as a template argument: `field<"title", …>`. Both compilers print it readably in their messages.
template <std::size_t Size>
struct fixed_string {
  char data[Size]{};  ///< with the NUL at the end

  /// From a string literal.
  constexpr fixed_string(char const (&text)[Size]) noexcept {
    for (std::size_t i = 0; i < Size; ++i) data[i] = text[i];
  }
  /// Without the NUL.
  constexpr std::string_view view() const noexcept { return {data, Size - 1}; }
};

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
