#pragma once

#include <bulkwriter/schema/field.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

namespace bulkwriter {
inline namespace v1 {
namespace detail {

template <class... Owner>
struct common_owner {
  using type = void;
  static constexpr bool same = true;
};
template <class First, class... Rest>
struct common_owner<First, Rest...> {
  using rest = common_owner<Rest...>;
  // a member of a base class is a member of the class derived from it
  template <class Base, class Derived>
  static constexpr bool within =
      std::is_void_v<Base> || std::is_same_v<Base, Derived> || std::is_base_of_v<Base, Derived>;
  using type = std::conditional_t<within<First, typename rest::type>, typename rest::type, First>;
  static constexpr bool same = rest::same && (within<First, typename rest::type> || within<typename rest::type, First>);
};

// The index of the first field whose name an earlier one has; the number of fields if there is none.
consteval std::size_t first_repeated_name(std::span<field_info const> fields) {
  for (std::size_t i = 0; i < fields.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (fields[i].name == fields[k].name) return i;
  return fields.size();
}
template <auto Member>
consteval std::size_t count_if_set(std::span<field_info const> fields) {
  std::size_t n = 0;
  for (auto const& f : fields) n += f.*Member ? 1u : 0u;
  return n;
}
consteval bool primary_kind_fits(std::span<field_info const> fields) {
  for (auto const& f : fields)
    if (f.is_primary && f.type != kind::int64 && f.type != kind::varchar) return false;
  return true;
}
consteval bool function_inputs_exist(std::span<field_info const> fields) {
  for (auto const& f : fields) {
    if (!f.is_function_output()) continue;
    bool found = false;
    for (auto const& g : fields)
      found = found || (g.name == f.function_input && g.written() && (g.type == kind::varchar || g.type == kind::text));
    if (!found) return false;
  }
  return true;
}

template <std::size_t I, class F>
struct slot {
  using type = F;
};
template <class, class...>
struct slots;
template <std::size_t... I, class... F>
struct slots<std::index_sequence<I...>, F...> : slot<I, F>... {};
template <std::size_t I, class F>
slot<I, F> pick(slot<I, F> const*);

template <fixed_string Name, bool Unique>
struct unique_name {
  static_assert(rule::field<Name, Unique>, "bulkwriter: two fields of this schema have this name; rename one");
};

template <class... F>
struct schema_check {
  static constexpr std::array<field_info, sizeof...(F)> infos{F::info...};
  static constexpr std::size_t repeated = first_repeated_name(infos);
  using shown = typename decltype(pick<repeated % sizeof...(F)>(
      static_cast<slots<std::index_sequence_for<F...>, F...> const*>(nullptr)))::type;
  static_assert(sizeof(unique_name<shown::name_storage, repeated == sizeof...(F)>) != 0);
  static_assert(
      count_if_set<&field_info::is_primary>(infos) != 0,
      "bulkwriter: no field of this schema is the primary key; give one .is_primary = true (int64 or varchar)");
  static_assert(count_if_set<&field_info::is_primary>(infos) <= 1,
                "bulkwriter: more than one field of this schema is the primary key; keep .is_primary on one");
  static_assert(primary_kind_fits(infos), "bulkwriter: the primary key must be an int64 or a varchar field");
  static_assert(count_if_set<&field_info::is_partition_key>(infos) <= 1,
                "bulkwriter: more than one field of this schema is the partition key; keep .is_partition_key on one");
  static_assert(count_if_set<&field_info::is_dynamic>(infos) <= 1,
                "bulkwriter: a schema has at most one dynamic_field<>");
  static_assert(count_if_set<&field_info::is_clustering_key>(infos) <= 1,
                "bulkwriter: more than one field of this schema is the clustering key; keep .is_clustering_key on one");
  static_assert(
      function_inputs_exist(infos),
      "bulkwriter: the input_field_name of a function_output must name a varchar or text field of this schema");
  static_assert(common_owner<typename F::owner...>::same,
                "bulkwriter: the fields of this schema are members of different structs; bind all to one struct");
};

}  // namespace detail

/// The fields of a collection, named by deriving from it:
///
///     struct article { std::int64_t id = {}; std::array<float, 768> title_vector = {}; std::string title = {}; };
///     struct article_schema : bw::schema<
///       bw::field<"id",           &article::id,           bw::int64{.is_primary = true}>,
///       bw::field<"title_vector", &article::title_vector, bw::float_vector{.dim = 768}>,
///       bw::field<"title",        &article::title,        bw::varchar{.max_length = 512}>> {};
///
/// Takes `field`, `column`, `function_output` and at most one `dynamic_field`. Every rule about names, keys, dims,
/// lengths and members is checked when the schema is used; a broken one fails to compile, with a message that begins
/// with "bulkwriter:".
template <class... F>
struct schema {
  using is_schema = void;                                            ///< by what `typed_schema` knows it
  using slots = detail::slots<std::index_sequence_for<F...>, F...>;  ///< for the library
  /// The struct that rows are given as; void where no field is bound to a member.
  using row_type = typename detail::common_owner<typename F::owner...>::type;
  static constexpr std::size_t size = sizeof...(F);  ///< fields, those that the server fills among them
  /// The fields, lowered, in the order in which they are declared.
  static constexpr std::array<field_info, sizeof...(F)> infos{F::info...};
  static_assert(sizeof(detail::schema_check<F...>) != 0);
};

/// A struct derived from `schema`.
template <class S>
concept typed_schema = requires { typename S::is_schema; };

// Algorithms are templates on the user's named schema, never on the list of fields: symbols stay short.
namespace detail {
template <class S, std::size_t I>
using field_at = typename decltype(pick<I>(static_cast<typename S::slots const*>(nullptr)))::type;

consteval bool has_dynamic_field(std::span<field_info const> fields) {
  return count_if_set<&field_info::is_dynamic>(fields) != 0;
}
}  // namespace detail

}  // namespace v1
}  // namespace bulkwriter
