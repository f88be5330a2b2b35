#pragma once

#include <bulkwriter/detail/caught.hpp>
#include <bulkwriter/input/csv_reader.hpp>
#include <bulkwriter/input/detail/foreign_format.hpp>
#include <bulkwriter/text/json.hpp>
#include <bulkwriter/schema/field_name.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

BULKWRITER_DECL error_info csv_cell::make_error(errc code, std::string_view rule) const {
  return owner_->make_error(code, position_, index_, rule);
}

BULKWRITER_DECL result<csv_reader> csv_reader::try_open(std::string const& path, csv_options options) {
  if (options.name.empty()) options.name = path;
  auto source = input::detail::try_open_text_file(path);
  if (!source) return std::move(source).error();
  return try_open(*std::move(source), std::move(options));
}

BULKWRITER_DECL result<csv_reader> csv_reader::try_open(text_source source, csv_options options) {
  options.name = options.name.empty() ? "CSV input" : bulkwriter::detail::one_line(options.name);
  if (options.separator == '"' || options.separator == '\n' || options.separator == '\r')
    return error_info{.code = errc::invalid_option,
                      .message = "csv_options.separator: a quote or a line end cannot separate cells"};
  if (options.max_cell_size == 0)
    return error_info{.code = errc::invalid_option, .message = "csv_options.max_cell_size: 0 allows no cell"};
  csv_reader reader(std::move(source), std::move(options), nullptr);
  if (auto done = reader.read_start(); !done) return std::move(done).error();
  if (auto done = reader.read_header(); !done) return std::move(done).error();
  if (auto done = reader.check_header(); !done) return std::move(done).error();
  if (auto done = reader.take_types(); !done) return std::move(done).error();
  return reader;
}

// Has so many bytes behind the next one in the buffer, or all that there are. An error of the source is told when the
// bytes before it have been read.
BULKWRITER_DECL void csv_reader::fill(std::size_t size) {
  while (end_ - begin_ - at_ < size && !exhausted_ && !source_failure_)
    if (auto more = refill(); !more.has_value()) source_failure_ = std::move(more).error();
}

// What the file is, before anything of it is taken for text.
BULKWRITER_DECL result<void> csv_reader::read_start() {
  buffer_.resize(std::size_t{256} << 10);
  fill(input::detail::foreign_format_size);
  std::string_view const start(buffer_.data(), end_);
  if (auto const what = input::detail::foreign_format(start); !what.empty())
    return fail({}, npos, what);
  if (start.starts_with("\xEF\xBB\xBF")) {
    at_ = 3;
    line_offset_ = 3;
    start_record();
  }
  return {};
}

BULKWRITER_DECL result<void> csv_reader::read_header() {
  auto record = read_record(npos);
  if (!record.has_value()) {
    std::string_view const line(buffer_.data() + begin_, (std::min)(at_, end_ - begin_));
    if (record.error().code == errc::invalid_csv) record.error().message += separator_hint(line);
    return std::move(record).error();
  }
  if (!*record || empty_rows_ != 0) return fail({}, npos, "there is no header line");
  names_.reserve(cells_.size());
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    if (cell(i).empty())
      return fail(cell(i).position(), npos, "column " + std::to_string(i + 1) + " of the header has no name");
    names_.emplace_back(cell(i).text());
  }
  index_ = {names_.size(), [&](std::size_t i) { return header_name(i); }};
  return {};
}

BULKWRITER_DECL result<void> csv_reader::check_header() {
  if (std::size_t const twin = index_.find_twin([&](std::size_t i) { return header_name(i); }); twin != npos)
    return fail(cell(twin).position(), npos, "the header names " + input::quoted(names_[twin]) + " twice");
  for (std::string const& name : options_.required_columns)
    if (auto there = try_column(name); !there) return std::move(there).error();
  for (std::string const& name : options_.number_columns)
    if (has(name)) number_columns_.push_back(find(name));
  return {};
}

