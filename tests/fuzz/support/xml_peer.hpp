#pragma once

// What storage services send as XML, read once more into a tree, by nothing of the library's. As lenient as the
// library's documentation is: any byte over 0x7f may stand in a name, attributes are passed over, no DTD.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "utf8_peer.hpp"

namespace fuzz {

struct xml_tree {
  std::string name = {};  // without prefix
  std::string text = {};  // directly inside
  std::vector<xml_tree> items = {};

  friend bool operator==(xml_tree const&, xml_tree const&) = default;
};

class xml_peer {
 public:
  static std::optional<xml_tree> read(std::string_view text) {
    xml_peer reader(text);
    reader.take("\xEF\xBB\xBF");
    xml_tree root;
    if (!reader.misc() || !reader.element(root, 1) || !reader.misc() || !reader.text_.empty()) return std::nullopt;
    return root;
  }

 private:
  explicit xml_peer(std::string_view text) : text_(text) {}

  bool take(std::string_view word) {
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  // What stands before the word, which is taken as well.
  std::optional<std::string_view> until(std::string_view word) {
    std::size_t const at = text_.find(word);
    if (at == std::string_view::npos) return std::nullopt;
    std::string_view const before = text_.substr(0, at);
    text_.remove_prefix(at + word.size());
    return before;
  }
  void blanks() {
    while (!text_.empty() && std::string_view(" \t\r\n").find(text_[0]) != std::string_view::npos)
      text_.remove_prefix(1);
  }
  std::string_view name() {
    static constexpr std::string_view others = "0123456789_:-.";
    std::size_t n = 0;
    for (; n < text_.size(); ++n) {
      char const c = text_[n], low = static_cast<char>(c | 0x20);
      bool const letter = low >= 'a' && low <= 'z' && static_cast<unsigned char>(c) < 0x80;
      if (!letter && static_cast<unsigned char>(c) < 0x80 && others.find(c) == std::string_view::npos) break;
    }
    std::string_view const found = text_.substr(0, n);
    text_.remove_prefix(n);
    return found;
  }
  // White space, comments and processing instructions round the root.
  bool misc() {
    for (;;) {
      blanks();
      if (take("<!--")) {
        if (!until("-->")) return false;
      } else if (take("<?")) {
        if (!until("?>")) return false;
      } else {
        return true;
      }
    }
  }
  bool element(xml_tree& out, int depth) {
    if (depth > 32 || !take("<")) return false;
    std::string_view const qualified = name();
    if (qualified.empty()) return false;
    std::size_t const colon = qualified.rfind(':');
    out.name = colon == std::string_view::npos ? qualified : qualified.substr(colon + 1);
    for (;;) {
      std::size_t const before = text_.size();
      blanks();
      if (take("/>")) return true;
      if (take(">")) break;
      if (text_.size() == before || name().empty()) return false;
      blanks();
      if (!take("=")) return false;
      blanks();
      char const quote = text_.empty() ? '\0' : text_[0];
      if (quote != '"' && quote != '\'') return false;
      text_.remove_prefix(1);
      if (!until(std::string_view(&quote, 1))) return false;
    }
    for (;;) {
      if (text_.empty()) return false;
      if (take("</")) {
        if (name() != qualified) return false;
        blanks();
        return take(">");
      }
      if (take("<!--")) {
        if (!until("-->")) return false;
      } else if (take("<?")) {
        if (!until("?>")) return false;
      } else if (take("<![CDATA[")) {
        auto const raw = until("]]>");
        if (!raw) return false;
        out.text += *raw;
      } else if (text_[0] == '<') {
        if (!element(out.items.emplace_back(), depth + 1)) return false;
      } else if (take("&")) {
        auto const what = until(";");
        if (!what || !reference(*what, out.text)) return false;
      } else {
        out.text += text_[0];
        text_.remove_prefix(1);
      }
    }
  }
  static bool reference(std::string_view what, std::string& out) {
    static constexpr std::string_view names[] = {"lt", "gt", "amp", "quot", "apos"};
    for (std::size_t i = 0; i < 5; ++i)
      if (what == names[i]) return out += "<>&\"'"[i], true;
    if (!what.starts_with('#')) return false;
    what.remove_prefix(1);
    bool const hex = what.starts_with('x');
    if (hex) what.remove_prefix(1);
    std::string_view const digits = hex ? "0123456789abcdef" : "0123456789";
    char32_t code = 0;
    if (what.empty()) return false;
    for (char const c : what) {
      std::size_t const value = digits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c);
      if (value == std::string_view::npos) return false;
      code = static_cast<char32_t>(code * digits.size() + value);
      if (code > 0x10FFFF) return false;
    }
    if (code == 0 || (code >= 0xD800 && code < 0xE000)) return false;
    append_utf8(out, code);
    return true;
  }

  std::string_view text_;
};

}  // namespace fuzz
