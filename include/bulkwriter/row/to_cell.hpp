#pragma once

#include <bulkwriter/row/cell_row.hpp>
#include <bulkwriter/row/dynamic_text.hpp>
#include <bulkwriter/schema/field.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

// The cell of a value that `storable` lets pass. What cannot be viewed where it lies (packed bits, sorted indices,
// elements of lists) is made in the memory of the row.

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

// What the bodies below leave to functions that are compiled once.
/// A point in time as ISO 8601 text, `micros` after `seconds` since 1970; a problem where its year has not four digits.
cell timestamp_cell(field_info const& f, std::int64_t seconds, std::int64_t micros, cell_row& memory);
/// Two spans as they are where the indices ascend; a sorted copy otherwise; a problem where their lengths differ.
cell sparse_cell(field_info const& f, sparse_view value, cell_row& memory);
/// Entries that are not in order yet: sorts them.
cell pairs_cell(std::vector<std::uint32_t>& indices, std::vector<float>& values);
/// Says that this index is none; `text`: as it was given.
cell refuse_index(field_info const& f, std::string const& text, cell_row& memory);
/// The cell of bits packed as numpy.packbits does it, the first in the highest bit; `count` is how many were given.
cell bits_cell(field_info const& f, std::vector<std::uint8_t> const& packed, std::size_t count, cell_row& memory);

// A template on the kind, not on the field: fields share it.
template <kind K, class V>
cell scalar_cell(V const& value) {
  if constexpr (traits_of(K).cell == cell_type::boolean) {
    return cell::boolean(static_cast<bool>(value));
  } else if constexpr (is_integer(K)) {
    return cell::integer(value);
  } else if constexpr (is_float(K)) {
    if constexpr (std::is_same_v<V, float>)
      return cell::float32(value);
    else if constexpr (std::is_same_v<V, double>)
      return cell::float64(value);
    else
      return cell::float64(static_cast<double>(value));
  } else if constexpr (std::is_pointer_v<V>) {  // of getenv and its kin
    return value != nullptr ? cell::text(value) : cell();
  } else {
    return cell::text(text_view(value));
  }
}

template <class To, class V>
std::span<To const> block_as(V const& value) {
  using from = std::remove_cvref_t<std::ranges::range_value_t<V const>>;
  static_assert(sizeof(from) == sizeof(To));
  std::span<from const> const block = value;
  return {reinterpret_cast<To const*>(block.data()), block.size()};
}

template <class V>
cell packed_cell(field_info const& f, V const& bits, cell_row& memory) {
  std::vector<std::uint8_t>& packed = memory.new_bytes();
  std::size_t count = 0;
  auto const push = [&](bool bit) {
    if (count % 8 == 0) packed.push_back(0);
    if (bit) packed.back() = static_cast<std::uint8_t>(packed.back() | (0x80u >> (count % 8)));
    ++count;
  };
  if constexpr (bit_set<V>)
    for (std::size_t i = 0; i < bits.size(); ++i) push(bits.test(i));
  else
    for (bool const bit : bits) push(bit);
  return bits_cell(f, packed, count, memory);
}

template <class V>
void append_nearest(std::vector<float>& values, V const& value) {
  if constexpr (std::is_same_v<V, float>) {
    values.push_back(value);
  } else if constexpr (std::is_integral_v<V>) {
    values.push_back(static_cast<float>(value));
  } else {
    std::uint32_t bits;
    if constexpr (std::is_same_v<V, double>) {
      bits = narrowed_bits(value);
    } else {
      V const read = static_cast<V const volatile&>(value);
      bits = narrowed_bits(static_cast<double>(read));
    }
    std::memcpy(&values.emplace_back(), &bits, sizeof bits);
  }
}
template <class V>
cell pairs_cell(field_info const& f, V const& pairs, cell_row& memory) {
  std::vector<std::uint32_t>& indices = memory.new_indices();
  std::vector<float>& values = memory.new_floats();
  for (auto const& [index, value] : pairs) {
    if (!std::in_range<std::uint32_t>(index)) return refuse_index(f, std::to_string(index), memory);
    indices.push_back(static_cast<std::uint32_t>(index));
    append_nearest(values, value);
  }
  return pairs_cell(indices, values);
}

