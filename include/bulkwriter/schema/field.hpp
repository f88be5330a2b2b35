#pragma once

#include <bulkwriter/schema/finite.hpp>
#include <bulkwriter/schema/fixed_string.hpp>
#include <bulkwriter/schema/kinds.hpp>
#include <bulkwriter/schema/member_type.hpp>
#include <bulkwriter/schema/timestamp.hpp>
#include <bulkwriter/schema/utf8.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace bulkwriter {
inline namespace v1 {

/// Not for use: what a failed static_assert shows beside its text.
namespace rule {
/// A variable template over the field's name: a failed static_assert that uses it prints the name beside the text.
template <fixed_string Field, bool Holds>
inline constexpr bool field = Holds;
}  // namespace rule

namespace detail {

template <class D>
constexpr field_info lower(std::string_view name, D const& d) {
  field_info f{};
  f.name = name;
  f.type = D::tag;
  if constexpr (requires { d.dim; }) f.dim = d.dim;
  if constexpr (requires { d.max_length; }) f.max_length = d.max_length;
  if constexpr (requires { d.max_capacity; }) f.max_capacity = d.max_capacity;
  if constexpr (requires { d.element_type; }) {
    f.element = d.element_type.tag;
    f.max_length = d.element_type.max_length;
  }
  if constexpr (requires { d.is_primary; }) {
    f.is_primary = d.is_primary;
    f.auto_id = d.auto_id;
  }
  if constexpr (requires { d.is_partition_key; }) f.is_partition_key = d.is_partition_key;
  if constexpr (requires { d.is_clustering_key; }) f.is_clustering_key = d.is_clustering_key;
  if constexpr (requires { d.nullable; }) f.nullable = d.nullable;
  if constexpr (requires { d.default_value; }) {
    f.has_default = d.default_value.set;
    if constexpr (requires { d.default_value.fits; }) f.default_overflows = !d.default_value.fits;
    if constexpr (requires { d.default_value.view(); })
      f.default_text = d.default_value.view();
    else if constexpr (std::is_same_v<decltype(d.default_value), default_float>)
      f.default_number = d.default_value.value;
    else
      f.default_integer = d.default_value.value;
  }
  return f;
}

// What is wrong with the default value of a field, at compile time and at run time.
enum class default_rule : std::uint8_t { none, kind, range, finite, length, utf8, timestamp };
constexpr default_rule judge_default(field_info const& f) {
  auto const unless = [](bool holds, default_rule rule) { return holds ? default_rule::none : rule; };
  if (!f.has_default) return default_rule::none;
  if (f.type == kind::boolean) return unless(f.default_integer == 0 || f.default_integer == 1, default_rule::range);
  if (is_integer(f.type))
    return unless(!f.default_overflows && f.default_integer >= min_of(f.type) && f.default_integer <= max_of(f.type),
                  default_rule::range);
  if (f.type == kind::float32)
    return unless(is_finite(f.default_number) && f.default_number >= -limits::max_float32 &&
                      f.default_number <= limits::max_float32,
                  default_rule::range);
  if (f.type == kind::float64) return unless(is_finite(f.default_number), default_rule::finite);
  if (f.type == kind::varchar && f.default_text.size() > f.max_length) return default_rule::length;
  if (f.type == kind::varchar)
    return unless(find_utf8_fault(f.default_text) == std::string_view::npos, default_rule::utf8);
  if (f.type == kind::timestamptz) return unless(!find_timestamp_fault(f.default_text), default_rule::timestamp);
  return default_rule::kind;
}

template <class D>
inline constexpr bool is_field_kind = requires { D::tag; };

// Each group of checks is a class of its own: an error inside field<> or schema<> would drag its users along.
template <fixed_string Name, auto Kind>
struct column_check {
  using D = std::remove_const_t<decltype(Kind)>;
  static constexpr field_info info = lower<D>(Name.view(), Kind);
  static_assert(
      rule::field<Name, is_valid_field_name(Name.view())>,
      "bulkwriter: a field name begins with a letter or an underscore, goes on with letters, digits and underscores, "
      "and has at most 255 bytes; rename the field");
  static_assert(rule::field<Name, !is_reserved_field_name(Name.view())>,
                "bulkwriter: the server keeps the names RowID and Timestamp for fields of its own; rename the field");
  static_assert(rule::field < Name, !is_dense_vector(info.type) || (info.dim >= 1 && info.dim <= limits::max_dim) >,
                "bulkwriter: a vector field needs a dim between 1 and 32768: bw::float_vector{.dim = 768}");
  static_assert(rule::field < Name, info.type != kind::binary_vector || info.dim % 8 == 0 >,
                "bulkwriter: the dim of a binary_vector counts bits and must be a multiple of 8: "
                "bw::binary_vector{.dim = 128}");
  static_assert(
      rule::field < Name,
      info.type != kind::varchar || (info.max_length >= 1 && info.max_length <= limits::max_varchar_length) >,
      "bulkwriter: a varchar field needs a max_length between 1 and 65535 bytes: bw::varchar{.max_length = 512}");
  static_assert(
      rule::field < Name,
      (info.type != kind::array && info.type != kind::struct_array) ||
          (info.max_capacity >= 1 && info.max_capacity <= limits::max_capacity) >,
      "bulkwriter: an array field needs a max_capacity between 1 and 4096: bw::array{.element_type = bw::int32{}, "
      ".max_capacity = 16}");
  static_assert(rule::field < Name, info.type != kind::array || info.element <= kind::varchar >,
                "bulkwriter: the element_type of an array must be a boolean, integer, float or varchar kind; "
                "choose one of these, or make the field bw::json{}");
  static_assert(rule::field < Name,
                info.type != kind::array || info.element != kind::varchar ||
                    (info.max_length >= 1 && info.max_length <= limits::max_varchar_length) >,
                "bulkwriter: the varchar elements of an array need a max_length between 1 and 65535 bytes: "
                "bw::array{.element_type = bw::varchar{.max_length = 64}, .max_capacity = 16}");
  static constexpr bool plain_element() {
    if constexpr (requires { Kind.element_type; })
      return Kind.element_type.plain;
    else
      return true;
  }
  static_assert(rule::field<Name, plain_element()>,
                "bulkwriter: the element_type of an array takes no key, nullable or default_value attribute; set it on "
                "the array");
  static_assert(rule::field<Name, judge_default(info) != default_rule::timestamp>,
                "bulkwriter: the default_value of a timestamptz field must be a point in time of ISO 8601; write it as "
                "\"2026-01-31T08:00:00Z\" or, without an offset, as \"2026-01-31 08:00:00\"");
  static_assert(rule::field < Name,
                judge_default(info) == default_rule::none || judge_default(info) == default_rule::timestamp >,
                "bulkwriter: the default_value is out of the range of this field's kind (varchar: longer than "
                "max_length, or not UTF-8); give another value, a wider kind or a larger max_length");
  static_assert(rule::field<Name, !(info.is_primary && (info.nullable || info.has_default))>,
                "bulkwriter: a primary key cannot be nullable or have a default_value; remove the attribute");
  static_assert(rule::field < Name, info.is_primary || !info.auto_id >,
                "bulkwriter: only a primary key can be auto_id; add .is_primary = true or remove .auto_id");
  static_assert(rule::field<Name, !(info.is_partition_key && (info.is_primary || info.nullable))>,
                "bulkwriter: a partition key cannot be the primary key or nullable; remove one of the attributes");
  static_assert(rule::field < Name, !info.is_partition_key || info.type == kind::int64 || info.type == kind::varchar >,
                "bulkwriter: a partition key must be an int64 or varchar field; change the kind or remove "
                ".is_partition_key");
  static_assert(rule::field < Name, !info.is_clustering_key || info.type != kind::boolean >,
                "bulkwriter: a boolean field cannot be the clustering key; remove .is_clustering_key");
};

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
  using sub = sub_fields_of<K>;
  static constexpr struct_verdict verdict = []<std::size_t... I>(std::index_sequence<I...>) -> struct_verdict {
    if constexpr (!common_owner<typename sub::template at<I>::owner...>::same)
      return {struct_rule::one_struct, first_stranger<typename sub::template at<I>::owner...>()};
    else
      return judge_struct(sub::infos);
  }(std::make_index_sequence<sub::size>{});
  static_assert(sizeof(struct_mistake<Name, sub::template at<verdict.field>::name_storage, verdict.broken>) != 0);
};

}  // namespace detail

