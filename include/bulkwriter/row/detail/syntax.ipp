#pragma once

#include <bulkwriter/row/syntax.hpp>
#include <bulkwriter/row/text.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

class wkt_scanner {
 public:
  explicit wkt_scanner(std::string_view text) noexcept : text_(text) {}

  std::optional<text_fault> run() {
    std::size_t open = 0;  // collections that are not closed yet
    for (;;) {
      shape_head head;
      if (!begin_shape(head)) return fault_;
      if (head.of == shape::collection && !head.is_empty) {
        if (open == max_depth) return text_fault{head.at, "nested deeper than 64"};
        ++open;
        if (!due('(', "'(' or EMPTY was expected")) return fault_;
        continue;
      }
      if (!head.is_empty && !body(head.of)) return fault_;
      while (open != 0 && !take(',')) {
        if (!due(')', "',' or ')' was expected")) return fault_;
        --open;
      }
      if (open != 0) continue;
      skip_blanks();
      if (at_ != text_.size()) return text_fault{at_, "text behind the shape"};
      return std::nullopt;
    }
  }

 private:
  enum class shape : std::uint8_t { point, line, polygon, points, lines, polygons, collection };
  struct shape_head {
    shape of = shape::point;
    bool is_empty = false;
    std::size_t at = 0;
  };
  using position = std::array<double, 4>;

  // The word, the dimensions behind or at it, and EMPTY.
  bool begin_shape(shape_head& head) {
    static constexpr std::string_view names[] = {"POINT",           "LINESTRING",   "POLYGON",           "MULTIPOINT",
                                                 "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION"};
    skip_blanks();
    head.at = at_;
    std::string_view const first = next_word();
    for (std::size_t i = 0; i < std::size(names); ++i) {
      std::string_view const name = names[i];
      if (!same_letters(first.substr(0, name.size()), name)) continue;
      std::string_view given = first.substr(name.size());
      if (!given.empty() && !is_dimensions(given)) continue;
      head.of = static_cast<shape>(i);
      std::size_t given_at = head.at + name.size();
      skip_blanks();
      std::size_t next_at = at_;
      std::string_view next = next_word();
      if (given.empty() && is_dimensions(next)) {
        given = next;
        given_at = next_at;
        skip_blanks();
        next_at = at_;
        next = next_word();
      }
      head.is_empty = same_letters(next, "EMPTY");
      if (!next.empty() && !head.is_empty)
        return refuse(next_at, given.empty() ? "Z, M, ZM, EMPTY or '(' was expected" : "EMPTY or '(' was expected");
      return agree_on_dimensions(given, given.empty() ? head.at : given_at, head);
    }
    return refuse(head.at, "the name of a shape was expected");
  }

  // What holds other shapes speaks for them: servers differ in what they make of a mixture.
  bool agree_on_dimensions(std::string_view given, std::size_t at, shape_head const& head) {
    dimensions const found = given.empty()            ? dimensions::unsaid
                             : given.size() == 2      ? dimensions::zm
                             : upper(given[0]) == 'Z' ? dimensions::z
                                                      : dimensions::m;
    if (!is_first_ && found != dimensions_) return refuse(at, "the shapes of a collection differ in Z and M");
    is_first_ = false;
    dimensions_ = found;
    if (found != dimensions::unsaid) count_ = found == dimensions::zm ? 4 : 3;
    return !head.is_empty || agree_on_empty(at);
  }
  // What is empty has two numbers a position where nothing says otherwise.
  bool agree_on_empty(std::size_t at) {
    if (dimensions_ != dimensions::unsaid) return true;
    if (count_ == 3) return refuse(at, "EMPTY without a Z beside positions of 3 numbers");
    count_ = 2;
    return true;
  }

  bool body(shape of) {
    switch (of) {
      case shape::point: {
        position only;
        return opening() && read_position(only) && closing();
      }
      case shape::line: return line();
      case shape::polygon: return polygon();
      case shape::points: return points();
      case shape::lines: return list([&] { return element_of(&wkt_scanner::line); });
      case shape::polygons: return list([&] { return element_of(&wkt_scanner::polygon); });
      case shape::collection: break;
    }
    return true;
  }

  bool line() {
    std::size_t const begin = begin_of_next();
    std::size_t positions = 0;
    position each;
    return list([&] { return ++positions, read_position(each); }) &&
           (positions >= 2 || refuse(begin, "a line of one position"));
  }

  bool polygon() {
    return list([&] { return ring(); });
  }

