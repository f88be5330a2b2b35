#include <bulkwriter/input/csv_reader.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <clocale>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bw = bulkwriter;

namespace {

using table = std::vector<std::vector<std::string>>;

// Hands out `text` in pieces of `step` bytes, so that every state of the reader meets the end of its buffer.
bw::text_source pieces(std::string text, std::size_t step) {
  auto rest = std::make_shared<std::pair<std::string, std::size_t>>(std::move(text), 0);
  return [rest, step](std::span<char> out) -> bw::result<std::size_t> {
    auto& [bytes, at] = *rest;
    std::size_t const n = std::min({step, out.size(), bytes.size() - at});
    bytes.copy(out.data(), n, at);
    at += n;
    return n;
  };
}

bw::result<table> read(std::string const& text, bw::csv_options options = {}, std::size_t step = 1) {
  if (options.name.empty()) options.name = "t.csv";
  auto reader = bw::csv_reader::try_open(pieces(text, step), options);
  if (!reader) return reader.error();
  table rows{reader->names()};
  for (;;) {
    auto more = reader->try_next();
    if (!more.has_value()) return more.error();
    if (!*more) return rows;
    rows.emplace_back();
    for (std::size_t i = 0; i < reader->size(); ++i) rows.back().emplace_back((*reader)[i].text());
  }
}

table rows_of(std::string const& text, bw::csv_options const& options = {}) {
  table const whole = read(text, options, std::size_t(-1)).value();
  for (std::size_t const step : {1u, 2u, 3u, 7u}) CHECK(read(text, options, step).value() == whole);
  return whole;
}

std::string failure_of(std::string const& text, bw::csv_options const& options = {}) {
  auto const whole = read(text, options, std::size_t(-1));
  REQUIRE_FALSE(whole);
  for (std::size_t const step : {1u, 2u, 3u, 7u}) {
    auto const same = read(text, options, step);
    REQUIRE_FALSE(same);
    CHECK(same.error().to_string() == whole.error().to_string());
  }
  return whole.error().to_string();
}

// One row behind a header "a,b": the reader must outlive its cells, so the test gets both.
struct one_row {
  explicit one_row(std::string const& a) : reader(pieces("a,b\n" + a + ",x\n", 1), {.name = "t.csv"}) {
    REQUIRE(reader.next());
  }
  bw::csv_cell operator*() const { return reader["a"]; }
  bw::csv_reader reader;
};

std::string quote(std::string const& text) {
  std::string out = "\"";
  for (char const c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + '"';
}

}  // namespace

TEST_CASE("csv: cells, quotes and line ends") {
  CHECK(rows_of("a,b\n1,2\n") == table{{"a", "b"}, {"1", "2"}});
  CHECK(rows_of("a,b\r\n1,2\r\n3,4") == table{{"a", "b"}, {"1", "2"}, {"3", "4"}});
  CHECK(rows_of("a,b\n,\n\"\",\"\"\n") == table{{"a", "b"}, {"", ""}, {"", ""}});
  CHECK(rows_of("\"a\",\"b\"\n\"x,y\",\"say \"\"hi\"\"\"\n") == table{{"a", "b"}, {"x,y", "say \"hi\""}});
  CHECK(rows_of("a,b\n\"one\ntwo\r\nthree\",\"\"\"\"\n") == table{{"a", "b"}, {"one\ntwo\r\nthree", "\""}});
  CHECK(rows_of("a,b\n\"\"\"\"\"\",\"x\"") == table{{"a", "b"}, {"\"\"", "x"}});
  CHECK(rows_of("\xEF\xBB\xBF"
                "a,b\n1,2\n") == table{{"a", "b"}, {"1", "2"}});
  CHECK(rows_of("\xEF\xBB\xBF\"a\",b\n") == table{{"a", "b"}});
  CHECK(rows_of("a\tb\n1,5\t\"x\ty\"\n", {.separator = '\t'}) == table{{"a", "b"}, {"1,5", "x\ty"}});
  CHECK(rows_of("größe,名\n1,日本\n") == table{{"größe", "名"}, {"1", "日本"}});
  CHECK(rows_of("a,b") == table{{"a", "b"}});
  CHECK(rows_of("a") == table{{"a"}});
  CHECK(rows_of(std::string("a,b\n1\0002,3\n", 10)) == table{{"a", "b"}, {std::string("1\0002", 3), "3"}});
}

TEST_CASE("csv: empty lines end a file, and are rows of one empty cell between others") {
  CHECK(rows_of("a,b\n1,2\n\n\r\n\n") == table{{"a", "b"}, {"1", "2"}});
  CHECK(rows_of("a,b\n\n\n") == table{{"a", "b"}});
  CHECK(rows_of("a\n1\n\n\n2\n\n") == table{{"a"}, {"1"}, {""}, {""}, {"2"}});
  CHECK(rows_of("a\n\"\"\n\n") == table{{"a"}, {""}});
  CHECK(failure_of("a,b\n1,2\n\n3,4\n") ==
        "t.csv, line 3, column 1: an empty line where the header has 2 cells [bulkwriter.invalid_csv]");

  bw::csv_reader one(pieces("a\nx\n\n\ny\n", 1));
  std::vector<std::uint64_t> lines;
  while (one.next()) lines.push_back(one[0].position().line);
  CHECK(lines == std::vector<std::uint64_t>{2, 3, 4, 5});
  CHECK(one.row_count() == 4);
}

TEST_CASE("csv: what is not CSV is named with line and column") {
  CHECK(failure_of("a,b\n1,\"2\n3,4\n") ==
        "t.csv, line 2, column 3 (b): the quote that opens this cell is never closed [bulkwriter.invalid_csv]");
  CHECK(failure_of("a,b\n1,2\n\"x\ny\"z,4\n") ==
        "t.csv, line 3, column 1 (a): text behind the closing quote of this cell, in line 4, column 3 "
        "[bulkwriter.invalid_csv]");
  CHECK(failure_of("a,b\n1,x\"y\"\n") ==
        "t.csv, line 2, column 4 (b): a quote inside a cell that does not begin with one [bulkwriter.invalid_csv]");
  CHECK(failure_of("a,b\n1,2\n3\n") ==
        "t.csv, line 3, column 1: 1 cell where the header has 2 [bulkwriter.invalid_csv]");
  CHECK(failure_of("a,b\n\"1\n\",2,3\n") ==
        "t.csv, line 3, column 5: more cells than the 2 of the header [bulkwriter.invalid_csv]");
  CHECK(failure_of("a,b\n1\r,2\n") ==
        "t.csv, line 2, column 2: a carriage return that no line feed follows [bulkwriter.invalid_csv]");
  CHECK(failure_of("") == "t.csv, line 1, column 1: there is no header line [bulkwriter.invalid_csv]");
  CHECK(failure_of("\xEF\xBB\xBF") == "t.csv, line 1, column 1: there is no header line [bulkwriter.invalid_csv]");
  CHECK(failure_of("a,,c\n") == "t.csv, line 1, column 3: column 2 of the header has no name [bulkwriter.invalid_csv]");
  CHECK(failure_of("b,a,b,c\n") == "t.csv, line 1, column 5: the header names 'b' twice [bulkwriter.invalid_csv]");
  CHECK(failure_of("a,b\n", {.required_columns = {"b", "id"}}) ==
        "t.csv, line 1, column 1: the header has no column 'id', only 'a', 'b' [bulkwriter.invalid_csv]");
  CHECK(failure_of("\xFF\xFE"
                   "a\0") ==
        "t.csv, line 1, column 1: the text is UTF-16, where UTF-8 is due [bulkwriter.invalid_csv]");
}

TEST_CASE("csv: lines and columns behind doubled quotes and line ends in cells") {
  for (std::size_t const step : {std::size_t(1), std::size_t(5), std::size_t(-1)}) {
    bw::csv_reader reader(pieces("a,b,c\n\"x\"\"\"\"\ny\"\"\n\",q,\"z\"\n1,2,3\n", step));
    REQUIRE(reader.next());
    CHECK(reader[0].text() == "x\"\"\ny\"\n");
    CHECK(reader[0].position() == bw::text_position{2, 1});
    CHECK(reader[1].position() == bw::text_position{4, 3});
    CHECK(reader[2].position() == bw::text_position{4, 5});
    REQUIRE(reader.next());
    CHECK(reader["c"].position() == bw::text_position{5, 5});
    CHECK_FALSE(reader.next());
    CHECK_FALSE(reader.next());
  }
}

TEST_CASE("csv: an error stays, and says the same again") {
  bw::csv_reader reader(pieces("a,b\n1\n2,3\n", 1), {.name = "t.csv"});
  auto const first = reader.try_next(), second = reader.try_next();
  REQUIRE_FALSE(first.has_value());
  REQUIRE_FALSE(second.has_value());
  CHECK(first.error().to_string() == second.error().to_string());

  int calls = 0;
  bw::text_source const broken = [&calls](std::span<char> out) -> bw::result<std::size_t> {
    if (++calls > 1) return bw::error_info{.code = bw::errc::io_error, .message = "disk on fire"};
    std::string_view("a,b\n1,").copy(out.data(), 6);
    return std::size_t{6};
  };
  bw::csv_reader lost(broken);
  CHECK_THROWS_WITH_AS(lost.next(), "disk on fire [bulkwriter.io_error]", bw::error);
  CHECK_THROWS_WITH_AS(lost.next(), "disk on fire [bulkwriter.io_error]", bw::error);
}

TEST_CASE("csv: a cell is bounded, a row is not") {
  std::string const large(1000, 'x');
  CHECK(rows_of("a,b\n" + large + "," + quote(large) + "\n", {.max_cell_size = 1000})[1][1] == large);
  CHECK(failure_of("a,b\n1,\"" + large + "y\"\n", {.max_cell_size = 1000}) ==
        "t.csv, line 2, column 3 (b): a quoted cell of more than 1000 bytes (max_cell_size); is its closing quote "
        "missing? [bulkwriter.invalid_csv]");
  CHECK(failure_of("a,b\n" + large + "y,2\n", {.max_cell_size = 1000}) ==
        "t.csv, line 2, column 1 (a): a cell of more than 1000 bytes (max_cell_size) [bulkwriter.invalid_csv]");
  CHECK(failure_of(std::string(2 << 20, ',') + "\n").find("a header line of more than 1048576 bytes") !=
        std::string::npos);
  CHECK(failure_of("a\n", {.separator = '"'}).find("invalid_option") != std::string::npos);

  // Cells larger than the first buffer, so that it grows in the middle of a row.
  std::string const huge(700'000, 'h');
  CHECK(read("a,b,c\n" + huge + "," + quote(huge + "\"") + ",1\n4,5,6\n", {}, 4096).value() ==
        table{{"a", "b", "c"}, {huge, huge + "\"", "1"}, {"4", "5", "6"}});
}

TEST_CASE("csv: what an independent writer has quoted is read back") {
  std::mt19937 random(5);
  std::string const alphabet = "ab,\"\n\r ;\xC3\xBC";
  for (int round = 0; round < 300; ++round) {
    std::size_t const columns = 2 + random() % 4;
    table rows{{}};
    for (std::size_t i = 0; i < columns; ++i) rows[0].push_back("c" + std::to_string(i));
    for (std::size_t r = random() % 6; r > 0; --r) {
      rows.emplace_back();
      for (std::size_t i = 0; i < columns; ++i) {
        std::string cell;
        for (std::size_t n = random() % 7; n > 0; --n) cell += alphabet[random() % alphabet.size()];
        rows.back().push_back(cell);
      }
    }
    std::string text;
    bool const crlf = random() % 2, last_line_end = random() % 2;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      for (std::size_t i = 0; i < columns; ++i) {
        bool const plain = rows[r][i].find_first_of(",\"\n\r") == std::string::npos && random() % 2;
        text += (i ? "," : "") + (plain ? rows[r][i] : quote(rows[r][i]));
      }
      if (r + 1 < rows.size() || last_line_end) text += crlf ? "\r\n" : "\n";
    }
    CHECK(rows_of(text) == rows);
  }
}

TEST_CASE("csv: numbers") {
  CHECK((*one_row("13")).as<std::int64_t>() == 13);
  CHECK((*one_row("-9223372036854775808")).as<std::int64_t>() == INT64_MIN);
  CHECK((*one_row("255")).as<std::uint8_t>() == 255);
  CHECK((*one_row("-128")).as<std::int8_t>() == -128);
  CHECK((*one_row("0.041732933")).as<float>() == 0.041732933f);
  CHECK((*one_row("1e-400")).as<double>() == 0);
  CHECK((*one_row("-1e-60")).as<float>() == 0);
  CHECK(std::signbit((*one_row("-1e-60")).as<float>()));
  CHECK((*one_row("")).as<std::optional<std::int64_t>>() == std::nullopt);
  CHECK((*one_row("7")).as<std::optional<std::int64_t>>() == 7);
  CHECK((*one_row("x y")).as<std::string>() == "x y");
  CHECK((*one_row("True")).as<bool>());
  CHECK_FALSE((*one_row("0")).as<bool>());

  auto const fails = [](std::string const& text, auto as) {
    one_row const row(text);
    auto const r = (*row).try_as<decltype(as)>();
    REQUIRE_FALSE(r.has_value());
    CHECK(r.error().field == "a");
    return r.error().to_string();
  };
  std::string const at = "t.csv, line 2, column 1 (a): ", end = " [bulkwriter.invalid_number]";
  CHECK(fails("1l00", std::int64_t()) == at + "'1l00' is not an integer" + end);
  CHECK(fails("13.0", std::int64_t()) == at + "'13.0' is not an integer" + end);
  CHECK(fails(" 13", std::int64_t()) == at + "' 13' is not an integer" + end);
  CHECK(fails("+13", std::int64_t()) == at + "'+13' is not an integer" + end);
  CHECK(fails("", std::int64_t()) == at + "an empty cell where an integer is due" + end);
  CHECK(fails("9223372036854775808", std::int64_t()) == at + "'9223372036854775808' does not fit 64 bits" + end);
  CHECK(fails("128", std::int8_t()) == at + "'128' does not fit 8 bits" + end);
  CHECK(fails("-1", std::uint16_t()) == at + "'-1' is not an integer" + end);
  CHECK(fails("0.1x", float()) == at + "'0.1x' is not a finite number" + end);
  CHECK(fails("\"1,5\"", float()) == at + "'1,5' is not a finite number" + end);
  CHECK(fails("nan", double()) == at + "'nan' is not a finite number" + end);
  CHECK(fails("1e39", float()) == at + "'1e39' is too large for 32-bit floats" + end);
  CHECK(fails("x", std::optional<int>()) == at + "'x' is not an integer" + end);
  CHECK(fails("yes", bool()) == at + "'yes' is neither true nor false [bulkwriter.wrong_type]");
  CHECK(fails("\"a\nb\tc\"", int()) == at + "'a\\nb\\x09c' is not an integer" + end);
  CHECK(fails(std::string(39, 'z') + "ü", int()) == at + "'" + std::string(39, 'z') + "…' is not an integer" + end);
}

TEST_CASE("csv: lists of numbers") {
  CHECK((*one_row(quote("[0.25, -1e-3,3 , 4]"))).as<std::vector<float>>() == std::vector{0.25f, -1e-3f, 3.f, 4.f});
  CHECK((*one_row(quote(" [ 1,\n2 ] "))).as<std::array<double, 2>>() == std::array{1., 2.});
  CHECK((*one_row("[]")).as<std::vector<float>>().empty());
  CHECK((*one_row("[ ]")).as<std::vector<float>>().empty());

  auto const fails = [](std::string const& text) {
    one_row const row(quote(text));
    std::array<float, 3> out = {};
    auto const r = (*row).try_read_vector(out);
    REQUIRE_FALSE(r);
    return r.error().to_string();
  };
  std::string const at = "t.csv, line 2, column 1 (a): ", end = " [bulkwriter.invalid_number]";
  CHECK(fails("[1, 2]") == at + "a list of 2 numbers where dim is 3 [bulkwriter.wrong_dim]");
  CHECK(fails("[1,2,3,4,5]") == at + "a list of 5 numbers where dim is 3 [bulkwriter.wrong_dim]");
  CHECK(fails("[]") == at + "a list of 0 numbers where dim is 3 [bulkwriter.wrong_dim]");
  CHECK(fails("[1, 2x, 3]") == at + "element [1]: '2x' is not a finite number" + end);
  CHECK(fails("[1, , 3]") == at + "element [1]: '' is not a finite number" + end);
  CHECK(fails("[1, 2, ]") == at + "element [2]: '' is not a finite number" + end);
  CHECK(fails("[1, nan, 3]") == at + "element [1]: 'nan' is not a finite number" + end);
  CHECK(fails("[1, 2, 3e99]") == at + "element [2]: '3e99' is too large" + end);
  CHECK(fails("[1, 2 3]") == at + "element [1]: '2 3' is not a finite number" + end);
  CHECK(fails("[1, 2, 3") == at + "the list does not end with ']' after 3 elements" + end);
  CHECK(fails("1, 2, 3]") == at + "'1, 2, 3]' is not a list of numbers: it does not begin with '['" + end);
  CHECK(fails("[1, 2, 3]4") == at + "'4' stands behind the list's ']'" + end);
  CHECK(fails("") == at + "an empty cell where a list of numbers is due" + end);
}

TEST_CASE("csv: every float comes back from its shortest text, whatever the locale") {
  std::string const before = std::setlocale(LC_ALL, nullptr);
  std::setlocale(LC_ALL, "de_DE.UTF-8");  // where it is installed
  std::mt19937 random(7);
  std::vector<float> values(20'000);
  std::string list = "[";
  for (float& v : values) {
    do {
      v = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    } while (!std::isfinite(v));
    char text[32];
    list.append(list.size() > 1 ? ", " : "").append(text, std::to_chars(text, text + sizeof text, v).ptr);
  }
  std::vector<float> const back = (*one_row(quote(list + "]"))).as<std::vector<float>>();
  std::setlocale(LC_ALL, before.c_str());
  REQUIRE(back.size() == values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    REQUIRE(std::bit_cast<std::uint32_t>(back[i]) == std::bit_cast<std::uint32_t>(values[i]));
}

TEST_CASE("csv: messages are UTF-8 and short, whatever the file holds") {
  bw::csv_reader broken(pieces("a\x88\n\"\n", 1), {.name = "t.csv"});
  CHECK(broken.try_next().error().message ==
        "t.csv, line 2, column 1 ('a\\x88'): the quote that opens this cell is never closed");
  bw::csv_reader long_name(pieces(std::string(1000, 'n') + "\n\"\n", 100), {.name = "t.csv"});
  CHECK(long_name.try_next().error().message.size() < 200);
  CHECK(bw::input::quoted("\xff\xc3\xa9\xc3 \xf0\x9f\x98\n") == "'\\xff\xc3\xa9\\xc3 \\xf0\\x9f\\x98\\n'");
}

TEST_CASE("csv: number_columns refuse text and let empty cells pass") {
  bw::csv_reader reader(pieces("t,n\nx,1\ny,\nz,1l\nz,0x1\nv,2.5\n", 3),
                        {.name = "t.csv", .number_columns = {"n", "no such"}});
  CHECK(reader.next());
  CHECK(reader.next());
  CHECK_THROWS_WITH_AS(reader.next(), "t.csv, line 4, column 3 (n): '1l' is not a number [bulkwriter.invalid_number]",
                       bw::error);
  CHECK_THROWS_AS(reader.next(), bw::error);
  CHECK(reader.next());
  CHECK(reader.in_row({.code = bw::errc::varchar_too_long, .message = "row 3, field 't': too long"}).to_string() ==
        "t.csv, line 6: row 3, field 't': too long [bulkwriter.varchar_too_long]");
  CHECK(reader["n"].text() == "2.5");
  CHECK_FALSE(reader.next());
  CHECK_THROWS_WITH_AS(reader["m"],
                       "t.csv, line 1, column 1: the header has no column 'm', only 't', 'n' [bulkwriter.invalid_csv]",
                       bw::error);
}

TEST_CASE("csv: the other columns as a JSON object") {
  bw::csv_reader reader(pieces(
      "id,s,n,f,b,e,z,big,q\n1,\"say \"\"hi\"\"\n\tü\\\x01\",1100,-2.5e3,true,,007,123456789012345678901,\"18\"\n"
      "2,,,,,,,,\n",
      1));
  auto const others = reader.columns_except({"id", "absent"});
  CHECK(others.size() == 8);
  REQUIRE(reader.next());
  CHECK(
      reader.json_object(others) ==
      R"({"s":"say \"hi\"\n\tü\\\u0001","n":1100,"f":-2.5e3,"b":true,"z":"007","big":"123456789012345678901","q":"18"})");
  REQUIRE(reader.next());
  CHECK(reader.json_object(others) == "{}");
}

TEST_CASE("text: JSON numbers") {
  for (char const* const yes : {"0", "-0", "10", "1.5", "-0.25e-7", "1E+2", "18446744073709551615", "1e-999"}) {
    CAPTURE(yes);
    CHECK(bw::input::is_json_number(yes));
  }
  for (char const* const no : {"", "-", "+1", "01", ".5", "1.", "1e", "1e+", " 1", "1 ", "0x1", "nan", "1e999", "1.5.1",
                               "1_000", "18446744073709551616"}) {
    CAPTURE(no);
    CHECK_FALSE(bw::input::is_json_number(no));
  }
}

TEST_CASE("csv: files") {
  CHECK_THROWS_WITH_AS(bw::csv_reader("/nonexistent/a.csv"),
                       "cannot open '/nonexistent/a.csv': No such file or directory [bulkwriter.io_error]", bw::error);
  auto const folder = bw::csv_reader::try_open(std::filesystem::temp_directory_path().string());
  REQUIRE_FALSE(folder);
  CHECK(folder.error().code == bw::errc::io_error);

  auto const path =
      std::filesystem::temp_directory_path() / ("bulkwriter_csv_" + std::to_string(std::random_device()()) + ".csv");
  std::ofstream(path, std::ios::binary) << "a,b\n1,\"2\n";
  auto reader = bw::csv_reader::try_open(path.string());
  REQUIRE(reader);
  auto const row = reader->try_next();
  std::filesystem::remove(path);
  REQUIRE_FALSE(row.has_value());
  CHECK(row.error().message.starts_with(path.string() + ", line 2, column 3 (b): "));
}

namespace {

// Every row as json_object has it, or the error.
std::vector<std::string> objects_of(std::string const& text, bw::csv_options options = {}, std::size_t step = 7) {
  options.name = "t.csv";
  bw::csv_reader reader(pieces(text, step), options);
  std::vector<std::size_t> const all = reader.columns_except({});
  std::vector<std::string> out;
  while (reader.next()) {
    auto object = reader.try_json_object(all);
    out.push_back(object ? *object : object.error().to_string());
  }
  return out;
}

using lines = std::vector<std::string>;

}  // namespace

TEST_CASE("csv: a cell in quotes is text, whatever it holds; what is null the nullkey says") {
  auto const nulls = [](std::string const& row, bw::csv_options options) {
    bw::csv_reader reader(pieces("a,b,c,d\n" + row + '\n', 1), std::move(options));
    REQUIRE(reader.next());
    std::vector<bool> out;
    for (bw::text_cell const& c : reader.texts()) out.push_back(c.is_null);
    for (std::size_t i = 0; i < 4; ++i) CHECK(reader[i].is_null() == out[i]);
    return out;
  };
  using flags = std::vector<bool>;
  CHECK(nulls(R"(,"",x,"x")", {}) == flags{true, false, false, false});
  CHECK(nulls(R"(,"",x,"x")", {.quoted_nulls = true}) == flags{true, true, false, false});
  CHECK(nulls(R"(,"",NULL,"NULL")", {.nullkey = "NULL"}) == flags{false, false, true, false});
  CHECK(nulls(R"(,"",NULL,"NULL")", {.nullkey = "NULL", .quoted_nulls = true}) == flags{false, false, true, true});
  CHECK(nulls(R"(\N,"\N",\n,\\N)", {.nullkey = "\\N"}) == flags{true, false, false, false});

  bw::csv_reader reader(pieces("a,b\n\"\",\n", 1), {.name = "t.csv"});
  REQUIRE(reader.next());
  CHECK(reader["a"].as<std::optional<std::string>>() == "");
  CHECK(reader["b"].as<std::optional<std::string>>() == std::nullopt);
  CHECK(reader["a"].try_as<std::optional<int>>().error().code == bw::errc::invalid_number);
}

TEST_CASE("csv: an undeclared column has one type, which the cells at the beginning decide") {
  CHECK(objects_of("zip,n,b,q,e\n90210,1,true,\"1\",\n01569,-2.5e3,false,2,\n") ==
        lines{R"({"zip":"90210","n":1,"b":true,"q":"1"})", R"({"zip":"01569","n":-2.5e3,"b":false,"q":"2"})"});
  for (char const* const other :
       {"01", "+1", "1.", ".5", "1e400", "nan", "Infinity", "0x10", " 1", "1 ", "1_000", "18446744073709551616", "\"1\"",
        "True", "TRUE", "true", "-", "1,5", "\"1,5\""}) {
    CAPTURE(other);
    auto const got = objects_of(std::string("a;b\n1;x\n") + other + ";y\n", {.separator = ';'});
    CHECK(got.front() == R"({"a":"1","b":"x"})");
  }
  for (char const* const number : {"-0", "0.5", "1E+2", "9007199254740993", "18446744073709551615", "-9223372036854775808"}) {
    CAPTURE(number);
    CHECK(objects_of(std::string("a,b\n1,x\n") + number + ",y\n").front() == R"({"a":1,"b":"x"})");
  }
  // numbers and booleans are text together, as is a quote in any cell of the sample; line ends in quotes are no rows
  CHECK(objects_of("a,b\n1,\"x\n\"\ntrue,\"y,\"\"\n\"\n") ==
        lines{R"({"a":"1","b":"x\n"})", R"({"a":"true","b":"y,\"\n"})"});
}

TEST_CASE("csv: a cell behind the sample that is none of the type is an error, never another type") {
  std::string const file = "zip,flag\n90210,true\n10001,false\n01569,true\n\"5\",maybe\n,\n7,true\n";
  std::string const rule = " and this undeclared column is one of numbers; the option column_types says what a column is "
                           "[bulkwriter.invalid_number]";
  bw::csv_options options{.sample_size = 12};
  lines const got = objects_of(file, options);
  CHECK(got == lines{R"({"zip":90210,"flag":true})", R"({"zip":10001,"flag":false})",
                     "t.csv, line 4, column 1 (zip): '01569' is not a number as JSON has it, of 64 bits," + rule,
                     "t.csv, line 5, column 1 (zip): '5' is text, since it is in quotes," + rule, "{}",
                     R"({"zip":7,"flag":true})"});
  CHECK(objects_of(file, options, 1) == got);
  options.column_types = {{"zip", bw::column_type::text}};
  CHECK(objects_of(file, options)[3] ==
        "t.csv, line 5, column 5 (flag): 'maybe' is neither true nor false, and this undeclared column is one of booleans; "
        "the option column_types says what a column is [bulkwriter.wrong_type]");
  // whoever says what a column is means the cells in quotes, too
  std::string const quoted = "n,m,b,t\n\"1\",\"2.5\",\"true\",\"0\"\n\"\",\"\",\"\",\"\"\n1,\"x\",true,t\n1,1,\"x\",t\n";
  CHECK(objects_of(quoted, {.number_columns = {"n"},
                            .column_types = {{"m", bw::column_type::number}, {"b", bw::column_type::boolean}}}) ==
        lines{R"({"n":1,"m":2.5,"b":true,"t":"0"})", R"({"t":""})",
              "t.csv, line 4, column 3 (m): 'x' is not a number as JSON has it, of 64 bits," + rule,
              "t.csv, line 5, column 5 (b): 'x' is neither true nor false, and this undeclared column is one of booleans; "
              "the option column_types says what a column is [bulkwriter.wrong_type]"});
  CHECK(failure_of("n\n\"x\"\n", {.number_columns = {"n"}}) == "t.csv, line 2, column 1 (n): 'x' is not a number [bulkwriter.invalid_number]");
  CHECK(objects_of("n\n\"1\"\n", {.other_columns = bw::column_type::number}) == lines{R"({"n":1})"});
  options.other_columns = bw::column_type::each_cell;
  CHECK(objects_of(file, options) ==
        lines{R"({"zip":"90210","flag":true})", R"({"zip":"10001","flag":false})", R"({"zip":"01569","flag":true})",
              R"({"zip":"5","flag":"maybe"})", "{}", R"({"zip":"7","flag":true})"});
  CHECK(objects_of("a,b\n,x\n,y\n5,z\nq,z\n", {.sample_size = 6})[2] == R"({"a":5,"b":"z"})");  // the first decides
  CHECK(objects_of("a,b\n,x\n,y\n5,z\nq,z\n", {.sample_size = 6})[3].starts_with("t.csv, line 5, column 1 (a): 'q' is"));
  CHECK(failure_of("a,b\n", {.column_types = {{"z", bw::column_type::text}}}) ==
        "t.csv, line 1, column 1: the header has no column 'z', only 'a', 'b' (option column_types) "
        "[bulkwriter.invalid_option]");
}

TEST_CASE("csv: rows that were read before a source fails are not lost to the sample") {
  int calls = 0;
  bw::csv_reader reader(bw::text_source([&calls](std::span<char> out) -> bw::result<std::size_t> {
    if (++calls > 1) return bw::error_info{.code = bw::errc::io_error, .message = "disk on fire"};
    std::string_view("a,b\n1,2\n3,").copy(out.data(), 10);
    return std::size_t{10};
  }));
  REQUIRE(reader.next());
  CHECK(reader["b"].text() == "2");
  CHECK_THROWS_WITH_AS(reader.next(), "disk on fire [bulkwriter.io_error]", bw::error);
}

TEST_CASE("csv: columns in line 1 do not count the byte order mark") {
  CHECK(failure_of("\xEF\xBB\xBF"
                   "a,bc,a\n") == "t.csv, line 1, column 6: the header names 'a' twice [bulkwriter.invalid_csv]");
  CHECK(failure_of("\xEF\xBB\xBF"
                   "a,b\"\n") ==
        "t.csv, line 1, column 4: a quote inside a cell that does not begin with one [bulkwriter.invalid_csv]");
}

TEST_CASE("csv: what the columns are for; errors name the place in the header") {
  bw::field_info const fields[] = {{.name = "id", .type = bw::kind::int64, .is_primary = true},
                                   {.name = "t", .type = bw::kind::varchar, .max_length = 9, .nullable = true}};
  auto const failed = [&](std::string const& header, char separator = ',') {
    bw::csv_reader const reader(pieces(header + "\n", 1), {.separator = separator, .name = "t.csv"});
    auto const made = reader.try_columns_for(fields);
    return made ? std::string() : made.error().to_string();
  };
  CHECK(failed("t,id") == "");
  CHECK(failed("id,t,x") == "t.csv, line 1, column 6: column 'x': the schema has no field of this name, and no dynamic "
                            "field to take it [bulkwriter.unknown_field]");
  CHECK(failed("t") == "t.csv, line 1: column 'id': there is none, and the field is neither nullable nor has a "
                       "default_value [bulkwriter.null_not_allowed]");
  CHECK(failed("id;t").find("; ';' separates the cells, it seems, where the option separator says ','") != std::string::npos);
  CHECK(failed("id\tt").find("; tabs separate the cells, it seems, where the option separator says ','") != std::string::npos);
  CHECK(failed("id|t").find("; '|' separates the cells") != std::string::npos);
  CHECK(failed("id,t", '\t').find("; ',' separates the cells, it seems, where the option separator says tabs") !=
        std::string::npos);
  CHECK(failure_of("id;t\n", {.required_columns = {"id"}}).find("; ';' separates") != std::string::npos);
  CHECK(failure_of("id;\"t\"\n").find("; ';' separates") != std::string::npos);
  CHECK(failure_of("id,t\n1;x\n").find("; ';' separates") != std::string::npos);
}

TEST_CASE("csv: a row of an error is the reader's") {
  bw::csv_reader reader(pieces("n,t\n1,a\nx,b\n2,c\n", 1), {.name = "t.csv", .number_columns = {"n"}});
  REQUIRE(reader.next());
  CHECK_FALSE(reader.try_next().has_value());  // never reaches a writer
  REQUIRE(reader.next());
  bw::error_info const said =
      reader.in_row({.code = bw::errc::varchar_too_long, .message = "row 1, field 't': too long", .row = 1, .field = "t"});
  CHECK(said.message == "t.csv, line 4, column 3: row 2, field 't': too long");
  CHECK(said.row == 2);
  CHECK(reader.in_row({.code = bw::errc::io_error, .message = "rows 1 to 1 are lost"}).message ==
        "t.csv, line 4: rows 1 to 1 are lost");
}

TEST_CASE("csv: files of other formats are named") {
  using namespace std::string_literals;
  std::pair<std::string, std::string> const known[] = {
      {"\x1f\x8b\x08"s, "gzip"}, {"\x28\xb5\x2f\xfd"s, "zstd"}, {"BZh91AY&SY\x01"s, "bzip2"},
      {"\xfd" "7zXZ\0\0"s, "xz"}, {"PK\x03\x04\x14"s, "Excel"}, {"PAR1\x15\x04"s, "Parquet"},
      {"ARROW1\0\0"s, "Arrow"}, {"\x93NUMPY\x01\0"s, "NumPy"}, {"\xff\xfe" "a\0"s, "UTF-16"},
      {"\xff\xfe\0\0"s, "UTF-32"}, {"i\0d\0,\0v\0\n\0"s, "UTF-16"}, {"\0i\0d\0,\0v"s, "UTF-16"},
      {"i\0\0\0d\0\0\0,\0\0\0"s, "UTF-32"}, {"SQLite format 3\0"s, "SQLite"}, {"%PDF-1.7\n"s, "PDF"},
      {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"s, "xls"}};
  for (auto const& [bytes, name] : known) {
    CAPTURE(name);
    auto const said = failure_of(bytes);
    CHECK(said.starts_with("t.csv, line 1, column 1: the "));
    CHECK(said.find(name) != std::string::npos);
  }
  for (char const* const text : {"PAR1,id\n", "ORC\n", "BZh,PK\n", "FEA1\tx\n", "Obj,DUCK\n", "12345678DUCK\n"})
    CHECK(rows_of(text).size() == 1);
}
