#pragma once

#include <bulkwriter/schema/kind_traits.hpp>
#include <bulkwriter/text/finite.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// One value of a row as checks and formats see it: null, a number, or a view of text or of numbers. A row is one cell
/// a field, in schema order; whatever way the user gave it, it comes down to these. A view is valid as long as the row.
/// Says nothing of the field: whether a cell fits its field's kind is judged by the row checker. Thread-safe as a
/// value.
class cell {
 public:
  using type = cell_type;  ///< what it holds

  /// Each from its value. Spans and text are kept as views. Integers of any type, but no bool or char. Floating
  /// point by reference: see text/finite.hpp.
  /// @{
  constexpr cell() noexcept : integer_(0) {}
  static constexpr cell boolean(bool value) noexcept { return {type::boolean, std::int64_t{value}}; }
  template <detail::integer_like Integer>
    requires(sizeof(Integer) <= 8)
  static constexpr cell integer(Integer value) noexcept {
    bool const may_be_beyond = std::is_unsigned_v<Integer> && sizeof(Integer) == 8;
    return {may_be_beyond ? type::unsigned_integer : type::integer, static_cast<std::int64_t>(value)};
  }
  static constexpr cell float32(float const& value) noexcept {
    return {type::float32, static_cast<std::int64_t>(detail::widened_bits(value))};
  }
  static constexpr cell float64(double const& value) noexcept {
    return {type::float64, static_cast<std::int64_t>(detail::bits_of(value))};
  }
  static constexpr cell text(std::string_view value) noexcept { return {type::text, value.data(), value.size()}; }
  static constexpr cell floats(std::span<float const> values) noexcept {
    return {type::floats, values.data(), values.size()};
  }
  static constexpr cell halves(std::span<std::uint16_t const> bits) noexcept {
    return {type::halves, bits.data(), bits.size()};
  }
  static constexpr cell int8s(std::span<std::int8_t const> values) noexcept {
    return {type::int8s, values.data(), values.size()};
  }
  static constexpr cell bytes(std::span<std::uint8_t const> bits) noexcept {
    return {type::bytes, bits.data(), bits.size()};
  }
  static constexpr cell sparse(std::span<std::uint32_t const> indices, std::span<float const> values) noexcept {
    cell c{type::sparse, indices.data(), indices.size() < values.size() ? indices.size() : values.size()};
    c.is_ragged_ = indices.size() != values.size();
    c.values_ = values.data();
    return c;
  }
  /// Elements of `width` cells: 1 for the scalars of an array, the number of sub-fields for structs.
  static constexpr cell list(std::span<cell const> cells, std::size_t width = 1) noexcept {
    cell c{type::list, cells.data(), width != 0 ? cells.size() / width : 0};
    c.is_ragged_ = cells.size() != c.size_ * width;
    c.width_ = width;
    return c;
  }
  /// @}

  /// What it holds.
  /// @{
  constexpr type holds() const noexcept { return type_; }
  constexpr bool is_null() const noexcept { return type_ == type::null; }
  /// @}

  /// The value, unchecked: each asks for the type that it names.
  /// @{
  constexpr bool as_boolean() const noexcept { return integer_ != 0; }
  constexpr std::int64_t as_integer() const noexcept { return integer_; }
  constexpr std::uint64_t as_unsigned() const noexcept { return static_cast<std::uint64_t>(integer_); }
  constexpr double as_number() const noexcept { return std::bit_cast<double>(integer_); }  ///< of float32 and float64
  constexpr std::uint64_t number_bits() const noexcept { return as_unsigned(); }  ///< of that, whether finite or not
  std::string_view as_text() const noexcept { return {static_cast<char const*>(data_), size_}; }
  std::span<float const> as_floats() const noexcept { return view<float>(); }
  std::span<std::uint16_t const> as_halves() const noexcept { return view<std::uint16_t>(); }
  std::span<std::int8_t const> as_int8s() const noexcept { return view<std::int8_t>(); }
  std::span<std::uint8_t const> as_bytes() const noexcept { return view<std::uint8_t>(); }
  std::span<std::uint32_t const> sparse_indices() const noexcept { return view<std::uint32_t>(); }
  std::span<float const> sparse_values() const noexcept { return {values_, size_}; }
  /// @}

  /// How many bytes of text, elements of a vector or list, entries of a sparse vector.
  constexpr std::size_t size() const noexcept { return size_; }
  /// Whether it was made of parts that do not fit: of indices and values that differ in number, or of cells that are no
  /// whole number of elements. What is over at the end is left out then; the row checker refuses it.
  constexpr bool is_ragged() const noexcept { return is_ragged_; }
  /// Of a list: the cells of an element.
  constexpr std::size_t width() const noexcept { return width_; }
  /// Of a list: the cell of one element, or the cells of one struct.
  std::span<cell const> element(std::size_t at) const noexcept {
    return {static_cast<cell const*>(data_) + at * width_, width_};
  }

 private:
  constexpr cell(type t, std::int64_t value) noexcept : type_(t), integer_(value) {}
  constexpr cell(type t, void const* data, std::size_t size) noexcept : type_(t), size_(size), data_(data) {}
  template <class Type>
  std::span<Type const> view() const noexcept {
    return {static_cast<Type const*>(data_), size_};
  }

  type type_ = type::null;
  bool is_ragged_ = false;
  std::size_t size_ = 0;
  /// @cond
  union {
    std::int64_t integer_;  // or the bits of a double
    void const* data_;
  };
  union {
    float const* values_ = nullptr;
    std::size_t width_;
  };
  /// @endcond
};

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
