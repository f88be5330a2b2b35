#pragma once

// RFC 9112 and RFC 3986 read once more, by nothing of the library's. Of answers only what leaves no doubt: everything
// that a reader may take or refuse is `odd`, and nothing is expected of it.

#include <arpa/inet.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fuzz {

inline std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return out;
}

inline bool is_made_of(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    bool const digit = c >= '0' && c <= '9', letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return digit || letter || others.find(c) != std::string_view::npos;
  });
}
inline bool is_http_token(std::string_view text) { return !text.empty() && is_made_of(text, "!#$%&'*+-.^_`|~"); }

/// A decimal number of up to 18 digits beside leading zeros.
inline std::optional<unsigned long long> decimal(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::string_view const digits = text.substr(std::min(text.find_first_not_of('0'), text.size() - 1));
  if (digits.size() > 18) return std::nullopt;
  return std::stoull(std::string(digits));
}

struct url_parts {
  bool secure = true;
  std::string host = {};
  unsigned long long port = 0;
  std::string target = {};
};

inline std::optional<url_parts> split_url(std::string_view text, bool secure) {
  for (char const c : text)
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '#') return std::nullopt;
  url_parts out;
  std::string const begin = lower_case(text.substr(0, 8));
  bool const https = begin.starts_with("https://"), http = begin.starts_with("http://");
  out.secure = https || (secure && !http);
  text.remove_prefix(https ? 8 : http ? 7 : 0);
  std::size_t const end = std::min({text.find('/'), text.find('?'), text.size()});
  std::string_view authority = text.substr(0, end);
  out.target = text.substr(end);
  if (!out.target.starts_with('/')) out.target.insert(0, 1, '/');

  std::size_t const colon = authority.starts_with('[') ? authority.find("]:") : authority.find(':');
  out.port = out.secure ? 443 : 80;
  if (colon != std::string_view::npos) {
    std::size_t const at = authority.find(':', colon);
    auto const port = decimal(authority.substr(at + 1));
    if (!port || *port == 0 || *port > 65535) return std::nullopt;
    out.port = *port;
    authority = authority.substr(0, at);
  }
  if (authority.starts_with('[')) {
    if (!authority.ends_with(']')) return std::nullopt;
    out.host = lower_case(authority.substr(1, authority.size() - 2));
    in6_addr parsed;
    if (inet_pton(AF_INET6, out.host.c_str(), &parsed) != 1) return std::nullopt;
    return out;
  }
  out.host = lower_case(authority);
  std::string_view labels = authority;
  if (labels.ends_with('.')) labels.remove_suffix(1);
  if (labels.empty() || labels.size() > 253) return std::nullopt;
  for (std::size_t from = 0; from <= labels.size();) {
    std::size_t const dot = std::min(labels.find('.', from), labels.size());
    if (dot == from || !is_made_of(labels.substr(from, dot - from), "-_")) return std::nullopt;
    from = dot + 1;
  }
  return out;
}

struct answer_peer {
  enum class verdict { whole, until_end, unfinished, too_large, odd };
  verdict is = verdict::odd;
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::size_t used = 0;     // bytes, of `whole`
  bool may_be_kept = true;  // no "Connection", and HTTP/1.1

  static answer_peer read(std::string_view text, bool to_head, std::size_t max_head, std::size_t max_body) {
    std::size_t const all = text.size();
    for (int interim = 0; interim < 100; ++interim) {
      answer_peer out;
      std::size_t const end = text.find("\r\n\r\n");
      std::string_view const head = text.substr(0, end == text.npos ? end : end + 2);
      if (end != text.npos && end + 4 > max_head) return out.is = verdict::too_large, out;
      if (!out.read_head(head, end != text.npos)) return out;  // odd
      if (end == text.npos) {
        out.is = text.size() >= max_head ? verdict::too_large : verdict::unfinished;
        return out;
      }
      text.remove_prefix(end + 4);
      if (out.status == 101) return out.is = verdict::too_large, out;  // refused, whatever follows
      if (out.status < 200) continue;
      out.read_body(text, to_head, max_body);
      out.used = all - text.size();
      return out;
    }
    return {};
  }

