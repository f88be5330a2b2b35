#pragma once

// Schemas as text: errors say line and column.

#include <bulkwriter/import/detail/collections_schema_reader.ipp>
#include <bulkwriter/row/detail/json_node.hpp>
#include <bulkwriter/row/text.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// Text that find_json_fault has let pass as a tree: numbers are the nearest there are, which Boost.JSON's own parser
/// does not promise.
class json_tree_reader {
 public:
  explicit json_tree_reader(std::string_view text) noexcept : text_(text) {}

  boost::json::value read() {
    skip_blanks();
    char const c = text_[at_];
    if (c == '{') return object();
    if (c == '[') return array();
    if (c == '"') return boost::json::value(string());
    std::size_t const begin = at_;
    at_ = (std::min)(text_.find_first_of(",]} \t\r\n", at_), text_.size());
    return scalar(text_.substr(begin, at_ - begin));
  }

 private:
  boost::json::value object() {
    boost::json::object out;
    for (next(); text_[at_] != '}'; next_element()) {
      std::string const key = string();
      skip_blanks();
      ++at_;  // the colon
      out[key] = read();
    }
    ++at_;
    return out;
  }
  boost::json::value array() {
    boost::json::array out;
    for (next(); text_[at_] != ']'; next_element()) out.push_back(read());
    ++at_;
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
  static boost::json::value scalar(std::string_view text) {
    if (text == "null") return nullptr;
    if (text == "true" || text == "false") return text == "true";
    auto const read = [&](auto& value) {
      auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
      return failed == std::errc() && end == text.data() + text.size();
    };
    if (std::int64_t value = 0; read(value)) return value;
    if (std::uint64_t value = 0; read(value)) return value;
    double value = 0;
    read_float(text.data(), text.data() + text.size(), value);
    return value;
  }

  void skip_blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }
  void next() {
    ++at_;
    skip_blanks();
  }
  void next_element() {
    skip_blanks();
    if (text_[at_] == ',') next();
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// Where the value at the end of a path stands, or its key.
BULKWRITER_DECL std::size_t offset_in(std::string_view text, std::vector<json_step> const& path, bool at_key) {
  std::size_t const begin = text.find_first_not_of(" \t\r\n");
  text_node node(text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin));
  std::size_t key_at = 0;
  for (auto const& step : path) {
    std::optional<text_node> found;
    if (auto const* index = std::get_if<std::size_t>(&step)) {
      std::size_t i = 0;
      node.for_each_element([&](text_node element) {
        if (i++ == *index) found = element;
      });
    } else {
      node.for_each_member([&](std::string_view key, text_node value) {
        if (key == std::get<std::string>(step)) found = value;
      });
    }
    if (!found) break;
    node = *found;
    // back over blanks and the colon to the key's two quotes, between which a quote is escaped
    key_at = static_cast<std::size_t>(node.text().data() - text.data());
    if (std::holds_alternative<std::string>(step)) {
      auto const is_opening = [&](std::size_t at) {
        std::size_t slashes = 0;
        while (slashes < at && text[at - 1 - slashes] == '\\') ++slashes;
        return text[at] == '"' && slashes % 2 == 0;
      };
      key_at = text.rfind('"', text.rfind(':', key_at - 1));
      while (key_at != 0 && !is_opening(--key_at)) {
      }
    }
  }
  return at_key ? key_at : static_cast<std::size_t>(node.text().data() - text.data());
}

BULKWRITER_DECL result<runtime_schema> read_schema_text(std::string_view text, std::string_view name) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  auto const refused_at = [&](std::size_t offset, error_info error) {
    std::string_view const before = text.substr(0, offset);
    std::size_t const lines = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    std::size_t const begin = lines == 0 ? 0 : before.rfind('\n') + 1;
    error.message = one_line(name) + ", line " + std::to_string(lines + 1) + ", column " +
                    std::to_string(offset - begin + 1) + ": " + error.message;
    return error;
  };
  if (auto const fault = find_json_fault(text))
    return refused_at(fault->offset,
                      {.code = errc::invalid_schema,
                       .message = fault->key ? fault->rule({}) : "not JSON: " + std::string(fault->what)});
  boost::json::value const root = json_tree_reader(text).read();
  schema_reader reader(root, schema_reader::origin::person);
  auto schema = reader.read();
  if (!schema)
    return refused_at(offset_in(text, reader.fault().path, reader.fault().at_key), std::move(schema).error());
  auto good = schema->try_check();
  if (good) return schema;
  std::size_t const at = offset_in(text, reader.path_of(good.error().field), false);
  return refused_at(at, std::move(good).error());
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
