#pragma once

#include <bulkwriter/text/ascii.hpp>
#include <bulkwriter/text/json.hpp>
#include <bulkwriter/text/json_value.hpp>

#include <algorithm>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

// Reads what find_json_fault has let pass, so nothing is checked again: nesting, too, is bounded.
class json_tree_reader {
 public:
  explicit json_tree_reader(std::string_view text) noexcept : text_(text) {}

  json_value read() {
    skip_blanks();
    json_value out;
    out.offset = at_;
    char const c = text_[at_];
    if (c == '{' || c == '[') {
      out.type = c == '{' ? json_type::object : json_type::array;
      for (next(); text_[at_] != '}' && text_[at_] != ']';) {
        out.elements.push_back(c == '{' ? member() : read());
        skip_blanks();
        if (text_[at_] == ',') next();
      }
      ++at_;
    } else if (c == '"') {
      out.type = json_type::string;
      out.text = string();
    } else {
      at_ = (std::min)(text_.find_first_of(",]} \t\r\n", at_), text_.size());
      out.text = text_.substr(out.offset, at_ - out.offset);
      out.type = text_node(out.text).type();
    }
    return out;
  }

 private:
  json_value member() {
    std::size_t const begin = at_;
    std::string key = string();
    skip_blanks();
    ++at_;  // the colon
    json_value out = read();
    out.key = std::move(key);
    out.key_offset = begin;
    return out;
  }
  std::string string() {
    std::size_t const begin = at_;
    for (++at_; text_[at_] != '"'; ++at_)
      if (text_[at_] == '\\') ++at_;
    ++at_;
    std::string out;
    append_unescaped(out, text_.substr(begin, at_ - begin));
    return out;
  }
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  void next() {
    ++at_;
    skip_blanks();
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

BULKWRITER_DECL std::string line_and_column(std::string_view text, std::size_t offset) {
  std::string_view const before = text.substr(0, offset);
  auto const lines = std::count(before.begin(), before.end(), '\n');
  std::size_t const begin = before.rfind('\n') + 1;  // npos + 1 is 0
  return "line " + std::to_string(lines + 1) + ", column " + std::to_string(before.size() - begin + 1);
}

BULKWRITER_DECL result<json_value> try_read_json(std::string_view text) {
  if (auto const fault = find_json_fault(text))
    return error_info{.code = fault->code(),
                      .message = line_and_column(text, fault->offset) + ": " +
                                 (fault->key ? fault->rule({}) : "not JSON: " + std::string(fault->what))};
  return json_tree_reader(text).read();
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
