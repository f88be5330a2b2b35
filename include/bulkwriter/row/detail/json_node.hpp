#pragma once

#include <bulkwriter/row/cell.hpp>
#include <bulkwriter/row/text.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

inline std::string_view without_blanks(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t\r\n";
  std::size_t const begin = text.find_first_not_of(blanks);
  return begin == std::string_view::npos ? std::string_view()
                                         : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

enum class json_type : std::uint8_t { null, boolean, integer, unsigned_integer, real, string, array, object };

/// A value in JSON text that find_json_fault has let pass: read where it stands, without a tree.
class text_node {
 public:
  explicit text_node(std::string_view text) noexcept : text_(text) {}

  /// Without blanks round it.
  std::string_view text() const noexcept { return text_; }

  json_type type() const noexcept {
    switch (text_.front()) {
      case 'n': return json_type::null;
      case 't':
      case 'f': return json_type::boolean;
      case '"': return json_type::string;
      case '[': return json_type::array;
      case '{': return json_type::object;
      default: break;
    }
    if (text_.find_first_of(".eE") != std::string_view::npos) return json_type::real;
    if (std::int64_t value = 0; read(value)) return json_type::integer;
    if (std::uint64_t value = 0; read(value)) return json_type::unsigned_integer;
    return json_type::real;
  }
  bool boolean() const noexcept { return text_.front() == 't'; }
  std::int64_t integer() const noexcept { return number<std::int64_t>(); }
  std::uint64_t unsigned_integer() const noexcept { return number<std::uint64_t>(); }
  cell real() const noexcept {
    double value = 0;
    read_float(text_.data(), text_.data() + text_.size(), value);
    return cell::float64(value);
  }
  /// The nearest float, unless it is infinite.
  bool read_nearest(float& value) const noexcept {
    return read_float(text_.data(), text_.data() + text_.size(), value).ec == std::errc();
  }
  /// A view of the text, or of `scratch` where there are escapes.
  std::string_view string(std::string& scratch) const {
    if (text_.find('\\') == std::string_view::npos) return text_.substr(1, text_.size() - 2);
    append_unescaped(scratch, text_);
    return scratch;
  }
  void append_json(std::string& out) const { out += text_; }

  template <class See>
  void for_each_element(See const& see) const {
    for (std::size_t at = skip_blanks(1); text_[at] != ']';) {
      std::size_t const end = end_of_value(at);
      see(text_node(text_.substr(at, end - at)));
      at = next(end);
    }
  }
  template <class See>
  void for_each_member(See const& see) const {
    std::string scratch;
    for (std::size_t at = skip_blanks(1); text_[at] != '}';) {
      std::size_t const key_end = end_of_string(at);
      scratch.clear();
      std::string_view const key = text_node(text_.substr(at, key_end - at)).string(scratch);
      std::size_t const begin = skip_blanks(skip_blanks(key_end) + 1);
      std::size_t const end = end_of_value(begin);
      see(key, text_node(text_.substr(begin, end - begin)));
      at = next(end);
    }
  }

 private:
  static bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
  std::size_t skip_blanks(std::size_t at) const noexcept {
    while (is_blank(text_[at])) ++at;
    return at;
  }
  std::size_t next(std::size_t at) const noexcept {
    at = skip_blanks(at);
    return text_[at] == ',' ? skip_blanks(at + 1) : at;
  }
  std::size_t end_of_string(std::size_t at) const noexcept {
    for (++at; text_[at] != '"'; ++at)
      if (text_[at] == '\\') ++at;
    return at + 1;
  }
  std::size_t end_of_value(std::size_t at) const noexcept {
    if (text_[at] == '"') return end_of_string(at);
    if (text_[at] != '[' && text_[at] != '{') {
      while (text_[at] != ',' && text_[at] != ']' && text_[at] != '}' && !is_blank(text_[at])) ++at;
      return at;
    }
    for (std::size_t depth = 0;;) {
      char const c = text_[at];
      if (c == '"') {
        at = end_of_string(at);
        continue;
      }
      ++at;
      if (c == '[' || c == '{') ++depth;
      if ((c == ']' || c == '}') && --depth == 0) return at;
    }
  }
  template <class Type>
  bool read(Type& value) const noexcept {
    auto const [end, failed] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    return failed == std::errc() && end == text_.data() + text_.size();
  }
  template <class Type>
  Type number() const noexcept {
    Type value = 0;
    read(value);
    return value;
  }

  std::string_view text_;
};

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
