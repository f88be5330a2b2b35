#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/input/parse.hpp>
#include <bulkwriter/input/text_source.hpp>
#include <bulkwriter/row/text_columns.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// A place in a text file: lines from 1, columns in bytes from 1 (a byte order mark does not count).
struct text_position {
  std::uint64_t line = 1;    ///< a line feed ends one, also inside quotes
  std::uint64_t column = 1;  ///< of the byte, not of the character

  /// Compares both.
  friend bool operator==(text_position const&, text_position const&) = default;
};

/// How a csv_reader reads. Out of range: `invalid_option`.
struct csv_options {
  char separator = ',';  ///< one byte, no quote and no line end
  /// Bytes of one cell, more than 0; the header line has at most 1 MiB.
  std::size_t max_cell_size = std::size_t{16} << 20;
  std::string name = {};                           ///< the file's name in messages; empty: the path
  std::vector<std::string> required_columns = {};  ///< names that the header must have
  /// Columns whose cells, unless empty, must be numbers: a slip of the pen is refused, not kept as text.
  /// Names that the header does not have are ignored.
  std::vector<std::string> number_columns = {};
  /// What stands for null where it is not in quotes. `""` is empty text, as DuckDB and PostgreSQL have it.
  std::string nullkey = {};
  bool quoted_nulls = false;  ///< the nullkey in quotes, as `""`, stands for null, too
  /// What columns are that the schema does not declare, for texts() and json_object(): by name, and all others. Where
  /// nothing is said, a column has the one type that all its cells in the first `sample_size` bytes of rows have:
  /// number, boolean, or else text; if they are all empty there, that of the first that is not. A cell behind them that
  /// is none of the type is an error of its row. A cell in quotes is text, but in a column that is said to be one of
  /// numbers or booleans, here, in other_columns or in number_columns.
  std::map<std::string, column_type> column_types = {};
  std::optional<column_type> other_columns = {};   ///< what those are that column_types does not name
  std::size_t sample_size = std::size_t{1} << 20;  ///< bytes that are read before the first row
};

class csv_reader;

/// One cell of a reader's current row: a view, valid until the next row is read or the reader is moved. Reading it is
/// thread-safe as long as the reader stays where it is.
class csv_cell {
 public:
  /// The bytes, without quotes. Valid as long as the cell.
  std::string_view text() const noexcept { return text_; }
  /// No text: `a,,b` as well as `a,"",b`.
  bool empty() const noexcept { return text_.empty(); }
  /// Stands for null: with the usual options `a,,b`, not `a,"",b`.
  bool is_null() const noexcept;
  /// Where the cell begins; if it is quoted, at the quote.
  text_position position() const noexcept { return position_; }

  /// The cell as a Type: the whole text must be consumed; no locale, no blanks, no leading '+'.
  /// Type: integers, floating-point (finite), bool (true, false, True, False, TRUE, FALSE, 1, 0), std::string,
  /// std::string_view, std::optional of these (null is nullopt), std::vector or std::array of float or double from a
  /// list `[0.25, -1e-3]`.
  /// Errors, with file, line, column and value: `invalid_number`, `wrong_type` (bool), `wrong_dim` (std::array).
  /// @{
  template <class Type>
  result<Type> try_as() const;
  template <class Type>
  Type as() const {
    return try_as<Type>().value();
  }
  /// @}

  /// A list of exactly `out.size()` numbers. Errors: `invalid_number`, `wrong_dim`; `out` is then partly written.
  /// @{
  result<void> try_read_vector(std::span<float> out) const { return checked(input::parse_list(text_, out)); }
  result<void> try_read_vector(std::span<double> out) const { return checked(input::parse_list(text_, out)); }
  void read_vector(std::span<float> out) const { try_read_vector(out).value(); }
  void read_vector(std::span<double> out) const { try_read_vector(out).value(); }
  /// @}

  /// An error that names this cell's file, line and column, for rules of the caller's own.
  error_info make_error(errc code, std::string_view rule) const;

 private:
  friend class csv_reader;
  csv_cell(csv_reader const& owner, std::size_t index, std::string_view text, text_position position) noexcept
      : owner_(&owner), index_(index), text_(text), position_(position) {}

  result<void> checked(input::text_error const& failed) const {
    if (failed.code == errc::none) return {};
    return make_error(failed.code, failed.message);
  }

  csv_reader const* owner_;
  std::size_t index_;
  std::string_view text_;
  text_position position_;
};