BULKWRITER_DECL result<void> csv_reader::take_types() {
  types_.assign(size(), options_.other_columns);
  for (std::size_t const i : number_columns_) types_[i] = column_type::number;
  for (auto const& [name, type] : options_.column_types) {
    auto const i = try_column(name);
    if (!i) return error_info{.code = errc::invalid_option, .message = i.error().message + " (option column_types)"};
    types_[*i] = type;
  }
  for (std::size_t i = 0; i < size(); ++i) {
    told_.push_back(types_[i] == column_type::number || types_[i] == column_type::boolean);
    if (!types_[i]) undecided_.push_back(i);
  }
  return {};
}

// The one type of a column whose cells are such.
namespace input {
namespace detail {

struct seen_cells {
  bool text = false, number = false, boolean = false;

  void add(std::string_view cell, bool is_quoted) noexcept {
    if (is_quoted)
      text = true;
    else if (cell == "true" || cell == "false")
      boolean = true;
    else if (is_json_number(cell))
      number = true;
    else
      text = true;
  }
  std::optional<column_type> type() const noexcept {
    if (text || (number && boolean)) return column_type::text;
    if (number) return column_type::number;
    if (boolean) return column_type::boolean;
    return std::nullopt;
  }
};

}  // namespace detail
}  // namespace input

// Looks at the rows that are in the buffer, as far as they are whole and well-formed, and leaves them to be read.
BULKWRITER_DECL void csv_reader::sample_types() {
  if (undecided_.empty() || options_.sample_size == 0) return;
  fill(options_.sample_size);
  std::string_view text(buffer_.data() + begin_ + at_, (std::min)(end_ - begin_ - at_, options_.sample_size));
  bool const is_whole = exhausted_ && text.size() == end_ - begin_ - at_;
  std::vector<input::detail::seen_cells> seen(size());
  char const ends[] = {options_.separator, '\n', '\r'};
  for (std::size_t column = 0; !text.empty(); ++column) {
    bool const is_quoted = text.front() == '"';
    std::size_t end = 0;
    if (is_quoted)
      for (++end; end < text.size() && (text[end] != '"' || text.substr(end, 2) == R"("")");)
        end += text[end] == '"' ? 2 : 1;
    std::size_t const closing = end;
    end = text.find_first_of({ends, sizeof ends}, end);
    if (end == text.npos) {
      if (!is_whole) break;  // not all of the cell
      end = text.size();
    }
    std::string_view const cell = is_quoted ? text.substr(1, (std::min)(closing, end) - 1) : text.substr(0, end);
    bool const is_null = cell == options_.nullkey && (!is_quoted || options_.quoted_nulls);
    if (column < size() && !is_null && (is_quoted || !cell.empty())) seen[column].add(cell, is_quoted);
    bool const is_last = end < text.size() && text[end] != options_.separator;
    text.remove_prefix((std::min)(end + 1, text.size()));
    if (is_last) column = npos;
  }
  for (std::size_t const i : undecided_) types_[i] = seen[i].type();
  std::erase_if(undecided_, [&](std::size_t i) { return types_[i].has_value(); });
}

// Of columns that had no cell in the sample, the first one that they have decides.
BULKWRITER_DECL void csv_reader::settle_types() {
  std::erase_if(undecided_, [&](std::size_t i) {
    text_cell const first = text(i);
    if (first.is_null || (first.text.empty() && !first.is_quoted)) return false;
    input::detail::seen_cells seen;
    seen.add(first.text, first.is_quoted);
    types_[i] = seen.type();
    return true;
  });
}

BULKWRITER_DECL std::size_t csv_reader::find(std::string_view name) const noexcept {
  return (std::min)(index_.find(name, [&](std::size_t i) { return header_name(i); }), size());
}

// Where the line seems to be separated by something else than it should be.
BULKWRITER_DECL std::string csv_reader::separator_hint(std::string_view line) const {
  if (line.find(options_.separator) != std::string_view::npos) return {};
  for (char const other : {',', ';', '\t', '|'})
    if (line.find(other) != std::string_view::npos)
      return "; " + (other == '\t' ? std::string("tabs separate") : '\'' + std::string(1, other) + "' separates") +
             " the cells, it seems, where the option separator says " +
             (options_.separator == '\t' ? "tabs" : input::quoted(std::string(1, options_.separator)));
  return {};
}