  bool ring() {
    std::size_t const begin = begin_of_next();
    std::size_t positions = 0;
    position first{}, last{};
    auto const next = [&] { return read_position(positions++ == 0 ? first : last); };
    if (!list(next)) return false;
    if (positions < 4) return refuse(begin, "a ring of fewer than 4 positions");
    return first == last || refuse(begin, "a ring that does not end where it began");
  }

  // With parentheses around each position or around none.
  bool points() {
    enum { unknown, bare, wrapped } form = unknown;
    return list([&] {
      std::size_t const begin = begin_of_next();
      if (take_empty()) return agree_on_empty(begin);
      bool const is_wrapped = looking_at('(');
      if (form != unknown && is_wrapped != (form == wrapped))
        return refuse(at_, is_wrapped ? "a number was expected" : "'(' was expected");
      form = is_wrapped ? wrapped : bare;
      position each;
      return is_wrapped ? opening() && read_position(each) && closing() : read_position(each);
    });
  }

  bool element_of(bool (wkt_scanner::*shape_body)()) {
    std::size_t const begin = begin_of_next();
    return take_empty() ? agree_on_empty(begin) : (this->*shape_body)();
  }

  template <class Element>
  bool list(Element element) {
    if (!opening()) return false;
    do {
      if (!element()) return false;
    } while (take(','));
    return due(')', "',' or ')' was expected");
  }

  bool read_position(position& out) {
    skip_blanks();
    std::size_t const begin = at_;
    std::size_t count = 0;
    for (;;) {
      std::size_t const before = at_;
      skip_blanks();
      if (at_ == text_.size() || looking_at(',') || looking_at(')')) break;
      if (count != 0 && at_ == before) return refuse(at_, "a blank, ',' or ')' was expected");
      if (count == out.size()) return refuse(at_, "more than 4 numbers in a position");
      auto const [end, error] = read_float(text_.data() + at_, text_.data() + text_.size(), out[count]);
      if (error == std::errc::result_out_of_range) return refuse(at_, "a number outside the range of a double");
      if (error != std::errc()) return refuse(at_, "a number was expected");
      at_ = static_cast<std::size_t>(end - text_.data());
      ++count;
    }
    if (count == 0) return refuse(begin, "a number was expected");
    if (count_ == 0 && (count == 2 || count == 3)) count_ = count;
    return count == count_ || refuse(begin, count_ == 2   ? "a position of 2 numbers was expected"
                                            : count_ == 3 ? "a position of 3 numbers was expected"
                                            : count_ == 4 ? "a position of 4 numbers was expected"
                                                          : "a position of 2 or 3 numbers was expected");
  }

  bool opening() { return due('(', "'(' was expected"); }
  bool closing() { return due(')', "')' was expected"); }

  // EMPTY, if that comes next; else nothing is read.
  bool take_empty() {
    std::size_t const before = at_;
    bool const is_empty = same_letters(next_word(), "EMPTY");
    if (!is_empty) at_ = before;
    return is_empty;
  }

  std::string_view next_word() {
    std::size_t const begin = at_;
    while (at_ < text_.size() && upper(text_[at_]) >= 'A' && upper(text_[at_]) <= 'Z') ++at_;
    return text_.substr(begin, at_ - begin);
  }
  static char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
  static bool same_letters(std::string_view text, std::string_view capitals) {
    if (text.size() != capitals.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i)
      if (upper(text[i]) != capitals[i]) return false;
    return true;
  }
  static bool is_dimensions(std::string_view text) {
    return same_letters(text, "Z") || same_letters(text, "M") || same_letters(text, "ZM");
  }

  std::size_t begin_of_next() {
    skip_blanks();
    return at_;
  }
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
      ++at_;
  }
  bool looking_at(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool take(char c) {
    skip_blanks();
    if (!looking_at(c)) return false;
    ++at_;
    return true;
  }
  bool due(char c, char const* what) { return take(c) || refuse(at_, what); }
  bool refuse(std::size_t at, char const* what) {
    fault_ = {at, what};
    return false;
  }

  enum class dimensions : std::uint8_t { unsaid, z, m, zm };

  static constexpr std::size_t max_depth = 64;
  std::string_view text_;
  std::size_t at_ = 0;
  bool is_first_ = true;
  dimensions dimensions_ = dimensions::unsaid;
  std::size_t count_ = 0;  // of numbers in a position; 0: not known yet
  text_fault fault_;
};

BULKWRITER_DECL std::optional<text_fault> find_wkt_fault(std::string_view text) { return wkt_scanner(text).run(); }

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