/// A field without a member: `column<"tag", bw::varchar{.max_length = 64}>`. Rows give it by name or by position.
/// Rules about name and attributes are checked where it is used; a broken one fails to compile.
template <fixed_string Name, auto Kind>
struct column {
  /// What the library reads of a field. @{
  using kind_type = std::remove_const_t<decltype(Kind)>;
  using owner = void;
  static constexpr auto name_storage = Name;
  static constexpr auto attributes = Kind;
  static_assert(sizeof(detail::column_check<Name, Kind>) != 0);

  static constexpr field_info info = [] {
    field_info f = detail::lower<kind_type>(name_storage.view(), attributes);
    if constexpr (detail::is_struct_array<kind_type>) {
      static_assert(sizeof(detail::struct_check<Name, kind_type>) != 0);
      f.sub = detail::sub_fields_of<kind_type>::infos.data();
      f.sub_count = detail::sub_fields_of<kind_type>::size;
    }
    return f;
  }();
  /// @}
};

namespace detail {
template <fixed_string Name, bool Holds>
struct kind_check {
  static_assert(rule::field<Name, Holds>,
                "bulkwriter: the last argument of column<> or field<> must be a field kind such as bw::int64{} or "
                "bw::varchar{.max_length = 64}");
};
}  // namespace detail
// What is no kind goes on as a json field, so that nothing else is wrong with it.
/// @cond  a mistake, for its message
template <fixed_string Name, auto Kind>
  requires(!detail::is_field_kind<std::remove_const_t<decltype(Kind)>>)
