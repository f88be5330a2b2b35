#include "rules.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace refusals {

namespace {

using bw::errc;
using bw::kind;
using strings = std::vector<std::string>;

std::int64_t between(generator& random, std::int64_t low, std::int64_t high) {
  return std::uniform_int_distribution<std::int64_t>(low, high)(random);
}
std::size_t size_between(generator& random, std::size_t low, std::size_t high) {
  return std::uniform_int_distribution<std::size_t>(low, high)(random);
}
template <class T>
T const& one_of(generator& random, std::vector<T> const& all) {
  return all[size_between(random, 0, all.size() - 1)];
}
std::string letters(generator& random, std::size_t size) {
  std::string out;
  while (out.size() < size) out += static_cast<char>(between(random, 'a', 'z'));
  return out;
}
std::string element_is(std::size_t at, std::string_view is) {
  return "element [" + std::to_string(at) + "] is " + std::string(is);
}
// Until there are enough, and all that `all` has.
template <class Make>
rule generate(std::string name, std::size_t count, Make const& make) {
  rule r{.name = std::move(name), .values = {}};
  for (std::size_t i = 0; i < std::max(count, fewest); ++i) r.values.push_back(make(i));
  return r;
}

// ---- types ----

// A value of every type that a cell can have.
std::vector<std::pair<bw::cell::type, value>> of_every_type(generator& random) {
  using type = bw::cell::type;
  auto const f = static_cast<float>(between(random, 1, 9));
  return {{type::boolean, {between(random, 0, 1) == 1}},
          {type::integer, {between(random, -9, 9)}},
          {type::unsigned_integer, {static_cast<std::uint64_t>(between(random, 0, 9))}},
          {type::float32, {f}},
          {type::float64, {f + 0.5}},
          {type::text, {letters(random, 5)}},
          {type::floats, {std::vector<float>(4, f)}},
          {type::halves, {std::vector<std::uint16_t>(4, std::uint16_t{0x3c00})}},
          {type::int8s, {std::vector<std::int8_t>(4, std::int8_t{7})}},
          {type::bytes, {std::vector<std::uint8_t>(2, std::uint8_t{7})}},
          {type::sparse, {value::sparse{{1, 5}, {f, f}}}},
          {type::list, {value::list{{std::int64_t{1}}, {std::int64_t{2}}}}}};
}
bool takes(kind k, bw::cell::type t) {
  using type = bw::cell::type;
  switch (k) {
    case kind::boolean: return t == type::boolean;
    case kind::int8:
    case kind::int16:
    case kind::int32:
    case kind::int64: return t == type::integer || t == type::unsigned_integer;
    case kind::float32:
    case kind::float64: return t == type::float32 || t == type::float64;
    case kind::varchar:
    case kind::text:
    case kind::json:
    case kind::geometry:
    case kind::timestamptz: return t == type::text;
    case kind::float_vector: return t == type::floats;
    case kind::float16_vector:
    case kind::bfloat16_vector: return t == type::floats || t == type::halves;
    case kind::int8_vector: return t == type::int8s;
    case kind::binary_vector: return t == type::bytes;
    case kind::sparse_float_vector: return t == type::sparse;
    case kind::array:
    case kind::struct_array: return t == type::list;
  }
  return false;
}

std::string shown(value const& v) {
  if (auto const* text = std::get_if<std::string>(&v.held)) return "'" + *text + "'";
  if (std::holds_alternative<bool>(v.held)) return std::get<bool>(v.held) ? "true" : "false";
  if (auto const* i = std::get_if<std::int64_t>(&v.held)) return std::to_string(*i);
  if (auto const* u = std::get_if<std::uint64_t>(&v.held)) return std::to_string(*u);
  return {};
}
rule wrong_cells(bw::field_info const& f, generator& random) {
  rule r{.name = "wrong type, cells", .values = {}};
  while (r.values.size() < fewest)
    for (auto& [type, v] : of_every_type(random))
      if (!takes(f.type, type)) {
        std::string const value_text = shown(v);
        r.values.push_back(
            {.what = std::move(v),
             .due = {errc::wrong_type, {"cannot be stored in " + std::string(to_string(f.type)), value_text}},
             .ways = by_cells});
      }
  return r;
}

rule wrong_json(bw::field_info const& f, generator& random) {
  kind const k = f.type;
  rule r{.name = "wrong type, JSON", .values = {}};
  bool const is_number = k == kind::float32 || k == kind::float64;
  bool const is_text = k == kind::varchar || k == kind::text || k == kind::geometry || k == kind::timestamptz;
  bool const is_list = bw::is_dense_vector(k) || k == kind::array || k == kind::struct_array;
  std::string const due = k == kind::boolean               ? "true or false"
                          : bw::is_integer(k)              ? "an integer"
                          : is_number                      ? "a number"
                          : is_text                        ? "a string"
                          : k == kind::sparse_float_vector ? "an object of indices and values"
                                                           : "an array";
  auto const push = [&](std::string text, bool is_right) {
    if (is_right) return;
    std::string const begin = text.substr(0, 4);
    r.values.push_back(
        {.what = {value::raw{std::move(text)}},
         .due = {errc::wrong_type, {begin, " where " + due}},
         .ways = by_parsed_json,
         .elsewhere = {{by_object, {errc::wrong_type, {" where " + due}}}}});  // it spells numbers its own way
  };
  while (r.values.size() < fewest && k != kind::json) {
    std::string const digits = std::to_string(between(random, 1, 99));
    push(between(random, 0, 1) == 1 ? "true" : "false", k == kind::boolean);
    push(digits, bw::is_integer(k) || is_number);
    push(digits + ".5", is_number);
    push('"' + digits + '"', is_text);
    push('[' + digits + ']', is_list);
    push("{\"1\":" + digits + '}', k == kind::sparse_float_vector);
    push("[]", is_list);
    push("{}", k == kind::sparse_float_vector);
  }
  if (bw::is_integer(k)) {  // numbers, but not integers as servers read them
    for (int i = 0; i < 4; ++i) {
      std::string const digits = std::to_string(between(random, 1, 99));
      for (std::string_view const end : {".0", "e3"})
        r.values.push_back({.what = {value::raw{digits + std::string(end)}},
                            .due = {errc::wrong_type, {digits, " where an integer is due"}},
                            .ways = by_json});
    }
    r.values.push_back({.what = {value::raw{"18446744073709551616"}},
                        .due = {errc::wrong_type, {"18446744073709551616", " where an integer is due"}},
                        .ways = by_json});
  }
  return r;
}

// Text of a table's cell that is no value of the kind.
rule wrong_texts(bw::field_info const& f, generator& random) {
  kind const k = f.type;
  rule r{.name = "wrong text", .values = {}};
  auto const push = [&](std::string text, expectation due) {
    r.values.push_back({.what = {value::raw{std::move(text)}}, .due = std::move(due), .ways = by_texts});
  };
  auto const quoted = [](std::string const& text) { return "'" + text + "'"; };
  for (int i = 0; i < 5; ++i) {
    std::string const n = std::to_string(between(random, 2, 99)), word = letters(random, 4);
    if (k == kind::boolean) {
      for (std::string const& text : strings{n, word, "-" + n, "tRUE" + word, " true"})
        push(text, {errc::wrong_type, {quoted(text), "is neither true nor false"}});
    } else if (bw::is_integer(k)) {
      for (std::string const& text : strings{n + ".0", n + "e1", word, ' ' + n, n + ' ', "0x" + n, '+' + n, "--" + n,
                                             n + ",000", n + "_0", "NaN"})
        push(text, {errc::invalid_number, {quoted(text), "is not an integer"}});
      push("1844674407370955161" + n, {errc::out_of_range, {"'1844674407370955161" + n, "does not fit 64 bits"}});
    } else if (k == kind::float32 || k == kind::float64) {
      for (std::string const& text :
           strings{word, n + ".5" + word, ' ' + n, n + ' ', n + ",5", std::string("nan"), std::string("inf"),
                   std::string("-inf"), std::string("Infinity"), "0x1p" + n})
        push(text, {errc::invalid_number, {quoted(text), "is not a finite number"}});
      for (std::string const& text : strings{n + "e400", '-' + n + "e400"})
        push(text, {errc::out_of_range, {quoted(text), "is outside the range of " + std::string(to_string(k))}});
    } else {  // JSON text
      for (std::string const& text : strings{word, '[' + n, '[' + n + ",]", n + ',' + n, '\'' + n + '\''})
        push(text, {errc::invalid_json, {'\'' + text, "is not JSON"}});
      for (std::string const& text : strings{"NaN", "-Infinity"})
        push("[" + n + "," + text + "]", {errc::not_finite, {"element [1]: '" + text + "' is not a finite number"}});
    }
  }
  return r;
}

// ---- numbers ----

rule integer_range(bw::field_info const& f, generator& random) {
  std::int64_t const low = bw::min_of(f.type), high = bw::max_of(f.type);
  std::string const range = std::to_string(low) + ".." + std::to_string(high);
  return generate("integer range", 40, [&](std::size_t i) -> bad_value {
    if (f.type == kind::int64) {
      constexpr std::uint64_t first = std::uint64_t{1} << 63;
      std::uint64_t const v = i == 0   ? first
                              : i == 1 ? std::numeric_limits<std::uint64_t>::max()
                                       : first + static_cast<std::uint64_t>(between(random, 0, high));
      return {.what = {v}, .due = {errc::out_of_range, {std::to_string(v), "is outside " + range}}};
    }
    std::int64_t const v = i == 0       ? high + 1
                           : i == 1     ? low - 1
                           : i == 2     ? std::numeric_limits<std::int64_t>::max()
                           : i == 3     ? std::numeric_limits<std::int64_t>::min()
                           : i == 4     ? high + 1 - low  // what would wrap to 0
                           : i % 2 == 0 ? between(random, high + 1, high * 100)
                                        : between(random, low * 100, low - 1);
    return {.what = {v}, .due = {errc::out_of_range, {std::to_string(v), "is outside " + range}}};
  });
}

float bad_float(generator& random, std::size_t i) {
  if (i % 3 == 0) return std::numeric_limits<float>::infinity();
  if (i % 3 == 1) return -std::numeric_limits<float>::infinity();
  auto const payload = static_cast<std::uint32_t>(between(random, 1, 0x7fffff));
  return std::bit_cast<float>(0x7f800000u | payload | (i % 2 == 0 ? 0x80000000u : 0));
}
std::string name_of(double v) { return std::isnan(v) ? "nan" : v > 0 ? "inf" : "-inf"; }

rule not_finite(bw::field_info const& f, generator& random) {
  return generate("NaN and infinity", 24, [&](std::size_t i) -> bad_value {
    float const v = bad_float(random, i);
    expectation const due{errc::not_finite, {"value " + name_of(v), "is not a finite number"}};
    if (f.type == kind::float32 && i % 2 == 0) return {.what = {v}, .due = due};
    return {.what = {double{v}}, .due = due};
  });
}
rule float32_range(generator& random) {
  return generate("range of float32", 24, [&](std::size_t) -> bad_value {
    std::string const text = std::string(between(random, 0, 1) == 1 ? "-" : "") +
                             std::to_string(between(random, 1, 9)) + "e+" + std::to_string(between(random, 39, 307));
    return {.what = {std::strtod(text.c_str(), nullptr)},
            .due = {errc::out_of_range, {text, "is outside the range of float32"}},
            .elsewhere = {{by_object, {errc::out_of_range, {"is outside the range of float32"}}}}};  // parsed roughly
  });
}

// ---- text ----

rule broken_utf8(bw::field_info const& f, generator& random) {
  using namespace std::string_literals;
  auto const byte = [&](int low, int high) { return std::string(1, static_cast<char>(between(random, low, high))); };
  std::vector<std::string> broken;
  for (int i = 0; i < 3; ++i) {
    broken.insert(broken.end(),
                  {
                      byte(0x80, 0xbf),                     // a tail without a head
                      byte(0xc0, 0xc1) + byte(0x80, 0xbf),  // ASCII in two bytes
                      byte(0xf5, 0xff),                     // no head
                      byte(0xf5, 0xf7) + byte(0x80, 0xbf) + byte(0x80, 0xbf) + byte(0x80, 0xbf),
                      byte(0xf8, 0xfb) + byte(0x80, 0xbf) + byte(0x80, 0xbf) + byte(0x80, 0xbf) + byte(0x80, 0xbf),
                      "\xe0"s + byte(0x80, 0x9f) + byte(0x80, 0xbf),  // two bytes' worth in three
                      "\xf0"s + byte(0x80, 0x8f) + byte(0x80, 0xbf) + byte(0x80, 0xbf),
                      "\xed"s + byte(0xa0, 0xaf) + byte(0x80, 0xbf),  // high and low surrogates, also as a pair
                      "\xed"s + byte(0xb0, 0xbf) + byte(0x80, 0xbf),
                      "\xed\xa0\xbd\xed\xb8\x80"s,
                      "\xf4"s + byte(0x90, 0xbf) + byte(0x80, 0xbf) + byte(0x80, 0xbf),  // beyond U+10FFFF
                      byte(0xc2, 0xdf),                                                  // cut off
                      byte(0xe1, 0xec) + byte(0x80, 0xbf),
                      byte(0xf1, 0xf3) + byte(0x80, 0xbf) + byte(0x80, 0xbf),
                      byte(0xf1, 0xf3) + byte(0x80, 0xbf),
                      byte(0xc2, 0xdf) + byte('a', 'z'),  // cut short by a letter
                      byte(0xe1, 0xec) + byte(0x80, 0xbf) + byte('a', 'z'),
                      byte(0xf1, 0xf3) + byte(0x80, 0xbf) + byte('a', 'z'),
                      byte(0xe1, 0xec) + byte(0xc2, 0xdf) + byte(0x80, 0xbf),  // cut short by another head
                  });
  }
  static std::vector<std::string> const good{"", "a", "xy", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
  return generate("UTF-8", broken.size(), [&](std::size_t i) -> bad_value {
    std::string const before = one_of(random, good);
    std::string const text = before + broken[i] + (i % 2 == 0 ? "" : "b");
    char shown_byte[8];
    std::snprintf(shown_byte, sizeof shown_byte, "0x%02x", static_cast<unsigned char>(broken[i][0]));
    expectation const due{
        errc::invalid_utf8,
        {std::string("byte ") + shown_byte, "at offset " + std::to_string(before.size()), "is not well-formed UTF-8"}};
    bad_value bad{.what = {text}, .due = due};
    if (f.type == kind::json) {
      bad.what = {'"' + text + '"'};
      bad.due = {errc::invalid_json,
                 {"not JSON", "not well-formed UTF-8 at byte " + std::to_string(before.size() + 1)}};
    }
    // no JSON text at all, so that there are no fields
    bad.elsewhere = {{by_json, {errc::invalid_json, {"not a JSON object", "not well-formed UTF-8"}, false}}};
    bad.ways = any_way & ~by_object;
    return bad;
  });
}

rule too_long(bw::field_info const& f, generator& random) {
  std::size_t const limit = f.max_length;
  static std::vector<std::string> const wide{"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
  return generate("max_length", 30, [&](std::size_t i) -> bad_value {
    std::string text;
    if (i < 10) {  // not more characters than bytes are allowed
      std::string const& character = one_of(random, wide);
      text = letters(random, limit + 1 - character.size());
      text += character;
      if (i >= 5) text.insert(0, one_of(random, wide));
    } else {
      text = letters(random, i == 10 ? limit + 1 : size_between(random, limit + 1, limit * 20));
    }
    return {.what = {text},
            .due = {errc::varchar_too_long,
                    {std::to_string(text.size()) + " bytes exceed max_length " + std::to_string(limit),
                     "'" + text.substr(0, 4)}}};
  });
}

rule not_wkt(generator& random) {
  return generate("WKT", 40, [&](std::size_t i) -> bad_value {
    std::string const a = std::to_string(between(random, -90, 90)), b = std::to_string(between(random, -90, 90));
    std::string const texts[] = {"",
                                 " ",
                                 letters(random, 6) + " (" + a + ' ' + b + ')',
                                 "POINT",
                                 "POINT(" + a + ' ' + b,
                                 "POINT " + a + ' ' + b,
                                 "POINT(" + a + ')',
                                 "POINT(" + a + ',' + b + ')',
                                 "POINT(" + a + ' ' + b + ' ' + a + ' ' + b + " 5)",
                                 "POINT(" + a + " x)",
                                 "POINT(NaN " + b + ')',
                                 "POINT(inf " + b + ')',
                                 "POINT()",
                                 "POINT(" + a + ' ' + b + "))",
                                 "POINT(" + a + ' ' + b + ") x",
                                 "POINT(" + a + ' ' + b + "),",
                                 "POINT(1e999 " + b + ')',
                                 "LINESTRING(" + a + ' ' + b + ')',
                                 "LINESTRING(0 0, 1)",
                                 "LINESTRING(0 0 1 1)",
                                 "POLYGON((0 0, 1 1, 0 0))",
                                 "POLYGON((0 0, 1 0, 1 1, 0 1))",
                                 "POLYGON(0 0, 1 0, 1 1, 0 0)",
                                 "POLYGON((0 0, 1 0, 1 1, 0 0)",
                                 "POLYGON((0 0, 1 0, 1 1, 0 0), )",
                                 "MULTIPOINT((0 0), 1 1)",
                                 "MULTIPOINT(0 0, (1 1))",
                                 "MULTIPOINT(0 0,)",
                                 "MULTILINESTRING(0 0, 1 1)",
                                 "MULTIPOLYGON((0 0, 1 0, 1 1, 0 0))",
                                 "GEOMETRYCOLLECTION(0 0)",
                                 "GEOMETRYCOLLECTION(POINT(" + a + ' ' + b + ')',
                                 "GEOMETRYCOLLECTION(POINT(1 2) POINT(3 4))",
                                 "CIRCLE(0 0, 5)",
                                 "SRID=4326;POINT(" + a + ' ' + b + ')',
                                 "{\"type\":\"Point\"}",
                                 "0101000000",
                                 "POINT Z (1 2)",
                                 "POINT Q (1 2)",
                                 "POINT(1;2)"};
    static_assert(std::size(texts) == 40);
    std::string const& text = texts[i];
    bad_value bad{.what = {text}, .due = {errc::invalid_geometry, {"not WKT", " at byte "}}};
    return bad;
  });
}

rule not_a_timestamp(generator& random) {
  auto const two = [&](int low, int high) {
    std::string const text = std::to_string(between(random, low, high));
    return text.size() == 1 ? '0' + text : text;
  };
  return generate("ISO 8601", 40, [&](std::size_t i) -> bad_value {
    std::string const y = std::to_string(between(random, 1000, 9999)), m = two(1, 12), d = two(1, 28), h = two(0, 23),
                      mi = two(0, 59), s = two(0, 59);
    std::string const date = y + '-' + m + '-' + d, time = h + ':' + mi + ':' + s;
    std::string const texts[] = {"",
                                 " ",
                                 letters(random, 10),
                                 date,
                                 time,
                                 y + m + d + 'T' + time + 'Z',
                                 y + '/' + m + '/' + d + 'T' + time + 'Z',
                                 y + '-' + two(13, 99) + '-' + d + 'T' + time + 'Z',
                                 y + "-00-" + d + 'T' + time + 'Z',
                                 y + '-' + m + '-' + two(32, 99) + 'T' + time + 'Z',
                                 y + '-' + m + "-00T" + time + 'Z',
                                 y + "-04-31T" + time + 'Z',
                                 "2023-02-29T" + time + 'Z',
                                 "1900-02-29T" + time + 'Z',
                                 "0000-" + m + '-' + d + 'T' + time + 'Z',
                                 "-" + date + 'T' + time + 'Z',
                                 "1" + date + 'T' + time + 'Z',
                                 date + 'T' + two(24, 99) + ':' + mi + ':' + s + 'Z',
                                 date + 'T' + h + ':' + two(60, 99) + ':' + s + 'Z',
                                 date + 'T' + h + ':' + mi + ':' + two(60, 99) + 'Z',
                                 date + 'T' + h + ':' + mi + 'Z',
                                 date + 'T' + h + 'Z',
                                 date + 'T' + time + ".Z",
                                 date + 'T' + time + "+15:00",
                                 date + 'T' + time + ",5Z",
                                 date + 't' + time + 'Z',
                                 date + 'T' + time + 'z',
                                 date + 'T' + time + "-12:30",
                                 date + ' ' + time + "-13:00",
                                 date + "  " + time,
                                 date + 'T' + time + "+1",
                                 date + 'T' + time + "+0100",
                                 date + 'T' + time + "+24:00",
                                 date + 'T' + time + "-01:60",
                                 date + 'T' + time + " UTC",
                                 date + 'T' + time + "ZZ",
                                 ' ' + date + 'T' + time + 'Z',
                                 date + 'T' + time + "Z ",
                                 std::to_string(between(random, 1'000'000'000, 2'000'000'000)),
                                 y + "-W05-1T" + time + 'Z'};
    static_assert(std::size(texts) == 40);
    return {.what = {texts[i]}, .due = {errc::invalid_timestamp, {"not an ISO 8601 timestamp", " at byte "}}};
  });
}

// Text that is no JSON, alone and as the value of a member.
strings not_json(generator& random) {
  std::string const n = std::to_string(between(random, 1, 99)), word = letters(random, 4);
  std::string deep(1025, '[');
  return {" ",
          word,
          "{\"a\":" + n,
          "[" + n,
          "[" + n + ",]",
          "[," + n + ']',
          "{" + word + ":1}",
          "{'a':" + n + '}',
          "{\"a\"" + n + '}',
          "{\"a\":}",
          "{\"a\":1,}",
          "{\"a\":1 \"b\":2}",
          "{1:2}",
          '"' + word,
          "\"\\x\"",
          "\"\\u12\"",
          "\"\\ud800\"",
          "\"\\udc00\\ud800\"",
          "\"\t\"",
          "NaN",
          "[Infinity]",
          "-",
          "01",
          "+1",
          "1.",
          ".5",
          "1e",
          "1e+",
          "1e999",
          "[1e400]",
          "tru",
          "nul",
          "True",
          "None",
          n + ' ' + n,
          "[1] x",
          "{\"a\":undefined}",
          "/* c */ 1",
          "[1 2]",
          "\xef\xbb\xbf{}",
          deep + '1' + std::string(1025, ']')};
}
rule json_syntax(generator& random) {
  strings const texts = not_json(random);
  return generate("JSON syntax", texts.size(), [&](std::size_t i) -> bad_value {
    bad_value bad{
        .what = {texts[i]}, .due = {errc::invalid_json, {"not JSON", " at byte "}}, .ways = any_way & ~by_object};
    bad.elsewhere = {{by_json, {errc::invalid_json, {"not a JSON object", " at byte "}, false}}};
    return bad;
  });
}
// A key twice, somewhere in the value: `{"…":…}` in which `{key}` twice is what is wrong.
strings json_with_a_key_twice(std::string const& key, std::string const& n) {
  std::string const escaped = std::string("\\u00") + "67"[(key[0] >> 4) & 1] + "0123456789abcdef"[key[0] & 15];
  std::string const once = '"' + key + "\":" + n, again = '"' + escaped + key.substr(1) + "\" : [" + n + ']';
  std::string const twice = '{' + once + ',' + again + '}';
  return {"{\"OUTER\":" + twice + '}', "{\"OUTER\":[0,[" + twice + "]]}", "{\"OUTER\":{\"x\":{" + once + ",\"y\":[]," + again + "}}}",
          "{\"OUTER\":[{" + once + "},{" + again + "},{" + again + ",\"x\":{" + again + "}," + once + "}]}"};
}
rule json_key_twice(generator& random) {
  return generate("JSON: a key twice", fewest, [&](std::size_t i) -> bad_value {
    std::string const key = letters(random, 5);
    strings const texts = json_with_a_key_twice(key, std::to_string(between(random, 0, 99)));
    return {.what = {texts[i % texts.size()]},
            .due = {errc::duplicate_key, {"the key '" + key + "' appears more than once in '"}},
            .ways = any_way & ~by_object};
  });
}
rule json_size(generator& random, bool is_dynamic) {
  return generate("JSON size", fewest, [&](std::size_t i) -> bad_value {
    std::string text = letters(random, 65536 + (i == 0 ? 1 : size_between(random, 1, 4000)) - (is_dynamic ? 8 : 4));
    text = is_dynamic ? "{\"k\":\"" + text + "\"}" : "[\"" + text + "\"]";
    return {.what = {text},
            .due = {errc::json_too_long,
                    {std::to_string(text.size()) + " bytes exceed the 65536 of " +
                     (is_dynamic ? "the dynamic field" : "a JSON cell")}}};
  });
}

// ---- vectors ----

template <class T>
rule wrong_size(bw::field_info const& f, generator& random, std::size_t right, std::size_t shown_each,
                std::string const& what, T each, unsigned ways = any_way) {
  return generate("dim, " + what, fewest, [&](std::size_t i) -> bad_value {
    std::size_t size = i == 0 ? 0 : i == 1 ? right - 1 : i == 2 ? right + 1 : size_between(random, 0, right * 20);
    if (size == right) size = right * 2;
    return {.what = {std::vector<T>(size, each)},
            .due = {errc::wrong_dim,
                    {"a vector of " + std::to_string(size * shown_each) +
                     (f.type == kind::binary_vector ? " bits" : " values") + " where dim is " + std::to_string(f.dim)}},
            .ways = ways};
  });
}
void add_vector_rules(std::vector<rule>& rules, bw::field_info const& f, generator& random) {
  std::size_t const dim = f.dim;
  auto const with_floats = [&](std::size_t at, float v) {
    std::vector<float> all(dim, 0.5f);
    all[at] = v;
    return value{all};
  };
  bool const is_half = f.type == kind::float16_vector || f.type == kind::bfloat16_vector;
  if (f.type == kind::float_vector || is_half) {
    rules.push_back(wrong_size(f, random, dim, 1, "floats", 1.5f));
    rules.push_back(generate("NaN and infinity", 24, [&](std::size_t i) -> bad_value {
      float const v = bad_float(random, i);
      std::size_t const at = size_between(random, 0, dim - 1);
      return {.what = with_floats(at, v),
              .due = {errc::not_finite, {element_is(at, name_of(v)), "not a finite number"}}};
    }));
    rules.push_back(generate("range of float32", fewest, [&](std::size_t) -> bad_value {
      std::string list = "[";
      std::size_t const at = size_between(random, 0, dim - 1);
      std::string const number = std::to_string(between(random, 1, 9)) + "e" + std::to_string(between(random, 39, 300));
      for (std::size_t k = 0; k < dim; ++k) list += (k != 0 ? "," : "") + (k == at ? number : "0.5");
      expectation due{errc::out_of_range,
                      {"element [" + std::to_string(at) + "]: ", number, "is outside the range of float32"}};
      bad_value bad{.what = {value::raw{list + ']'}}, .due = due, .ways = by_parsed_json | by_texts};
      due.words.erase(due.words.begin() + 1);  // Boost.JSON spells numbers its own way
      bad.elsewhere = {{by_object, due}};
      return bad;
    }));
  }
  if (is_half) {
    bool const is_ieee = f.type == kind::float16_vector;
    rules.push_back(wrong_size<std::uint16_t>(f, random, dim, 1, "halves", 0x3c00));
    rules.push_back(generate("NaN and infinity, halves", 24, [&](std::size_t i) -> bad_value {
      std::uint16_t const exponent = is_ieee ? 0x7c00 : 0x7f80, mantissa = is_ieee ? 0x3ff : 0x7f;
      auto bits = static_cast<std::uint16_t>(exponent | (i % 3 == 0 ? 0 : between(random, 1, mantissa)));
      if (i % 2 == 1) bits = static_cast<std::uint16_t>(bits | 0x8000);
      std::size_t const at = size_between(random, 0, dim - 1);
      std::vector<std::uint16_t> all(dim, 0x3c00);
      all[at] = bits;
      std::string const name = i % 3 != 0 ? "nan" : i % 2 == 1 ? "-inf" : "inf";
      return {.what = {all}, .due = {errc::not_finite, {element_is(at, name), "not a finite number"}}};
    }));
    rules.push_back(generate("range of 16 bits", 24, [&](std::size_t i) -> bad_value {
      float const first = is_ieee ? 65520.0f : std::bit_cast<float>(0x7f7f8000u);
      float v = i < 2 ? first : is_ieee ? static_cast<float>(between(random, 65520, 90'000'000)) : 0;
      if (v == 0) v = std::bit_cast<float>(static_cast<std::uint32_t>(between(random, 0x7f7f8000, 0x7f7fffff)));
      if (i % 2 == 1) v = -v;
      std::size_t const at = size_between(random, 0, dim - 1);
      return {.what = with_floats(at, v),
              .due = {errc::out_of_range,
                      {"element [" + std::to_string(at) + "] is " + (v < 0 ? "-" : ""),
                       std::string("outside the range of ") + (is_ieee ? "float16" : "bfloat16")}}};
    }));
  }
  if (f.type == kind::int8_vector) rules.push_back(wrong_size<std::int8_t>(f, random, dim, 1, "int8s", 7));
  if (f.type == kind::binary_vector) rules.push_back(wrong_size<std::uint8_t>(f, random, dim / 8, 8, "bytes", 7));
  bool const is_integer = f.type == kind::int8_vector || f.type == kind::binary_vector;
  std::size_t const count = f.type == kind::binary_vector ? dim / 8 : dim;
  auto const list_with = [&](std::size_t at, std::string const& what) {
    std::string list = "[";
    for (std::size_t k = 0; k < count; ++k) list += (k != 0 ? "," : "") + (k == at ? what : "7");
    return value{value::raw{list + ']'}};
  };
  if (is_integer)
    rules.push_back(generate("range of elements", fewest, [&](std::size_t i) -> bad_value {
      std::int64_t const low = f.type == kind::int8_vector ? -128 : 0, high = low + 255;
      std::int64_t const v = i == 0       ? low - 1
                             : i == 1     ? high + 1
                             : i % 2 == 0 ? between(random, high + 1, 99999)
                                          : between(random, -99999, low - 1);
      std::size_t const at = size_between(random, 0, count - 1);
      return {.what = list_with(at, std::to_string(v)),
              .due = {errc::out_of_range,
                      {"element [" + std::to_string(at) + "]: " + std::to_string(v),
                       "is outside " + std::to_string(low) + ".." + std::to_string(high)}},
              .ways = by_parsed_json | by_texts};
    }));
  rules.push_back(generate("type of elements", fewest, [&](std::size_t) -> bad_value {
    strings all{"true", "null", '"' + letters(random, 3) + '"', "[1]", "{}"};
    if (is_integer) all.push_back("1.5");
    std::string const what = one_of(random, all);
    std::size_t const at = size_between(random, 0, count - 1);
    return {.what = list_with(at, what),
            .due = {errc::wrong_type,
                    {"element [" + std::to_string(at) + "]: " + what.substr(0, 3),
                     is_integer ? " where an integer is due" : " where a number is due"}},
            .ways = by_json | by_texts};
  }));
}

void add_sparse_rules(std::vector<rule>& rules, generator& random) {
  auto const good = [&] {
    value::sparse s;
    std::uint32_t index = 0;
    for (std::size_t i = size_between(random, 2, 5); i != 0; --i) {
      index += static_cast<std::uint32_t>(between(random, 1, 1000));
      s.indices.push_back(index);
      s.values.push_back(0.5f);
    }
    return s;
  };
  auto const index_text = [](value::sparse const& s, std::size_t at) {
    return "index " + std::to_string(s.indices[at]);
  };
  rules.push_back(generate("sparse: an index twice", fewest, [&](std::size_t) -> bad_value {
    auto s = good();
    std::size_t const at = size_between(random, 1, s.indices.size() - 1);
    s.indices[at] = s.indices[at - 1];
    return {.what = {s},
            .due = {errc::invalid_sparse, {index_text(s, at), "more than once"}},
            .ways = any_way & ~by_object,
            .elsewhere = {{by_json | by_texts,
                           {errc::duplicate_key,
                            {"the key '" + std::to_string(s.indices[at]) + "' appears more than once"}}}}};
  }));
  rules.push_back(generate("sparse: descending indices", fewest, [&](std::size_t) -> bad_value {
    auto s = good();
    std::size_t const at = size_between(random, 1, s.indices.size() - 1);
    std::swap(s.indices[at], s.indices[at - 1]);
    return {.what = {s}, .due = {errc::invalid_sparse, {index_text(s, at), "comes after"}}, .ways = by_cells};
  }));
  rules.push_back(generate("sparse: negative values", fewest, [&](std::size_t i) -> bad_value {
    auto s = good();
    std::size_t const at = size_between(random, 0, s.indices.size() - 1);
    s.values[at] = i == 0 ? -1e-30f : static_cast<float>(between(random, -999, -1));
    return {.what = {s}, .due = {errc::invalid_sparse, {index_text(s, at), " is -", "less than 0"}}};
  }));
  rules.push_back(generate("sparse: NaN and infinity", fewest, [&](std::size_t i) -> bad_value {
    auto s = good();
    std::size_t const at = size_between(random, 0, s.indices.size() - 1);
    s.values[at] = bad_float(random, i);
    return {.what = {s},
            .due = {errc::not_finite, {index_text(s, at) + " is " + name_of(s.values[at]), "not a finite number"}}};
  }));
  rules.push_back(generate("sparse: the index that is none", fewest, [&](std::size_t) -> bad_value {
    auto s = good();
    s.indices.back() = std::numeric_limits<std::uint32_t>::max();
    return {.what = {s}, .due = {errc::out_of_range, {"index 4294967295", "is outside 0..4294967294"}}};
  }));
  rules.push_back(generate("sparse: lengths", fewest, [&](std::size_t i) -> bad_value {
    auto s = good();
    if (i % 2 == 0)
      s.values.resize(i % 4 == 0 ? 0 : s.values.size() + size_between(random, 1, 100), 0.5f);
    else
      s.indices.resize(i % 4 == 1 ? 0 : s.indices.size() - 1);
    std::string const rule_text =
        std::to_string(s.indices.size()) + " indices and " + std::to_string(s.values.size()) + " values";
    return {.what = {s},
            .due = {errc::wrong_dim, {rule_text}},
            .ways = by_type | by_cells,
            .elsewhere = {{by_cells, {errc::wrong_dim, {"indices and values differ in number"}}}}};
  }));
  rules.push_back(generate("sparse: JSON", 24, [&](std::size_t i) -> bad_value {
    std::string const n = std::to_string(between(random, 10, 99)), word = letters(random, 3);
    expectation const key{errc::wrong_type, {"where an index is due"}}, shape{errc::wrong_type, {"is due"}},
        sizes{errc::wrong_dim, {" indices and ", " values"}}, number{errc::wrong_type, {"where a number is due"}};
    std::pair<std::string, expectation> const all[] = {
        {"{\"-" + n + "\":1}", key},
        {"{\"0" + n + "\":1}", key},
        {"{\"0x" + n + "\":1}", key},
        {"{\"" + word + "\":1}", key},
        {"{\"" + n + ".5\":1}", key},
        {"{\"" + n + " \":1}", key},
        {"{\"\":1}", key},
        {"{\"+" + n + "\":1}", key},
        {"{\"4294967" + n + "9\":1}", {errc::out_of_range, {"index 4294967" + n + "9", "is outside"}}},
        {"{\"99999999" + n + "\":1}", {errc::out_of_range, {"index 99999999" + n, "is outside"}}},
        {"{\"" + n + "\":\"1\"}", number},
        {"{\"" + n + "\":null}", number},
        {"{\"" + n + "\":[1]}", number},
        {"{\"indices\":[" + n + "]}", shape},
        {"{\"values\":[" + n + "]}", shape},
        {"{\"indices\":[1],\"values\":[1],\"" + n + "\":1}", shape},
        {"{\"indices\":[1,2],\"values\":[" + n + "]}", sizes},
        {"{\"indices\":[],\"values\":[" + n + "]}", sizes},
        {"{\"indices\":[" + n + "],\"values\":[]}", sizes},
        {"{\"indices\":[-" + n + "],\"values\":[1]}", key},
        {"{\"indices\":[\"" + n + "\"],\"values\":[1]}", key},
        {"{\"indices\":[" + n + ".0],\"values\":[1]}", key},
        {"{\"indices\":[1],\"values\":[\"" + n + "\"]}", number},
        {"{\"indices\":" + n + ",\"values\":[1]}", {errc::wrong_type, {"'indices' where an index is due"}}}};
    static_assert(std::size(all) == 24);
    return {.what = {value::raw{all[i].first}}, .due = all[i].second, .ways = by_json | by_texts};
  }));
}

// ---- elements ----

bw::field_info element_of(bw::field_info const& f) {
  return {.name = f.name, .type = f.element, .max_length = f.max_length};
}

// What is wrong with a value is wrong with it as an element.
template <class Put>
bad_value within(bad_value bad, std::string const& place, Put const& put) {
  bad.what = put(std::move(bad.what));
  bad.due.words.insert(bad.due.words.begin(), place);
  // what is none in the text of a cell is none in JSON text there
  if ((bad.ways & by_json) != 0) bad.ways |= by_texts;
  for (auto& [ways, due] : bad.elsewhere)
    if (due.of_field) due.words.insert(due.words.begin(), place);
  if (bad.due.code == errc::invalid_utf8)
    bad.elsewhere.push_back({by_texts, {errc::invalid_json, {"is not JSON", "not well-formed UTF-8"}}});
  return bad;
}
// Those of a value alone whose JSON text or text says something else within a list are left out.
bool is_of_texts(rule const& r) { return r.name == "wrong text"; }

std::vector<rule> value_rules(bw::field_info const& f, generator& random);

void add_array_rules(std::vector<rule>& rules, bw::field_info const& f, generator& random) {
  bw::field_info const element = element_of(f);
  auto const good = [&](std::size_t size) {
    value::list list;
    for (std::size_t i = 0; i < size; ++i) list.push_back(good_value(element, static_cast<std::int64_t>(i)));
    return list;
  };
  rules.push_back(generate("capacity", fewest, [&](std::size_t i) -> bad_value {
    std::size_t const size = i == 0 ? f.max_capacity + 1 : size_between(random, f.max_capacity + 1, 300);
    return {.what = {good(size)},
            .due = {errc::capacity_exceeded,
                    {std::to_string(size) + " elements exceed max_capacity " + std::to_string(f.max_capacity)}}};
  }));
  std::vector<rule> of_elements = value_rules(element, random);
  of_elements.push_back(generate("null", fewest, [](std::size_t) -> bad_value {
    return {.what = {}, .due = {errc::null_not_allowed, {"null, which no array holds"}}};
  }));
  for (rule& r : of_elements) {
    if (is_of_texts(r)) continue;
    rule wrapped{.name = "element: " + r.name, .values = {}};
    for (bad_value& bad : r.values) {
      value::list list = good(size_between(random, 1, f.max_capacity));
      std::size_t const at = size_between(random, 0, list.size() - 1);
      wrapped.values.push_back(within(std::move(bad), "element [" + std::to_string(at) + "]: ", [&](value v) {
        list[at] = std::move(v);
        return value{std::move(list)};
      }));
    }
    rules.push_back(std::move(wrapped));
  }
}

void add_struct_rules(std::vector<rule>& rules, bw::field_info const& f, generator& random) {
  auto const good_struct = [&](std::int64_t n) {
    std::vector<value> one;
    for (auto const& sub : f.sub_fields()) one.push_back(good_value(sub, n));
    return one;
  };
  auto const good = [&](std::size_t size) {
    value::structs all{.all = {}, .width = f.sub_count};
    for (std::size_t i = 0; i < size; ++i) all.all.push_back(good_struct(static_cast<std::int64_t>(i)));
    return all;
  };
  rules.push_back(generate("capacity", fewest, [&](std::size_t i) -> bad_value {
    std::size_t const size = i == 0 ? f.max_capacity + 1 : size_between(random, f.max_capacity + 1, 100);
    return {.what = {good(size)},
            .due = {errc::capacity_exceeded,
                    {std::to_string(size) + " structs exceed max_capacity " + std::to_string(f.max_capacity)}}};
  }));
  rules.push_back(generate("struct: number of cells", fewest, [&](std::size_t i) -> bad_value {
    value::structs all = good(size_between(random, 1, f.max_capacity));
    all.width = i % 2 == 0 && f.sub_count > 1 ? f.sub_count - 1 : f.sub_count + size_between(random, 1, 3);
    for (auto& one : all.all) one.resize(all.width, {std::int64_t{1}});
    return {.what = {all},
            .due = {errc::wrong_type,
                    {"structs of " + std::to_string(all.width) + " cells",
                     "has " + std::to_string(f.sub_count) + " fields"}},
            .ways = by_cells};
  }));
  rules.push_back(generate("struct: JSON", fewest, [&](std::size_t i) -> bad_value {
    value::list list(size_between(random, 1, f.max_capacity));
    for (std::size_t k = 0; k < list.size(); ++k) {
      value::structs one{.all = {good_struct(static_cast<std::int64_t>(k))}, .width = f.sub_count};
      std::string const text = *json_maker::json_of(f, {one});
      list[k] = {value::raw{text.substr(1, text.size() - 2)}};
    }
    std::size_t const at = size_between(random, 0, list.size() - 1);
    std::string const place = "element [" + std::to_string(at) + "]: ", key = letters(random, 9);
    std::string const name(f.sub[0].name);
    std::string& text = std::get<value::raw>(list[at].held).text;
    unsigned const ways = by_json | by_texts;
    expectation due;
    if (i % 4 == 0) {
      text.insert(1, "\"" + key + "\":1,");
      due = {errc::unknown_field, {place, "the struct has no field '" + key + "'"}};
    } else if (i % 4 == 1) {
      text.insert(1, "\"" + name + "\":null,");
      due = {errc::duplicate_key,
             {"the key '" + name + "' appears more than once in '", '[' + std::to_string(at) + "]'"}};
    } else if (i % 4 == 2) {
      text = "{}";
      due = {errc::null_not_allowed, {place, "no value for '" + name + "'"}};
    } else {
      text = one_of(random, strings{"7", "\"" + key + "\"", "null", "[1]", "true"});
      due = {errc::wrong_type, {place + text.substr(0, 3), "where an object is due"}};
    }
    return {.what = {std::move(list)}, .due = due, .ways = ways};
  }));
  for (std::size_t k = 0; k < f.sub_count; ++k) {
    bw::field_info const& sub = f.sub[k];
    std::string const member = "'" + std::string(sub.name) + "': ";
    std::vector<rule> of_members = value_rules(sub, random);
    of_members.push_back(generate("null", fewest, [&](std::size_t) -> bad_value {
      bad_value bad{.what = {}, .due = {errc::null_not_allowed, {member, "null, which no array holds"}}};
      expectation const by_name{errc::null_not_allowed, {"no value for '" + std::string(sub.name) + "'"}};
      bad.elsewhere = {{by_parsed_json | by_texts, by_name}};
      return bad;
    }));
    for (rule& r : of_members) {
      if (is_of_texts(r)) continue;
      rule wrapped{.name = "struct, " + std::string(sub.name) + ": " + r.name, .values = {}};
      for (bad_value& bad : r.values) {
        value::structs all = good(size_between(random, 1, f.max_capacity));
        std::size_t const at = size_between(random, 0, all.all.size() - 1);
        std::string place = "element [" + std::to_string(at) + "]: ";
        if (r.name != "null") place += member;
        wrapped.values.push_back(within(std::move(bad), place, [&](value v) {
          all.all[at][k] = std::move(v);
          return value{std::move(all)};
        }));
      }
      rules.push_back(std::move(wrapped));
    }
  }
}

// ---- the dynamic field ----

void add_dynamic_rules(std::vector<rule>& rules, generator& random) {
  auto const not_here = [&](bad_value bad, expectation in_json) {
    bad.elsewhere = {{by_parsed_json, std::move(in_json)}};
    return bad;
  };
  rules.push_back(generate("not an object", fewest, [&](std::size_t i) -> bad_value {
    std::string const n = std::to_string(between(random, 1, 99));
    std::string const text = std::vector<std::string>{n, "[" + n + "]", "\"" + n + "\"", "true", "false"}[i % 5];
    // in JSON a string is the text of an object
    return not_here(
        {.what = {text}, .due = {errc::invalid_json, {"not a JSON object", "at byte 0: '" + text.substr(0, 2)}}},
        text[0] == '"' ? expectation{errc::invalid_json, {"the string '" + n + "' is not the text of a JSON object"}}
                       : expectation{errc::wrong_type, {text.substr(0, 2), "where an object is due"}});
  }));
  strings const texts = not_json(random);
  rules.push_back(generate("JSON syntax", texts.size(), [&](std::size_t i) -> bad_value {
    bad_value bad = not_here({.what = {texts[i]}, .due = {errc::invalid_json, {"not a JSON object", " at byte "}}},
                             {errc::invalid_json, {"not a JSON object", " at byte "}, false});
    bad.ways = any_way & ~by_object;
    return bad;
  }));
  rules.push_back(json_size(random, true));
  rules.push_back(generate("a dynamic key twice", fewest, [&](std::size_t i) -> bad_value {
    std::string const key = letters(random, 5);
    // the same key, also spelled with an escape
    std::string again = key;
    if (i % 2 == 1)
      again.replace(0, 1, "\\u00" + std::string{"67"[(key[0] >> 4) & 1], "0123456789abcdef"[key[0] & 15]});
    return {.what = {"{\"" + key + "\":1,\"x\":{},\"" + again + "\":2}"},
            .due = {errc::duplicate_key, {"the dynamic key '" + key + "' appears more than once"}},
            .ways = any_way & ~by_object,
            .elsewhere = {{by_json, {errc::duplicate_key, {"the key '" + key + "' appears more than once in '"}}}}};
  }));
  rules.push_back(generate("a key twice below the dynamic ones", fewest, [&](std::size_t i) -> bad_value {
    std::string const key = letters(random, 5);
    strings const all = json_with_a_key_twice(key, std::to_string(between(random, 0, 99)));
    return {.what = {all[i % all.size()]},
            .due = {errc::duplicate_key, {"key '" + key + "' appears more than once in '"}},
            .ways = any_way & ~by_object};
  }));
  // Servers read the column into doubles there, and write these as Go does.
  rules.push_back(generate("CSV: a number that no double holds", fewest, [&](std::size_t i) -> bad_value {
    // above 2^53, odd
    std::string const n = (i % 2 == 0 ? "-" : "") + std::to_string(between(random, 1, 999'999'999) * 2 + 9007199254740993);
    std::string const spelled[] = {n, "[0.5," + n + ']', "{\"" + n + "\":[{\"x\": " + n + "}]}", n + "12345678"};
    return {.what = {"{\"s\":\"" + n + "\",\"OUTER\":" + spelled[i % 4] + '}'},
            .due = {errc::format_cannot_hold, {"the number " + n, " of the key 'OUTER' would be read as "}},
            .ways = any_way & ~by_object,
            .format = "csv"};
  }));
  rules.push_back(generate("a dynamic key that is a field", fewest, [&](std::size_t i) -> bad_value {
    std::string const key = std::vector<std::string>{"id", "note", "$meta"}[i % 3];
    return {.what = {"{\"" + letters(random, 3) + "\":1,\"" + key + "\":" + std::to_string(i) + "}"},
            .due = {errc::duplicate_key, {"the dynamic key '" + key + "' is the name of a field of the schema"}}};
  }));
}

std::vector<rule> value_rules(bw::field_info const& f, generator& random) {
  std::vector<rule> rules;
  switch (f.type) {
    case kind::boolean: break;
    case kind::int8:
    case kind::int16:
    case kind::int32:
    case kind::int64: rules.push_back(integer_range(f, random)); break;
    case kind::float32: rules.push_back(float32_range(random)); [[fallthrough]];
    case kind::float64: rules.push_back(not_finite(f, random)); break;
    case kind::varchar: rules.push_back(too_long(f, random)); [[fallthrough]];
    case kind::text: rules.push_back(broken_utf8(f, random)); break;
    case kind::json:
      rules.push_back(broken_utf8(f, random));
      rules.push_back(json_syntax(random));
      rules.push_back(json_key_twice(random));
      rules.push_back(json_size(random, false));
      break;
    case kind::geometry: rules.push_back(not_wkt(random)); break;
    case kind::timestamptz: rules.push_back(not_a_timestamp(random)); break;
    case kind::sparse_float_vector: add_sparse_rules(rules, random); break;
    case kind::array: add_array_rules(rules, f, random); break;
    case kind::struct_array: add_struct_rules(rules, f, random); break;
    default: add_vector_rules(rules, f, random); break;
  }
  if (f.type == kind::geometry || f.type == kind::timestamptz) rules.push_back(broken_utf8(f, random));
  rules.push_back(wrong_cells(f, random));
  if (f.type != kind::json) rules.push_back(wrong_json(f, random));
  bool const is_text = f.type == kind::varchar || f.type == kind::text || f.type == kind::json ||
                       f.type == kind::geometry || f.type == kind::timestamptz;
  if (!is_text) rules.push_back(wrong_texts(f, random));
  return rules;
}

rule carriage_returns(generator& random) {
  return generate("CR LF in CSV", fewest, [&](std::size_t i) -> bad_value {
    std::string const before = letters(random, size_between(random, 0, 6));
    return {.what = {before + "\r\n" + (i % 2 == 0 ? "x" : "")},
            .due = {errc::format_cannot_hold, {"\\r\\n at offset " + std::to_string(before.size())}},
            .format = "csv"};
  });
}
rule nul_characters(generator& random) {
  return generate("U+0000 in npy", fewest, [&](std::size_t i) -> bad_value {
    std::string const before = letters(random, size_between(random, 0, 6));
    return {.what = {before + '\0' + (i % 2 == 0 ? "x" : "")},
            .due = {errc::format_cannot_hold, {"U+0000 at byte " + std::to_string(before.size())}},
            .format = "npy"};
  });
}

}  // namespace

std::vector<rule> rules_of(bw::field_info const& f, generator& random) {
  std::vector<rule> rules;
  if (f.is_dynamic) {
    add_dynamic_rules(rules, random);
    return rules;
  }
  rules = value_rules(f, random);
  rules.push_back(generate("null", fewest, [](std::size_t) -> bad_value {
    return {.what = {},
            .due = {errc::null_not_allowed, {"no value was given", "neither nullable nor has a default_value"}}};
  }));
  if (f.type == kind::varchar) {
    rules.push_back(carriage_returns(random));
    rules.push_back(nul_characters(random));
  }
  return rules;
}

value good_value(bw::field_info const& f, std::int64_t n) {
  auto const number = [](std::int64_t v) { return static_cast<float>(v); };
  std::string const digits = std::to_string(n);
  if (f.is_dynamic) return {"{\"k\":" + digits + '}'};
  switch (f.type) {
    case kind::boolean: return {n % 2 == 1};
    case kind::int8:
    case kind::int16:
    case kind::int32: return {n % 100 - 50};
    case kind::int64: return {n};
    case kind::float32: return {number(n) / 4 - 3};
    case kind::float64: return {static_cast<double>(n) / 4 - 3};
    case kind::varchar:
    case kind::text: return {"good " + digits};
    case kind::json: return {"{\"n\":" + digits + '}'};
    case kind::geometry: return {"POINT (" + digits + " 1)"};
    case kind::timestamptz: return {"2026-01-02T03:04:" + std::to_string(10 + n % 50) + 'Z'};
    case kind::float_vector: {
      std::vector<float> v(f.dim, 0.25f);
      v[0] = number(n), v[1] = number(-n) / 2;
      return {v};
    }
    case kind::float16_vector:
    case kind::bfloat16_vector: {
      std::vector<float> v(f.dim, 0.25f);
      v[0] = number(n % 64), v[1] = number(-(n % 64));
      return {v};
    }
    case kind::int8_vector: {
      std::vector<std::int8_t> v(f.dim, 127);
      v[0] = static_cast<std::int8_t>(n % 100), v[1] = -1;
      return {v};
    }
    case kind::binary_vector: {
      std::vector<std::uint8_t> v(f.dim / 8, 255);
      v[0] = static_cast<std::uint8_t>(n % 256);
      return {v};
    }
    case kind::sparse_float_vector:
      return {value::sparse{{static_cast<std::uint32_t>(n), static_cast<std::uint32_t>(n) + 7}, {0.5f, 1.5f}}};
    case kind::array: return {value::list{good_value(element_of(f), n), good_value(element_of(f), n + 1)}};
    case kind::struct_array: {
      value::structs all{.all = {}, .width = f.sub_count};
      for (std::int64_t i = 0; i <= n % 2; ++i) {
        auto& one = all.all.emplace_back();
        for (auto const& sub : f.sub_fields()) one.push_back(good_value(sub, n + i));
      }
      return {all};
    }
  }
  return {};
}

}  // namespace refusals
