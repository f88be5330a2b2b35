#pragma once

#include <bulkwriter/row/dynamic_text.hpp>
#include <bulkwriter/row/named.hpp>
#include <bulkwriter/row/to_cell.hpp>
#include <bulkwriter/schema/schema.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

// From the user's row to cells: each way to give a row becomes one function `show(row, memory, cells)`, which sets the
// cells of the written fields that the row brings. The others are null when it is called.

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

// ---- the schema's struct ----

template <class S, std::size_t Index>
struct column_without_member {
  using F = field_at<S, Index>;
  static_assert(rule::field<F::name_storage, F::info.may_be_null()>,
                "bulkwriter: this column<> has no member, so a row given as a struct cannot bring its value; bind it "
                "with field<>, "
                "make it nullable, or append by name");
};

template <class S, std::size_t Index, class Row>
void show_member(Row const& row, cell_row& memory, cell* cells) {
  using F = field_at<S, Index>;
  if constexpr (F::info.written()) {
    if constexpr (requires { F::ok; }) {
      cells[Index] = field_cell_of<F>(F::get(row), memory);
    } else {
      static_assert(sizeof(column_without_member<S, Index>) != 0);
    }
  }
}

template <class S, class Row>
void show_struct(void const* row, cell_row& memory, cell* cells) {
  if constexpr (S::right)
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
      (show_member<S, Index>(*static_cast<Row const*>(row), memory, cells), ...);
    }(std::make_index_sequence<S::size>{});
}

// ---- values by name or by position: references side by side, and where each field finds its own ----

template <std::size_t Index, class V>
struct value_ref {
  V const& value;
};
template <class, class... V>
struct value_refs;
template <std::size_t... Index, class... V>
struct value_refs<std::index_sequence<Index...>, V...> : value_ref<Index, V>... {};
template <std::size_t Index, class V>
constexpr V const& value_at(value_ref<Index, V> const& ref) noexcept {
  return ref.value;
}

inline constexpr int no_value = -1;

/// Which argument each field takes, and which arguments no field takes.
template <std::size_t Fields, std::size_t Args>
struct binding {
  std::array<int, Fields> argument_of{};
  std::array<bool, Args> is_loose{};
  int unknown = -1, repeated = -1, unwanted = -1;  // arguments
  int missing = -1;                                // a field
};

template <std::size_t Fields, std::size_t Args>
consteval binding<Fields, Args> bind_names(std::array<field_info, Fields> const& fields,
                                           std::array<std::string_view, Args> const& names) {
  binding<Fields, Args> b;
  for (int& a : b.argument_of) a = no_value;
  for (std::size_t a = 0; a < Args; ++a) {
    std::size_t i = 0;
    while (i < Fields && fields[i].name != names[a]) ++i;
    if (i == Fields) {
      b.is_loose[a] = true;
      for (std::size_t other = 0; other < a; ++other)
        if (names[other] == names[a]) b.repeated = static_cast<int>(a);
      if (!has_dynamic_field(fields)) b.unknown = static_cast<int>(a);
    } else if (!fields[i].written()) {
      b.unwanted = static_cast<int>(a);
    } else if (b.argument_of[i] != no_value) {
      b.repeated = static_cast<int>(a);
    } else {
      b.argument_of[i] = static_cast<int>(a);
    }
  }
  for (std::size_t i = 0; i < Fields; ++i)
    if (b.argument_of[i] == no_value && fields[i].written() && !fields[i].may_be_null())
      b.missing = static_cast<int>(i);
  return b;
}

template <fixed_string Name>
inline constexpr auto stored_name = Name;
template <fixed_string... Name>
struct name_list {
  static constexpr std::array<std::string_view, sizeof...(Name)> views{stored_name<Name>.view()...};
};
template <std::size_t Index, fixed_string First, fixed_string... Rest>
consteval auto nth_name() {
  if constexpr (Index == 0)
    return First;
  else
    return nth_name<Index - 1, Rest...>();
}

/// By name: the names are known to the compiler.
template <class S, fixed_string... Name>
struct by_name {
  static constexpr auto bound = bind_names(S::infos, name_list<Name...>::views);
  static constexpr auto const& names = name_list<Name...>::views;
  static consteval bool is_loose(std::string_view name) {
    for (std::size_t a = 0; a < names.size(); ++a)
      if (names[a] == name) return bound.is_loose[a];
    return false;
  }
};

/// By position: one value for each written field; the dynamic field may be left out at the end.
template <class S, std::size_t Args>
struct by_position {
  static constexpr std::size_t wanted = [] {
    std::size_t n = 0;
    for (auto const& f : S::infos) n += f.written() ? 1u : 0u;
    return n;
  }();
  static constexpr bool arity_fits = Args == wanted || (Args + 1 == wanted && S::infos[S::size - 1].is_dynamic);
  static constexpr auto bound = [] {
    binding<S::size, Args> b;
    int next = 0;
    for (std::size_t i = 0; i < S::size; ++i)
      b.argument_of[i] = S::infos[i].written() && next < static_cast<int>(Args) ? next++ : no_value;
    return b;
  }();
  static constexpr std::array<std::string_view, Args> names{};  // no argument is loose
};

