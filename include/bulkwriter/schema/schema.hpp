#pragma once

#include <bulkwriter/schema/detail/struct_check.hpp>
#include <bulkwriter/schema/field.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

template <std::size_t Index, class F>
struct slot {
  using type = F;
};
template <class, class...>
struct places;
template <std::size_t... Index, class... F>
struct places<std::index_sequence<Index...>, F...> : slot<Index, F>... {};
template <std::size_t Index, class F>
slot<Index, F> pick(slot<Index, F> const*);

// What is wrong with a schema as a whole, and with which field.
enum class schema_rule : std::uint8_t {
  none,
  unique_name,
  one_dynamic_field,
  a_primary_key,
  one_primary_key,
  one_partition_key,
  one_clustering_key,
  function_input,
  one_struct,
};
struct schema_verdict {
  schema_rule broken = schema_rule::none;
  std::size_t field = 0;
};
consteval bool function_input_exists(std::span<field_info const> fields, field_info const& output) {
  for (auto const& f : fields)
    if (f.name == output.function_input && f.written() && (f.type == kind::varchar || f.type == kind::text))
      return true;
  return false;
}
consteval schema_verdict judge_schema(std::span<field_info const> fields) {
  std::size_t const repeated = first_repeated_name(fields);
  if (repeated != fields.size())
    return {fields[repeated].is_dynamic ? schema_rule::one_dynamic_field : schema_rule::unique_name, repeated};
  bool primary = false, partition = false, clustering = false;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    field_info const& f = fields[i];
    if (f.is_primary && primary) return {schema_rule::one_primary_key, i};
    if (f.is_partition_key && partition) return {schema_rule::one_partition_key, i};
    if (f.is_clustering_key && clustering) return {schema_rule::one_clustering_key, i};
    if (f.is_function_output() && !function_input_exists(fields, f)) return {schema_rule::function_input, i};
    primary = primary || f.is_primary;
    partition = partition || f.is_partition_key;
    clustering = clustering || f.is_clustering_key;
  }
  return {primary ? schema_rule::none : schema_rule::a_primary_key, 0};
}
template <fixed_string Name, schema_rule Broken>
struct schema_mistake {
  static_assert(rule::field<Name, Broken != schema_rule::unique_name>,
                "bulkwriter: two fields of this schema have this name; rename one");
  static_assert(rule::field<Name, Broken != schema_rule::one_dynamic_field>,
                "bulkwriter: a schema has at most one dynamic_field<>; remove the others");
  static_assert(
      rule::field<Name, Broken != schema_rule::a_primary_key>,
      "bulkwriter: no field of this schema is the primary key; give one .is_primary = true (int64 or varchar)");
  static_assert(rule::field<Name, Broken != schema_rule::one_primary_key>,
                "bulkwriter: another field of this schema is the primary key; keep .is_primary on one");
  static_assert(rule::field<Name, Broken != schema_rule::one_partition_key>,
                "bulkwriter: another field of this schema is the partition key; keep .is_partition_key on one");
  static_assert(rule::field<Name, Broken != schema_rule::one_clustering_key>,
                "bulkwriter: another field of this schema is the clustering key; keep .is_clustering_key on one");
  static_assert(rule::field<Name, Broken != schema_rule::function_input>,
                "bulkwriter: the input_field_name of this function_output must name a varchar or text field of this "
                "schema; correct the name");
  static_assert(
      rule::field<Name, Broken != schema_rule::one_struct>,
      "bulkwriter: this field is a member of another struct than the fields before it; bind all to one struct");
};
template <fixed_string Name>
struct schema_mistake<Name, schema_rule::none> {};

template <class... F>
struct schema_rules {
  static constexpr bool one_struct = common_owner<typename F::owner...>::same;
  static constexpr schema_verdict verdict = [] {
    if constexpr (one_struct)
      return judge_schema(std::array<field_info, sizeof...(F)>{F::info...});
    else
      return schema_verdict{schema_rule::one_struct, first_stranger<typename F::owner...>()};
  }();
  static constexpr bool fields_are_right = (F::right && ...);
  static constexpr bool right = verdict.broken == schema_rule::none && fields_are_right;
};
template <class... F>
struct schema_check {
  using rules = schema_rules<F...>;
  using shown = typename decltype(pick<rules::verdict.field>(
      static_cast<places<std::index_sequence_for<F...>, F...> const*>(nullptr)))::type;
  // Where a field is wrong by itself, that has been said.
  static constexpr schema_rule broken = rules::fields_are_right ? rules::verdict.broken : schema_rule::none;
  static_assert(sizeof(schema_mistake<shown::name_storage, broken>) != 0);
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
  using places = detail::places<std::index_sequence_for<F...>, F...>;  ///< for the library
  /// The struct that rows are given as; void where no field is bound to a member.
  using row_type = typename detail::common_owner<typename F::owner...>::type;
  static constexpr std::size_t size = sizeof...(F);  ///< fields, those that the server fills among them
  /// The fields, lowered, in the order in which they are declared.
  static constexpr std::array<field_info, sizeof...(F)> infos{F::info...};
  static_assert(sizeof(detail::schema_check<F...>) != 0);
  /// False in a schema that does not compile: what has been said of it is enough.
  static constexpr bool right = detail::schema_rules<F...>::right;
};

namespace detail {
template <class... F>
struct fields_check {
  static_assert(sizeof...(F) != 0,
                "bulkwriter: a schema needs fields such as bw::column<\"id\", bw::int64{.is_primary = true}>");
  static_assert(
      (has_info<F> && ...),
      "bulkwriter: the arguments of schema<> must be column<>, field<>, function_output<> or dynamic_field<>, "
      "such as bw::column<\"id\", bw::int64{.is_primary = true}>");
};
}  // namespace detail
/// @cond  a mistake, for its message
template <class... F>
  requires(sizeof...(F) == 0 || !(detail::has_info<F> && ...))
struct schema<F...> {
  using is_schema = void;
  using places = detail::places<std::index_sequence<>>;
  using row_type = void;
  static constexpr std::size_t size = 0;
  static constexpr std::array<field_info, 0> infos{};
  static constexpr bool right = false;
  static_assert(sizeof(detail::fields_check<F...>) != 0);
};
/// @endcond

/// A struct derived from `schema`.
template <class S>
concept typed_schema = requires { typename S::is_schema; };

namespace detail {
/// A struct without members and bases in the place of a schema is most often one whose list of fields has an error,
/// which the compiler has said. More is only said where it has not: by the code generator, which then does not run.
template <class S>
consteval bool may_be_broken() {
  if constexpr (requires { sizeof(S); })
    return std::is_class_v<S> && std::is_empty_v<S>;
  else
    return std::is_class_v<S>;
}
[[gnu::error("bulkwriter: a struct without fields was given in the place of a schema: struct my_schema : "
             "bw::schema<…> {}")]] void say_that_there_is_no_schema();
}  // namespace detail

// Algorithms are templates on the user's named schema, never on the list of fields: symbols stay short.
namespace detail {
template <class S, std::size_t Index>
using field_at = typename decltype(pick<Index>(static_cast<typename S::places const*>(nullptr)))::type;

consteval bool has_dynamic_field(std::span<field_info const> fields) {
  for (auto const& f : fields)
    if (f.is_dynamic) return true;
  return false;
}
}  // namespace detail

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
