#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/schema/schema.hpp>

#include <cstddef>
#include <cstdint>
#include <list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// All rules that a compile-time schema is checked by, for fields that are known at run time only: names, one primary
/// key, dims, lengths, capacities, default values, functions, fields of structs. Error: invalid_schema, with every
/// broken rule in `problems`. Thread-safe.
/// @{
result<void> try_check_schema(std::span<field_info const> fields);
inline void check_schema(std::span<field_info const> fields) { try_check_schema(fields).value(); }
/// @}

/// A schema made at run time: by hand, from a typed schema, or by `collections::describe`. It owns its table and every
/// text in it; what `fields()` gives is valid until the schema is changed, assigned to or destroyed, and moves along
/// when it is moved. Copies are independent. Not thread-safe while it is being changed.
///
///     bw::runtime_schema s;
///     s.add_field("id", bw::int64{.is_primary = true}).add_field("v", bw::float_vector{.dim = 768});
///     s.add_dynamic_field().check();
///
/// The adding functions take what they are given: `check` (and `collections::create`) judges. They give back the schema
/// itself, of a temporary by value.
class runtime_schema {
 public:
  using row_type = void;  ///< no struct is bound to it

  runtime_schema() = default;  ///< without fields
  /// Copies the fields with all that they point to.
  explicit runtime_schema(std::span<field_info const> fields) {
    for (auto const& f : fields) add_field(f);
  }
  /// The run-time twin of a typed schema: `bw::runtime_schema::of<article_schema>()`.
  template <typed_schema S>
  static runtime_schema of() {
    return runtime_schema(std::span<field_info const>(S::infos));
  }

  /// Copies share nothing; what a moved schema's `fields()` gave stays valid.
  /// @{
  runtime_schema(runtime_schema const& other) : runtime_schema(other.fields()) {}
  runtime_schema(runtime_schema&&) noexcept = default;
  runtime_schema& operator=(runtime_schema other) noexcept {
    fields_.swap(other.fields_);
    texts_.swap(other.texts_);
    subs_.swap(other.subs_);
    return *this;
  }
  /// @}
  ~runtime_schema() = default;

  /// Any kind with its attributes: `add_field("title", bw::varchar{.max_length = 512})`.
  /// @{
  template <class Kind>
    requires requires { Kind::tag; }
  runtime_schema& add_field(std::string_view name, Kind const& attributes) & {
    field_info f = detail::lower(name, attributes);
    if constexpr (detail::is_struct_array<Kind>) {
      using sub = detail::sub_fields_of<Kind>;
      f.sub = sub::infos.data();
      f.sub_count = sub::size;
    }
    return add_field(f);
  }
  template <class Kind>
    requires requires { Kind::tag; }
  runtime_schema add_field(std::string_view name, Kind const& attributes) && {
    return std::move(add_field(name, attributes));
  }
  /// @}
  /// A lowered field, copied with all that it points to. Also the way to a default text of more than 256 bytes.
  /// @{
  runtime_schema& add_field(field_info const& field) &;
  runtime_schema add_field(field_info const& field) && { return std::move(add_field(field)); }
  /// @}

  /// An array of structs with the fields of another schema, which are copied; structs do not nest.
  /// @{
  runtime_schema& add_struct_array(std::string_view name, std::span<field_info const> sub_fields,
                                   std::uint32_t max_capacity, bool nullable = false) &;
  runtime_schema& add_struct_array(std::string_view name, runtime_schema const& sub_fields, std::uint32_t max_capacity,
                                   bool nullable = false) & {
    return add_struct_array(name, sub_fields.fields(), max_capacity, nullable);
  }
  runtime_schema add_struct_array(std::string_view name, auto const& sub_fields, std::uint32_t max_capacity,
                                  bool nullable = false) && {
    return std::move(add_struct_array(name, sub_fields, max_capacity, nullable));
  }
  /// @}

  /// A field that the server computes: `add_function_output("sparse", bw::sparse_float_vector{},
  /// bw::bm25{.input_field_name = "title"})`.
  /// @{
  template <class Kind, class Function>
    requires requires {
      Kind::tag;
      Function::output;
    }
  runtime_schema& add_function_output(std::string_view name, Kind const& attributes, Function const& function) & {
    field_info f = detail::lower(name, attributes);
    f.function = Function::tag;
    f.function_input = function.input_field_name.view();
    f.function_name = function.name.view();
    if constexpr (requires { function.params; }) f.function_params = function.params.view();
    return add_field(f);
  }
  runtime_schema add_function_output(std::string_view name, auto const& attributes, auto const& function) && {
    return std::move(add_function_output(name, attributes, function));
  }
  /// @}

  /// The field of undeclared keys, named $meta.
  /// @{
  runtime_schema& add_dynamic_field() &;
  runtime_schema add_dynamic_field() && { return std::move(add_dynamic_field()); }
  /// @}

  /// The fields in the order in which they were added.
  /// @{
  std::span<field_info const> fields() const& noexcept { return fields_; }
  std::span<field_info const> fields() const&& = delete;
  std::size_t size() const noexcept { return fields_.size(); }
  bool empty() const noexcept { return fields_.empty(); }
  /// @}
  /// Null if there is no field of this name.
  /// @{
  field_info const* find(std::string_view name) const& noexcept;
  field_info const* find(std::string_view name) const&& = delete;
  /// @}

  /// As `check_schema`.
  /// @{
  result<void> try_check() const { return try_check_schema(fields_); }
  void(check)() const { try_check().value(); }  // in parentheses: a macro of some programs
  /// @}

 private:
  std::string_view keep(std::string_view text);
  void own(field_info& field);

  std::vector<field_info> fields_;
  // Lists: what fields_ points to stays in its place when more comes, and when the schema is moved.
  std::list<std::string> texts_;
  std::list<std::vector<field_info>> subs_;
};

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/schema/detail/runtime_schema.ipp>
#endif