template <class V>
cell time_cell(field_info const& f, V const& time, cell_row& memory) {
  using period = typename V::period;
  auto const ticks = std::int64_t{time.time_since_epoch().count()};
  if constexpr (period::den == 1) {
    return timestamp_cell(f, ticks * period::num, 0, memory);
  } else {
    static_assert(period::num == 1, "bulkwriter: a point in time counts seconds, or a whole number of ticks a second");
    std::int64_t seconds = ticks / period::den, rest = ticks % period::den;
    if (rest < 0) --seconds, rest += period::den;
    if constexpr (period::den > 1'000'000)
      return timestamp_cell(f, seconds, rest / (period::den / 1'000'000), memory);
    else
      return timestamp_cell(f, seconds, rest * 1'000'000 / period::den, memory);
  }
}

template <kind E, class V>
cell array_cell(V const& elements, cell_row& memory) {
  cell_list& list = memory.new_list();
  list.cells.reserve(std::ranges::size(elements));
  for (auto&& element : elements) {
    using Type = std::remove_cvref_t<decltype(element)>;
    // text that the range makes as it goes is gone with the next element
    if constexpr (!std::is_lvalue_reference_v<std::ranges::range_reference_t<V const>> && text_like<Type> &&
                  !std::is_same_v<Type, std::string_view> && !std::is_pointer_v<Type>)
      list.cells.push_back(cell::text(memory.new_text() = text_view(element)));
    else
      list.cells.push_back(scalar_cell<E>(element));
  }
  return list.view();
}

template <class F, class V>
cell field_cell_of(V const& value, cell_row& memory);

// A struct by its members, or what is like a tuple by position.
template <class Sub, class Struct, std::size_t... Index>
void show_sub_fields(Struct const& value, cell_row& memory, cell* cells, std::index_sequence<Index...>) {
  if constexpr (std::is_void_v<typename Sub::template at<0>::owner>) {
    using std::get;
    ((cells[Index] = field_cell_of<typename Sub::template at<Index>>(get<Index>(value), memory)), ...);
  } else {
    ((cells[Index] = field_cell_of<typename Sub::template at<Index>>(Sub::template at<Index>::get(value), memory)), ...);
  }
}
template <class Sub, class V>
cell structs_cell(V const& structs, cell_row& memory) {
  cell_list& list = memory.new_list();
  list.width = Sub::size;
  list.cells.resize(std::ranges::size(structs) * Sub::size);
  cell* at = list.cells.data();
  for (auto const& one : structs) {
    show_sub_fields<Sub>(one, memory, at, std::make_index_sequence<Sub::size>{});
    at += Sub::size;
  }
  return list.view();
}

template <kind K, class V>
cell cell_of(field_info const& f, V const& value, cell_row& memory) {
  if constexpr (K == kind::json && !text_like<V>) {
    std::string& text = memory.new_text();
    json_text_of<V>::append(text, value);
    return cell::text(text);
  } else if constexpr (K == kind::timestamptz && !text_like<V>) {
    return time_cell(f, value, memory);
  } else if constexpr (traits_of(K).cell == cell_type::sparse) {
    if constexpr (std::is_same_v<V, sparse_view>)
      return sparse_cell(f, value, memory);
    else
      return pairs_cell(f, value, memory);
  } else if constexpr (traits_of(K).cell == cell_type::bytes) {
    if constexpr (bits_like<V>)
      return packed_cell(f, value, memory);
    else
      return cell::bytes(block_as<std::uint8_t>(value));
  } else if constexpr (traits_of(K).cell == cell_type::int8s) {
    return cell::int8s(value);
  } else if constexpr (is_dense_vector(K)) {
    if constexpr (block_of<V, float>)
      return cell::floats(value);
    else
      return cell::halves(block_as<std::uint16_t>(value));
  } else {
    return scalar_cell<K>(value);
  }
}

// The cell of a field's value, also of a std::optional and of null.
template <class F, class V>
cell field_cell_of(V const& value, cell_row& memory) {
  if constexpr (is_optional<V>) {
    return value ? field_cell_of<F>(*value, memory) : cell();
  } else if constexpr (is_null_type<V>) {
    return {};
  } else if constexpr (F::info.is_dynamic) {
    // Empty text is an object without keys: what a std::string member begins as.
    cell const given = cell_of<kind::json>(F::info, value, memory);
    return given.is_null() || given.as_text().empty() ? cell() : given;
  } else if constexpr (F::info.type == kind::array) {
    return array_cell<F::info.element>(value, memory);
  } else if constexpr (F::info.type == kind::struct_array) {
    return structs_cell<sub_fields_of<typename F::kind_type>>(value, memory);
  } else {
    return cell_of<F::info.type>(F::info, value, memory);
  }
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/row/detail/to_cell.ipp>
#endif