/// Reads RFC 4180 text row by row in memory that depends on the longest row and on `sample_size` only: quoted cells
/// with separators, line ends and doubled quotes; LF or CRLF; an optional UTF-8 byte order mark; a header line whose
/// names are unique. Empty lines at the end are ignored. Anything else is `errc::invalid_csv` with file, line and
/// column: a quote inside an unquoted cell, text behind a closing quote, a quote that is never closed, a row with
/// another number of cells than the header, a carriage return without line feed (other than as the last byte), a cell
/// larger than `max_cell_size`, a file of another format or a compressed one. Bytes are handed on as they stand; UTF-8 is
/// the writers' business. Not thread-safe.
///
///     bw::csv_reader csv("articles.csv", {.required_columns = {"id", "title"}});
///     while (csv.next()) std::cout << csv["id"].as<std::int64_t>() << ' ' << csv["title"].text() << '\n';
class csv_reader {
 public:
  /// Opens the file and reads its header. Errors: `io_error`, `invalid_csv`, `invalid_option`.
  /// @{
  static result<csv_reader> try_open(std::string const& path, csv_options options = {});
  explicit csv_reader(std::string const& path, csv_options options = {})
      : csv_reader(try_open(path, std::move(options)).value()) {}
  /// @}

  /// The same on any supply of bytes. Errors: also those of the source.
  /// @{
  static result<csv_reader> try_open(text_source source, csv_options options = {});
  explicit csv_reader(text_source source, csv_options options = {})
      : csv_reader(try_open(std::move(source), std::move(options)).value()) {}
  /// @}

  /// The header, in the file's order.
  /// @{
  std::vector<std::string> const& names() const& noexcept { return names_; }
  std::vector<std::string> names() && { return std::move(names_); }
  /// @}
  /// How many columns there are.
  std::size_t size() const noexcept { return names_.size(); }
  /// Whether the header has this name.
  bool has(std::string_view name) const noexcept { return find(name) != size(); }

  /// What the columns are for fields, which must outlive it. Errors: those of text_columns, with the file and the place
  /// in its header.
  /// @{
  result<text_columns> try_columns_for(std::span<field_info const> fields) const;
  text_columns columns_for(std::span<field_info const> fields) const { return try_columns_for(fields).value(); }
  /// @}

  /// The index of a column. Error: `invalid_csv` with the names that there are.
  /// @{
  result<std::size_t> try_column(std::string_view name) const;
  std::size_t column(std::string_view name) const { return try_column(name).value(); }
  /// @}
  /// The columns that are not among these, in the file's order.
  std::vector<std::size_t> columns_except(std::initializer_list<std::string_view> names) const;

  /// Reads the next row; false at the end. After `invalid_csv` or `io_error` every further call gives the same error;
  /// a cell of `number_columns` that is not a number (`invalid_number`) does not hinder the next row.
  /// @{
  result<bool> try_next();
  bool next() { return try_next().value(); }
  /// @}

  /// A cell of the current row; an index must be less than `size()`. By name: an unknown one throws as `column` does.
  /// @{
  csv_cell operator[](std::size_t index) const& noexcept { return cell(index); }
  csv_cell operator[](std::string_view name) const& { return cell(column(name)); }
  csv_cell operator[](std::size_t index) const&& = delete;
  csv_cell operator[](std::string_view name) const&& = delete;
  /// @}

  /// The cells of the current row, valid until the next is read or the reader is moved: what text_columns take.
  std::span<text_cell const> texts() &;

  /// An error about the current row, such as a writer's, with this file before it, and the line; where the error's
  /// `field` is the name of a column, line and column of that cell. Its `row`, also in the message, becomes this
  /// reader's: a writer counts the rows that it was given. Before the first row: an error about the header.
  error_info in_row(error_info problem) const;

  /// Rows read so far, the header not counted.
  std::uint64_t row_count() const noexcept { return rows_; }

  /// These cells of the current row as the text of a JSON object, for a dynamic field, of the types that the options
  /// say; what is null is left out. Errors, with file, line and column: `invalid_number`, `wrong_type`.
  /// @{
  result<std::string> try_json_object(std::span<std::size_t const> columns) const;
  std::string json_object(std::span<std::size_t const> columns) const { return try_json_object(columns).value(); }
  /// @}

