#pragma once

#include <bulkwriter/detail/caught.hpp>
#include <bulkwriter/row/bind.hpp>
#include <bulkwriter/row/columns.hpp>
#include <bulkwriter/text/quoted.hpp>
#include <bulkwriter/writer/bulk_writer_base.hpp>
#include <bulkwriter/writer/detail/mistakes.hpp>
#include <bulkwriter/writer/options.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <ranges>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
/// Writes rows of a schema as files of a format into a place: the part that local and remote writers share.
///
/// A refused row changes nothing, and the next good row is accepted; its error names row, field, rule and value, for
/// all of its problems. A failure to write ends the writer: the rows of the chunk are named in the error, which every
/// later append and commit returns again. Not thread-safe: use one writer per thread. In a forked child
/// whatever would reach the files fails (`invalid_state`), and its end changes nothing: make writers behind the fork.
///
/// Errors of a refused row: null_not_allowed, out_of_range, not_finite, varchar_too_long, invalid_utf8, invalid_json,
/// json_too_long, wrong_dim, duplicate_key, capacity_exceeded, invalid_sparse, invalid_geometry, invalid_timestamp,
/// zero_vector, format_cannot_hold, several_problems, row_too_large. Errors of writing: those of the place, for a folder
/// io_error and no_space; they also name the files that were finished and never committed (see remove_uncommitted).
/// invalid_state: the writer was moved from, or code of the caller's own (a place, a value, a range of rows) has thrown.
/// The only exception out of a try_ function is std::bad_alloc: the writer is as it was before, or has failed.
template <class Schema, class Format>
class bulk_writer : public bulk_writer_base {
 public:
  static_assert(sizeof(detail::schema_check_of_writer<Schema, typed_schema<Schema> || detail::may_be_broken<Schema>()>) !=
                0);
  static_assert(sizeof(detail::format_check_of_writer<Format, format::file_format<Format>>) != 0);

  using schema_type = Schema;  ///< the struct derived from `schema`
  using format_type = Format;  ///< such as `format::parquet`
  /// The struct that rows are given as; void if there is none.
  using row_type = typename detail::row_type_of<Schema>::type;

 protected:
  /// Whether nothing is wrong with Schema and Format: for writers that derive from this one.
  static constexpr bool is_right = detail::is_right<Schema> && format::file_format<Format>;

 private:
  using row_argument = std::conditional_t<std::is_void_v<row_type>, detail::braces, row_type>;

 public:

  /// Into any place, for example an output::memory. Errors: invalid_option.
  /// @{
  explicit bulk_writer(std::shared_ptr<output::place> place, Format format = {}, writer_options options = {})
      : bulk_writer(try_make(std::move(place), format, std::move(options)).value()) {}

  static result<bulk_writer> try_open(std::shared_ptr<output::place> place, Format format = {},
                                      writer_options options = {}) {
    auto made = try_make(std::move(place), format, std::move(options));
    if (!made) return std::move(made).error();
    return bulk_writer(*std::move(made));
  }
  /// @}

  /// The schema's struct, also as `append_row({.id = 1, .title = "hello"})`. Errors: see the class.
  /// @{
  template <class Row = row_argument>
  result<void> try_append_row(std::type_identity_t<Row> const& row) {
    if constexpr (std::is_same_v<Row, detail::braces>)
      return append_any(row);
    else if constexpr (is_right)
      return append(&row, &detail::show_struct<Schema, Row>);
    else
      return {};
  }
  template <class Row = row_argument>
  void append_row(std::type_identity_t<Row> const& row) {
    try_append_row<Row>(row).value();
  }
  /// @}

  /// By name: `append_row("id"_f = 1, "title"_f = "hello")`, in any order. Nullable and defaulted fields may be left
  /// out; names that the schema does not declare go to the dynamic field, and do not compile where there is none. Or by
  /// position, a std::tuple: one value for each field in schema order, without auto_id fields and function outputs. A
  /// dynamic field at the end may be left out. Anything else does not compile.
  /// @{
  template <class... V>
    requires(!detail::is_struct_row<row_type, V...>)
  result<void> try_append_row(V const&... values) {
    return append_any(values...);
  }
  template <class... V>
    requires(!detail::is_struct_row<row_type, V...>)
  void append_row(V const&... values) {
    append_any(values...).value();
  }
  /// @}

