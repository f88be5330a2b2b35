#pragma once

// RFC 8259 read once more, by nothing of the library's: a tree, with numbers as the text that stood there. Strict as
// the library's documentation is: numbers fit a double, escaped surrogates come in pairs, nesting ends at 1,024.

#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "utf8_peer.hpp"

namespace fuzz {

struct json_tree {
  enum class type { null, boolean, number, string, array, object };
  type holds = type::null;
  bool boolean = false;
  std::string text = {};               // of a number as it stood, of a string unescaped
  std::vector<json_tree> items = {};   // of an array; of an object the values
  std::vector<std::string> keys = {};  // of an object, in their order

  json_tree const* find(std::string_view key) const {
    for (std::size_t i = 0; i < keys.size(); ++i)
      if (keys[i] == key) return &items[i];
    return nullptr;
  }
  // Here or anywhere within.
  bool has_repeated_key() const {
    for (std::size_t i = 0; i < keys.size(); ++i)
      for (std::size_t k = 0; k < i; ++k)
        if (keys[i] == keys[k]) return true;
    for (json_tree const& item : items)
      if (item.has_repeated_key()) return true;
    return false;
  }
  friend bool operator==(json_tree const&, json_tree const&) = default;
};

class json_peer {
 public:
  static std::optional<json_tree> read(std::string_view text) {
    if (!is_utf8(text)) return std::nullopt;
    json_peer reader(text);
    json_tree tree;
    reader.blanks();
    if (!reader.value(tree, 0)) return std::nullopt;
    reader.blanks();
    if (!reader.text_.empty()) return std::nullopt;
    return tree;
  }

 private:
  explicit json_peer(std::string_view text) : text_(text) {}

  char front() const { return text_.empty() ? '\0' : text_.front(); }
  bool take(std::string_view word) {
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  void blanks() {
    while (!text_.empty() && (front() == ' ' || front() == '\t' || front() == '\n' || front() == '\r'))
      text_.remove_prefix(1);
  }
  bool value(json_tree& out, int depth) {
    using type = json_tree::type;
    if (take("null")) return true;
    if (front() == 't' || front() == 'f') {
      out.holds = type::boolean;
      out.boolean = front() == 't';
      return take(out.boolean ? "true" : "false");
    }
    if (front() == '"') {
      out.holds = type::string;
      return string(out.text);
    }
    if (front() != '[' && front() != '{') {
      out.holds = type::number;
      return number(out.text);
    }
    if (depth == 1024) return false;
    bool const is_object = front() == '{';
    out.holds = is_object ? type::object : type::array;
    char const close = is_object ? '}' : ']';
    text_.remove_prefix(1);
    blanks();
    if (front() == close) return text_.remove_prefix(1), true;
    for (;;) {
      if (is_object) {
        if (!string(out.keys.emplace_back())) return false;
        blanks();
        if (!take(":")) return false;
        blanks();
      }
      if (!value(out.items.emplace_back(), depth + 1)) return false;
      blanks();
      if (front() == close) return text_.remove_prefix(1), true;
      if (!take(",")) return false;
      blanks();
    }
  }
  bool digits() {
    std::size_t n = 0;
    while (n < text_.size() && text_[n] >= '0' && text_[n] <= '9') ++n;
    text_.remove_prefix(n);
    return n != 0;
  }
  bool number(std::string& out) {
    std::string_view const begin = text_;
    take("-");
    if (!take("0") && !digits()) return false;
    if (take(".") && !digits()) return false;
    if (take("e") || take("E")) {
      if (!take("+")) take("-");
      if (!digits()) return false;
    }
    out = begin.substr(0, begin.size() - text_.size());
    return std::isfinite(std::strtod(out.c_str(), nullptr));
  }
  bool hex4(unsigned& code) {
    if (text_.size() < 4) return false;
    code = 0;
    for (int i = 0; i < 4; ++i, text_.remove_prefix(1)) {
      char const c = text_.front();
      if (c >= '0' && c <= '9')
        code = code * 16 + static_cast<unsigned>(c - '0');
      else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
        code = code * 16 + static_cast<unsigned>((c | 0x20) - 'a' + 10);
      else
        return false;
    }
    return true;
  }
  bool string(std::string& out) {
    if (!take("\"")) return false;
    for (;;) {
      if (text_.empty() || static_cast<unsigned char>(front()) < 0x20) return false;
      char const c = front();
      text_.remove_prefix(1);
      if (c == '"') return true;
      if (c != '\\') {
        out += c;
        continue;
      }
      if (text_.empty()) return false;
      char const e = front();
      text_.remove_prefix(1);
      if (e == 'u') {
        unsigned code = 0, low = 0;
        if (!hex4(code) || (code >= 0xDC00 && code < 0xE000)) return false;
        if (code >= 0xD800 && code < 0xDC00) {
          if (!take("\\u") || !hex4(low) || low < 0xDC00 || low >= 0xE000) return false;
          code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
        append_utf8(out, code);
      } else {
        constexpr std::string_view from = "\"\\/bfnrt", to = "\"\\/\b\f\n\r\t";
        std::size_t const at = from.find(e);
        if (at == std::string_view::npos) return false;
        out += to[at];
      }
    }
  }

  std::string_view text_;
};

}  // namespace fuzz