struct column<Name, Kind> : column<Name, json{}> {
  static_assert(sizeof(detail::kind_check<Name, false>) != 0);
};
/// @endcond

namespace detail {

template <class>
struct member_traits {
  using owner = void;
  using type = void;
};
template <class C, class M>
struct member_traits<M C::*> {
  using owner = C;
  using type = M;
};

template <fixed_string Name, auto Kind, class Member>
struct member_check {
  static constexpr field_info info = column<Name, Kind>::info;
  static constexpr bool fits = storable<plain_type<Member>, Kind, strictness::member>();
  static constexpr bool extent = extent_fits<plain_type<Member>>(info);
  static constexpr bool may_be_empty = !is_optional<Member> || info.may_be_null();
  static constexpr bool can_be_empty = is_optional<Member> || !info.nullable;
  static constexpr bool ok = fits && extent && may_be_empty && can_be_empty && !info.auto_id;

  static_assert(
      rule::field<Name, fits>,
      "bulkwriter: the C++ type of this member cannot be stored in this field's kind (boolean: bool; int8 to int64: an "
      "integer type no wider; float32: float; float64: float, double; varchar, text, geometry: std::string, "
      "std::string_view; json: text, or a boost::json type with <bulkwriter/adapt/boost_json.hpp>; float_vector: "
      "std::array, std::vector or std::span of float)");
  static_assert(rule::field < Name, !fits || extent >,
                "bulkwriter: the size of this std::array differs from the field's dim (binary_vector: dim / 8 bytes); "
                "make both equal");
  static_assert(rule::field<Name, may_be_empty>,
                "bulkwriter: this member is a std::optional, so the field needs .nullable = true or a .default_value");
  static_assert(rule::field<Name, can_be_empty>,
                "bulkwriter: this field is nullable, so its member must be a std::optional");
  static_assert(rule::field<Name, !info.auto_id>,
                "bulkwriter: the server fills an auto_id field; declare it as column<> without a member");
};

}  // namespace detail

/// A field bound to a member of the row's struct: `field<"title", &article::title, bw::varchar{.max_length = 512}>`.
/// A std::optional member needs a nullable field or a default_value; a nullable field needs a std::optional member.
template <fixed_string Name, auto Member, auto Kind>
struct field : column<Name, Kind> {
  /// What the library reads of a field. @{
  using owner = typename detail::member_traits<std::remove_const_t<decltype(Member)>>::owner;
  using value_type = typename detail::member_traits<std::remove_const_t<decltype(Member)>>::type;
  static_assert(sizeof(detail::member_check<Name, Kind, value_type>) != 0);
  static constexpr bool ok = detail::member_check<Name, Kind, value_type>::ok;

  static constexpr value_type const& get(owner const& row) noexcept { return row.*Member; }
  /// @}
};

namespace detail {
template <fixed_string Name, bool Holds>
struct pointer_check {
  static_assert(rule::field<Name, Holds>,
                "bulkwriter: the second argument of field<> must be a pointer to a data member such as "
                "&article::title");
};
}  // namespace detail
/// @cond  a mistake, for its message
template <fixed_string Name, auto Member, auto Kind>
  requires(!std::is_member_object_pointer_v<decltype(Member)> ||
           !detail::is_field_kind<std::remove_const_t<decltype(Kind)>>)
struct field<Name, Member, Kind> : column<Name, Kind> {
  using owner = typename detail::member_traits<std::remove_const_t<decltype(Member)>>::owner;
  static_assert(sizeof(detail::pointer_check<Name, std::is_member_object_pointer_v<decltype(Member)>>) != 0);
  static constexpr bool ok = false;
};
/// @endcond

