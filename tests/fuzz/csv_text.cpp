// CSV text from outside: rows and cells as a reader of the test's own finds them, however the source cuts the text; and
// every cell as a value of every kind of field.

#include <bulkwriter/input/csv_reader.hpp>
#include <bulkwriter/input/detail/foreign_format.hpp>
#include <bulkwriter/row/row_checker.hpp>
#include <bulkwriter/row/text_columns.hpp>
#include <bulkwriter/schema/runtime_schema.hpp>

#include <algorithm>
#include <charconv>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/input.hpp"
#include "support/json_peer.hpp"
#include "support/value.hpp"

namespace {

namespace bw = bulkwriter;
using fuzz::kind;
using fuzz::require;

struct file {
  std::vector<std::vector<std::string>> rows = {};  // the header first
  bool is_broken = false;                           // behind them something is that is not RFC 4180
};

// RFC 4180 as csv_reader documents it, character by character, by nothing of the library's.
file read(std::string_view text, char separator) {
  file out;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  // empty lines at the end do not count, nor the half of a CR LF there
  while (text == "\n" || text == "\r" || text.ends_with("\n\n") || text.ends_with("\n\r")) text.remove_suffix(1);
  if (text == "\r\n" || text.ends_with("\n\r\n")) return read(text.substr(0, text.size() - 2), separator);
  std::size_t at = 0;
  auto const line_end = [&]() -> std::size_t {
    std::string_view const rest = text.substr(at);
    return rest.starts_with("\n") || rest == "\r" ? 1 : rest.starts_with("\r\n") ? 2 : 0;
  };
  while (at < text.size()) {
    std::vector<std::string> row(1);
    for (;;) {
      if (at < text.size() && text[at] == '"') {
        for (++at;; ++at) {
          if (at == text.size()) return out.is_broken = true, out;
          if (text[at] == '"' && (++at == text.size() || text[at] != '"')) break;
          row.back() += text[at];
        }
      } else {
        for (; at < text.size() && text[at] != separator && line_end() == 0; ++at) {
          if (text[at] == '"' || text[at] == '\r') return out.is_broken = true, out;
          row.back() += text[at];
        }
      }
      if (at == text.size()) break;
      if (std::size_t const end = line_end()) {
        at += end;
        break;
      }
      if (text[at] != separator) return out.is_broken = true, out;
      ++at;
      row.emplace_back();
    }
    if (!out.rows.empty() && row.size() != out.rows[0].size()) return out.is_broken = true, out;
    out.rows.push_back(std::move(row));
  }
  return out;
}

std::vector<bw::field_info> const& fields() {
  static bw::field_info const subs[] = {{.name = "n", .type = kind::int8},
                                        {.name = "v", .type = kind::float_vector, .dim = 2}};
  static std::vector<bw::field_info> const made = [] {
    std::vector<bw::field_info> all;
    for (int k = 0; k < 20; ++k) {
      bw::field_info f{.name = bw::to_string(static_cast<kind>(k)),
                       .type = static_cast<kind>(k),
                       .element = kind::int16,
                       .dim = 8,
                       .max_length = 8,
                       .max_capacity = 3,
                       .nullable = k % 2 == 1};
      if (f.type == kind::struct_array) f.sub = subs, f.sub_count = 2;
      all.push_back(f);
    }
    all.push_back({.name = "$meta", .type = kind::json, .is_dynamic = true});
    return all;
  }();
  return made;
}

// Each cell in turn for each field, the others empty.
void check_values(std::vector<std::string> const& names, std::vector<std::string> const& texts) {
  for (std::size_t i = 0; i < fields().size(); ++i) {
    bw::field_info f = fields()[i];
    f.nullable = true;
    for (std::string const& text : texts) {
      std::string const name(f.name);
      auto const columns = bw::text_columns::try_make(std::span(&f, 1), std::span(&name, 1));
      require(columns.has_value(), "a column of the field");
      bw::cell_row row(std::span(&f, 1));
      std::string_view const view = text;
      columns->read(std::span(&view, 1), row);
      bw::detail::row_checker checker(row.fields());
      checker.judge(row.cells(), row.problems());
      for (bw::problem const& p : checker.problems())
        require(fuzz::is_utf8(p.message), [&] { return "a message that is no UTF-8: " + p.message; });
      bool const accepted = checker.problems().empty();
      bw::cell const& c = row.cells()[0];
      if (bw::is_integer(f.type) && !text.empty()) {
        long long value = 0;
        auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
        int const bits = f.type == kind::int8 ? 8 : f.type == kind::int16 ? 16 : f.type == kind::int32 ? 32 : 64;
        auto const most = static_cast<std::int64_t>((std::uint64_t{1} << (bits - 1)) - 1);
        bool const good =
            failed == std::errc() && end == text.data() + text.size() && value <= most && value >= -most - 1;
        require(accepted == good && (!good || c.as_integer() == value), "an integer is one for both");
      }
      if (f.type == kind::varchar)
        require(accepted == (text.size() <= f.max_length && fuzz::is_utf8(text)), "text is as it stands");
      if (f.type == kind::json && !text.empty() && !f.is_dynamic)
        require(accepted == fuzz::json_peer::read(text).has_value(), "JSON is JSON for both");
      if (accepted && !text.empty() &&
          (bw::is_vector(f.type) || f.type == kind::array || f.type == kind::struct_array)) {
        auto const tree = fuzz::json_peer::read(text);
        bool const object = f.type == kind::sparse_float_vector;
        require(f.type == kind::float_vector || tree.has_value(), "a list is JSON");
        require(!tree || tree->holds == fuzz::json_tree::type::null ||
                    tree->holds == (object ? fuzz::json_tree::type::object : fuzz::json_tree::type::array),
                "a list is a list");
      }
    }
  }
  // All columns at once, undeclared ones to the dynamic field: what is taken is an object.
  std::vector<bw::field_info> const loose = {fields().back()};
  auto const columns = bw::text_columns::try_make(loose, names);
  if (!columns) return;
  std::vector<std::string_view> const views(texts.begin(), texts.end());
  bw::cell_row row(loose);
  columns->read(views, row);
  bw::detail::row_checker checker(row.fields());
  checker.judge(row.cells(), row.problems());
  if (!checker.problems().empty() || row.cells()[0].is_null()) return;
  auto const tree = fuzz::json_peer::read(row.cells()[0].as_text());
  require(tree && tree->holds == fuzz::json_tree::type::object, "undeclared columns are an object");
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == "$meta" || texts[i].empty()) continue;
    fuzz::json_tree const* const member = tree->find(names[i]);
    require(member != nullptr, "an undeclared column is a key");
    bool const is_text =
        member->holds == fuzz::json_tree::type::string || member->holds == fuzz::json_tree::type::number;
    require(!is_text || member->text == texts[i], "an undeclared column's value");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::input in({data, size});
  static constexpr char separators[] = {',', ';', '\t', '|', ' ', 'a'};
  char const separator = in.any_of(separators);
  std::size_t const piece = 1 + in.byte(), small = in.one_in(4) ? 8 : 1 << 20;
  std::string const text(in.rest());

