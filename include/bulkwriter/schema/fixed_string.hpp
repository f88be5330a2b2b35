#pragma once

#include <cstddef>
#include <string_view>

namespace bulkwriter {
inline namespace v1 {

/// Text as a template argument: `field<"title", …>`. Both compilers print it readably in their messages.
template <std::size_t N>
struct fixed_string {
  char data[N]{};  ///< with the NUL at the end

  /// From a string literal.
  constexpr fixed_string(char const (&text)[N]) noexcept {
    for (std::size_t i = 0; i < N; ++i) data[i] = text[i];
  }
  /// Without the NUL.
  constexpr std::string_view view() const noexcept { return {data, N - 1}; }
};

}  // namespace v1
}  // namespace bulkwriter
