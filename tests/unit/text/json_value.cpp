#include "support/error_of.hpp"

#include <bulkwriter/text/json_value.hpp>
#include <bulkwriter/text/json_writer.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

namespace detail = bulkwriter::detail;
using bulkwriter::errc;
using detail::json_type;

TEST_CASE("json_value: a document as a tree, numbers as they stand") {
  std::string const text =
      " {\"rows\": 12345678901234567890,\n  \"a\\u00e9\\n\" : [1, -2.50e+3 , true,false,null, "
      "\"\\ud83d\\ude00/\\/\" ,{},[ ]]} ";
  auto const got = detail::try_read_json(text);
  REQUIRE(got.has_value());
  REQUIRE(got->is(json_type::object));
  REQUIRE(got->elements.size() == 2);
  CHECK(got->offset == 1);
  CHECK(got->find("rows") == &got->elements[0]);
  CHECK(got->find("Rows") == nullptr);
  CHECK(got->elements[0].text == "12345678901234567890");
  std::uint64_t rows = 0;
  CHECK(got->elements[0].read(rows));
  CHECK(rows == 12345678901234567890u);
  std::int64_t small = 5;
  CHECK_FALSE(got->elements[0].read(small));
  CHECK(small == 5);

  auto const& list = got->elements[1];
  CHECK(list.key == "a\xc3\xa9\n");
  CHECK(text.substr(list.key_offset, 4) == "\"a\\u");
  CHECK(list.find("") == nullptr);
  json_type const types[] = {json_type::integer, json_type::real,   json_type::boolean, json_type::boolean,
                             json_type::null,    json_type::string, json_type::object,  json_type::array};
  char const* const texts[] = {"1", "-2.50e+3", "true", "false", "null", "\xf0\x9f\x98\x80//", "", ""};
  REQUIRE(list.elements.size() == 8);
  for (std::size_t i = 0; i < 8; ++i) {
    CAPTURE(i);
    CHECK(list.elements[i].is(types[i]));
    CHECK(list.elements[i].text == texts[i]);
    CHECK(list.elements[i].is_number() == (i < 2));
    CHECK_FALSE(list.elements[i].read(small) == (i != 0));
  }
  CHECK(text.substr(list.elements[1].offset, 4) == "-2.5");
  CHECK(text.substr(list.elements[7].offset, 3) == "[ ]");
}

TEST_CASE("json_value: one value of every type is a document") {
  for (auto const& [text, type] : {std::pair{"0", json_type::integer}, {"\"\"", json_type::string},
                                   {"\tnull\r\n", json_type::null}, {"[]", json_type::array}}) {
    CAPTURE(text);
    auto const got = detail::try_read_json(text);
    REQUIRE(got.has_value());
    CHECK(got->is(type));
  }
  // As deep as the check allows.
  std::string const deep = std::string(1024, '[') + std::string(1024, ']');
  CHECK(detail::try_read_json(deep).has_value());
  CHECK_FALSE(detail::try_read_json('[' + deep + ']').has_value());
}

TEST_CASE("json_value: errors say line and column") {
  struct {
    char const* text;
    char const* message;
    errc code;
  } const bad[] = {
      {"", "line 1, column 1: not JSON: a value was expected", errc::invalid_json},
      {"{\"a\":1,\n \"b\": 01}", "line 2, column 8: not JSON: ',' or '}' was expected", errc::invalid_json},
      {"[1]\n\n]", "line 3, column 1: not JSON: text behind the value", errc::invalid_json},
      {"{\"a\":1,\n\"b\":{\"k\":1,\"k\":2}}", "line 2, column 16: the key 'k' appears more than once in 'b'",
       errc::duplicate_key},
      {"{\"a\":1,\"\\u0061\":2}", "line 1, column 17: the key 'a' appears more than once", errc::duplicate_key},
  };
  for (auto const& b : bad) {
    CAPTURE(b.text);
    auto const got = detail::try_read_json(b.text);
    REQUIRE_FALSE(got.has_value());
    CHECK(error_of(got).message == b.message);
    CHECK(error_of(got).code == b.code);
  }
}

// Expected: Python's json.dumps with separators (',', ':') and without ensure_ascii.
TEST_CASE("json_writer: commas and escapes are its business") {
  std::string text = "x=";
  detail::json_writer out(text);
  out.open('{').key("a\"b").string("{[:\\\n\x01\xc3\xa9").key("n").open('[');
  out.number(std::int64_t{-5}).number(UINT64_MAX).boolean(true).null().string("").open('[').close(']');
  out.open('{').close('}').close(']').key("raw").raw("[1, 2]").key("f").boolean(false).close('}');
  CHECK(text == "x={\"a\\\"b\":\"{[:\\\\\\n\\u0001\xc3\xa9\",\"n\":[-5,18446744073709551615,true,null,\"\",[],{}],"
                "\"raw\":[1, 2],\"f\":false}");
  CHECK(detail::try_read_json(std::string_view(text).substr(2)).has_value());
}
