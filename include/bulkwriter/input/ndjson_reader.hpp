#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/input/parse.hpp>
#include <bulkwriter/input/text_source.hpp>
#include <bulkwriter/row/text_columns.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// How an ndjson_reader reads. Out of range: `invalid_option`.
struct ndjson_options {
  std::size_t max_line_size = std::size_t{16} << 20;  ///< bytes without the line feed, more than 0
  std::string name = {};                              ///< the file's name in messages; empty: the path
};

/// Reads a JSON object a line (NDJSON, JSON Lines) in memory that depends on the longest line only. LF or CRLF; an
/// optional UTF-8 byte order mark; lines of blanks are ignored. A line that is no JSON object is `invalid_json`,
/// as is a file of another format or a compressed one, a key
/// that it has twice `duplicate_key`, a line longer than `max_line_size` `invalid_json`: each with file, line and
/// column. Objects are not taken apart: `boost::json::parse(reader.row().view())` makes one of Boost.JSON. Not
/// thread-safe.
///
///     bw::ndjson_reader lines("articles.ndjson");
///     while (lines.next())
///       if (auto appended = writer.try_append_row(lines.row()); !appended)
///         throw bw::error(lines.in_row(appended.error()));
class ndjson_reader {
 public:
  /// Opens the file. Errors: `io_error`, `invalid_option`.
  /// @{
  static result<ndjson_reader> try_open(std::string const& path, ndjson_options options = {});
  explicit ndjson_reader(std::string const& path, ndjson_options options = {})
      : ndjson_reader(try_open(path, std::move(options)).value()) {}
  /// @}

  /// The same on any supply of bytes. Errors: `invalid_option`.
  /// @{
  static result<ndjson_reader> try_open(text_source source, ndjson_options options = {});
  explicit ndjson_reader(text_source source, ndjson_options options = {})
      : ndjson_reader(try_open(std::move(source), std::move(options)).value()) {}
  /// @}

  /// Reads the next row; false at the end. After `io_error`, an error of the source, or a line that is too long every
  /// further call gives the same error; other lines that are refused do not hinder the next.
  /// @{
  result<bool> try_next();
  bool next() { return try_next().value(); }
  /// @}

  /// The current row, valid until the next is read or the reader is moved.
  /// @{
  json_text row() const& noexcept { return json_text({buffer_.data() + begin_, size_}); }
  json_text row() const&& = delete;
  /// @}

  /// An error about the current row, such as a writer's, with this file before it, the line, and the column of the
  /// value that the error's `field` names (1 where there is none). Its `row`, also in the message, becomes this
  /// reader's: a writer counts the rows that it was given.
  error_info in_row(error_info problem) const;

  /// Rows read so far.
  std::uint64_t row_count() const noexcept { return rows_; }

 private:
  ndjson_reader(text_source source, ndjson_options options, std::nullptr_t)
      : source_(std::move(source)), options_(std::move(options)) {}

  result<void> check_start();
  std::string layout_hint(std::string_view line, std::size_t fault) const;
  result<bool> read_row();
  result<bool> read_line();
  result<bool> refill();
  error_info make_error(errc code, std::size_t offset, std::string_view rule) const;
  std::size_t offset_of(std::string_view key) const;

  text_source source_;
  ndjson_options options_;
  std::vector<char> buffer_ = {};
  std::size_t begin_ = 0, size_ = 0;  // of the line, in buffer_
  std::size_t next_ = 0, end_ = 0;    // of the line behind it; of the bytes
  bool exhausted_ = false;
  std::uint64_t line_ = 0, rows_ = 0;
  std::vector<std::string> keys_ = {};  // scratch
  std::optional<error_info> failure_ = {};
  bool reading_ = false;
};

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/input/detail/ndjson_reader.ipp>
#endif
