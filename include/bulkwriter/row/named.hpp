#pragma once

#include <bulkwriter/schema/fixed_string.hpp>

#include <cstdint>
#include <initializer_list>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// A value with the name of its field, made by `"title"_f = value`. Refers to the value: use it in the call that takes
/// it.
template <fixed_string Name, class Type>
struct named {
  Type&& value;  ///< of the caller
};

/// A list in braces, `"v"_f = {0.5f, 0.25f}`, which lives as long as the call that takes it.
template <fixed_string Name, class Element>
struct named<Name, std::initializer_list<Element>> {
  std::initializer_list<Element> value;  ///< of the caller
};

/// What `"title"_f` is: a name that waits for its value.
template <fixed_string Name>
struct field_name {
  /// Gives the value its name; nothing is copied.
  /// @{
  template <class Type>
  constexpr named<Name, Type> operator=(Type&& value) const noexcept {
    return {static_cast<Type&&>(value)};
  }
  template <class Element>
  constexpr named<Name, std::initializer_list<Element>> operator=(std::initializer_list<Element> value) const noexcept {
    return {value};
  }
  /// @}
};

/// What `using namespace bulkwriter::literals;` opens.
inline namespace literals {

/// The name of a field in `"title"_f = value`.
template <fixed_string Name>
constexpr field_name<Name> operator""_f() noexcept {
  return {};
}
/// Sizes in bytes, 64 bits wide: `5u << 30` would silently be 1 GiB.
/// @{
constexpr std::uint64_t operator""_KiB(unsigned long long n) noexcept { return n << 10; }
constexpr std::uint64_t operator""_MiB(unsigned long long n) noexcept { return n << 20; }
constexpr std::uint64_t operator""_GiB(unsigned long long n) noexcept { return n << 30; }
/// @}

}  // namespace literals
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