  /// Appends the rows of a range up to the first that is refused; those before it are kept. The number of rows
  /// appended.
  /// @{
  template <std::ranges::input_range Rows = std::initializer_list<row_argument>>
  result<std::uint64_t> try_append_rows(Rows&& rows) {
    return detail::caught("the range of rows", [&] { return append_range(*this, rows); });
  }
  template <std::ranges::input_range Rows = std::initializer_list<row_argument>>
  std::uint64_t append_rows(Rows&& rows) {
    return append_range(*this, rows).value();  // what the range throws passes
  }
  template <class V>
    requires(!std::ranges::input_range<V>)
  result<std::uint64_t> try_append_rows(V const&) {
    static_assert(sizeof(detail::not_a_range_of_rows<Schema, V>) != 0);
    return std::uint64_t{};
  }
  template <class V>
    requires(!std::ranges::input_range<V>)
  std::uint64_t append_rows(V const& value) {
    return try_append_rows(value).value();
  }
  /// @}

  /// A column for each field, by name: `append_columns("id"_f = ids, "v"_f = block, "title"_f = bw::string_block{…},
  /// "score"_f = bw::masked(scores, bitmap))`. A column is a random-access range with a value for each row (also of
  /// std::optional), a contiguous block of rows × dim numbers for a vector field (for a binary_vector: of rows × dim / 8
  /// bytes, or of rows × dim bools, also std::vector<bool>), a string_block, or masked of these.
  /// Rows are checked as append_row checks them, up to the first that is refused; those before it are kept. Columns of
  /// different lengths, blocks that end within a row, and bad offsets are an invalid_option that names the field, and
  /// no row is appended then. The number of rows appended.
  /// @{
  template <class... C>
  result<std::uint64_t> try_append_columns(C const&... columns) {
    return detail::caught("a column", [&] { return append_any_columns(columns...); });
  }
  template <class... C>
  std::uint64_t append_columns(C const&... columns) {
    return append_any_columns(columns...).value();
  }
  /// @}

 protected:
  /// For writers that derive from this one and bring their place.
  /// @{
  explicit bulk_writer(std::unique_ptr<core> made) noexcept : bulk_writer_base(std::move(made)) {}

  // Errors: invalid_option.
  static detail::new_file_format make_format(Format const& format) {
    if constexpr (requires { Format::holds(kind{}); }) {  // a format chosen at run time asks in try_make_encoder
      constexpr int unheld = detail::first_unheld_field<Schema, Format>();
      if constexpr (unheld >= 0)
        static_assert(
            sizeof(detail::cannot_hold<Format,
                                       detail::field_at<Schema, static_cast<std::size_t>(unheld)>::name_storage>) != 0);
    }
    return {format.try_make_encoder(Schema::infos), format.extension};
  }

  // `make(fields, format)`, unless something is wrong with either.
  template <class Make>
  static result<std::unique_ptr<core>> make_core(Format const& format, Make const& make) {
    if constexpr (is_right) {
      return make(std::span<field_info const>(Schema::infos), make_format(format));
    } else {
      if constexpr (!typed_schema<Schema> && detail::may_be_broken<Schema>()) detail::say_that_there_is_no_schema();
      return error_info{};
    }
  }
  /// @}

 private:
  static result<std::unique_ptr<core>> try_make(std::shared_ptr<output::place> place, Format const& format,
                                                writer_options options) {
    return make_core(format, [&](std::span<field_info const> fields, detail::new_file_format made) {
      return core::try_make(fields, std::move(made), std::move(place), std::move(options));
    });
  }

  template <fixed_string... Name, class... Type>
    requires(sizeof...(Name) > 0)
  result<void> append_any(named<Name, Type> const&... value) {
    if constexpr (is_right)
      return append_by_name<Name...>(value.value...);
    else
      return {};
  }
  template <class... Type>
  result<void> append_any(std::tuple<Type...> const& row) {
    return append_by_position(row);
  }
  template <class... V>
  result<void> append_any(V const&...) {
    if constexpr (is_right) static_assert(sizeof(detail::not_a_row<Schema, V...>) != 0);
    return {};
  }

  template <fixed_string... Name, class... Type>
    requires(sizeof...(Name) > 0)
  result<std::uint64_t> append_any_columns(named<Name, Type> const&... column) {
    if constexpr (!is_right)
      return std::uint64_t{};
    else if constexpr (!(detail::is_column<std::remove_cvref_t<Type>> && ...))
      return (std::uint64_t{} + ... +
              sizeof(detail::column_type_check<Name, std::remove_cvref_t<Type>,
                                               detail::is_column<std::remove_cvref_t<Type>>>));
    else if constexpr (!(detail::column_rules<Schema, Name, std::remove_cvref_t<Type>>::ok && ...))
      return (std::uint64_t{} + ... +
              sizeof(typename detail::column_rules<Schema, Name, std::remove_cvref_t<Type>>::check));
    else
      return append_by_columns<Name...>(column.value...);
  }
  template <class... C>
  result<std::uint64_t> append_any_columns(C const&...) {
    if constexpr (is_right) static_assert(sizeof(detail::not_named_columns<Schema, C...>) != 0);
    return std::uint64_t{};
  }

