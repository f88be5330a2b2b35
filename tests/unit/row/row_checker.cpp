#include <bulkwriter/row/row_checker.hpp>
#include <bulkwriter/schema/schema.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace bw = bulkwriter;
using bw::errc;

namespace {

struct s : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,                          // 0
                      bw::column<"i8", bw::int8{}>,                                             // 1
                      bw::column<"f32", bw::float32{.nullable = true}>,                         // 2
                      bw::column<"title", bw::varchar{.max_length = 8}>,                        // 3
                      bw::column<"meta", bw::json{}>,                                           // 4
                      bw::column<"v", bw::float_vector{.dim = 3}>,                              // 5
                      bw::column<"lang", bw::varchar{.max_length = 8, .default_value = "en"}>,  // 6
                      bw::dynamic_field<>> {};                                                  // 7

// a row of which every value is good
std::vector<bw::cell> good_row() {
  static float const v[] = {1, 2, 3};
  return {bw::cell::integer(std::int64_t{1}),
          bw::cell::integer(std::int64_t{1}),
          bw::cell(),
          bw::cell::text("t"),
          bw::cell::text("1"),
          bw::cell::floats(v),
          bw::cell(),
          bw::cell()};
}
// the error of a row in which one value is another
bw::error_info refusal(std::size_t i, bw::cell value) {
  auto row = good_row();
  row[i] = value;
  auto r = bw::detail::row_checker(s::infos).check(41, row);
  return r ? bw::error_info{} : r.error();
}
bool accepted(std::size_t i, bw::cell value) { return refusal(i, value).code == errc{}; }

bw::cell text(std::string_view value) { return bw::cell::text(value); }
bw::cell integer(std::int64_t value) { return bw::cell::integer(value); }

}  // namespace

TEST_CASE("the message names row, field, rule and value") {
  CHECK(refusal(3, text("123456789")).to_string() ==
        "row 41, field 'title': 9 bytes exceed max_length 8: '123456789' [bulkwriter.varchar_too_long]");
  CHECK(refusal(1, integer(300)).to_string() ==
        "row 41, field 'i8': value 300 is outside -128..127 of int8 [bulkwriter.out_of_range]");
  auto const info = refusal(5, bw::cell::floats({}));
  CHECK(info.row == 41);
  CHECK(info.field == "v");
  CHECK(info.message == "row 41, field 'v': a vector of 0 values where dim is 3");
}

TEST_CASE("integers keep to the range of their kind") {
  CHECK(accepted(1, integer(-128)));
  CHECK(accepted(1, integer(127)));
  CHECK(refusal(1, integer(-129)).code == errc::out_of_range);
  CHECK(refusal(1, integer(128)).code == errc::out_of_range);
  CHECK(refusal(1, bw::cell::integer(~std::uint64_t{})).message ==
        "row 41, field 'i8': value 18446744073709551615 is outside -128..127 of int8");
  CHECK(refusal(0, bw::cell::integer(std::uint64_t{1} << 63)).code == errc::out_of_range);
  CHECK(accepted(0, bw::cell::integer((std::uint64_t{1} << 63) - 1)));
  CHECK(accepted(0, integer(std::numeric_limits<std::int64_t>::min())));
}

TEST_CASE("floats are finite and fit") {
  float const inf = std::numeric_limits<float>::infinity();
  CHECK(accepted(2, bw::cell::float32(std::numeric_limits<float>::max())));
  CHECK(accepted(2, bw::cell::float32(std::numeric_limits<float>::denorm_min())));
  CHECK(refusal(2, bw::cell::float32(inf)).code == errc::not_finite);
  CHECK(refusal(2, bw::cell::float64(std::nan(""))).code == errc::not_finite);
  CHECK(refusal(2, bw::cell::float64(1e39)).code == errc::out_of_range);
}

TEST_CASE("text is measured in bytes and must be UTF-8") {
  CHECK(accepted(3, text("12345678")));
  CHECK(accepted(3, text("ééé")));
  CHECK(refusal(3, text("ééééé")).code == errc::varchar_too_long);  // 5 characters, 10 bytes
  CHECK(refusal(3, text("ab\xff")).message == "row 41, field 'title': byte 0xff at offset 2 is not well-formed UTF-8");
  // an excerpt in a message is itself UTF-8
  CHECK(refusal(3, text("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaé and more")).message.find("a…'") != std::string::npos);
}

TEST_CASE("null needs a nullable field or a default") {
  CHECK(accepted(2, bw::cell()));
  CHECK(accepted(6, bw::cell()));
  CHECK(accepted(7, bw::cell()));
  CHECK(refusal(3, bw::cell()).code == errc::null_not_allowed);
}