  file const wanted = read(text, separator);
  std::size_t given = 0;
  auto made = bw::csv_reader::try_open(
      [&](std::span<char> out) -> bw::result<std::size_t> {
        std::size_t const n = std::min({out.size(), text.size() - given, piece});
        std::copy_n(text.data() + given, n, out.data());
        given += n;
        return n;
      },
      {.separator = separator, .max_cell_size = small, .name = "f"});

  bool const has_header = !wanted.rows.empty();
  std::set<std::string> const unique =
      has_header ? std::set<std::string>(wanted.rows[0].begin(), wanted.rows[0].end()) : std::set<std::string>();
  if (!made) {
    bool const good = has_header && unique.size() == wanted.rows[0].size() && fuzz::is_utf8(text) &&
                      bw::input::detail::foreign_format(text.substr(0, 512)).empty();
    bool const too_long = std::any_of(unique.begin(), unique.end(), [&](auto const& c) { return c.size() > small; });
    require(!good || too_long || unique.contains(""),
            [&] { return "a good header was refused: " + made.error().message; });
    return 0;
  }
  require(has_header && unique.size() == wanted.rows[0].size(), "a header that is none was taken");
  require(made->names() == wanted.rows[0], "the names of the header");
  for (std::size_t r = 1;; ++r) {
    auto const next = made->try_next();
    if (!next.has_value()) {
      // Empty lines before the broken one are rows of one column that nobody misses.
      bool const nothing_left =
          std::all_of(wanted.rows.begin() + static_cast<std::ptrdiff_t>(std::min(r, wanted.rows.size())),
                      wanted.rows.end(), [](auto const& row) { return row.size() == 1 && row[0].empty(); });
      bool const too_long =
          small == 8 && r < wanted.rows.size() &&
          std::any_of(wanted.rows[r].begin(), wanted.rows[r].end(), [](auto const& c) { return c.size() > 8; });
      require(too_long || (small == 8 && wanted.is_broken) || (wanted.is_broken && nothing_left),
              [&] { return "a good row was refused: " + next.error().message; });
      require(fuzz::is_utf8(next.error().message), "messages are UTF-8");
      require(!made->try_next().has_value(), "an error stays");
      return 0;
    }
    if (!*next) {
      require(!wanted.is_broken && r == wanted.rows.size(), [&] {
        return "the file ends behind row " + std::to_string(r) + " of " + std::to_string(wanted.rows.size());
      });
      return 0;
    }
    require(r < wanted.rows.size(), "a row too many");
    auto const texts = made->texts();
    auto const is_same = [](bw::text_cell const& c, std::string const& s) { return c.text == s; };
    require(std::equal(texts.begin(), texts.end(), wanted.rows[r].begin(), wanted.rows[r].end(), is_same),
            "the cells of a row");
    if (r == 1) check_values(wanted.rows[0], wanted.rows[r]);
    std::vector<std::size_t> all(texts.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    auto const object = made->try_json_object(all);
    bool const is_utf8 = std::all_of(texts.begin(), texts.end(), [](auto const& c) { return fuzz::is_utf8(c.text); }) &&
                         std::all_of(made->names().begin(), made->names().end(), fuzz::is_utf8);
    // the first row is in the sample, unless a column before it is not whole there
    require(!is_utf8 || !object || fuzz::json_peer::read(*object).has_value(), "json_object is JSON");
    require(object || r > 1 || small == 8, "the first row is of the types that it decides");
    if (!object) require(fuzz::is_utf8(object.error().message), "messages are UTF-8");
  }
}
