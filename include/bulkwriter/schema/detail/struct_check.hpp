#pragma once

#include <bulkwriter/schema/detail/lower.hpp>
#include <bulkwriter/schema/member_type.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

// The rules of fields among themselves: whose members they are, and what the struct of a struct_array may hold.

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
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
// The index of a field whose owner is not that of the fields before it.
template <class... Owner>
consteval std::size_t first_stranger() {
  using common = typename common_owner<Owner...>::type;
  bool const fits[]{(std::is_void_v<Owner> || std::is_same_v<Owner, common> || std::is_base_of_v<Owner, common>)...};
  std::size_t i = 0;
  while (fits[i]) ++i;
  return i;
}

// The index of the first field whose name an earlier one has; the number of fields if there is none.
constexpr std::size_t first_repeated_name(std::span<field_info const> fields) {
  for (std::size_t i = 0; i < fields.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (fields[i].name == fields[k].name) return i;
  return fields.size();
}

// What is wrong with the fields of a struct_array, and with which.
enum class struct_rule : std::uint8_t { none, plain_field, unique_name, kind, attribute, one_struct };
struct struct_verdict {
  struct_rule broken = struct_rule::none;
  std::size_t field = 0;
};
consteval struct_verdict judge_struct(std::span<field_info const> fields) {
  std::size_t const repeated = first_repeated_name(fields);
  if (repeated != fields.size()) return {struct_rule::unique_name, repeated};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    field_info const& f = fields[i];
    if (f.is_dynamic || f.is_function_output()) return {struct_rule::plain_field, i};
    if (f.type > kind::text && !is_dense_vector(f.type)) return {struct_rule::kind, i};
    if (f.is_primary || f.is_partition_key || f.is_clustering_key || f.nullable || f.has_default)
      return {struct_rule::attribute, i};
  }
  return {};
}
template <fixed_string Name, fixed_string Sub, struct_rule Broken>
struct struct_mistake {
  static_assert(
      rule::field<Sub, Broken != struct_rule::plain_field>,
      "bulkwriter: the fields of a struct_array must be column<> or field<>; move this one out of the struct");
  static_assert(rule::field<Sub, Broken != struct_rule::unique_name>,
                "bulkwriter: two fields of this struct have this name; rename one");
  static_assert(
      rule::field<Sub, Broken != struct_rule::kind>,
      "bulkwriter: a struct cannot hold a field of this kind (but boolean, integers, floats, varchar, text and "
      "dense vectors); move the field out of the struct or change its kind");
  static_assert(
      rule::field<Sub, Broken != struct_rule::attribute>,
      "bulkwriter: a field of a struct takes no key, nullable or default_value attribute; remove the attribute");
  static_assert(
      rule::field<Sub, Broken != struct_rule::one_struct>,
      "bulkwriter: this field is a member of another struct than the fields before it; bind all to one struct");
};
template <fixed_string Name, fixed_string Sub>
struct struct_mistake<Name, Sub, struct_rule::none> {};

// Of a kind that is no struct_array: nothing is wrong with its fields.
template <class K>
struct struct_rules {
  static constexpr bool right = true;
};
template <class... Sub>
struct struct_rules<struct_array<Sub...>> {
  using sub = sub_fields_of<struct_array<Sub...>>;
  static constexpr struct_verdict verdict = []<std::size_t... Index>(std::index_sequence<Index...>) -> struct_verdict {
    if constexpr (!common_owner<typename sub::template at<Index>::owner...>::same)
      return {struct_rule::one_struct, first_stranger<typename sub::template at<Index>::owner...>()};
    else
      return judge_struct(sub::infos);
  }(std::make_index_sequence<sub::size>{});
  static constexpr bool right = []<std::size_t... Index>(std::index_sequence<Index...>) {
    return sub::size != 0 && verdict.broken == struct_rule::none && (sub::template at<Index>::right && ...);
  }(std::make_index_sequence<sub::size>{});
};

template <fixed_string Name, class K>
struct struct_check {
  static_assert(
      rule::field<Name, sub_fields_of<K>::are_fields>,
      "bulkwriter: a struct_array takes the fields of its struct, column<> or field<>, or one struct_fields<> "
      "of them: bw::struct_array<clip_fields>{.max_capacity = 32}");
  static_assert(
      rule::field < Name, sub_fields_of<K>::size != 0 || !sub_fields_of<K>::are_fields >,
      "bulkwriter: a struct_array needs fields such as bw::column<\"caption\", bw::varchar{.max_length = 64}>");
};
template <fixed_string Name, class K>
  requires(sub_fields_of<K>::size != 0)
struct struct_check<Name, K> {
  static constexpr struct_verdict verdict = struct_rules<K>::verdict;
  static_assert(
      sizeof(struct_mistake<Name, sub_fields_of<K>::template at<verdict.field>::name_storage, verdict.broken>) != 0);
};

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
