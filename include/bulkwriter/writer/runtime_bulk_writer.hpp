#pragma once

#include <bulkwriter/format/any.hpp>
#include <bulkwriter/row/text_columns.hpp>
#include <bulkwriter/schema/runtime_schema.hpp>
#include <bulkwriter/writer/local_bulk_writer.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <ranges>
#include <span>
#include <string_view>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

// A schema at an address of its own, which the writer behind it points into, and the memory for the row under way.
struct runtime_parts {
  explicit runtime_parts(runtime_schema given) : schema(std::move(given)), row(schema.fields()) {}
  runtime_schema const schema;
  cell_row row;
};

template <class Type>
concept has_cells = requires(Type const& value, cell_row& row) { cells_of<Type>::read(value, row); };

}  // namespace detail

/// Writes rows of a schema that is known at run time only: the same checks, formats and files as of a compile-time
/// schema. It keeps a copy of the schema. See the general bulk_writer for errors and threads; errors of making it are
/// also invalid_schema, for a schema that breaks a rule and for a kind that the format cannot hold; errors of a refused
/// row also wrong_type, unknown_field and invalid_number.
///
///     bw::runtime_schema schema = c.describe("articles").schema;
///     bw::local_bulk_writer<bw::runtime_schema, bw::format::any> writer{
///         schema, bw::format::any::named("parquet"), {.local_path = "out"}};
///     writer.append_row(bw::json_text{R"({"id": 1, "title": "hello"})"});
template <class Format>
class bulk_writer<runtime_schema, Format> : public bulk_writer_base {
 public:
  static_assert(format::file_format<Format>,
                "bulkwriter: the second argument of a writer is a format such as bw::format::any");

  using schema_type = runtime_schema;  ///< known at run time
  using format_type = Format;          ///< such as `format::any`
  using row_type = void;               ///< no struct is bound to it

  /// Into any place, for example an output::memory. Errors: invalid_schema, invalid_option.
  /// @{
  bulk_writer(runtime_schema schema, std::shared_ptr<output::place> place, Format format = {},
              writer_options options = {})
      : bulk_writer(try_open(std::move(schema), std::move(place), std::move(format), std::move(options)).value()) {}

  static result<bulk_writer> try_open(runtime_schema schema, std::shared_ptr<output::place> place, Format format = {},
                                      writer_options options = {}) {
    return try_make<bulk_writer>(
        std::move(schema), format,
        [&](std::span<field_info const> fields, detail::new_file_format made) {
          return core::try_make(fields, std::move(made), std::move(place), std::move(options));
        },
        [](made_parts made) { return bulk_writer(std::move(made)); });
  }
  /// @}

  /// The writer's own copy of the schema, as long as the writer lives and where it is moved to.
  /// @{
  runtime_schema const& schema() const& noexcept { return parts_->schema; }
  runtime_schema schema() && noexcept { return std::move(parts_->schema); }
  /// @}

  /// One cell a field in schema order; those of fields that the server fills are ignored.
  /// @{
  result<void> try_append_row(std::span<cell const> cells) {
    if (!parts_) return core::append(nullptr, nullptr, nullptr);  // moved from
    parts_->row.clear();
    if (cells.size() != schema().size())
      parts_->row.refuse(
          errc::wrong_dim, {},
          std::to_string(cells.size()) + " cells where the schema has " + std::to_string(schema().size()) + " fields");
    else
      for (std::size_t i = 0; i < cells.size(); ++i) parts_->row.set(i, cells[i]);
    return core::append(get(), parts_->row);
  }
  void append_row(std::span<cell const> cells) { try_append_row(cells).value(); }
  /// @}

  /// One cell or text a column, as text_columns says.
  /// @{
  result<void> try_append_row(text_columns const& columns, std::span<text_cell const> cells) {
    return try_append_texts(columns, cells);
  }
  result<void> try_append_row(text_columns const& columns, std::span<std::string_view const> texts) {
    return try_append_texts(columns, texts);
  }
  void append_row(text_columns const& columns, std::span<text_cell const> cells) {
    try_append_row(columns, cells).value();
  }
  void append_row(text_columns const& columns, std::span<std::string_view const> texts) {
    try_append_row(columns, texts).value();
  }
  /// @}

