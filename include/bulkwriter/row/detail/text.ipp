#pragma once

#include <bulkwriter/row/text.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

class json_scanner {
 public:
  explicit json_scanner(std::string_view text) noexcept : text_(text) {}

  std::optional<json_fault> run(std::vector<std::string>* keys) {
    if (std::size_t const at = find_utf8_fault(text_); at != std::string_view::npos)
      return json_fault{.offset = at, .what = "not well-formed UTF-8"};
    keys_ = keys;
    skip_space();
    if (keys_ != nullptr && !looking_at('{')) return json_fault{.offset = at_, .what = "an object was expected"};
    for (;;) {
      if (!begin_value()) return fault_;
      if (opened_) continue;
      for (;;) {
        skip_space();
        if (open_.empty()) {
          if (at_ != text_.size()) return json_fault{.offset = at_, .what = "text behind the value"};
          return std::move(repeated_);
        }
        container& innermost = open_.back();
        if (take(',')) {
          skip_space();
          ++innermost.elements;
          if (innermost.is_object && !key()) return fault_;
          break;
        }
        if (!take(innermost.is_object ? '}' : ']')) {
          refuse(innermost.is_object ? "',' or '}' was expected" : "',' or ']' was expected");
          return fault_;
        }
        if (innermost.is_object) close_object();
        open_.pop_back();
      }
    }
  }

  void unescape_to(std::string& out) { string(&out); }

 private:
  // One that is not closed yet.
  struct container {
    bool is_object;
    std::size_t first_key;     // in names_, of an object
    std::size_t elements = 0;  // before the one that is being read
  };
  // A key of an object that is not closed yet.
  struct name {
    std::size_t at;           // of its value
    std::size_t begin, size;  // without quotes, in the text, or unescaped
    bool is_unescaped;
  };
  std::string_view view_of(name const& n) const noexcept {
    return (n.is_unescaped ? std::string_view(unescaped_) : text_).substr(n.begin, n.size);
  }

  // Reads a scalar whole, or the opening of a container up to where its first value is due.
  bool begin_value() {
    opened_ = false;
    skip_space();
    if (at_ == text_.size()) return refuse("a value was expected");
    char const c = text_[at_];
    if (c == '{' || c == '[') {
      if (open_.size() == max_depth) return refuse("nested deeper than 1024");
      ++at_;
      skip_space();
      if (take(c == '{' ? '}' : ']')) return true;
      open_.push_back({.is_object = c == '{', .first_key = names_.size()});
      opened_ = true;
      return c == '[' || key();
    }
    if (c == '"') return string(nullptr);
    if (c == '-' || (c >= '0' && c <= '9')) return number();
    for (std::string_view const word : {"true", "false", "null"}) {
      if (text_.substr(at_, word.size()) == word) {
        at_ += word.size();
        return true;
      }
    }
    return refuse(text_.substr(at_, 3) == "NaN" ? "a number that is not finite" : "a value was expected");
  }

  bool key() {
    std::size_t const at = at_;
    if (!looking_at('"')) return refuse("a key in quotes was expected");
    if (!string(nullptr)) return false;
    std::string_view const whole = text_.substr(at, at_ - at);
    name n{.at = 0, .begin = at + 1, .size = whole.size() - 2, .is_unescaped = false};
    if (whole.find('\\') != std::string_view::npos) {
      n.begin = unescaped_.size();
      append_unescaped(unescaped_, whole);
      n.size = unescaped_.size() - n.begin;
      n.is_unescaped = true;
    }
    if (keys_ != nullptr && open_.size() == 1) keys_->emplace_back(view_of(n));
    skip_space();
    if (!take(':')) return refuse("':' was expected");
    skip_space();
    n.at = at_;
    names_.push_back(n);
    return true;
  }

  // Each key once: of two, some readers take the first and some the last. Sorted, since keys may be many and long.
  void close_object() {
    auto const begin = names_.begin() + static_cast<std::ptrdiff_t>(open_.back().first_key);
    std::sort(begin, names_.end(), [&](name const& a, name const& b) {
      int const order = view_of(a).compare(view_of(b));
      return order != 0 ? order < 0 : a.at < b.at;
    });
    auto repeated = names_.end();
    for (auto n = begin; n != names_.end(); ++n)
      if (n != begin && view_of(*n) == view_of(n[-1]) && (repeated == names_.end() || n->at < repeated->at))
        repeated = n;
    if (repeated != names_.end() && !repeated_) refuse_repeated(*repeated);
    for (auto n = begin; n != names_.end(); ++n)
      if (n->is_unescaped) unescaped_.resize((std::min)(unescaped_.size(), n->begin));
    names_.erase(begin, names_.end());
  }

  // In the innermost object. The keys of those around it are still as they came: the last leads inwards.
  void refuse_repeated(name const& repeated) {
    json_fault& fault = repeated_.emplace();
    fault.offset = repeated.at;
    fault.key = view_of(repeated);
    for (std::size_t k = 0; k + 1 < open_.size(); ++k) {
      if (open_[k].is_object) {
        if (k != 0) fault.object += '.';
        fault.object += view_of(names_[open_[k + 1].first_key - 1]);
      } else {
        fault.object += '[' + std::to_string(open_[k].elements) + ']';
      }
      if (k == 0) fault.top_key = fault.object;
    }
    if (open_.size() == 1) fault.top_key = *fault.key;
  }

