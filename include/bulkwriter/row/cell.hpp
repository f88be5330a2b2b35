#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bulkwriter {
inline namespace v1 {

/// One value of a row as checks and formats see it: null, a number, or a view of text or of numbers. A row is one cell a
/// field, in schema order; whatever way the user gave it, it comes down to these. A view is valid as long as the row.
class cell {
 public:
  enum class type : std::uint8_t { null, boolean, integer, unsigned_integer, float32, float64, text, floats };

  constexpr cell() noexcept : integer_(0) {}
  static constexpr cell boolean(bool value) noexcept { return {type::boolean, std::int64_t{value}}; }
  static constexpr cell integer(std::int64_t value) noexcept { return {type::integer, value}; }
  /// Of an unsigned integer of 64 bits: what is above the range of int64 shows to those who judge it.
  static constexpr cell integer(std::uint64_t value) noexcept {
    return {type::unsigned_integer, static_cast<std::int64_t>(value)};
  }
  static constexpr cell float32(float value) noexcept { return {type::float32, double{value}}; }
  static constexpr cell float64(double value) noexcept { return {type::float64, value}; }
  static constexpr cell text(std::string_view value) noexcept { return {type::text, value.data(), value.size()}; }
  static constexpr cell floats(std::span<float const> values) noexcept {
    return {type::floats, values.data(), values.size()};
  }

  constexpr type holds() const noexcept { return type_; }
  constexpr bool is_null() const noexcept { return type_ == type::null; }

  // Each asks for the type that it names.
  constexpr bool as_boolean() const noexcept { return integer_ != 0; }
  constexpr std::int64_t as_integer() const noexcept { return integer_; }
  constexpr std::uint64_t as_unsigned() const noexcept { return static_cast<std::uint64_t>(integer_); }
  constexpr double as_number() const noexcept { return number_; }  ///< of float32 and float64
  std::string_view as_text() const noexcept { return {static_cast<char const*>(data_), size_}; }
  std::span<float const> as_floats() const noexcept { return {static_cast<float const*>(data_), size_}; }

 private:
  constexpr cell(type t, std::int64_t value) noexcept : type_(t), integer_(value) {}
  constexpr cell(type t, double value) noexcept : type_(t), number_(value) {}
  constexpr cell(type t, void const* data, std::size_t size) noexcept : type_(t), size_(size), data_(data) {}

  type type_ = type::null;
  std::size_t size_ = 0;
  union {
    std::int64_t integer_;
    double number_;
    void const* data_;
  };
};

}  // namespace v1
}  // namespace bulkwriter
