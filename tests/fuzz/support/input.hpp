#pragma once

// What every fuzz target shares: the input as a stream of choices, and the failure of an expectation.
//
// libFuzzer changes single bytes and cuts and joins inputs. So choices are taken from the front, one byte each where
// that is enough: a small change of the input is a small change of what it means, and inputs that are too short mean
// something, too.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace fuzz {

/// Ends the program as libFuzzer wants it, after saying what was expected.
[[noreturn]] inline void fail(std::string const& what) {
  std::fprintf(stderr, "fuzz: %s\n", what.c_str());
  std::fflush(stderr);
  std::abort();
}
inline void require(bool holds, char const* what) {
  if (!holds) fail(what);
}
template <class Explain>
void require(bool holds, Explain const& explain) {
  if (!holds) fail(explain());
}

class input {
 public:
  explicit input(std::span<std::uint8_t const> bytes) noexcept : bytes_(bytes) {}

  bool empty() const noexcept { return bytes_.empty(); }
  /// 0 behind the end.
  std::uint8_t byte() noexcept {
    if (bytes_.empty()) return 0;
    std::uint8_t const b = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return b;
  }
  std::size_t below(std::size_t n) noexcept { return byte() % n; }
  bool one_in(std::size_t n) noexcept { return below(n) == n - 1; }
  template <class T>
  T bits() noexcept {
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>(value << 8 | byte());
    return value;
  }
  template <class T, std::size_t n>
  T const& any_of(T const (&choices)[n]) noexcept {
    return choices[below(n)];
  }
  /// At most so many of the bytes that follow.
  std::string_view take(std::size_t most) noexcept {
    std::size_t const n = most < bytes_.size() ? most : bytes_.size();
    std::string_view const taken(reinterpret_cast<char const*>(bytes_.data()), n);
    bytes_ = bytes_.subspan(n);
    return taken;
  }
  std::string_view rest() noexcept { return take(bytes_.size()); }

 private:
  std::span<std::uint8_t const> bytes_;
};

}  // namespace fuzz
