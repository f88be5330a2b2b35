#pragma once

#include <bulkwriter/schema/detail/column_check.hpp>
#include <bulkwriter/schema/detail/struct_check.hpp>
#include <bulkwriter/schema/detail/type_check.hpp>
#include <bulkwriter/schema/member_type.hpp>

#include <string_view>
#include <type_traits>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// A field without a member: `column<"tag", bw::varchar{.max_length = 64}>`. Rows give it by name or by position.
/// Rules about name and attributes are checked where it is used; a broken one fails to compile.
template <fixed_string Name, auto Kind>
struct column {
  /// What the library reads of a field. @{
  using kind_type = std::remove_const_t<decltype(Kind)>;
  using owner = void;
  static constexpr auto name_storage = Name;
  static constexpr auto attributes = Kind;
  static constexpr field_info info = [] {
    field_info f = detail::lower<kind_type>(name_storage.view(), attributes);
    if constexpr (detail::is_struct_array<kind_type>) {
      static_assert(sizeof(detail::struct_check<Name, kind_type>) != 0);
      f.sub = detail::sub_fields_of<kind_type>::infos.data();
      f.sub_count = detail::sub_fields_of<kind_type>::size;
    }
    return f;
  }();
  static constexpr detail::column_rule broken = detail::judge_column(info, detail::has_plain_element<Kind>());
  static constexpr bool right = broken == detail::column_rule::none && detail::struct_rules<kind_type>::right;
  static_assert(sizeof(detail::column_mistake<Name, broken>) != 0);
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
  static constexpr bool right = false;
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

template <class Column, class Member>
struct member_rules {
  using plain = plain_type<Member>;
  static constexpr bool fits = storable<plain, Column::attributes, strictness::member>();
  static constexpr bool extent = !fits || extent_fits<plain>(Column::info);
  static constexpr bool may_be_empty = !is_optional<Member> || Column::info.may_be_null();
  static constexpr bool can_be_empty = is_optional<Member> || !Column::info.nullable;
  static constexpr bool ok = fits && extent && may_be_empty && can_be_empty && !Column::info.auto_id;
};
template <fixed_string Name, class Column, class Member, bool Holds>
struct member_check {
  using rules = member_rules<Column, Member>;
  using plain = typename rules::plain;
  static_assert(sizeof(type_check<Name, plain, Column::info.type, strictness::member, rules::fits>) != 0);
  static_assert(sizeof(extent_check<Name, plain, Column::info.type, wanted_elements<plain>(Column::info),
                                    rules::extent>) != 0);
  static_assert(rule::field<Name, rules::may_be_empty>,
                "bulkwriter: this member is a std::optional, so the field needs .nullable = true or a .default_value");
  static_assert(rule::field<Name, rules::can_be_empty>,
                "bulkwriter: this field is nullable, so its member must be a std::optional");
  static_assert(rule::field<Name, !Column::info.auto_id>,
                "bulkwriter: the server fills an auto_id field; declare it as column<> without a member");
};
template <fixed_string Name, class Column, class Member>
struct member_check<Name, Column, Member, true> {};

}  // namespace detail

/// A field bound to a member of the row's struct: `field<"title", &article::title, bw::varchar{.max_length = 512}>`.
/// A std::optional member needs a nullable field or a default_value; a nullable field needs a std::optional member.
template <fixed_string Name, auto Member, auto Kind>
struct field : column<Name, Kind> {
  /// What the library reads of a field. @{
  using owner = typename detail::member_traits<std::remove_const_t<decltype(Member)>>::owner;
  using value_type = typename detail::member_traits<std::remove_const_t<decltype(Member)>>::type;
  static constexpr bool ok = detail::member_rules<column<Name, Kind>, value_type>::ok;
  static constexpr bool right = ok && column<Name, Kind>::right;
  static_assert(sizeof(detail::member_check<Name, column<Name, Kind>, value_type, ok>) != 0);

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
  static constexpr bool ok = false, right = false;
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
  static constexpr bool ok = detail::dynamic_member_check<value_type>::ok, right = ok;

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
  static constexpr bool right = true;
  /// @}
};

namespace detail {
template <fixed_string Name, auto Kind, auto Function>
struct function_check {
  static constexpr field_info info = column<Name, Kind>::info;
  static constexpr bool ok = info.type == std::remove_const_t<decltype(Function)>::output && !info.nullable;
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
  static constexpr bool right = column<Name, Kind>::right && detail::function_check<Name, Kind, Function>::ok;
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
  static constexpr bool right = false;
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

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