 private:
  // False for what is odd. Of a head that is not whole, what is there is looked at.
  bool read_head(std::string_view head, bool whole) {
    if (!whole && (head.size() < 15 || head.find("\r\n") == head.npos)) {
      static constexpr std::string_view start = "HTTP/1.1 200 ";
      return head.substr(0, 13) == start.substr(0, head.size()) &&
             is_value(head.substr(std::min<std::size_t>(13, head.size())));
    }
    std::size_t end = head.find("\r\n");
    std::string_view const line = head.substr(0, end);
    if (line.size() < 13 || !(line.starts_with("HTTP/1.1 ") || line.starts_with("HTTP/1.0 ")) || line[12] != ' ')
      return false;
    auto const code = decimal(line.substr(9, 3));
    if (!code || *code < 100 || !is_value(line.substr(13))) return false;
    status = static_cast<int>(*code);
    may_be_kept = line[7] == '1';
    for (std::size_t from = end + 2; from < head.size(); from = end + 2) {
      end = head.find("\r\n", from);
      if (end == head.npos) return false;  // of a line that is not whole nothing is said
      std::string_view const field = head.substr(from, end - from);
      std::size_t const colon = field.find(':');
      if (colon == field.npos || !is_http_token(field.substr(0, colon))) return false;
      std::string_view value = field.substr(colon + 1);
      if (!is_value(value)) return false;
      while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
      while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
      headers.emplace_back(field.substr(0, colon), value);
      std::string const name = lower_case(headers.back().first);
      if (name == "connection" || name == "proxy-connection") {
        may_be_kept = false;
        if (!is_http_token(value)) return false;  // a list, or nothing that means something
      }
      if (name == "upgrade") return false;
      if (name == "content-length" || name == "transfer-encoding") {
        if (has_framing_) return false;  // twice, or both
        has_framing_ = true;
        if (name == "transfer-encoding") {
          if (lower_case(value) != "chunked") return false;
          is_chunked_ = true;
        } else {
          auto const length = decimal(value);
          if (!length) return false;
          length_ = *length;
        }
      }
    }
    // Ways of framing that an older version, or an answer without a body, does not have.
    if (is_chunked_ && (line[7] == '0' || status < 200 || status == 204 || status == 304)) return false;
    return true;
  }
  // Visible text, blanks, tabs, and bytes beyond ASCII.
  static bool is_value(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f); });
  }

  void read_body(std::string_view& text, bool to_head, std::size_t max_body) {
    auto const take = [&](std::size_t n) {
      body += text.substr(0, n);
      text.remove_prefix(std::min(n, text.size()));
    };
    if (to_head || status == 204 || status == 304) {
      is = verdict::whole;
    } else if (is_chunked_) {
      read_chunks(text, take, max_body);
    } else if (has_framing_) {
      is = length_ > max_body ? verdict::too_large : text.size() < length_ ? verdict::unfinished : verdict::whole;
      if (is == verdict::whole) take(length_);
    } else {
      is = text.size() > max_body ? verdict::too_large : verdict::until_end;
      if (is == verdict::until_end) take(text.size());
    }
  }
  template <class Take>
  void read_chunks(std::string_view& text, Take const& take, std::size_t max_body) {
    for (;;) {
      std::size_t const line = std::min(text.find_first_not_of("0123456789abcdefABCDEF"), text.size());
      if (line > 8) return;
      if (line == text.size()) return is = verdict::unfinished, void();
      std::string_view const after = text.substr(line, 2);
      if (line == 0 || after[0] != '\r') return;
      if (after.size() < 2) return is = verdict::unfinished, void();
      if (after[1] != '\n') return;
      std::size_t const size = std::stoull(std::string(text.substr(0, line)), nullptr, 16);
      if (body.size() + size > max_body) return is = verdict::too_large, void();
      text.remove_prefix(line + 2);
      if (text.size() < size) return is = verdict::unfinished, void();
      take(size);
      std::string_view const end = text.substr(0, 2);
      if (end != std::string_view("\r\n").substr(0, end.size())) return;  // a trailer, or no end of a chunk
      if (end.size() < 2) return is = verdict::unfinished, void();
      text.remove_prefix(2);
      if (size == 0) return is = verdict::whole, void();
    }
  }

  bool has_framing_ = false, is_chunked_ = false;
  std::size_t length_ = 0;
};

}  // namespace fuzz