BULKWRITER_DECL result<std::size_t> csv_reader::try_column(std::string_view name) const {
  if (std::size_t const i = find(name); i != size()) return i;
  std::string rule = "the header has no column " + input::quoted(name) + ", only ";
  static constexpr std::size_t most = 20, enough = 400;
  std::size_t shown = 0;
  for (; shown < size() && shown < most && rule.size() < enough; ++shown)
    rule += (shown ? ", " : "") + input::quoted(names_[shown]);
  if (size() > shown) rule += " and " + std::to_string(size() - shown) + " more";
  if (size() == 1) rule += separator_hint(names_[0]);
  return fail({}, npos, rule);
}

BULKWRITER_DECL result<text_columns> csv_reader::try_columns_for(std::span<field_info const> fields) const {
  auto made = text_columns::try_make(fields, names_);
  if (made) return made;
  error_info failed = in_row(std::move(made).error());
  if (size() == 1) failed.message += separator_hint(names_[0]);
  return failed;
}

BULKWRITER_DECL std::vector<std::size_t> csv_reader::columns_except(
    std::initializer_list<std::string_view> names) const {
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < size(); ++i)
    if (std::find(names.begin(), names.end(), names_[i]) == names.end()) others.push_back(i);
  return others;
}

BULKWRITER_DECL result<bool> csv_reader::try_next() {
  if (failure_) return *failure_;
  return input::detail::read_whole(reading_, options_.name, [this] { return read_row(); });
}

BULKWRITER_DECL result<bool> csv_reader::read_row() {
  if (empty_rows_ > 0) {
    --empty_rows_;
    cells_.assign(1, {0, 0, {line_ - empty_rows_ - 1, 1}, false});
    ++rows_;
    return true;
  }
  if (rows_ == 0) sample_types();
  auto record = read_record(size());
  if (!record.has_value()) failure_ = record.error();
  if (!record.has_value() || !*record) return record;
  ++rows_;
  if (!undecided_.empty()) settle_types();
  for (std::size_t const i : number_columns_)
    if (csv_cell const number = cell(i); !number.empty() && !number.is_null() && !input::is_json_number(number.text()))
      return number.make_error(errc::invalid_number, input::quoted(number.text()) + " is not a number");
  return true;
}

// Leaves the next record's cells in cells_; false at the end of the input.
BULKWRITER_DECL result<bool> csv_reader::read_record(std::size_t max_cells) {
  cells_.clear();
  start_record();
  auto more = available();
  if (!more.has_value() || !*more) return more;
  for (;;) {
    if (cells_.size() == max_cells)
      return fail(position(), npos, "more cells than the " + std::to_string(max_cells) + " of the header");
    auto next = available();
    if (!next.has_value()) return next;
    auto const ended = *next && buffer_[begin_ + at_] == '"' ? read_quoted() : read_plain();
    if (!ended) return ended.error();
    if (*ended == stop::separator) continue;
    if (cells_.size() == 1 && cells_[0].size == 0 && !cells_[0].quoted) return skip_empty_lines();
    if (max_cells != npos && cells_.size() != max_cells)
      return fail(cells_[0].position, npos,
                  std::to_string(cells_.size()) + (cells_.size() == 1 ? " cell where" : " cells where") +
                      " the header has " + std::to_string(max_cells) +
                      (cells_.size() == 1 ? separator_hint(cell(0).text()) : std::string()));
    return true;
  }
}

