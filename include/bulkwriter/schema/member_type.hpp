#pragma once

#include <bulkwriter/schema/kinds.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

// Which C++ types can be stored in which kind of field.

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// A half float given as its 16 bits (IEEE 754 binary16, or bfloat16: the field's kind decides).
struct float16 {
  std::uint16_t bits = 0;  ///< sign in the highest
};

/// A sparse vector given as two spans of the same length, which must outlive the call that takes it.
struct sparse_view {
  std::span<std::uint32_t const> indices = {};  ///< of the elements that are not 0
  std::span<float const> values = {};           ///< one for each index
};

/// How a type of the user's becomes JSON text: specialise with `static void append(std::string& out, Type const& value)`.
/// <bulkwriter/adapt/boost_json.hpp> does so for boost::json.
template <class Type>
struct json_text_of {};

namespace detail {

template <class V>
struct unwrap_optional {
  using type = V;
  static constexpr bool is_optional = false;
};
template <class V>
struct unwrap_optional<std::optional<V>> {
  using type = V;
  static constexpr bool is_optional = true;
};
template <class V>
using plain_type = std::remove_cv_t<typename unwrap_optional<std::remove_cvref_t<V>>::type>;
template <class V>
inline constexpr bool is_optional = unwrap_optional<std::remove_cvref_t<V>>::is_optional;

template <class V>
inline constexpr bool is_null_type = std::is_same_v<V, std::nullptr_t> || std::is_same_v<V, std::nullopt_t>;
template <class V>
concept text_like = std::convertible_to<V const&, std::string_view> && !is_null_type<V>;
template <class V>
concept has_json_text = requires(std::string& out, V const& v) { json_text_of<V>::append(out, v); };
template <class V>
concept json_like = text_like<V> || has_json_text<V>;
// A std::chrono::sys_time of any whole unit, known by its clock so that <chrono> need not be included here.
template <class V>
concept system_time = requires(V const& time) {
  typename V::period;
  V::clock::to_time_t(typename V::clock::time_point());
  { time.time_since_epoch().count() } -> std::integral;
};
template <class V>
concept timestamp_like = text_like<V> || system_time<V>;
template <class V, std::size_t Bits>
concept integer_within = integer_like<V> && sizeof(V) * 8 + (std::unsigned_integral<V> ? 1 : 0) <= Bits;
template <class V, class E>
concept block_of = std::convertible_to<V const&, std::span<E const>>;
template <class V>
concept pair_range = std::ranges::input_range<V const> && requires(std::ranges::range_reference_t<V const> e) {
  requires integer_like<std::remove_cvref_t<decltype(e.first)>>;
  requires std::is_arithmetic_v<std::remove_cvref_t<decltype(e.second)>>;
};

// 16-bit floats by their bits: float16, plain integers, and the compiler's own type where it is that of the kind.
template <class Type>
inline constexpr bool is_native_float16 = false;
template <class Type>
inline constexpr bool is_native_bfloat16 = false;
#if defined(__FLT16_MANT_DIG__)
__extension__ using native_float16 = _Float16;
template <>
inline constexpr bool is_native_float16<native_float16> = true;
#endif
#if defined(__STDCPP_BFLOAT16_T__)
template <>
inline constexpr bool is_native_bfloat16<decltype(0.0bf16)> = true;
#endif
template <class V, kind K>
consteval bool holds_halves() {
  if constexpr (!std::ranges::contiguous_range<V const>) {
    return false;
  } else {
    using Type = std::remove_cv_t<std::ranges::range_value_t<V const>>;
    return block_of<V, Type> && (std::same_as<Type, float16> || std::same_as<Type, std::uint16_t> ||
                              (K == kind::float16_vector ? is_native_float16<Type> : is_native_bfloat16<Type>));
  }
}

// The elements of a binary_vector one by one: a range of bool, or a std::bitset (and what is like it).
template <class V>
concept bit_set = requires(V const& bits) {
  { bits.test(bits.size()) } -> std::same_as<bool>;
  { bits.size() } -> std::convertible_to<std::size_t>;
};
template <class V>
concept bits_like = bit_set<V> || (std::ranges::input_range<V const> &&
                                   std::same_as<std::remove_cv_t<std::ranges::range_value_t<V const>>, bool>);

// A member's type is a promise about all of its values, so it must fit as it stands. A single value given by name or in
// a tuple is judged at run time: `"flag"_f = 1` for an int8 field.
enum class strictness : bool { member, value };

template <class V, kind K, strictness How>
consteval bool holds_integer() {
  // 65: an int64 field takes uint64 as well, since sizes and counters are; its range is checked in every row
  if constexpr (How == strictness::value)
    return integer_within<V, 65>;
  else
    return integer_within < V, traits_of(K).bits == 64 ? 65 : traits_of(K).bits > ;
}
template <class V, kind K, strictness How>
consteval bool holds_float() {
  if constexpr (How == strictness::value)
    return integer_within<V, 33> || std::same_as<V, float> || std::same_as<V, double>;
  else
    return std::same_as<V, float> || (traits_of(K).bits == 64 && std::same_as<V, double>);
}

template <class V, kind K, strictness How>
consteval bool storable_as() {
  constexpr cell_type cell = traits_of(K).cell;
  if constexpr (cell == cell_type::boolean)
    return std::same_as<V, bool>;
  else if constexpr (cell == cell_type::integer)
    return holds_integer<V, K, How>();
  else if constexpr (is_float(K))
    return holds_float<V, K, How>();
  else if constexpr (K == kind::json)
    return json_like<V>;
  else if constexpr (K == kind::timestamptz)
    return timestamp_like<V>;
  else if constexpr (cell == cell_type::text)
    return text_like<V>;
  else if constexpr (cell == cell_type::floats)
    return block_of<V, float>;
  else if constexpr (cell == cell_type::halves)
    return block_of<V, float> || holds_halves<V, K>();
  else if constexpr (cell == cell_type::int8s)
    return block_of<V, std::int8_t>;
  else if constexpr (cell == cell_type::bytes)
    return block_of<V, std::uint8_t> || block_of<V, std::byte> || bits_like<V>;
  else if constexpr (cell == cell_type::sparse)
    return std::same_as<V, sparse_view> || pair_range<V>;
  else
    return false;
}

template <class V, kind E, strictness How>
consteval bool storable_elements() {
  if constexpr (!std::ranges::sized_range<V const> || text_like<V>) {
    return false;
  } else {
    using X = std::remove_cvref_t<std::ranges::range_reference_t<V const>>;
    // vector<bool> yields proxies
    if constexpr (traits_of(E).cell == cell_type::boolean)
      return std::convertible_to<X, bool> && (std::same_as<X, bool> || !std::is_arithmetic_v<X>);
    else
      return storable_as<X, E, How>();
  }
}

template <class K>
inline constexpr bool is_struct_array = false;
template <class... Sub>
inline constexpr bool is_struct_array<struct_array<Sub...>> = true;

template <class K>
struct sub_fields_of;
// True for column<> and its like, in field.hpp, without a look into them.
template <class F>
inline constexpr bool has_info = requires { F::info; };
template <class... Sub>
struct sub_fields_of<struct_array<Sub...>> {
  static constexpr bool are_fields = (has_info<Sub> && ...);
  static constexpr std::size_t size = are_fields ? sizeof...(Sub) : 0;
  static constexpr auto infos = [] {
    if constexpr (are_fields)
      return std::array<field_info, size>{Sub::info...};
    else
      return std::array<field_info, 0>{};
  }();
  template <std::size_t Index>
  using at = std::tuple_element_t<Index, std::tuple<Sub...>>;
};
template <class Fields>
  requires requires { typename Fields::is_struct_fields; }
struct sub_fields_of<struct_array<Fields>> : sub_fields_of<typename Fields::is_struct_fields> {};

template <class V, auto Kind, strictness How>
consteval bool storable();

// Fields without members take what is like a tuple, by position.
template <class E, class Sub, std::size_t... Index>
consteval bool storable_tuple(std::index_sequence<Index...>) {
  if constexpr (requires { std::tuple_size<E>::value; }) {
    if constexpr (std::tuple_size<E>::value == Sub::size)
      return (storable<std::remove_cvref_t<std::tuple_element_t<Index, E>>, Sub::template at<Index>::attributes,
                       strictness::value>() &&
              ...);
  }
  return false;
}
template <class V, class Sub>
consteval bool storable_structs() {
  if constexpr (!std::ranges::sized_range<V const> || !std::ranges::input_range<V const>) {
    return false;
  } else if constexpr (!std::is_lvalue_reference_v<std::ranges::range_reference_t<V const>>) {
    return false;  // cells are views of the structs
  } else if constexpr (Sub::size == 0) {
    return true;
  } else {
    using E = std::ranges::range_value_t<V const>;
    using Owner = typename Sub::template at<0>::owner;
    if constexpr (std::is_void_v<Owner>)
      return storable_tuple<E, Sub>(std::make_index_sequence<Sub::size>{});
    else
      return std::same_as<Owner, E>;
  }
}

/// Whether a V (not a std::optional) can be stored in a field with these attributes.
template <class V, auto Kind, strictness How>
consteval bool storable() {
  using K = std::remove_const_t<decltype(Kind)>;
  if constexpr (K::tag == kind::array)
    return storable_elements<V, Kind.element_type.tag, How>();
  else if constexpr (is_struct_array<K>)
    return storable_structs<V, sub_fields_of<K>>();
  else
    return storable_as<V, K::tag, How>();
}

// An extent that the compiler knows: std::array, C array, span<Type, Size>; 0 where it does not.
template <class V>
inline constexpr std::size_t fixed_extent = 0;
template <class Type, std::size_t Size>
inline constexpr std::size_t fixed_extent<std::array<Type, Size>> = Size;
template <class Type, std::size_t Size>
inline constexpr std::size_t fixed_extent<Type[Size]> = Size;
template <class Type, std::size_t Size>
inline constexpr std::size_t fixed_extent<std::span<Type, Size>> = Size == std::dynamic_extent ? 0 : Size;

/// The number of elements a dense vector's range must have; 0 for other kinds.
constexpr std::size_t wanted_extent(field_info const& f) noexcept {
  if (!is_dense_vector(f.type)) return 0;
  return traits_of(f.type).cell == cell_type::bytes ? static_cast<std::size_t>(vector_bytes(f.type, f.dim)) : f.dim;
}
/// The same, of a V: bits may come one by one.
template <class V>
consteval std::size_t wanted_elements(field_info const& f) noexcept {
  return traits_of(f.type).cell == cell_type::bytes && bits_like<V> ? f.dim : wanted_extent(f);
}
template <class V>
consteval bool extent_fits(field_info const& f) noexcept {
  std::size_t const wanted = wanted_elements<V>(f);
  return wanted == 0 || fixed_extent<V> == 0 || fixed_extent<V> == wanted;
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