  bool string(std::string* unescaped) {
    ++at_;
    for (;;) {
      if (at_ == text_.size()) return refuse("a string is not closed");
      char const c = text_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20) return refuse("a control character in a string must be escaped");
      if (c == '\\') {
        if (!escape(unescaped)) return false;
        continue;
      }
      if (unescaped != nullptr) unescaped->push_back(c);
      ++at_;
    }
  }

  bool escape(std::string* unescaped) {
    static constexpr std::string_view letters = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    char const c = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (std::size_t const which = letters.find(c); c != '\0' && which != std::string_view::npos) {
      if (unescaped != nullptr) unescaped->push_back(meanings[which]);
      at_ += 2;
      return true;
    }
    unsigned code = 0;
    if (c != 'u' || !hex4(at_ + 2, code)) return refuse("an unknown escape");
    if (code >= 0xd800 && code <= 0xdfff) {
      unsigned low = 0;
      bool const pair =
          code < 0xdc00 && text_.substr(at_ + 6, 2) == "\\u" && hex4(at_ + 8, low) && low >= 0xdc00 && low <= 0xdfff;
      if (!pair) return refuse("an escaped surrogate without its other half");
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      at_ += 6;
    }
    at_ += 6;
    if (unescaped != nullptr) append_utf8(*unescaped, code);
    return true;
  }

  bool hex4(std::size_t at, unsigned& code) const {
    if (at + 4 > text_.size()) return false;
    auto const [end, error] = std::from_chars(text_.data() + at, text_.data() + at + 4, code, 16);
    return error == std::errc() && end == text_.data() + at + 4;
  }

  bool number() {
    std::size_t const begin = at_;
    take('-');
    if (!take('0') && digits() == 0) return refuse("a digit was expected");
    if (take('.') && digits() == 0) return refuse("a digit was expected");
    if (looking_at('e') || looking_at('E')) {
      ++at_;
      if (!take('+')) take('-');
      if (digits() == 0) return refuse("a digit was expected");
    }
    double value = 0;
    if (read_float(text_.data() + begin, text_.data() + at_, value).ec == std::errc::result_out_of_range) {
      at_ = begin;
      return refuse("a number outside the range of a double");
    }
    return true;
  }

  std::size_t digits() {
    std::size_t const begin = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ - begin;
  }
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
      ++at_;
  }
  bool looking_at(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool take(char c) {
    if (!looking_at(c)) return false;
    ++at_;
    return true;
  }
  bool refuse(char const* what) {
    fault_ = {.offset = at_, .what = what};
    return false;
  }

  static constexpr std::size_t max_depth = 1024;
  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<container> open_;
  bool opened_ = false;
  std::vector<name> names_;
  std::string unescaped_;  // what those of names_ stand for that have escapes
  std::vector<std::string>* keys_ = nullptr;
  json_fault fault_;
  std::optional<json_fault> repeated_;  // the first; what is no JSON at all is told before it
};

BULKWRITER_DECL std::string json_fault::rule(std::string_view not_what, std::string_view a_key) const {
  if (!key) return std::string(not_what) + ": " + what + " at byte " + std::to_string(offset);
  return std::string(a_key) + ' ' + quoted_name(*key) + " appears more than once" +
         (object.empty() ? "" : " in " + quoted_name(object));
}

BULKWRITER_DECL std::optional<json_fault> find_json_fault(std::string_view text) {
  return json_scanner(text).run(nullptr);
}

BULKWRITER_DECL std::optional<json_fault> find_json_object_fault(std::string_view text,
                                                                 std::vector<std::string>& keys) {
  keys.clear();
  return json_scanner(text).run(&keys);
}

BULKWRITER_DECL void append_unescaped(std::string& out, std::string_view json_string) {
  json_scanner(json_string).unescape_to(out);
}

BULKWRITER_DECL void append_json_string(std::string& out, std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  out.push_back('"');
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, begin, i - begin);
    begin = i + 1;
    out.push_back('\\');
    switch (c) {
      case '"': out.push_back('"'); break;
      case '\\': out.push_back('\\'); break;
      case '\b': out.push_back('b'); break;
      case '\f': out.push_back('f'); break;
      case '\n': out.push_back('n'); break;
      case '\r': out.push_back('r'); break;
      case '\t': out.push_back('t'); break;
      default:
        out.append("u00");
        out.push_back(digits[c >> 4]);
        out.push_back(digits[c & 15]);
    }
  }
  out.append(text, begin, text.size() - begin);
  out.push_back('"');
}

template <class Type>
void append_chars(std::string& out, Type value) {
  char buffer[40];
  out.append(buffer, write_json_number(buffer, buffer + sizeof buffer, value));
}
BULKWRITER_DECL void append_json_number(std::string& out, float const& value) {
  if (is_finite(value))
    append_chars(out, value);
  else
    out.append("NaN");
}
BULKWRITER_DECL void append_json_number(std::string& out, double const& value) {
  if (is_finite(value))
    append_chars(out, value);
  else
    out.append("NaN");
}
BULKWRITER_DECL void append_json_number(std::string& out, long long value) { append_chars(out, value); }
BULKWRITER_DECL void append_json_number(std::string& out, unsigned long long value) { append_chars(out, value); }

BULKWRITER_DECL std::optional<std::string_view> inside_braces(std::string_view object) noexcept {
  auto const trim = [](std::string_view text) {
    constexpr std::string_view space = " \t\r\n";
    std::size_t const begin = text.find_first_not_of(space);
    return begin == std::string_view::npos ? std::string_view()
                                           : text.substr(begin, text.find_last_not_of(space) - begin + 1);
  };
  std::string_view const text = trim(object);
  if (text.size() < 2 || text.front() != '{' || text.back() != '}') return std::nullopt;
  return trim(text.substr(1, text.size() - 2));
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
