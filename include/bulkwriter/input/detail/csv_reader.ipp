#pragma once

#include <bulkwriter/input/csv_reader.hpp>
#include <bulkwriter/row/text.hpp>
#include <bulkwriter/schema/field_name.hpp>

#include <algorithm>
#include <cstring>

namespace bulkwriter {
inline namespace v1 {

BULKWRITER_DECL error_info csv_cell::make_error(errc code, std::string_view rule) const {
  return owner_->make_error(code, position_, index_, rule);
}

BULKWRITER_DECL result<csv_reader> csv_reader::try_open(std::string const& path, csv_options options) {
  if (options.name.empty()) options.name = path;
  auto source = input::detail::try_open_text_file(path);
  if (!source) return std::move(source).error();
  return try_open(*std::move(source), std::move(options));
}

BULKWRITER_DECL result<csv_reader> csv_reader::try_open(csv_source source, csv_options options) {
  if (options.name.empty()) options.name = "CSV input";
  if (options.sep == '"' || options.sep == '\n' || options.sep == '\r')
    return error_info{.code = errc::invalid_option,
                      .message = "csv_options.sep: a quote or a line end cannot separate cells"};
  if (options.max_cell_size == 0)
    return error_info{.code = errc::invalid_option, .message = "csv_options.max_cell_size: 0 allows no cell"};
  csv_reader reader(std::move(source), std::move(options), nullptr);
  if (auto done = reader.read_header(); !done) return std::move(done).error();
  return reader;
}

BULKWRITER_DECL result<void> csv_reader::read_header() {
  buffer_.resize(std::size_t{256} << 10);
  // Three bytes decide about the mark; a source may give them one by one.
  while (end_ < 3) {
    auto more = refill();
    if (!more.has_value()) return std::move(more).error();
    if (!*more) break;
  }
  std::string_view const start(buffer_.data(), end_);
  if (start.starts_with("\xEF\xBB\xBF")) {
    at_ = 3;
    line_offset_ = 3;
    start_record();
  } else if (start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF")) {
    return fail({}, npos, "the text is UTF-16, where UTF-8 is due");
  }
  auto record = read_record(npos);
  if (!record.has_value()) return std::move(record).error();
  if (!*record || empty_rows_ != 0) return fail({}, npos, "there is no header line");
  names_.reserve(cells_.size());
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    if (cell(i).empty())
      return fail(cell(i).position(), npos, "column " + std::to_string(i + 1) + " of the header has no name");
    names_.emplace_back(cell(i).text());
  }
  std::vector<std::string_view> sorted(names_.begin(), names_.end());
  std::sort(sorted.begin(), sorted.end());
  if (auto const twin = std::adjacent_find(sorted.begin(), sorted.end()); twin != sorted.end()) {
    auto const second = std::find(names_.begin() + static_cast<std::ptrdiff_t>(find(*twin)) + 1, names_.end(), *twin);
    return fail(cell(static_cast<std::size_t>(second - names_.begin())).position(), npos,
                "the header names " + input::quoted(*twin) + " twice");
  }
  for (std::string const& name : options_.required_columns)
    if (auto there = try_column(name); !there) return std::move(there).error();
  for (std::string const& name : options_.number_columns)
    if (has(name)) number_columns_.push_back(find(name));
  return {};
}

BULKWRITER_DECL std::size_t csv_reader::find(std::string_view name) const noexcept {
  return static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) - names_.begin());
}

BULKWRITER_DECL result<std::size_t> csv_reader::try_column(std::string_view name) const {
  if (std::size_t const i = find(name); i != size()) return i;
  std::string rule = "the header has no column " + input::quoted(name) + ", only ";
  static constexpr std::size_t most = 20;
  for (std::size_t i = 0; i < size() && i < most; ++i) rule += (i ? ", " : "") + input::quoted(names_[i]);
  if (size() > most) rule += " and " + std::to_string(size() - most) + " more";
  return fail({}, npos, rule);
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
  if (empty_rows_ > 0) {
    --empty_rows_;
    cells_.assign(1, {0, 0, {line_ - empty_rows_ - 1, 1}, false});
    ++rows_;
    return true;
  }
  auto record = read_record(size());
  if (!record.has_value()) failure_ = record.error();
  if (!record.has_value() || !*record) return record;
  ++rows_;
  for (std::size_t const i : number_columns_)
    if (csv_cell const number = cell(i); !number.empty() && !input::is_json_number(number.text()))
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
                      " the header has " + std::to_string(max_cells));
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
  if (c == options_.sep || c == '\n' || c == '\r') return read_stop();
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
    char const sep = options_.sep;
    char const* p = first;
    while (p != last && *p != sep && *p != '\n' && *p != '\r' && *p != '"') ++p;
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
  if (exhausted_) return false;
  if (begin_ != 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) buffer_.resize(buffer_.size() * 2);
  auto got = source_(std::span(buffer_).subspan(end_));
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
  if (!info.field.empty())  // a name may be any bytes, up to a mebibyte of them
    info.message += " (" + (is_valid_field_name(info.field) ? info.field : input::quoted(info.field)) + ")";
  info.message += ": ";
  info.message += rule;
  return info;
}

BULKWRITER_DECL std::span<std::string_view const> csv_reader::texts() & {
  texts_.resize(cells_.size());
  for (std::size_t i = 0; i < cells_.size(); ++i) texts_[i] = cell(i).text();
  return texts_;
}

BULKWRITER_DECL error_info csv_reader::in_row(error_info problem) const {
  if (std::size_t const column = find(problem.field); column < cells_.size()) {
    problem.message = make_error(problem.code, cells_[column].position, npos, problem.message).message;
    return problem;
  }
  std::uint64_t const line = cells_.empty() ? line_ : cells_.front().position.line;
  problem.message = options_.name + ", line " + std::to_string(line) + ": " + problem.message;
  return problem;
}

BULKWRITER_DECL std::string csv_reader::json_object(std::span<std::size_t const> columns) const {
  std::string out = "{";
  for (std::size_t const i : columns) {
    std::string_view const text = cell(i).text();
    if (text.empty()) continue;
    if (out.size() > 1) out += ',';
    detail::append_json_string(out, names_[i]);
    out += ':';
    if (input::is_json_number(text) || text == "true" || text == "false") {
      out += text;
    } else {
      detail::append_json_string(out, text);
    }
  }
  out += '}';
  return out;
}

}  // namespace v1
}  // namespace bulkwriter
