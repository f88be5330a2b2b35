// WKT and points in time: any text. Points in time are compared with a check of the test's own; of a shape that was
// taken, every way to cut it short is no shape, and blanks round it do not count.

#include <bulkwriter/row/syntax.hpp>

#include <string>
#include <string_view>

#include "support/input.hpp"
#include "support/timestamp_peer.hpp"

namespace {

using bulkwriter::detail::find_timestamp_fault;
using bulkwriter::detail::find_wkt_fault;
using fuzz::require;

bool balanced(std::string_view text) {
  int depth = 0;
  for (char const c : text) {
    depth += (c == '(') - (c == ')');
    if (depth < 0 || depth > 70) return false;
  }
  return depth == 0;
}

// A shape is made of words, numbers, brackets, commas and blanks.
bool is_plain(std::string_view text) {
  for (char const c : text) {
    bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'), digit = c >= '0' && c <= '9';
    if (!letter && !digit && std::string_view("(),. +-\t\r\n").find(c) == std::string_view::npos) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::input in({data, size});
  std::string const text(in.rest());  // on the heap and of its size: a sanitizer sees what lies behind it

  auto const time = find_timestamp_fault(text);
  require(!time == fuzz::is_timestamp(text), "a point in time is one for both");
  require(!time || time->offset <= text.size(), "a fault lies in the text");

  auto const shape = find_wkt_fault(text);
  if (shape) {
    require(shape->offset <= text.size(), "a fault lies in the text");
    return 0;
  }
  require(balanced(text) && is_plain(text), "a shape is made of words, numbers and brackets that match");
  std::string other = text;
  for (char& c : other) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  require(!find_wkt_fault(other), "words are in any case");
  require(find_wkt_fault(text + " 1").has_value() && find_wkt_fault(text + "(").has_value(),
          "nothing stands behind a shape");
  require(!find_wkt_fault("GEOMETRYCOLLECTION(" + text + "," + text + ")") || balanced(text),
          "shapes stand in a collection");
  for (std::size_t n = text.find('('); n < text.size() && n != std::string::npos; ++n) {
    std::string const cut = text.substr(0, n);
    if (balanced(cut)) continue;
    require(find_wkt_fault(cut).has_value(), "a shape cut short is none");
  }
  return 0;
}
