#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/schema/member_type.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// Texts one behind another, as Arrow has them: text `i` is `bytes[offsets[i], offsets[i + 1])`, so that there is one
/// offset more than there are texts. `string_block{std::span{offsets}, bytes}`. Views.
template <class Offset>
struct string_block {
  std::span<Offset const> offsets = {};  ///< ascending, of any integer type
  std::string_view bytes = {};           ///< of all texts
};
/// Offsets that may be written to are read all the same.
template <class Offset>
string_block(std::span<Offset>, std::string_view) -> string_block<std::remove_const_t<Offset>>;

/// A column with a validity bitmap: made by `masked`.
template <class Values>
struct masked_column {
  Values values;  ///< a reference to the caller's, or a temporary's; what stands where there is none does not matter
  std::span<std::uint8_t const> validity;  ///< bit `i % 8` of byte `i / 8`: whether row `i` has a value
};
/// A column of which some rows are null, with Arrow's validity bitmap. Refers to both; a column that is a temporary is
/// moved into it.
template <class Values>
masked_column<Values> masked(Values&& values, std::span<std::uint8_t const> validity) {
  return {std::forward<Values>(values), validity};
}

namespace detail {

// How many rows a column has, or why it is none; and the value of one row. `width`: of a dense vector's row in a block,
// 0 for other fields.
template <class C>
struct column_rows {
  using element = std::ranges::range_value_t<C const>;
  static constexpr bool is_block = !std::ranges::range<element> && !is_optional<element>;

  static std::size_t size(C const& column, std::size_t width) {
    std::size_t const n = std::ranges::size(column);
    if constexpr (is_block)
      if (width != 0) return n / width;
    return n;
  }
  static std::string fault(C const& column, std::size_t width) {
    std::size_t const n = std::ranges::size(column);
    if (!is_block || width == 0 || n % width == 0) return {};
    return std::to_string(n) + " values are no multiple of the " + std::to_string(width) + " of a row";
  }
  template <std::size_t Width>
  static decltype(auto) at(C const& column, std::size_t i) {
    using distance = std::ranges::range_difference_t<C const>;
    if constexpr (is_block && Width != 0 && std::ranges::contiguous_range<C const>) {
      return std::span<element const>(std::ranges::data(column) + i * Width, Width);
    } else if constexpr (is_block && Width != 0) {  // std::vector<bool>
      auto const first = std::ranges::begin(column) + static_cast<distance>(i * Width);
      return std::ranges::subrange(first, first + static_cast<distance>(Width));
    } else {
      return std::ranges::begin(column)[static_cast<distance>(i)];
    }
  }
};
template <class Offset>
struct column_rows<string_block<Offset>> {
  using column = string_block<Offset>;
  static std::size_t size(column const& c, std::size_t) { return c.offsets.empty() ? 0 : c.offsets.size() - 1; }
  static std::string fault(column const& c, std::size_t) {
    for (std::size_t i = 0; i < c.offsets.size(); ++i)
      if (std::cmp_less(c.offsets[i], i == 0 ? Offset{} : c.offsets[i - 1]) ||
          std::cmp_greater(c.offsets[i], c.bytes.size()))
        return "offset [" + std::to_string(i) + "] is " + std::to_string(c.offsets[i]) + ": offsets ascend, to the " +
               std::to_string(c.bytes.size()) + " bytes at most";
    return {};
  }
  template <std::size_t>
  static std::string_view at(column const& c, std::size_t i) {
    auto const begin = static_cast<std::size_t>(c.offsets[i]);
    return c.bytes.substr(begin, static_cast<std::size_t>(c.offsets[i + 1]) - begin);
  }
};
template <class Values>
struct column_rows<masked_column<Values>> {
  using column = masked_column<Values>;
  using rows = column_rows<std::remove_cvref_t<Values>>;
  static std::size_t size(column const& c, std::size_t width) { return rows::size(c.values, width); }
  static std::string fault(column const& c, std::size_t width) {
    if (c.validity.size() < (rows::size(c.values, width) + 7) / 8)
      return "a bitmap of " + std::to_string(c.validity.size()) + " bytes for " +
             std::to_string(rows::size(c.values, width)) + " rows";
    return rows::fault(c.values, width);
  }
  template <std::size_t Width>
  static auto at(column const& c, std::size_t i) {
    using value = std::remove_cvref_t<decltype(rows::template at<Width>(c.values, i))>;
    bool const there = (c.validity[i / 8] >> (i % 8) & 1) != 0;
    return there ? std::optional<value>(rows::template at<Width>(c.values, i)) : std::optional<value>();
  }
};

template <class C>
inline constexpr bool is_column = std::ranges::random_access_range<C const> && std::ranges::sized_range<C const>;
template <class Offset>
inline constexpr bool is_column<string_block<Offset>> = true;
template <class Values>
inline constexpr bool is_column<masked_column<Values>> = is_column<std::remove_cvref_t<Values>>;

template <class C>
struct values_of_column {
  using type = C;
};
template <class Values>
struct values_of_column<masked_column<Values>> {
  using type = std::remove_cvref_t<Values>;
};
// The width of a row of this field in a block, which for bits is another where they are bools; 0 where it has none.
template <class S, class C>
consteval std::size_t width_of(std::string_view name) {
  for (field_info const& f : S::infos)
    if (f.name == name) return wanted_elements<typename values_of_column<C>::type>(f);
  return 0;
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