// Behind one empty line. Lines without a byte are the end of a file, not rows; but in a file of one column, before
// another row, each of them is a row with an empty cell.
BULKWRITER_DECL result<bool> csv_reader::skip_empty_lines() {
  text_position const first = cells_[0].position;
  for (;;) {
    start_record();
    auto more = available();
    if (!more.has_value() || !*more) return more;
    char const c = buffer_[begin_ + at_];
    if (c != '\n' && c != '\r') break;
    auto const ended = read_stop();
    if (!ended) return ended.error();
  }
  if (size() > 1) return fail(first, npos, "an empty line where the header has " + std::to_string(size()) + " cells");
  empty_rows_ = line_ - first.line - 1;
  cells_.assign(1, {0, 0, first, false});
  return true;
}

BULKWRITER_DECL result<csv_reader::stop> csv_reader::read_quoted() {
  text_position const opened = position();
  std::size_t const index = cells_.size();
  std::size_t const start = ++at_;
  std::size_t size = 0;
  for (;;) {
    auto more = available();
    if (!more.has_value()) return std::move(more).error();
    if (!*more) return fail(opened, index, "the quote that opens this cell is never closed");
    char* const text = buffer_.data() + begin_;
    std::size_t const left = end_ - begin_ - at_;
    auto const* const quote = static_cast<char const*>(std::memchr(text + at_, '"', left));
    std::size_t const n = quote ? static_cast<std::size_t>(quote - (text + at_)) : left;
    std::size_t const stop_at = at_ + n;
    if (size + n > options_.max_cell_size)
      return fail(opened, index,
                  "a quoted cell of more than " + std::to_string(options_.max_cell_size) +
                      " bytes (max_cell_size); is its closing quote missing?");
    if (start + size != at_) std::memmove(text + start + size, text + at_, n);
    size += n;
    // Doubled quotes shift text to the left, so lines are counted where the bytes were not touched: in the copy.
    char const* line = text + start + size - n;
    char const* const last = text + start + size;
    while ((line = static_cast<char const*>(std::memchr(line, '\n', static_cast<std::size_t>(last - line))))) {
      ++line;
      ++line_;
      line_offset_ = offset_ + stop_at - static_cast<std::size_t>(last - line);
    }
    at_ = stop_at;
    if (!quote) continue;
    ++at_;
    more = available();
    if (!more.has_value()) return std::move(more).error();
    if (!*more || buffer_[begin_ + at_] != '"') break;
    ++at_;
    buffer_[begin_ + start + size++] = '"';
  }
  cells_.push_back({start, size, opened, true});
  auto const next = available();
  if (!next.has_value()) return next.error();
  if (!*next) return stop::input;
  char const c = buffer_[begin_ + at_];
  if (c == options_.separator || c == '\n' || c == '\r') return read_stop();
  text_position const here = position();
  return fail(opened, index,
              "text behind the closing quote of this cell, in line " + std::to_string(here.line) + ", column " +
                  std::to_string(here.column));
}

BULKWRITER_DECL result<csv_reader::stop> csv_reader::read_plain() {
  text_position const opened = position();
  std::size_t const index = cells_.size();
  std::size_t const start = at_;
  for (;;) {
    auto more = available();
    if (!more.has_value()) return std::move(more).error();
    if (!*more) {
      cells_.push_back({start, at_ - start, opened, false});
      return stop::input;
    }
    char const* const first = buffer_.data() + begin_ + at_;
    char const* const last = buffer_.data() + end_;
    char const separator = options_.separator;
    char const* p = first;
    while (p != last && *p != separator && *p != '\n' && *p != '\r' && *p != '"') ++p;
    at_ += static_cast<std::size_t>(p - first);
    if (at_ - start > options_.max_cell_size)
      return fail(opened, index,
                  "a cell of more than " + std::to_string(options_.max_cell_size) + " bytes (max_cell_size)");
    if (p == last) continue;
    if (*p == '"') return fail(position(), index, "a quote inside a cell that does not begin with one");
    cells_.push_back({start, at_ - start, opened, false});
    return read_stop();
  }
}

