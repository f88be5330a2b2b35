#pragma once

#include <bulkwriter/detail/caught.hpp>
#include <bulkwriter/input/detail/foreign_format.hpp>
#include <bulkwriter/input/ndjson_reader.hpp>
#include <bulkwriter/row/detail/json_node.hpp>
#include <bulkwriter/row/text.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

BULKWRITER_DECL result<ndjson_reader> ndjson_reader::try_open(std::string const& path, ndjson_options options) {
  if (options.name.empty()) options.name = path;
  auto source = input::detail::try_open_text_file(path);
  if (!source) return std::move(source).error();
  return try_open(*std::move(source), std::move(options));
}

BULKWRITER_DECL result<ndjson_reader> ndjson_reader::try_open(text_source source, ndjson_options options) {
  options.name = options.name.empty() ? "NDJSON input" : bulkwriter::detail::one_line(options.name);
  if (options.max_line_size == 0)
    return error_info{.code = errc::invalid_option, .message = "ndjson_options.max_line_size: 0 allows no line"};
  return ndjson_reader(std::move(source), std::move(options), nullptr);
}

BULKWRITER_DECL result<bool> ndjson_reader::try_next() {
  if (failure_) return *failure_;
  return input::detail::read_whole(reading_, options_.name, [this] { return read_row(); });
}

BULKWRITER_DECL result<bool> ndjson_reader::read_row() {
  if (line_ == 0) {
    if (auto good = check_start(); !good) return *(failure_ = std::move(good).error());
  }
  std::string_view text;
  do {
    auto line = read_line();
    if (!line.has_value()) failure_ = line.error();
    if (!line.has_value() || !*line) return line;
    text = row().view();
  } while (text.find_first_not_of(" \t\r") == std::string_view::npos);
  ++rows_;
  if (auto const fault = detail::find_json_object_fault(text, keys_)) {
    std::string const why = detail::describe_json_fault(text, *fault).message;
    auto failed = make_error(fault->code(), fault->offset,
                             fault->key ? why : "not a JSON object: " + why + layout_hint(text, fault->offset));
    size_ = 0;  // there is no row to look into
    return failed;
  }
  return true;
}

// What the file is, before anything of it is taken for text.
BULKWRITER_DECL result<void> ndjson_reader::check_start() {
  while (end_ < input::detail::foreign_format_size) {
    auto more = refill();
    if (!more.has_value()) return std::move(more).error();
    if (!*more) break;
  }
  auto const what = input::detail::foreign_format({buffer_.data(), end_});
  if (what.empty()) return {};
  line_ = 1;
  return make_error(errc::invalid_json, 0, what);
}

// Of a first line that is the beginning of other JSON.
BULKWRITER_DECL std::string ndjson_reader::layout_hint(std::string_view line, std::size_t fault) const {
  std::size_t const begin = (std::min)(line.find_first_not_of(" \t\r"), line.size());
  std::size_t const next = (std::min)(line.find_first_not_of(" \t\r", begin + 1), line.size());
  static constexpr std::string_view due = ", where each line is an object of its own (NDJSON)";
  if (rows_ == 1 && line[begin] == '[' && (next == line.size() || line[next] == '{'))
    return "; the file is a JSON array" + std::string(due);
  if (rows_ == 1 && line[begin] == '{' && line.find_first_not_of(" \t\r", fault) == line.npos && next_ != end_)
    return "; the object goes on in the next line" + std::string(due);
  return {};
}

// Makes the bytes up to the next line feed, or to the end of the input, the current line; false behind the last.
BULKWRITER_DECL result<bool> ndjson_reader::read_line() {
  begin_ = next_;
  size_ = 0;
  for (std::size_t searched = 0;;) {
    char const* const first = buffer_.data() + begin_ + searched;
    std::size_t const left = end_ - begin_ - searched;
    auto const* const feed = left == 0 ? nullptr : static_cast<char const*>(std::memchr(first, '\n', left));
    std::size_t const length = searched + (feed ? static_cast<std::size_t>(feed - first) : left);
    if (length > options_.max_line_size) {
      ++line_;
      return make_error(errc::invalid_json, options_.max_line_size,
                        "a line of more than " + std::to_string(options_.max_line_size) + " bytes (max_line_size)");
    }
    if (feed == nullptr) {
      searched = length;
      auto more = refill();
      if (!more.has_value()) return more;
      if (*more) continue;
      if (length == 0) return false;
    }
    size_ = length;
    next_ = begin_ + length + (feed ? 1 : 0);
    if (++line_ == 1 && std::string_view(buffer_.data() + begin_, size_).starts_with("\xEF\xBB\xBF")) {
      begin_ += 3;
      size_ -= 3;
    }
    return true;
  }
}

BULKWRITER_DECL result<bool> ndjson_reader::refill() {
  if (exhausted_) return false;
  if (begin_ != 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) buffer_.resize((std::max)(std::size_t{256} << 10, buffer_.size() * 2));
  auto got = bulkwriter::detail::caught("the source", [&] { return source_(std::span(buffer_).subspan(end_)); });
  if (!got) return std::move(got).error();
  exhausted_ = *got == 0;
  end_ += *got;
  return !exhausted_;
}

BULKWRITER_DECL error_info ndjson_reader::make_error(errc code, std::size_t offset, std::string_view rule) const {
  return {.code = code,
          .message = options_.name + ", line " + std::to_string(line_) + ", column " + std::to_string(offset + 1) +
                     ": " + std::string(rule)};
}

// Where the value of a key stands: the last, if there are two. 0 for a key that the row does not have.
BULKWRITER_DECL std::size_t ndjson_reader::offset_of(std::string_view key) const {
  std::string_view const line = row().view();
  std::size_t const begin = line.find('{');
  if (key.empty() || begin == std::string_view::npos) return 0;
  std::size_t found = 0;
  detail::text_node(line.substr(begin)).for_each_member([&](std::string_view name, detail::text_node value) {
    if (name == key) found = static_cast<std::size_t>(value.text().data() - line.data());
  });
  return found;
}

BULKWRITER_DECL error_info ndjson_reader::in_row(error_info problem) const {
  input::detail::count_row(problem, rows_);
  problem.message = make_error(problem.code, offset_of(problem.field), problem.message).message;
  return problem;
}

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