TEST_CASE("JSON cells are JSON, of a bounded size") {
  CHECK(accepted(4, text("[1,\"a\"]")));
  CHECK(refusal(4, text("{'a':1}")).message ==
        "row 41, field 'meta': not JSON: a key in quotes was expected at byte 1: ''a':1}'");
  CHECK(accepted(4, text("\"" + std::string(65534, 'x') + "\"")));
  CHECK(refusal(4, text("\"" + std::string(65535, 'x') + "\"")).code == errc::json_too_long);
}

TEST_CASE("the dynamic field is an object whose keys are new") {
  CHECK(accepted(7, text(R"({"claps":1,"x":{"id":1}})")));
  CHECK(refusal(7, text("[]")).code == errc::invalid_json);
  CHECK(refusal(7, text(R"({"a":1,"b":2,"a":3})")).message ==
        "row 41, field '$meta': the dynamic key 'a' appears more than once");
  CHECK(refusal(7, text(R"({"\u0069d":1})")).message ==
        "row 41, field '$meta': the dynamic key 'id' is the name of a field of the schema");
  CHECK(refusal(7, text(R"({"$meta":{}})")).code == errc::duplicate_key);
}

TEST_CASE("all problems of a row come in one error, and the next row begins anew") {
  bw::detail::row_checker checker(s::infos);
  std::vector<float> const v{1, 2, std::nanf("")};
  auto row = good_row();
  row[1] = integer(1000);
  row[2] = bw::cell::float32(0.5f);
  row[3] = text("too long for it");
  row[5] = bw::cell::floats(v);
  auto const r = checker.check(7, row);
  REQUIRE(!r);
  CHECK(r.error().code == errc::several_problems);
  REQUIRE(r.error().problems.size() == 3);
  CHECK(r.error().problems[0] == bw::problem{errc::out_of_range, "i8", "value 1000 is outside -128..127 of int8"});
  CHECK(r.error().problems[1].field == "title");
  CHECK(r.error().problems[2] == bw::problem{errc::not_finite, "v", "element [2] is nan, not a finite number"});
  CHECK(r.error().message.find("row 7: 3 problems: field 'i8': ") == 0);

  CHECK(checker.check(8, good_row()));
}

TEST_CASE("a value that is not finite is found at every place of a vector") {
  float const bad[] = {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
                       std::numeric_limits<float>::quiet_NaN()};
  for (std::size_t size : {1u, 3u, 15u, 16u, 63u, 64u, 65u, 128u, 200u, 768u}) {
    std::vector<float> v(size, std::numeric_limits<float>::max());
    CHECK(bw::detail::find_not_finite(v) == size);
    for (std::size_t at = 0; at < size; ++at) {
      float const old = v[at];
      v[at] = bad[at % 3];
      CHECK(bw::detail::find_not_finite(v) == at);
      v[at] = old;
    }
  }
}

TEST_CASE("what a row leaves out is settled for all formats") {
  auto row = good_row();
  row[2] = bw::cell::float64(0.1);
  bw::detail::settle(s::infos, row);
  CHECK(row[2].holds() == bw::cell::type::float32);
  CHECK(row[2].as_number() == double{0.1f});
  CHECK(row[6].as_text() == "en");
  CHECK(row[7].as_text() == "{}");
  CHECK(row[3].as_text() == "t");
  row[2] = bw::cell();
  bw::detail::settle(s::infos, row);
  CHECK(row[2].is_null());
}

TEST_CASE("a list with elements of another number of cells is a value of another type") {
  bw::field_info const subs[] = {{.name = "n", .type = bw::kind::int32}, {.name = "m", .type = bw::kind::int32}};
  bw::field_info const fields[] = {
      {.name = "numbers", .type = bw::kind::array, .element = bw::kind::int32, .max_capacity = 4},
      {.name = "structs", .type = bw::kind::struct_array, .max_capacity = 4, .sub = subs, .sub_count = 2}};
  std::vector<bw::cell> const two = {integer(1), integer(2)};  // on the heap: a sanitizer sees what lies behind them
  auto const problems = [&](bw::cell numbers, bw::cell structs) {
    bw::detail::row_checker checker(fields);
    std::vector<bw::cell> const row = {numbers, structs};
    checker.judge(row);
    std::string all;
    for (bw::problem const& p : checker.problems())
      if (p.code == errc::wrong_type) all += p.field + ' ';
    return all;
  };
  CHECK(problems(bw::cell::list(two), bw::cell::list(two, 2)).empty());
  CHECK(problems(bw::cell::list(two, 2), bw::cell::list(two)) == "numbers structs ");
  CHECK(problems(bw::cell::list({}, 3), bw::cell::list({}, 3)).empty());  // there is no element to be wrong
}