// At a separator or a line end.
BULKWRITER_DECL result<csv_reader::stop> csv_reader::read_stop() {
  // Before the header is known, its length is what bounds the number of cells.
  static constexpr std::size_t max_header = std::size_t{1} << 20;
  if (names_.empty() && at_ > max_header)
    return fail({}, npos, "a header line of more than " + std::to_string(max_header) + " bytes");
  char const c = buffer_[begin_ + at_];
  if (c == '\r') {
    text_position const here = position();
    ++at_;
    auto more = available();
    if (!more.has_value()) return std::move(more).error();
    if (!*more) return stop::input;
    if (buffer_[begin_ + at_] != '\n') return fail(here, npos, "a carriage return that no line feed follows");
  } else if (c != '\n') {
    ++at_;
    return stop::separator;
  }
  ++at_;
  start_line();
  return stop::line;
}

BULKWRITER_DECL void csv_reader::start_record() noexcept {
  begin_ += at_;
  offset_ += at_;
  at_ = 0;
}

BULKWRITER_DECL void csv_reader::start_line() noexcept {
  ++line_;
  line_offset_ = offset_ + at_;
}

BULKWRITER_DECL result<bool> csv_reader::available() {
  if (begin_ + at_ != end_) return true;
  return refill();
}

BULKWRITER_DECL result<bool> csv_reader::refill() {
  if (source_failure_) return *source_failure_;
  if (exhausted_) return false;
  if (begin_ != 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) buffer_.resize(buffer_.size() * 2);
  auto got = bulkwriter::detail::caught("the source", [&] { return source_(std::span(buffer_).subspan(end_)); });
  if (!got) return std::move(got).error();
  exhausted_ = *got == 0;
  end_ += *got;
  return !exhausted_;
}

BULKWRITER_DECL error_info csv_reader::make_error(errc code, text_position where, std::size_t column,
                                                  std::string_view rule) const {
  error_info info{.code = code};
  if (column < size()) info.field = names_[column];
  info.message = options_.name + ", line " + std::to_string(where.line) + ", column " + std::to_string(where.column);
  if (!info.field.empty())
    info.message += " (" + (is_valid_field_name(info.field) ? info.field : input::quoted(info.field)) + ")";
  info.message += ": ";
  info.message += rule;
  return info;
}

BULKWRITER_DECL bool csv_cell::is_null() const noexcept { return owner_->text(index_).is_null; }

BULKWRITER_DECL text_cell csv_reader::text(std::size_t index) const noexcept {
  text_cell out{.text = cell(index).text(), .is_quoted = cells_[index].quoted};
  out.is_null = out.text == options_.nullkey && (!out.is_quoted || options_.quoted_nulls);
  out.type = types_[index].value_or(column_type::text);
  if (told_[index]) out.is_quoted = false;  // files of which every cell is in quotes
  return out;
}

BULKWRITER_DECL std::span<text_cell const> csv_reader::texts() & {
  texts_.resize(cells_.size());
  for (std::size_t i = 0; i < cells_.size(); ++i) texts_[i] = text(i);
  return texts_;
}

BULKWRITER_DECL error_info csv_reader::in_row(error_info problem) const {
  input::detail::count_row(problem, rows_);
  if (std::size_t const column = find(problem.field); column < cells_.size()) {
    problem.message = make_error(problem.code, cells_[column].position, npos, problem.message).message;
    return problem;
  }
  std::uint64_t const line = cells_.empty() ? line_ : cells_.front().position.line;
  problem.message = options_.name + ", line " + std::to_string(line) + ": " + problem.message;
  return problem;
}

BULKWRITER_DECL result<std::string> csv_reader::try_json_object(std::span<std::size_t const> columns) const {
  std::string out = "{";
  for (std::size_t const i : columns) {
    text_cell const given = text(i);
    if (given.is_null || (given.text.empty() && !given.is_quoted)) continue;
    if (out.size() > 1) out += ',';
    bulkwriter::detail::append_json_string(out, names_[i]);
    out += ':';
    if (auto const why = bulkwriter::detail::append_loose_cell(out, given); !why.empty())
      return cell(i).make_error(bulkwriter::detail::loose_cell_errc(given), why);
  }
  return out += '}';
}

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