namespace detail {
inline constexpr field_info dynamic_field_info = [] {
  field_info f{};
  f.name = dynamic_field_name;
  f.type = kind::json;
  f.is_dynamic = true;
  return f;
}();
template <class V>
struct dynamic_member_check {
  static constexpr bool ok = json_like<plain_type<V>>;
  static_assert(rule::field<"$meta", ok>,
                "bulkwriter: the member of dynamic_field<> must be JSON text (std::string) or, with "
                "<bulkwriter/adapt/boost_json.hpp>, a boost::json::object");
};
}  // namespace detail

/// The dynamic field, bound to a member of JSON: text, or a boost::json::object. The object's keys become dynamic keys;
/// they must not be names of fields. Empty text is an object without keys.
template <auto Member = nullptr>
struct dynamic_field {
  /// What the library reads of a field. @{
  using kind_type = json;
  using owner = typename detail::member_traits<std::remove_const_t<decltype(Member)>>::owner;
  using value_type = typename detail::member_traits<std::remove_const_t<decltype(Member)>>::type;
  static_assert(sizeof(detail::dynamic_member_check<value_type>) != 0);
  static constexpr fixed_string name_storage{"$meta"};
  static constexpr json attributes{};
  static constexpr field_info info = detail::dynamic_field_info;
  static constexpr bool ok = detail::dynamic_member_check<value_type>::ok;

  static constexpr value_type const& get(owner const& row) noexcept { return row.*Member; }
  /// @}
};

/// The dynamic field without a member: undeclared names of a named append go there, or "$meta"_f = JSON text.
template <>
struct dynamic_field<nullptr> {
  /// What the library reads of a field. @{
  using kind_type = json;
  using owner = void;
  static constexpr fixed_string name_storage{"$meta"};
  static constexpr json attributes{};
  static constexpr field_info info = detail::dynamic_field_info;
  /// @}
};

namespace detail {
template <fixed_string Name, auto Kind, auto Function>
struct function_check {
  static constexpr field_info info = column<Name, Kind>::info;
  static_assert(rule::field<Name, info.type == std::remove_const_t<decltype(Function)>::output>,
                "bulkwriter: this function gives another kind of field; change the kind (bm25: sparse_float_vector, "
                "text_embedding: float_vector, minhash: binary_vector)");
  static_assert(rule::field<Name, !info.nullable>,
                "bulkwriter: a function output cannot be nullable; remove .nullable");
};
template <class F>
inline constexpr bool is_function = requires { F::output; };
template <fixed_string Name, bool Holds>
struct is_function_check {
  static_assert(rule::field<Name, Holds>,
                "bulkwriter: the last argument of function_output<> must be a function of the server such as "
                "bw::bm25{.input_field_name = \"body\"}");
};
}  // namespace detail

/// A field that the server computes from another: never in a row, never in a file, made by `collections::create`.
/// `function_output<"sparse", bw::sparse_float_vector{}, bw::bm25{.input_field_name = "title"}>`.
template <fixed_string Name, auto Kind, auto Function>
struct function_output : column<Name, Kind> {
  /// What the library reads of a field. @{
  static constexpr auto function = Function;
  static_assert(sizeof(detail::function_check<Name, Kind, Function>) != 0);
  static constexpr field_info info = [] {
    field_info f = column<Name, Kind>::info;
    f.function = std::remove_const_t<decltype(Function)>::tag;
    f.function_input = function.input_field_name.view();
    f.function_name = function.name.view();
    if constexpr (requires { function.params; }) f.function_params = function.params.view();
    return f;
  }();
  /// @}
};
/// @cond  a mistake, for its message
template <fixed_string Name, auto Kind, auto Function>
  requires(!detail::is_function<std::remove_const_t<decltype(Function)>>)
struct function_output<Name, Kind, Function> : column<Name, Kind> {
  static_assert(sizeof(detail::is_function_check<Name, false>) != 0);
  static constexpr field_info info = [] {
    field_info f = column<Name, Kind>::info;
    f.auto_id = true;  // so that rows need not bring it
    return f;
  }();
};
/// @endcond

namespace detail {
template <fixed_string Name, auto Kind>
inline constexpr bool has_info<column<Name, Kind>> = true;
template <fixed_string Name, auto Member, auto Kind>
inline constexpr bool has_info<field<Name, Member, Kind>> = true;
template <auto Member>
inline constexpr bool has_info<dynamic_field<Member>> = true;
template <fixed_string Name, auto Kind, auto Function>
inline constexpr bool has_info<function_output<Name, Kind, Function>> = true;
}  // namespace detail

}  // namespace v1
}  // namespace bulkwriter