  /// A value with names in it: json_text or, with <bulkwriter/adapt/boost_json.hpp>, a boost::json::object. Names that
  /// the schema does not declare go to the dynamic field, and are an error where there is none.
  /// @{
  template <detail::has_cells Row>
  result<void> try_append_row(Row const& row) {
    if (!parts_) return core::append(nullptr, nullptr, nullptr);  // moved from
    auto read = detail::caught("the values of the row", [&]() -> result<void> {
      cells_of<Row>::read(row, parts_->row);
      return {};
    });
    return read ? core::append(get(), parts_->row) : core::refuse(get(), std::move(read).error());
  }
  template <detail::has_cells Row>
  void append_row(Row const& row) {
    try_append_row(row).value();
  }
  /// @}

  /// Appends the rows of a range up to the first that is refused; those before it are kept. The number of rows
  /// appended.
  /// @{
  template <std::ranges::input_range Rows>
  result<std::uint64_t> try_append_rows(Rows&& rows) {
    return detail::caught("the range of rows", [&] { return append_range(*this, rows); });
  }
  template <std::ranges::input_range Rows>
  std::uint64_t append_rows(Rows&& rows) {
    return append_range(*this, rows).value();  // what the range throws passes
  }
  /// @}

 protected:
  /// For writers that derive from this one and bring their place: what they are made of.
  struct made_parts {
    std::unique_ptr<detail::runtime_parts> parts;  ///< the schema and the row under way
    std::unique_ptr<core> writer;                  ///< what writes
  };
  /// For the same.
  explicit bulk_writer(made_parts made) noexcept
      : bulk_writer_base(std::move(made.writer)), parts_(std::move(made.parts)) {}

  /// For the same: `make_core(fields, format)` makes what writes, `make_writer(parts)` the writer.
  template <class Writer, class MakeCore, class MakeWriter>
  static result<Writer> try_make(runtime_schema schema, Format const& format, MakeCore const& make_core,
                                 MakeWriter const& make_writer) {
    auto parts = std::make_unique<detail::runtime_parts>(std::move(schema));
    auto const fields = parts->schema.fields();
    if (auto good = parts->schema.try_check(); !good) return std::move(good).error();
    auto const holds = [](void const* of, kind k) { return static_cast<Format const*>(of)->holds(k); };
    if (auto held = detail::try_check_held(fields, format.extension, holds, &format); !held)
      return std::move(held).error();
    auto made = make_core(fields, detail::new_file_format{format.try_make_encoder(fields), format.extension});
    if (!made) return std::move(made).error();
    return make_writer(made_parts{std::move(parts), *std::move(made)});
  }

 private:
  template <class Text>
  result<void> try_append_texts(text_columns const& columns, std::span<Text const> texts) {
    if (!parts_) return core::append(nullptr, nullptr, nullptr);  // moved from
    columns.read(texts, parts_->row);
    return core::append(get(), parts_->row);
  }

  std::unique_ptr<detail::runtime_parts> parts_;  // dies before the writer in the base, which then looks at no field
};

/// The same for a schema that is known at run time only, which goes first.
template <class Format>
class local_bulk_writer<runtime_schema, Format> : public bulk_writer<runtime_schema, Format> {
  using base = bulk_writer<runtime_schema, Format>;

 public:
  /// Makes the folder. Errors: invalid_schema, invalid_option, io_error, no_space.
  /// @{
  local_bulk_writer(runtime_schema schema, local_options options)
      : local_bulk_writer(std::move(schema), Format{}, std::move(options)) {}
  local_bulk_writer(runtime_schema schema, Format format, local_options options)
      : local_bulk_writer(try_open(std::move(schema), std::move(format), std::move(options)).value()) {}

  static result<local_bulk_writer> try_open(runtime_schema schema, local_options options) {
    return try_open(std::move(schema), Format{}, std::move(options));
  }
  static result<local_bulk_writer> try_open(runtime_schema schema, Format format, local_options options) {
    return base::template try_make<local_bulk_writer>(
        std::move(schema), format,
        [&](std::span<field_info const> fields, detail::new_file_format made) {
          return detail::try_make_local(fields, std::move(made), std::move(options));
        },
        [](typename base::made_parts made) { return local_bulk_writer(std::move(made)); });
  }
  /// @}

 private:
  explicit local_bulk_writer(typename base::made_parts made) noexcept : base(std::move(made)) {}
};

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
