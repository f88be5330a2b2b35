#include <bulkwriter/row/text.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>

namespace detail = bulkwriter::detail;

TEST_CASE("well-formed UTF-8 is accepted, everything else is found at its first byte") {
  std::size_t const none = std::string_view::npos;
  for (std::string_view good : {"", "plain ascii, longer than eight bytes", "é", "€", "\xf0\x9f\x98\x80",
                                "\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf", "12345678é"})
    CHECK(detail::find_utf8_fault(good) == none);
  CHECK(detail::find_utf8_fault(std::string_view("a\0b", 3)) == none);

  struct {
    std::string_view text;
    std::size_t at;
  } const bad[] = {
      {"\x80", 0},      // a tail alone
      {"abc\xc3", 3},   // cut off
      {"\xc0\xaf", 0},  // overlong
      {"\xc1\xbf", 0},
      {"\xe0\x9f\xbf", 0},      // overlong
      {"\xed\xa0\x80", 0},      // surrogate
      {"\xf0\x8f\xbf\xbf", 0},  // overlong
      {"\xf4\x90\x80\x80", 0},  // above U+10FFFF
      {"\xf5\x80\x80\x80", 0},
      {"12345678\xff", 8},
      {"1234567\xe2\x82", 7},
      {"é\xe2\x28\xa1", 2},
  };
  for (auto const& b : bad) CHECK_MESSAGE(detail::find_utf8_fault(b.text) == b.at, std::string(b.text));
}

TEST_CASE("JSON is accepted as RFC 8259 has it") {
  for (std::string_view good : {"0", "-0", "-1.5e+3", "1E30", "true", "null", " [ ] ", "{}", "[1,2,[3,{\"a\":null}]]",
                                "\"\\u00e9\\ud83d\\ude00\\n\"", "{\"a\":{\"b\":[1,{}]},\"c\":\"\"}", "1e-400",
                                "0.000001e-320", "1e-99999999999999999999", "0e999", "\t\r\n1\n"})
    CHECK_MESSAGE(!detail::find_json_fault(good), std::string(good));
}

TEST_CASE("what is not JSON is found where it begins to be none") {
  struct {
    std::string_view text;
    std::size_t at;
  } const bad[] = {
      {"", 0},
      {"nul", 0},
      {"[1,]", 3},
      {"[1 2]", 3},
      {"{\"a\" 1}", 5},
      {"{\"a\":}", 5},
      {"{a:1}", 1},
      {"{\"a\":1,}", 7},
      {"[1", 2},
      {"\"abc", 4},
      {"\"\x01\"", 1},
      {"\"\\x\"", 1},
      {"01", 1},
      {"1.", 2},
      {".5", 0},
      {"-", 1},
      {"1e", 2},
      {"1 2", 2},
      {"NaN", 0},
      {"Infinity", 0},
      {"1e999", 0},
      {"223456789e300", 0},
      {"0.0001e400", 0},
      {"1e99999999999999999999", 0},
      {"[-1e999]", 1},
      {"\"\\ud800\"", 1},
      {"\"\\ude00\"", 1},
      {"\"\\u12g4\"", 1},
      {"'a'", 0},
      {"{\"a\":1}}", 7},
      {"\"\xff\"", 1},
      {"[}", 1},
      {"+1", 0},
  };
  for (auto const& b : bad) {
    auto const fault = detail::find_json_fault(b.text);
    REQUIRE_MESSAGE(fault, std::string(b.text));
    CHECK_MESSAGE(fault->offset == b.at, std::string(b.text), ": ", fault->what);
  }
  CHECK_FALSE(detail::find_json_fault(std::string(1024, '[') + std::string(1024, ']')));
  CHECK(detail::find_json_fault(std::string(1025, '[') + std::string(1025, ']')));
}

TEST_CASE("an object gives its top-level keys, unescaped") {
  std::vector<std::string> keys;
  CHECK_FALSE(
      detail::find_json_object_fault(R"( {"a":{"inner":1},"\u0062\n":2,"\ud83d\ude00":[{"x":1}],"a":3} )", keys));
  CHECK(keys == std::vector<std::string>{"a", "b\n", "\xf0\x9f\x98\x80", "a"});
  CHECK_FALSE(detail::find_json_object_fault("{}", keys));
  CHECK(keys.empty());
  CHECK(detail::find_json_object_fault("[]", keys));
  CHECK(detail::find_json_object_fault("{} x", keys));
}

TEST_CASE("strings are escaped as little as JSON allows") {
  std::string out;
  detail::append_json_string(out, std::string_view("a\"b\\c\n\r\t\b\f\x01\x1f\0é/", 16));
  CHECK(out == "\"a\\\"b\\\\c\\n\\r\\t\\b\\f\\u0001\\u001f\\u0000é/\"");
  CHECK_FALSE(detail::find_json_fault(out));
}

// With the decimal point of the program's locale.
static std::string as_strtod_reads_it(std::string text) {
  std::replace(text.begin(), text.end(), '.', *std::localeconv()->decimal_point);
  return text;
}

TEST_CASE("numbers read back as they were") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    auto const bits = random();
    double d;
    float f;
    auto const half = static_cast<std::uint32_t>(bits);
    std::memcpy(&d, &bits, 8);
    std::memcpy(&f, &half, 4);
    std::string text;
    if (d - d == 0) {
      detail::append_json_number(text, d);
      CHECK(std::strtod(as_strtod_reads_it(text).c_str(), nullptr) == d);
      CHECK_FALSE(detail::find_json_fault(text));
    }
    if (f - f == 0) {
      text.clear();
      detail::append_json_number(text, f);
      CHECK(std::strtof(as_strtod_reads_it(text).c_str(), nullptr) == f);
      CHECK_FALSE(detail::find_json_fault(text));
    }
  }
  std::string text;
  detail::append_json_number(text, std::numeric_limits<double>::quiet_NaN());
  CHECK(detail::find_json_fault(text));
  text.clear();
  detail::append_json_number(text, std::numeric_limits<unsigned long long>::max());
  CHECK(text == "18446744073709551615");
}

TEST_CASE("inside_braces") {
  CHECK(detail::inside_braces("[1]") == std::nullopt);
  CHECK(detail::inside_braces("x{}") == std::nullopt);
  CHECK(detail::inside_braces("") == std::nullopt);
  CHECK(detail::inside_braces("{}") == "");
  CHECK(detail::inside_braces(" { } ") == "");
  CHECK(detail::inside_braces(" {\"a\": 1 }\n") == "\"a\": 1");
}