 private:
  friend class csv_cell;
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
  enum class stop { separator, line, input };  // what ended a cell
  struct piece {
    std::size_t offset, size;  // from begin_
    text_position position;
    bool quoted;
  };

  csv_reader(text_source source, csv_options options, std::nullptr_t)
      : source_(std::move(source)), options_(std::move(options)) {}

  std::size_t find(std::string_view name) const noexcept;
  csv_cell cell(std::size_t index) const noexcept {
    piece const& p = cells_[index];
    return {*this, index, {buffer_.data() + begin_ + p.offset, p.size}, p.position};
  }

  text_cell text(std::size_t index) const noexcept;
  std::string_view header_name(std::size_t i) const noexcept { return names_[i]; }
  std::string separator_hint(std::string_view line) const;

  void fill(std::size_t size);
  result<void> read_start();
  result<void> read_header();
  result<void> check_header();
  result<void> take_types();
  void sample_types();
  void settle_types();
  result<bool> read_row();
  result<bool> read_record(std::size_t max_cells);
  result<bool> skip_empty_lines();
  result<stop> read_quoted();
  result<stop> read_plain();
  result<stop> read_stop();
  result<bool> refill();
  result<bool> available();
  void start_record() noexcept;
  void start_line() noexcept;

  text_position position() const noexcept { return {line_, offset_ + at_ - line_offset_ + 1}; }
  error_info make_error(errc code, text_position where, std::size_t column, std::string_view rule) const;
  error_info fail(text_position where, std::size_t column, std::string_view rule) const {
    return make_error(errc::invalid_csv, where, column, rule);
  }

  text_source source_;
  csv_options options_;
  std::vector<std::string> names_ = {};
  bulkwriter::detail::name_index index_ = {};  // of names_
  std::vector<std::size_t> number_columns_ = {};
  std::vector<std::optional<column_type>> types_ = {};
  std::vector<bool> told_ = {};  // to be numbers or booleans, whatever their quotes say
  std::vector<std::size_t> undecided_ = {};  // columns without a type yet
  std::vector<piece> cells_ = {};
  std::vector<text_cell> texts_ = {};  // scratch
  std::vector<char> buffer_ = {};
  std::size_t begin_ = 0;  // of the record, in buffer_
  std::size_t at_ = 0;     // the next byte, from begin_
  std::size_t end_ = 0;    // of the bytes in buffer_
  bool exhausted_ = false;
  std::optional<error_info> source_failure_ = {};  // which waits for the bytes before it to be read
  std::uint64_t offset_ = 0;       // of the record in the input
  std::uint64_t line_ = 1;         // of the next byte
  std::uint64_t line_offset_ = 0;  // of that line in the input
  std::uint64_t empty_rows_ = 0;   // empty lines between rows, which are rows where there is one column
  std::uint64_t rows_ = 0;
  std::optional<error_info> failure_ = {};
  bool reading_ = false;
};

template <class Type>
result<Type> csv_cell::try_as() const {
  if constexpr (std::same_as<Type, std::string> || std::same_as<Type, std::string_view>) {
    return Type(text_);
  } else if constexpr (requires { requires std::same_as<Type, std::optional<typename Type::value_type>>; }) {
    if (is_null()) return Type();
    auto some = try_as<typename Type::value_type>();
    if (!some) return std::move(some).error();
    return Type(*std::move(some));
  } else if constexpr (requires(Type& value) { input::parse(std::string_view(), value); } && !std::is_class_v<Type>) {
    Type value = {};
    if (input::text_error const failed = input::parse(text_, value); failed.code != errc::none)
      return make_error(failed.code, failed.message);
    return value;
  } else if constexpr (requires(Type& list) {
                         list.push_back(typename Type::value_type());
                         this->try_read_vector(std::span{list});
                       }) {
    Type list(input::count_list(text_));
    if (auto read = try_read_vector(std::span{list}); !read) return std::move(read).error();
    return list;
  } else if constexpr (requires(Type& list) {
                         std::tuple_size<Type>::value;
                         this->try_read_vector(std::span{list});
                       }) {
    Type list = {};
    if (auto read = try_read_vector(std::span{list}); !read) return std::move(read).error();
    return list;
  } else {
    static_assert(sizeof(Type) == 0,
                  "bulkwriter: a CSV cell cannot be read as this type; ask for a number, bool, string, optional of "
                  "these, vector or array of floats");
    return error_info{};
  }
}

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/input/detail/csv_reader.ipp>
#endif
