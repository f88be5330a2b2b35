#pragma once

#include <bulkwriter/text/quoted.hpp>
#include <bulkwriter/text/redacted.hpp>
#include <bulkwriter/text/utf8.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

inline char lower_letter(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

inline bool is_letter_or_digit(char c) noexcept {
  return (lower_letter(c) >= 'a' && lower_letter(c) <= 'z') || (c >= '0' && c <= '9');
}

inline bool starts_without_case(std::string_view text, std::string_view lower_case) noexcept {
  return text.size() >= lower_case.size() &&
         std::equal(lower_case.begin(), lower_case.end(), text.begin(), [](char a, char b) { return a == lower_letter(b); });
}

// The number of these digits; nothing if one of them is none.
inline bool read_code(std::string_view digits, unsigned base, unsigned& code) noexcept {
  code = 0;
  for (char const c : digits) {
    unsigned const value = c >= '0' && c <= '9' ? static_cast<unsigned>(c - '0') : static_cast<unsigned>(lower_letter(c) - 'a' + 10);
    if (!is_letter_or_digit(c) || value >= base || code > 0x10ffff) return false;
    code = code * base + value;
  }
  return !digits.empty();
}

// One way of spelling a text in another: the bytes, and where each begins in the text as it came.
class spelling {
 public:
  explicit spelling(std::string_view text) : text_(text) {
    for (std::size_t i = 0; i <= text.size(); ++i) begins_.push_back(static_cast<std::uint32_t>(i));
  }

  std::string const& text() const noexcept { return text_; }
  std::size_t begin(std::size_t at) const noexcept { return begins_[at]; }

  // With one level of escapes taken off; false if there is none.
  bool decode() {
    std::string out;
    std::vector<std::uint32_t> begins;
    for (std::size_t at = 0; at < text_.size();) {
      unsigned code = 0;
      std::size_t const size = escape_at(std::string_view(text_).substr(at), code);
      std::size_t const before = out.size();
      if (size == 0)
        out += text_[at];
      else if (text_[at] == '%')
        out += static_cast<char>(code);
      else
        append_utf8(out, code);
      begins.insert(begins.end(), out.size() - before, begins_[at]);
      at += size == 0 ? 1 : size;
    }
    bool const changed = out.size() != text_.size();  // every escape is longer than what it stands for
    begins.push_back(begins_.back());
    text_ = std::move(out);
    begins_ = std::move(begins);
    return changed;
  }

 private:
  // Bytes of the escape with which the text begins, and what it stands for; 0 if there is none.
  static std::size_t escape_at(std::string_view text, unsigned& code) {
    if (text[0] == '%') return text.size() >= 3 && read_code(text.substr(1, 2), 16, code) ? 3 : 0;
    if (text[0] == '\\') {
      if (text.size() < 2) return 0;
      if (text[1] == 'u') return text.size() >= 6 && read_code(text.substr(2, 4), 16, code) ? 6 : 0;
      static constexpr std::string_view letters = "\"\\/bfnrt", means = "\"\\/\b\f\n\r\t";
      auto const found = letters.find(text[1]);
      if (found == std::string_view::npos) return 0;
      return code = static_cast<unsigned char>(means[found]), 2;
    }
    if (text[0] != '&') return 0;
    std::size_t const end = text.substr(0, 12).find(';');
    if (end == std::string_view::npos) return 0;
    std::string_view const name = text.substr(1, end - 1);
    if (name.starts_with('#')) {
      bool const hex = name.size() > 1 && lower_letter(name[1]) == 'x';
      return read_code(name.substr(hex ? 2 : 1), hex ? 16 : 10, code) ? end + 1 : 0;
    }
    static constexpr std::pair<std::string_view, char> entities[] = {
        {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    for (auto const& [entity, means] : entities)
      if (name == entity) return code = static_cast<unsigned char>(means), end + 1;
    return 0;
  }

  std::string text_;
  std::vector<std::uint32_t> begins_ = {};
};

// Bytes from here to behind the value of a name that credentials and signatures have, and where that begins; 0 if here
// is no such name, or no value behind it.
inline std::size_t named_secret(std::string_view text, std::size_t at, std::size_t& value) noexcept {
  static constexpr std::string_view names[] = {
      "sig", "signature", "x-amz-security-token", "x-amz-credential", "x-goog-credential", "authorization",
      "awsaccesskeyid", "access_token", "refresh_token", "id_token", "client_secret", "client_assertion", "sessiontoken",
      "secretaccesskey", "secret_key", "secretkey", "accountkey", "password", "api_key", "apikey"};
  for (std::string_view const name : names) {
    if (!starts_without_case(text.substr(at), name)) continue;
    if (name == "sig" && at != 0 && is_letter_or_digit(text[at - 1])) continue;
    std::size_t next = at + name.size();
    bool const quoted = next < text.size() && (text[next] == '"' || text[next] == '\'');
    next = (std::min)(text.find_first_not_of(" \t", next + quoted), text.size());
    bool const is_header = name == "authorization" || name.starts_with("x-");
    if (next == text.size()) return 0;
    char const sign = text[next];
    if (sign != '=' && sign != '>' && !(sign == ':' && (quoted || is_header))) continue;
    value = (std::min)(text.find_first_not_of(sign == '>' ? "" : " \t\"'", next + 1), text.size());
    // The value of the header has blanks in it.
    std::string_view const ends = name == "authorization" ? "\"'\r\n<>)]}" : "&\"' \t\r\n<>()[]{},;";
    return (std::min)(text.find_first_of(ends, value), text.size());
  }
  return 0;
}

// A text and all ways of reading it: from each byte on, the byte as it stands, or what an escape that begins here stands
// for, in one level of escapes or more. To take escapes off everywhere would not do: what stands before a secret may make
// an escape of its first letters ("%e" before "eyJ…"), and a secret with a '%' of its own may stand in text of XML.
class readings {
 public:
  static constexpr std::size_t levels = 4, longest_escape = 64;

  explicit readings(std::string_view text) : text_(text), escapes_(text.size()) {
    for (std::size_t at = text.find_first_of("%&\\"); at < text.size(); at = text.find_first_of("%&\\", at + 1)) {
      spelling here(text.substr(at, longest_escape));
      for (std::size_t level = 1; level < levels && here.decode(); ++level) {
        std::size_t units = 1;
        while (units < here.text().size() && here.begin(units) == 0) ++units;
        std::size_t const end = at + here.begin(units);
        if (end > at + 1 && (escapes_[at].empty() || escapes_[at].back().end != end))
          escapes_[at].push_back({here.text().substr(0, units), end});
      }
    }
  }

  // The end of the longest stretch from here that can be read as the word, or as its beginning up to `cut` or beyond; `at`
  // if there is none.
  std::size_t end_of(std::string_view word, std::size_t at, std::size_t cut) const {
    if (text_.substr(at).starts_with(word)) return at + word.size();
    if (text_[at] != word[0] && escapes_[at].empty()) return at;
    // Positions in the text, for each of the next bytes of the word: no escape stands for more than four.
    std::array<std::vector<std::size_t>, 5> reached = {{{at}, {}, {}, {}, {}}};
    for (std::size_t i = 0; i < word.size(); ++i) {
      auto const reach = [&](std::size_t size, std::size_t to) {
        auto& there = reached[(i + size) % reached.size()];
        if (std::find(there.begin(), there.end(), to) == there.end()) there.push_back(to);
      };
      auto& here = reached[i % reached.size()];
      for (std::size_t const from : here) {
        if (from >= cut) return text_.size();
        if (from == text_.size()) continue;
        if (text_[from] == word[i]) reach(1, from + 1);
        for (auto const& [means, end] : escapes_[from])
          if (word.substr(i).starts_with(means)) reach(means.size(), end);
      }
      here.clear();
      if (std::all_of(reached.begin(), reached.end(), [](auto const& ends) { return ends.empty(); })) return at;
    }
    auto const& ends = reached[word.size() % reached.size()];
    return *std::max_element(ends.begin(), ends.end());
  }

 private:
  struct escape {
    std::string means;
    std::size_t end;
  };

  std::string_view text_;
  std::vector<std::vector<escape>> escapes_;
};

BULKWRITER_DECL std::string redacted(std::string_view text, std::span<std::string const> secrets, std::size_t limit) {
  constexpr std::size_t looked_at = 16 * 1024;
  bool const is_cut = text.size() > looked_at;
  text = text.substr(0, looked_at);
  // Behind this an escape, or a name, may be cut in two.
  std::size_t const end = is_cut ? looked_at - readings::longest_escape : text.size();
  std::vector<bool> hidden(text.size());
  auto const hide = [&](std::size_t from, std::size_t to) {
    std::fill(hidden.begin() + static_cast<std::ptrdiff_t>(from), hidden.begin() + static_cast<std::ptrdiff_t>(to), true);
  };

  readings const read(text);
  for (std::string const& secret : secrets)
    for (std::size_t at = 0, to = 0; secret.size() >= 4 && at < text.size() && to < text.size(); ++at)
      hide(at, to = read.end_of(secret, at, is_cut ? end : text.size() + 1));

  spelling spelled(text);
  for (std::size_t level = 0; level < readings::levels; ++level) {
    std::string const& as = spelled.text();
    for (std::size_t at = 0; at < as.size(); ++at) {
      std::size_t value = 0;
      if (std::size_t const behind = named_secret(as, at, value); behind != 0) {
        hide(spelled.begin(value), spelled.begin(behind));
        at = behind - 1;
      }
    }
    if (!spelled.decode()) break;
  }

  std::string shown;
  for (std::size_t at = 0; at < end; ++at) {
    if (!hidden[at])
      shown += text[at];
    else if (at == 0 || !hidden[at - 1])
      shown += "***";
  }
  std::string out = one_line(shown, limit);
  if (is_cut && !out.ends_with("…")) out += "…";
  return out;
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