template <class S, std::size_t Index, class V>
struct value_rules {
  using F = field_at<S, Index>;
  using plain = plain_type<V>;
  static constexpr bool fits = is_null_type<V> || storable<plain, F::attributes, strictness::value>();
  static constexpr bool extent = !fits || extent_fits<plain>(F::info);
  static constexpr bool present = !is_null_type<V> || F::info.may_be_null();
  static constexpr bool ok = fits && extent && present;
};
template <fixed_string Name, class V>
struct null_check {
  static_assert(rule::field<Name, sizeof(V) == 0>,
                "bulkwriter: null was given for this field, and it is neither nullable nor has a default_value; give a "
                "value");
};
// What says which rule is broken.
template <class S, std::size_t Index, class V, class R = value_rules<S, Index, V>, class F = field_at<S, Index>>
using value_check = std::conditional_t<
    !R::fits, type_check<F::name_storage, typename R::plain, F::info.type, strictness::value, R::fits>,
    std::conditional_t<!R::extent,
                       extent_check<F::name_storage, typename R::plain, F::info.type,
                                    wanted_elements<typename R::plain>(F::info), R::extent>,
                       null_check<F::name_storage, V>>>;

// The value that a binding gives to a field, and the first field whose value is wrong; their number if none is.
template <class Bound, std::size_t Index, class... V>
using argument_of = std::tuple_element_t<static_cast<std::size_t>(Bound::bound.argument_of[Index]), std::tuple<V...>>;
template <class S, class Bound, std::size_t Index, class... V>
consteval bool value_fits() {
  if constexpr (Bound::bound.argument_of[Index] == no_value)
    return true;
  else
    return value_rules<S, Index, argument_of<Bound, Index, V...>>::ok;
}
template <class S, class Bound, class... V, std::size_t... Index>
consteval std::size_t first_misfit(std::index_sequence<Index...>) {
  std::size_t i = 0;
  (void)((value_fits<S, Bound, Index, V...>() && ++i != 0) && ...);
  return i;
}

// JSON text of what was given for the dynamic field itself; nothing where that is null.
template <class V>
void append_given_object(std::string& out, V const& value) {
  if constexpr (is_optional<V>) {
    if (value) append_given_object(out, *value);
  } else if constexpr (has_json_text<V>) {
    json_text_of<V>::append(out, value);
  } else if constexpr (std::is_pointer_v<V>) {
    if (value != nullptr) out += value;
  } else if constexpr (!is_null_type<V>) {
    out += text_view(value);
  }
}

// The loose values, and what was given for the dynamic field itself, as one object. What is no object is handed on as
// it is: the checker then says so.
template <class Bound, class Refs, std::size_t... A>
void make_dynamic_text(std::string& object, Refs const& refs, std::string_view given, std::index_sequence<A...>) {
  auto const members = inside_braces(given.empty() ? "{}" : given);
  if (!members) {
    object = given;
    return;
  }
  object = "{";
  (
      [&] {
        if constexpr (Bound::bound.is_loose[A]) append_dynamic_member(object, Bound::names[A], value_at<A>(refs));
      }(),
      ...);
  if (!members->empty() && object.size() > 1) object += ',';
  object += *members;
  object += '}';
}

template <class S, class Bound, std::size_t Index, class Refs, class Args>
void show_bound(Refs const& refs, cell_row& memory, cell* cells, Args args) {
  using F = field_at<S, Index>;
  constexpr int a = Bound::bound.argument_of[Index];
  constexpr bool has_loose = [] {
    for (bool const loose : Bound::bound.is_loose)
      if (loose) return true;
    return false;
  }();
  if constexpr (F::info.is_dynamic && has_loose) {
    std::string given;
    if constexpr (a != no_value) append_given_object(given, value_at<static_cast<std::size_t>(a)>(refs));
    std::string& object = memory.new_text();
    make_dynamic_text<Bound>(object, refs, given, args);
    cells[Index] = cell::text(object);
  } else if constexpr (a != no_value) {
    cells[Index] = field_cell_of<F>(value_at<static_cast<std::size_t>(a)>(refs), memory);
  }
}

template <class S, class Bound, class Refs>
void show_values(void const* row, cell_row& memory, cell* cells) {
  auto const& refs = *static_cast<Refs const*>(row);
  [&]<std::size_t... Index>(std::index_sequence<Index...>) {
    (show_bound<S, Bound, Index>(refs, memory, cells, std::make_index_sequence<Bound::bound.is_loose.size()>{}), ...);
  }(std::make_index_sequence<S::size>{});
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
