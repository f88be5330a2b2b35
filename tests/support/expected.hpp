#pragma once

// Writes the values that went into a file once more, by printf and nothing of the library's: one line a row, one cell a
// tab, so that a reader in another language compares bit by bit. The checker's side is expected.py.
//
//   -  null          b0 b1  boolean       i-7  integer       f3f800000  float32, its bits      d3ff0000000000000
//   float64 s6869  text, its bytes               j7b7d  JSON text    v0000803f  float vector, little-endian
//   yff00  binary vector   [i1 i-7]  array, its elements

#include <bit>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace expected {

inline std::string hex(char tag, void const* data, std::size_t size) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out(1, tag);
  out.reserve(1 + 2 * size);
  for (auto const* p = static_cast<unsigned char const*>(data); size--; ++p) {
    out += digits[*p >> 4];
    out += digits[*p & 15];
  }
  return out;
}

inline std::string cell(std::nullopt_t) { return "-"; }
inline std::string cell(bool v) { return v ? "b1" : "b0"; }
template <class I>
  requires(std::is_integral_v<I> && !std::is_same_v<I, bool>)
std::string cell(I v) {
  char text[32];
  std::snprintf(text, sizeof text, "i%" PRId64, static_cast<std::int64_t>(v));
  return text;
}
inline std::string cell(float v) {
  char text[16];
  std::snprintf(text, sizeof text, "f%08" PRIx32, std::bit_cast<std::uint32_t>(v));
  return text;
}
inline std::string cell(double v) {
  char text[32];
  std::snprintf(text, sizeof text, "d%016" PRIx64, std::bit_cast<std::uint64_t>(v));
  return text;
}
inline std::string cell(std::string_view v) { return hex('s', v.data(), v.size()); }
inline std::string cell(std::string const& v) { return cell(std::string_view(v)); }
inline std::string cell(std::span<float const> v) { return hex('v', v.data(), v.size_bytes()); }
inline std::string cell(std::span<std::uint8_t const> v) { return hex('y', v.data(), v.size_bytes()); }
inline std::string json(std::string_view v) { return hex('j', v.data(), v.size()); }
inline std::string json(std::string const& v) { return json(std::string_view(v)); }

template <class T>
std::string cell(std::optional<T> const& v) {
  return v ? cell(*v) : "-";
}
inline std::string json(std::optional<std::string> const& v) { return v ? json(std::string_view(*v)) : "-"; }

/// A list of the cells of a range. Of vector<bool>, too.
template <class Range>
std::string array(Range const& range) {
  std::string out = "[";
  for (auto const& element : range)
    out += (out.size() == 1 ? "" : " ") + cell(static_cast<typename Range::value_type>(element));
  return out + ']';
}

/// Cells with tabs between them.
template <class... Cells>
std::string row(Cells const&... cells) {
  std::string out;
  ((out += out.empty() ? "" : "\t", out += cells), ...);
  return out;
}

}  // namespace expected
