#include <bulkwriter/text/json.hpp>

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
                                "0.000001e-320", "1e-99999999999999999999", "0e999", "\t\r\n1\n",
                                "\" \x7f\"", "\"\\ud800\\udc00\\udbff\\udfff\\ud7ff\\ue000\""})
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
      {"\"\\udc00\\udc00\"", 1},
      {"\"\\ud800\\ud800\"", 1},
      {"\"\\ud800\\ue000\"", 1},
      {"\"\\ud800\\udbff\"", 1},
      {"\"\\ud83d\\n\"", 1},
      {"\"\\ud83d\\u0041\"", 1},
      {"\"\\ud83d\\ude00\\ude00\"", 13},
      {"\"\x1f\"", 1},
      {std::string_view("\"\0\"", 3), 1},
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

TEST_CASE("a key that its object has twice is found at every depth, however it is spelled") {
  struct {
    std::string_view text, key, object, top;
    std::size_t at;  // of the second value
  } const bad[] = {
      {R"({"a":1,"b":2,"a" : 3})", "a", "", "a", 19},
      {R"({"a":1,"\u0061":2})", "a", "", "a", 16},
      {R"({"\u0061":1,"a":2})", "a", "", "a", 16},
      {R"({"\u00e9":1,"é":2})", "é", "", "é", 17},
      {R"({"\ud83d\ude00":1,"😀":2})", "😀", "", "😀", 25},
      {R"({"\/":1,"/":2})", "/", "", "/", 12},
      {R"({"":1,"":2})", "", "", "", 9},
      {R"({"x":{"a":1,"a":2},"x":3})", "a", "x", "x", 16},
      {R"({"x":[[],0,{"y":{"a":1,"b":{"a":1},"a":2}}]})", "a", "x[2].y", "x", 39},
      {R"([{"a":1},{"a":1,"a":2}])", "a", "[1]", "[1]", 20},
      {R"({"\u0078":{"\u0062":1,"b":2}})", "b", "x", "x", 26},
      // of several the first that is complete
      {R"({"x":{"c":1,"b":1,"a":1,"b":2,"a":2,"c":2}})", "b", "x", "x", 28},
      {R"({"x":1,"x":{"a":1,"a":2}})", "a", "x", "x", 22},
  };
  for (auto const& b : bad) {
    auto const fault = detail::find_json_fault(b.text);
    REQUIRE_MESSAGE(fault, std::string(b.text));
    CHECK_MESSAGE(fault->offset == b.at, std::string(b.text));
    CHECK(fault->code() == bulkwriter::errc::duplicate_key);
    REQUIRE(fault->key);
    CHECK(*fault->key == b.key);
    CHECK(fault->object == b.object);
    CHECK(fault->top_key == b.top);
  }
  for (std::string_view good :
       {R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}],"A":1,"a\u0000":2})", R"([{"a":1},{"a":2},"a","a"])",
        R"({"ab":1,"a":{"b":1},"b":2,"":{"":{}}})", R"({"é":1,"e\u0301":2})"})
    CHECK_MESSAGE(!detail::find_json_fault(good), std::string(good));
  auto const fault = detail::find_json_fault(R"({"x":[{"\u001b[31m":1,"\u001b[31m":2}]})");
  REQUIRE(fault);
  CHECK(fault->rule("not JSON").find('\x1b') == std::string::npos);
  CHECK(fault->rule("not JSON").ends_with("appears more than once in 'x[0]'"));
  // all else has to be right before a key is looked at
  for (char const* const text : {R"({"a":1,"a":2)", R"({"a":1,"a":2}})", R"([{"a":1,"a":2},01])", R"([{"a":1,"a":2})"}) {
    auto const other = detail::find_json_fault(text);
    REQUIRE(other);
    CHECK(other->code() == bulkwriter::errc::invalid_json);
  }
  CHECK(detail::find_json_fault("{\"a\":1,\"a\":}")->rule("not JSON") == "not JSON: a value was expected at byte 11");
}

// Quadratic work on these takes hours, memory without bound or a stack frame a level ends the program.
TEST_CASE("keys of hostile objects are compared in time that grows with the text") {
  std::string wide = "{", nested, open;
  for (int i = 0; i < 300'000; ++i) wide += (i == 0 ? "\"k" : ",\"\\u006b") + std::to_string(i) + "\":1";
  CHECK_FALSE(detail::find_json_fault(wide + "}"));
  auto const last = detail::find_json_fault(wide + ",\"k0\":1}");
  REQUIRE(last);
  CHECK(last->key == "k0");
  // a thousand levels, each with its own keys and the same as all others
  for (int i = 0; i < 1000; ++i) nested += "{\"a\":1,\"b\":[],\"c\":";
  CHECK_FALSE(detail::find_json_fault(nested + "1" + std::string(1000, '}')));
  auto const deep = detail::find_json_fault(nested + "{\"z\":1,\"z\":2}" + std::string(1000, '}'));
  REQUIRE(deep);
  CHECK(deep->object.size() == 2 * 1000 - 1);
  CHECK(deep->rule("").size() < 400);
  // long keys that differ in their last byte only
  std::string const prefix(1000, 'p');
  std::string alike = "{";
  for (int i = 0; i < 3000; ++i) alike += (i == 0 ? "\"" : ",\"") + prefix + std::to_string(i) + "\":1";
  CHECK_FALSE(detail::find_json_fault(alike + "}"));
}

TEST_CASE("an object gives its top-level keys, unescaped") {
  std::vector<std::string> keys;
  CHECK_FALSE(
      detail::find_json_object_fault(R"( {"a":{"inner":1},"\u0062\n":2,"\ud83d\ude00":[{"x":1}],"c":3} )", keys));
  CHECK(keys == std::vector<std::string>{"a", "b\n", "\xf0\x9f\x98\x80", "c"});
  CHECK(detail::find_json_object_fault(R"({"a":1,"a":2})", keys));
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