  result<void> append(void const* row, core::show_row show) { return core::append(get(), row, show); }

  template <class Bound, class... V>
  result<void> append_values(V const&... value) {
    using refs = detail::value_refs<std::index_sequence_for<V...>, V...>;
    refs const row{{value}...};
    return append(&row, &detail::show_values<Schema, Bound, refs>);
  }

  // A value that does not fit instantiates the class that says so, and nothing behind it.
  template <class Bound, class... V>
  result<void> append_checked(V const&... value) {
    constexpr std::size_t misfit = detail::first_misfit<Schema, Bound, V...>(std::make_index_sequence<Schema::size>{});
    if constexpr (misfit == Schema::size)
      return append_values<Bound>(value...);
    else
      static_assert(sizeof(detail::value_check<Schema, misfit, detail::argument_of<Bound, misfit, V...>>) != 0);
    return {};
  }
  template <class Bound, fixed_string Name, class V>
  static constexpr bool loose_value_fits = !Bound::is_loose(Name.view()) || detail::is_dynamic_value<V>();

  template <fixed_string... Name, class... V>
  result<void> append_by_name(V const&... value) {
    using bound = detail::by_name<Schema, Name...>;
    constexpr auto const& b = bound::bound;
    if constexpr (b.unknown >= 0) {
      static_assert(
          sizeof(detail::no_such_field<Schema, detail::nth_name<static_cast<std::size_t>(b.unknown), Name...>()>) != 0);
    } else if constexpr (b.repeated >= 0) {
      static_assert(
          sizeof(detail::repeated_value<Schema, detail::nth_name<static_cast<std::size_t>(b.repeated), Name...>()>) !=
          0);
    } else if constexpr (b.unwanted >= 0) {
      static_assert(
          sizeof(detail::unwanted_value<Schema, detail::nth_name<static_cast<std::size_t>(b.unwanted), Name...>()>) !=
          0);
    } else if constexpr (b.missing >= 0) {
      constexpr auto missing = detail::fields_without_value<Schema, b>();
      static_assert(sizeof(detail::missing_values_of<Schema, missing>(std::make_index_sequence<missing.size()>{})) !=
                    0);
    } else if constexpr (!(loose_value_fits<bound, Name, V> && ...)) {
      (void(sizeof(detail::dynamic_value_check<Schema, Name, V, loose_value_fits<bound, Name, V>>)), ...);
    } else {
      return append_checked<bound>(value...);
    }
    return {};
  }

  template <fixed_string... Name, class... C>
  result<std::uint64_t> append_by_columns(C const&... column) {
    std::size_t const sizes[] = {detail::column_rows<C>::size(column, detail::width_of<Schema, C>(Name.view()))...};
    std::string faults[] = {detail::column_rows<C>::fault(column, detail::width_of<Schema, C>(Name.view()))...};
    constexpr auto const& names = detail::name_list<Name...>::views;
    for (std::size_t c = 0; c < names.size(); ++c) {
      if (faults[c].empty() && sizes[c] != sizes[0])
        faults[c] =
            std::to_string(sizes[c]) + " rows, where " + detail::quoted_name(names[0]) + " has " +
            std::to_string(sizes[0]);
      if (!faults[c].empty())
        return error_info{.code = errc::invalid_option,
                          .message = "column " + detail::quoted_name(names[c]) + ": " + faults[c],
                          .field = std::string(names[c])};
    }
    for (std::size_t i = 0; i < sizes[0]; ++i)
      if (auto appended = append_by_name<Name...>(
              detail::column_rows<C>::template at<detail::width_of<Schema, C>(Name.view())>(column, i)...);
          !appended)
        return std::move(appended).error();
    return std::uint64_t{sizes[0]};
  }

  template <class... Type>
  result<void> append_by_position(std::tuple<Type...> const& row) {
    if constexpr (is_right) {
      using bound = detail::by_position<Schema, sizeof...(Type)>;
      if constexpr (bound::arity_fits)
        return std::apply([&](auto const&... value) { return append_checked<bound>(value...); }, row);
      else
        static_assert(sizeof(detail::wrong_arity<Schema, sizeof...(Type), bound::wanted>) != 0);
    }
    return {};
  }
};

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
