#include <bulkwriter/format/any.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace bw = bulkwriter;

namespace {

using names = std::set<std::string, std::less<>>;

// The lines of README.md's table that has a line with this beginning; empty if there is none.
std::vector<std::string> table_with(std::string_view beginning) {
  std::ifstream in(std::string(BULKWRITER_TESTS_DIR) + "/../README.md");
  std::vector<std::string> table;
  bool found = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('|')) {
      table.push_back(line);
      found = found || line.starts_with(beginning);
    } else {
      if (found) return table;
      table.clear();
    }
  }
  return {};
}
std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells;
  for (line.remove_prefix(1); !line.empty();) {
    std::size_t const end = (std::min)(line.find('|'), line.size());
    std::string_view cell = line.substr(0, end);
    while (cell.starts_with(' ')) cell.remove_prefix(1);
    while (cell.ends_with(' ')) cell.remove_suffix(1);
    cells.emplace_back(cell);
    line.remove_prefix((std::min)(end + 1, line.size()));
  }
  return cells;
}
// What stands between backticks.
names quoted_in(std::string_view text) {
  names found;
  for (std::size_t begin = text.find('`'); begin != std::string_view::npos; begin = text.find('`', begin)) {
    std::size_t const end = text.find('`', begin + 1);
    found.emplace(text.substr(begin + 1, end - begin - 1));
    begin = end + 1;
  }
  return found;
}

}  // namespace

TEST_CASE("README's table of kinds has every kind, and nothing else") {
  auto const table = table_with("| kind |");
  REQUIRE(table.size() > 2);
  names told;
  for (std::size_t i = 2; i < table.size(); ++i) {
    std::string const first = cells_of(table[i]).front();
    told.merge(quoted_in(first));
    if (first.find("`int8` to `int64`") != std::string::npos) told.insert({"int16", "int32"});
  }
  names due;
  for (auto const& k : bw::all_kinds) due.emplace(k.name);
  CHECK(told == due);
}

// "`text`; structs with vectors other than `float_vector`; …": kinds come first, then what is meant in words.
TEST_CASE("README's table of formats says what each does not hold") {
  constexpr std::string_view of_structs = "structs with vectors other than ", of_null = "nullable fields without";
  auto const table = table_with("| format |");
  REQUIRE(table.size() > 2);
  std::size_t formats = 0;
  for (std::size_t line = 2; line < table.size(); ++line) {
    auto const cells = cells_of(table[line]);
    REQUIRE(cells.size() >= 2);
    std::string_view const missing = cells[1];
    std::size_t const structs = missing.find(of_structs);
    names const kinds = quoted_in(missing.starts_with('`') ? missing.substr(0, missing.find(';')) : "");
    names const vectors = quoted_in(structs == std::string_view::npos
                                        ? ""
                                        : missing.substr(structs, missing.find(';', structs) - structs));
    for (auto const& name : kinds)
      CHECK(std::any_of(std::begin(bw::all_kinds), std::end(bw::all_kinds),
                        [&](bw::kind_traits const& k) { return k.name == name; }));
    for (std::string name : quoted_in(cells[0])) {
      CAPTURE(name);
      ++formats;
      auto const format = bw::format::any::named(name.substr(name.rfind(':') + 1));
      for (auto const& k : bw::all_kinds) {
        CAPTURE(k.name);
        bool const held = !kinds.contains(k.name);
        CHECK(format.holds(k.value) == held);
        if (!k.may_be_in_struct || kinds.contains("struct_array")) continue;
        bw::field_info const sub{.name = "s", .type = k.value, .dim = 8, .max_length = 8};
        bool const is_read = structs == std::string_view::npos || !bw::is_vector(k.value) || vectors.contains(k.name);
        CHECK(format.holds(bw::field_info{.name = "a", .type = bw::kind::struct_array, .sub = &sub, .sub_count = 1}) ==
              (held && is_read));
      }
      bool const holds_null = missing.find(of_null) == std::string_view::npos;
      CHECK(format.holds(bw::field_info{.name = "n", .type = bw::kind::int8, .nullable = true}) == holds_null);
      CHECK(format.holds(bw::field_info{.name = "n", .type = bw::kind::int8, .nullable = true, .has_default = true}));
    }
  }
  CHECK(formats == bw::format::any::names().size());
}
