#include <bulkwriter/input/ndjson_reader.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bw = bulkwriter;

namespace {

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

std::vector<std::string> rows_of(std::string const& text, std::size_t step) {
  bw::ndjson_reader reader(pieces(text, step));
  std::vector<std::string> rows;
  while (reader.next()) rows.emplace_back(reader.row().view());
  CHECK(reader.row_count() == rows.size());
  return rows;
}

}  // namespace

TEST_CASE("ndjson: lines, blank lines, CRLF and a byte order mark, however the bytes come") {
  for (std::size_t const step : {1u, 2u, 3u, 7u, 1000u}) {
    CHECK(rows_of("", step).empty());
    CHECK(rows_of("\n \r\n\n", step).empty());
    CHECK(rows_of("{\"a\":1}", step) == std::vector<std::string>{"{\"a\":1}"});
    CHECK(rows_of("\xEF\xBB\xBF{\"a\":1}\r\n\n  {\"b\":\"\\n\"}\n", step) ==
          std::vector<std::string>{"{\"a\":1}\r", "  {\"b\":\"\\n\"}"});
  }
  std::string many;
  std::vector<std::string> wanted;
  for (int i = 0; i < 3000; ++i) {
    wanted.push_back("{\"i\":" + std::to_string(i) + ",\"s\":\"" + std::string(static_cast<std::size_t>(i), 'x') +
                     "\"}");
    many += wanted.back() + '\n';
  }
  CHECK(rows_of(many, 100000) == wanted);
}

TEST_CASE("ndjson: errors name file, line and column, and the next line is read") {
  bw::ndjson_reader reader(
      pieces("{\"a\":1}\n{\"a\":}\n[1]\n{\"a\":1, \"a\":2}\n{\"b\": {\"c\":1}, \"\\u0061\" : 5}\n{\"a\"", 5),
      {.name = "t.ndjson"});
  CHECK(reader.next());
  CHECK(reader.try_next().error().to_string() ==
        "t.ndjson, line 2, column 6: not a JSON object: a value was expected [bulkwriter.invalid_json]");
  CHECK(reader.in_row({.code = bw::errc::out_of_range, .message = "m", .field = "a"}).message ==
        "t.ndjson, line 2, column 1: m");
  CHECK(reader.try_next().error().to_string() ==
        "t.ndjson, line 3, column 1: not a JSON object: an object was expected [bulkwriter.invalid_json]");
  CHECK(reader.try_next().error().to_string() ==
        "t.ndjson, line 4, column 13: the key 'a' appears more than once [bulkwriter.duplicate_key]");
  CHECK(reader.next());
  CHECK(reader.in_row({.code = bw::errc::out_of_range, .message = "row 4: m", .field = "a"}).to_string() ==
        "t.ndjson, line 5, column 27: row 4: m [bulkwriter.out_of_range]");
  CHECK(reader.in_row({.code = bw::errc::out_of_range, .message = "m", .field = "c"}).message ==
        "t.ndjson, line 5, column 1: m");
  CHECK(reader.try_next().error().to_string() ==
        "t.ndjson, line 6, column 5: not a JSON object: ':' was expected [bulkwriter.invalid_json]");
  CHECK_FALSE(reader.next());
}

TEST_CASE("ndjson: a line that is too long ends the reading, in bounded memory") {
  std::uint64_t given = 0;
  bw::ndjson_reader reader(
      [&](std::span<char> out) -> bw::result<std::size_t> {
        std::fill(out.begin(), out.end(), 'x');
        given += out.size();
        return out.size();
      },
      {.max_line_size = 1000, .name = "endless"});
  for (int i = 0; i < 2; ++i)
    CHECK(reader.try_next().error().to_string() ==
          "endless, line 1, column 1001: a line of more than 1000 bytes (max_line_size) [bulkwriter.invalid_json]");
  CHECK(given <= (std::uint64_t{256} << 10));
  CHECK(bw::ndjson_reader::try_open(pieces("", 1), {.max_line_size = 0}).error().code == bw::errc::invalid_option);
  CHECK(bw::ndjson_reader::try_open("/no/such.ndjson").error().code == bw::errc::io_error);
}

TEST_CASE("ndjson: a line of exactly max_line_size is one, a byte more is too many") {
  std::string const line = R"({"a":12345})";
  for (std::string const end : {"", "\n"})
    for (std::size_t const step : {std::size_t(1), std::size_t(5), std::size_t(-1)}) {
      bw::ndjson_reader fits(pieces(line + "\n" + line + end, step), {.max_line_size = line.size()});
      CHECK(fits.next());
      CHECK(fits.next());
      CHECK_FALSE(fits.next());
      bw::ndjson_reader over(pieces(line + end, step), {.max_line_size = line.size() - 1, .name = "t"});
      CHECK(over.try_next().error().message == "t, line 1, column 11: a line of more than 10 bytes (max_line_size)");
    }
}

TEST_CASE("ndjson: what is no number in a list is named by its place and text") {
  auto const failure = [](std::string const& text) {
    bw::ndjson_reader reader(pieces(text, 3), {.name = "t"});
    return reader.try_next().error().message;
  };
  CHECK(failure(R"({"v":[1, -Infinity]})") ==
        "t, line 1, column 11: not a JSON object: 'v': element [1]: '-Infinity' is not a finite number");
  CHECK(failure(R"({"a":"[{\"","s":[{"v":[1,NaN]}]})") ==
        "t, line 1, column 26: not a JSON object: 's': element [0]: 'v': element [1]: 'NaN' is not a finite number");
  CHECK(failure(R"({"x": nan, "y":1})") == "t, line 1, column 7: not a JSON object: 'x': 'nan' is not a finite number");
  CHECK(failure(R"({"v":[1,,2]})") == "t, line 1, column 9: not a JSON object: 'v': element [1]: '': a value was expected");
  CHECK(failure(R"({"v":[01]})") == "t, line 1, column 8: not a JSON object: 'v': element [0]: '01': ',' or ']' was expected");
  CHECK(failure("[\n{\"a\":1}\n]\n").ends_with("; the file is a JSON array, where each line is an object of its own (NDJSON)"));
  CHECK(failure("{\n\"a\":1\n}\n").find("; the object goes on in the next line, where each") != std::string::npos);
  std::string tar(512, '\0');  // which begins with a file's name
  tar.replace(0, 5, "t.csv").replace(257, 5, "ustar");
  CHECK(failure(tar) == "t, line 1, column 1: the file is a tar archive; unpack it first");
  std::string const at_the_same_place = "{\"t\":\"" + std::string(251, 'x') + "ustar\"}";
  CHECK(at_the_same_place.find("ustar") == 257);
  CHECK(bw::ndjson_reader(pieces(at_the_same_place, 7)).next());
  CHECK(failure("\x1f\x8b\x08") == "t, line 1, column 1: the file is compressed with gzip; decompress it first");
}
