// JSON text from outside: what the checks take is what a parser of the test's own takes, and then Boost.JSON's, too; a
// row of a run-time schema is the same whether it comes as text or as Boost.JSON's object; ndjson_reader finds the
// lines however its source cuts them.

#include <bulkwriter/adapt/boost_json.hpp>
#include <bulkwriter/input/ndjson_reader.hpp>
#include <bulkwriter/row/row_checker.hpp>
#include <bulkwriter/text/json.hpp>
#include <bulkwriter/row/text_columns.hpp>

#include <boost/json/src.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/input.hpp"
#include "support/json_peer.hpp"
#include "support/value.hpp"

namespace {

namespace bw = bulkwriter;
namespace json = boost::json;
using fuzz::json_peer;
using fuzz::json_tree;
using fuzz::kind;
using fuzz::require;

// Strings, structure and numbers alike; of a real number Boost.JSON 1.81 may miss the last digits.
bool same(json_tree const& a, json::value const& b) {
  switch (a.holds) {
    case json_tree::type::null: return b.is_null();
    case json_tree::type::boolean: return b.is_bool() && b.get_bool() == a.boolean;
    case json_tree::type::string: return b.is_string() && std::string_view(b.get_string()) == a.text;
    case json_tree::type::number: {
      if (!b.is_number()) return false;
      if (b.is_int64()) return std::to_string(b.get_int64()) == a.text || a.text == "-0";
      if (b.is_uint64()) return std::to_string(b.get_uint64()) == a.text;
      double const x = std::strtod(a.text.c_str(), nullptr), y = b.get_double();
      return x == y || std::abs(x - y) <= 1e-12 * std::abs(x) || std::abs(x) < 1e-300;
    }
    case json_tree::type::array: {
      if (!b.is_array() || b.get_array().size() != a.items.size()) return false;
      for (std::size_t i = 0; i < a.items.size(); ++i)
        if (!same(a.items[i], b.get_array()[i])) return false;
      return true;
    }
    case json_tree::type::object: break;
  }
  if (!b.is_object()) return false;
  for (std::size_t i = a.keys.size(); i-- != 0;) {
    bool const is_last =
        std::find(a.keys.begin() + static_cast<std::ptrdiff_t>(i) + 1, a.keys.end(), a.keys[i]) == a.keys.end();
    if (!is_last) continue;  // of a key that stands twice Boost.JSON keeps the last
    json::value const* const member = b.get_object().if_contains(a.keys[i]);
    if (member == nullptr || !same(a.items[i], *member)) return false;
  }
  return true;
}

bw::runtime_schema const& schema() {
  static bw::runtime_schema const made = [] {
    bw::runtime_schema s;
    bw::field_info const subs[] = {{.name = "n", .type = kind::int8},
                                   {.name = "v", .type = kind::float_vector, .dim = 2}};
    s.add_field({.name = "i", .type = kind::int64, .is_primary = true});
    s.add_field({.name = "b", .type = kind::boolean, .nullable = true});
    s.add_field({.name = "f", .type = kind::float32, .nullable = true});
    s.add_field({.name = "d", .type = kind::float64, .nullable = true});
    s.add_field({.name = "s", .type = kind::varchar, .max_length = 8, .nullable = true});
    s.add_field({.name = "j", .type = kind::json, .nullable = true});
    s.add_field({.name = "v", .type = kind::float_vector, .dim = 2, .nullable = true});
    s.add_field({.name = "h", .type = kind::float16_vector, .dim = 2, .nullable = true});
    s.add_field({.name = "c", .type = kind::int8_vector, .dim = 2, .nullable = true});
    s.add_field({.name = "x", .type = kind::binary_vector, .dim = 8, .nullable = true});
    s.add_field({.name = "p", .type = kind::sparse_float_vector, .nullable = true});
    s.add_field({.name = "a",
                 .type = kind::array,
                 .element = kind::varchar,
                 .max_length = 4,
                 .max_capacity = 3,
                 .nullable = true});
    s.add_struct_array("t", subs, 2, true);
    s.add_dynamic_field();
    s.check();
    return s;
  }();
  return made;
}

// What a cell holds, or that it was refused.
std::string shown(bw::field_info const& f, bw::cell const& c) {
  using type = bw::cell::type;
  switch (c.holds()) {
    case type::null: return "-";
    case type::boolean: return c.as_boolean() ? "b1" : "b0";
    case type::integer: return std::to_string(c.as_integer());
    case type::unsigned_integer: return std::to_string(c.as_unsigned());
    case type::float32: return fuzz::told_float(static_cast<float>(c.as_number()));
    case type::float64: return fuzz::told_double(c.as_number());
    case type::text: return f.type == kind::json ? "json" : fuzz::told_text(c.as_text());
    case type::floats: return fuzz::told_floats({c.as_floats().begin(), c.as_floats().end()});
    case type::int8s: return fuzz::told_bytes('c', std::vector<std::int8_t>(c.as_int8s().begin(), c.as_int8s().end()));
    case type::bytes: return fuzz::told_bytes('x', std::vector<std::uint8_t>(c.as_bytes().begin(), c.as_bytes().end()));
    case type::sparse:
      return fuzz::told_sparse({c.sparse_indices().begin(), c.sparse_indices().end()},
                               {c.sparse_values().begin(), c.sparse_values().end()});
    case type::list: {
      std::string out = "[";
      for (std::size_t i = 0; i < c.size(); ++i)
        for (std::size_t k = 0; k < c.element(i).size(); ++k)
          out += shown(f.sub_count ? f.sub[k] : f, c.element(i)[k]) + ' ';
      return out + "]";
    }
    case type::halves: break;
  }
  return "?";
}

bool has_real(json_tree const& v) {
  if (v.holds == json_tree::type::number &&
      std::none_of(v.text.begin(), v.text.end(), [](char c) { return c != '-' && (c < '0' || c > '9'); }))
    return v.text.size() > 18 || v.text == "-0";
  if (v.holds == json_tree::type::number) return true;
  return std::any_of(v.items.begin(), v.items.end(), has_real);
}

bool has_long_exponent(json_tree const& v) {
  if (v.holds == json_tree::type::number) {
    std::size_t const at = v.text.find_first_of("eE");
    return at != std::string::npos && v.text.size() - at > 6;
  }
  return std::any_of(v.items.begin(), v.items.end(), has_long_exponent);
}

struct judged {
  bool accepted = false;
  std::vector<std::string> cells = {};
};
judged judge(bw::cell_row const& row) {
  bw::detail::row_checker checker(row.fields());
  checker.judge(row.cells(), row.problems());
  judged out{.accepted = checker.problems().empty()};
  for (bw::problem const& p : checker.problems()) require(fuzz::is_utf8(p.message), "messages are UTF-8");
  if (out.accepted)
    for (std::size_t i = 0; i < row.cells().size(); ++i) out.cells.push_back(shown(row.fields()[i], row.cells()[i]));
  return out;
}

std::optional<json::value> boost_parse(std::string_view text) {
  json::error_code failed;
  json::value parsed = json::parse(text, failed, {}, {.max_depth = 1100});
  if (failed) return std::nullopt;
  return parsed;
}

void check_text(std::string const& text) {
  auto const fault = bw::detail::find_json_fault(text);
  auto const tree = json_peer::read(text);
  bool const is_repeated = tree && tree->has_repeated_key();
  require((!fault || fault->key) == tree.has_value(),
          [&] { return fault ? std::string("refused, but it is JSON: ") + fault->what : "taken, but it is no JSON"; });
  require((fault && fault->key) == is_repeated, "a key that stands twice in an object is found");
  require(!fault || fault->offset <= text.size(), "a fault lies in the text");

  std::vector<std::string> keys;
  auto const object_fault = bw::detail::find_json_object_fault(text, keys);
  bool const is_object = tree && tree->holds == json_tree::type::object;
  require(!object_fault == (is_object && !is_repeated), "an object is one for both");
  require(!is_object || keys == tree->keys, "the keys of an object");

  bw::cell_row row(schema().fields());
  bw::cells_of<bw::json_text>::read(bw::json_text(text), row);
  judged const from_text = judge(row);
  require(!from_text.accepted || (is_object && !is_repeated), "a row is an object, each key once");
  if (!tree) return;
  if (has_long_exponent(*tree)) return;  // of a number that is 0 all the same: Boost.JSON 1.81 refuses it
  auto const parsed = boost_parse(text);
  require(parsed.has_value() && same(*tree, *parsed), "Boost.JSON reads the same value");
  if (!is_object || is_repeated) return;
  bw::cell_row other(schema().fields());
  bw::cells_of<json::object>::read(parsed->get_object(), other);
  judged const from_object = judge(other);
  if (has_real(*tree)) return;  // Boost.JSON rounds as it likes
  if (from_text.accepted)
    require(from_object.accepted && from_object.cells == from_text.cells, "a row is the same as text and as object");
}

// Line by line, by nothing of the library's.
void check_lines(std::string_view text, std::size_t piece) {
  std::size_t given = 0;
  auto made = bw::ndjson_reader::try_open(
      [&](std::span<char> out) -> bw::result<std::size_t> {
        std::size_t const n = std::min({out.size(), text.size() - given, piece});
        std::copy_n(text.data() + given, n, out.data());
        given += n;
        return n;
      },
      {.max_line_size = 256, .name = "f"});
  require(made.has_value(), "a reader of a source opens");

  bool has_begun = false;
  std::string_view rest = text;
  if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);
  while (!rest.empty()) {
    std::size_t const end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() > 252) {
      if (line.size() < 258) return;  // a CR and a byte order mark count
      require(!made->try_next().has_value(), "a line that is too long is refused");
      return;
    }
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    auto const tree = json_peer::read(line);
    bool const good = tree && tree->holds == json_tree::type::object && !tree->has_repeated_key();
    auto const next = made->try_next();
    std::string const first_error = has_begun || next.has_value() ? "" : next.error().message;
    has_begun = true;
    if (first_error.starts_with("f, line 1, column 1: the file is ") ||
        first_error.starts_with("f, line 1, column 1: the text is ")) {
      // another format as a whole: no line of it is ever given
      require(!good, "a row is no file of another format");
      auto const again = made->try_next();
      require(!again.has_value() && again.error().message == first_error, "another format stays one");
      return;
    }
    require(next.has_value() == good,
            [&] { return "the line is " + std::string(good ? "an" : "no") + " object: " + std::string(line); });
    require(next.has_value() ? *next : fuzz::is_utf8(next.error().message), "a row that is there; a message in UTF-8");
    if (good) {
      auto const row = json_peer::read(made->row().view());
      require(row == tree, "the row is the line");
      std::string const key = tree->keys.empty() ? "i" : tree->keys.back();
      std::string const message = made->in_row({.message = "m", .field = key}).message;
      require(message.starts_with("f, line ") && message.ends_with(": m"), "a message with its place");
    }
  }
  auto const end = made->try_next();
  require(end.has_value() && !*end, "no row behind the last line");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::input in({data, size});
  std::size_t const piece = 1 + in.byte();
  std::string const text(in.rest());
  check_text(text);
  check_lines(text, piece);
  return 0;
}
