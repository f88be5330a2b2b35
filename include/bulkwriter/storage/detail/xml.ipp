#pragma once

#include <bulkwriter/storage/detail/xml.hpp>
#include <bulkwriter/text/hex.hpp>
#include <bulkwriter/text/utf8.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

constexpr bool is_xml_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Every byte over 0x7f may stand in a name: which letters exactly is not this reader's concern.
constexpr bool is_xml_name(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':' ||
         c == '-' || c == '.' || static_cast<unsigned char>(c) > 0x7f;
}

BULKWRITER_DECL error_info xml_reader::refuse(std::string_view what) const {
  return {.code = errc::invalid_response,
          .message = "XML answer, byte " + std::to_string(at_) + ": " + std::string(what)};
}

BULKWRITER_DECL bool xml_reader::take(std::string_view prefix) noexcept {
  if (!all_.substr(at_).starts_with(prefix)) return false;
  at_ += prefix.size();
  return true;
}

BULKWRITER_DECL bool xml_reader::skip_past(std::string_view end) noexcept {
  std::size_t const found = all_.find(end, at_);
  if (found == std::string_view::npos) return false;
  at_ = found + end.size();
  return true;
}

BULKWRITER_DECL std::string_view xml_reader::take_name() noexcept {
  std::size_t const from = at_;
  while (at_ < all_.size() && is_xml_name(all_[at_])) ++at_;
  return all_.substr(from, at_ - from);
}

BULKWRITER_DECL result<xml_reader::token> xml_reader::next() {
  if (all_.size() > limits_.size)
    return refuse("the document is longer than " + std::to_string(limits_.size) + " bytes");
  if (pending_end_) {
    pending_end_ = false;
    open_.pop_back();
    return token::end;
  }
  if (at_ == 0) take("\xEF\xBB\xBF");
  while (true) {
    if (at_ == all_.size()) {
      if (!open_.empty()) {
        // A name may be as long as the document: what helps nobody does not get into a message.
        std::string_view const name = open_.back();
        return refuse("the document ends inside " + (name.size() > 80 ? "an element" : '<' + std::string(name) + '>'));
      }
      if (!seen_root_) return refuse("there is no element");
      return token::finish;
    }
    if (open_.empty() && is_xml_space(all_[at_])) {
      ++at_;
    } else if (take("<?")) {
      if (!skip_past("?>")) return refuse("a processing instruction does not end");
    } else if (take("<!--")) {
      if (!skip_past("-->")) return refuse("a comment does not end");
    } else {
      return all_[at_] == '<' ? markup() : character_data();
    }
  }
}

BULKWRITER_DECL result<xml_reader::token> xml_reader::markup() {
  if (take("</")) return close_element();
  if (take("<![CDATA[")) {
    if (open_.empty()) return refuse("text outside the root element");
    std::size_t const from = at_;
    if (!skip_past("]]>")) return refuse("a CDATA section does not end");
    text_.assign(all_, from, at_ - from - 3);
    return token::text;
  }
  if (all_.substr(at_).starts_with("<!")) return refuse("a document type definition is not accepted");
  ++at_;
  return open_element();
}

BULKWRITER_DECL result<xml_reader::token> xml_reader::open_element() {
  if (open_.empty() && seen_root_) return refuse("there is a second root element");
  if (open_.size() == limits_.depth)
    return refuse("more than " + std::to_string(limits_.depth) + " elements are nested");
  auto const qualified = take_name();
  if (qualified.empty()) return refuse("no element name after '<'");
  bool empty_element = false;
  if (auto done = attributes(empty_element); !done) return std::move(done).error();
  open_.push_back(qualified);
  seen_root_ = true;
  pending_end_ = empty_element;
  name_ = qualified.substr(qualified.rfind(':') + 1);  // npos + 1 is 0
  return token::start;
}

BULKWRITER_DECL result<void> xml_reader::attributes(bool& empty_element) {
  while (true) {
    std::size_t const before = at_;
    while (at_ < all_.size() && is_xml_space(all_[at_])) ++at_;
    if (at_ == all_.size()) return refuse("the document ends inside a tag");
    if (take(">")) return {};
    if (take("/>")) {
      empty_element = true;
      return {};
    }
    if (before == at_ || take_name().empty()) return refuse("no attribute and no end of the tag");
    while (at_ < all_.size() && is_xml_space(all_[at_])) ++at_;
    if (!take("=")) return refuse("an attribute without a value");
    while (at_ < all_.size() && is_xml_space(all_[at_])) ++at_;
    std::string_view const quote = take("\"") ? "\"" : take("'") ? "'" : "";
    if (quote.empty()) return refuse("an attribute value without quotes");
    if (!skip_past(quote)) return refuse("an attribute value does not end");
  }
}

BULKWRITER_DECL result<xml_reader::token> xml_reader::close_element() {
  auto const qualified = take_name();
  while (at_ < all_.size() && is_xml_space(all_[at_])) ++at_;
  if (!take(">")) return refuse("a closing tag does not end");
  if (open_.empty() || open_.back() != qualified) return refuse("a closing tag does not match");
  open_.pop_back();
  name_ = qualified.substr(qualified.rfind(':') + 1);
  return token::end;
}

BULKWRITER_DECL result<xml_reader::token> xml_reader::character_data() {
  if (open_.empty()) return refuse("text outside the root element");
  text_.clear();
  while (at_ < all_.size() && all_[at_] != '<') {
    if (all_[at_] == '&') {
      if (auto done = reference(); !done) return std::move(done).error();
    } else {
      std::size_t const end = (std::min)(all_.find_first_of("<&", at_), all_.size());
      text_.append(all_, at_, end - at_);
      at_ = end;
    }
  }
  return token::text;
}

BULKWRITER_DECL result<void> xml_reader::reference() {
  static constexpr std::pair<std::string_view, char> entities[] = {
      {"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
  for (auto const& [entity, meaning] : entities) {
    if (take(entity)) {
      text_ += meaning;
      return {};
    }
  }
  if (!take("&#")) return refuse("an unknown entity");
  unsigned const base = take("x") ? 16 : 10;
  std::uint32_t code = 0;
  std::size_t const from = at_;
  for (; at_ < all_.size() && all_[at_] != ';'; ++at_) {
    auto const digit = static_cast<unsigned>(bulkwriter::detail::hex_value(all_[at_]));  // of no digit: the largest
    if (digit >= base) return refuse("a broken character reference");
    code = code * base + digit;
    if (code > 0x10FFFF) return refuse("a character reference beyond Unicode");
  }
  if (from == at_ || !take(";")) return refuse("a broken character reference");
  if (code == 0 || (code >= 0xD800 && code < 0xE000)) return refuse("a character reference to no character");
  bulkwriter::detail::append_utf8(text_, code);
  return {};
}

BULKWRITER_DECL result<void> xml_walk(
    std::string_view document,
    std::function<void(std::span<std::string_view const>, std::string const&)> const& leave) {
  xml_reader reader(document);
  std::vector<std::string_view> path;
  std::vector<std::string> texts;
  while (true) {
    auto got = reader.next();
    if (!got) return std::move(got).error();
    switch (*got) {
      case xml_reader::token::start:
        path.push_back(reader.name());
        texts.emplace_back();
        break;
      case xml_reader::token::text: texts.back() += reader.text(); break;
      case xml_reader::token::end:
        leave(path, texts.back());
        path.pop_back();
        texts.pop_back();
        break;
      case xml_reader::token::finish: return {};
    }
  }
}

BULKWRITER_DECL std::string xml_escape(std::string_view text) {
  std::string out;
  for (char const c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace detail
}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
