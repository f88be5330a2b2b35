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

// "but `text`, and structs with vectors other than `float_vector`"
TEST_CASE("README's table of formats says which kinds each holds") {
  auto const table = table_with("| all kinds |");
  REQUIRE(table.size() > 2);
  auto const formats = cells_of(table.front());
  std::vector<std::string> kinds, null;
  for (auto const& line : table) {
    if (line.starts_with("| all kinds |")) kinds = cells_of(line);
    if (line.starts_with("| null |")) null = cells_of(line);
  }
  REQUIRE(kinds.size() == formats.size());
  REQUIRE(null.size() == formats.size());
  CHECK(formats.size() == bw::format::any::names().size() + 1);
  for (std::size_t i = 1; i < formats.size(); ++i) {
    CAPTURE(formats[i]);
    auto const format = bw::format::any::named(formats[i]);
    std::size_t const structs = kinds[i].find(", and structs with vectors other than ");
    bool const has_all = kinds[i] == "yes";
    CHECK((has_all || kinds[i].starts_with("but ")));
    names const missing = quoted_in(std::string_view(kinds[i]).substr(0, structs));
    names vectors;
    if (structs != std::string::npos) vectors = quoted_in(std::string_view(kinds[i]).substr(structs));
    CHECK(has_all == missing.empty());
    for (auto const& name : missing) {
      auto const is_it = [&](bw::kind_traits const& k) { return k.name == name; };
      CHECK(std::any_of(std::begin(bw::all_kinds), std::end(bw::all_kinds), is_it));
    }
    for (auto const& k : bw::all_kinds) {
      CAPTURE(k.name);
      bool const held = !missing.contains(k.name);
      CHECK(format.holds(k.value) == held);
      if (!k.may_be_in_struct || missing.contains("struct_array")) continue;
      bw::field_info const sub{.name = "s", .type = k.value, .dim = 8, .max_length = 8};
      bool const is_read = structs == std::string::npos || !bw::is_vector(k.value) || vectors.contains(k.name);
      CHECK(format.holds(bw::field_info{.name = "a", .type = bw::kind::struct_array, .sub = &sub, .sub_count = 1}) ==
            (held && is_read));
    }
    bool const holds_null = !null[i].starts_with("no");
    CHECK(format.holds(bw::field_info{.name = "n", .type = bw::kind::int8, .nullable = true}) == holds_null);
    CHECK(format.holds(bw::field_info{.name = "n", .type = bw::kind::int8, .nullable = true, .has_default = true}));
  }
}
