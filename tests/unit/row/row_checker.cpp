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
bool accepted(std::size_t i, bw::cell value) { return refusal(i, value).code == errc::none; }

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

TEST_CASE("a key twice in one object of a JSON value is refused, whatever field holds the value") {
  CHECK(refusal(4, text(R"({"a":1,"b":[{"c":1,"\u0063":2}]})")).to_string() ==
        "row 41, field 'meta': the key 'c' appears more than once in 'b[0]' [bulkwriter.duplicate_key]");
  CHECK(refusal(4, text(R"({"a":1,"a":1})")).message == "row 41, field 'meta': the key 'a' appears more than once");
  CHECK(refusal(7, text(R"({"x":{"id":1,"id":2}})")).message ==
        "row 41, field '$meta': the dynamic key 'id' appears more than once in 'x'");
  CHECK(accepted(4, text(R"([{"a":1},{"a":1}])")));
  // what a message holds of it is safe to print
  std::string const message = refusal(4, text("{\"\\u001b\\u0000\":1,\"\\u001b\\u0000\":2}")).to_string();
  for (char const c : message) CHECK(static_cast<unsigned char>(c) >= 0x20);
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

TEST_CASE("a default of every kind that has one takes the place of null") {
  using bw::kind;
  bw::field_info const fields[] = {
      {.name = "yes", .type = kind::boolean, .has_default = true, .default_integer = 1},
      {.name = "no", .type = kind::boolean, .has_default = true, .default_integer = 0},
      {.name = "i8", .type = kind::int8, .has_default = true, .default_integer = -128},
      {.name = "i64", .type = kind::int64, .has_default = true, .default_integer = 1},
      {.name = "f32", .type = kind::float32, .has_default = true, .default_number = 0.1},
      {.name = "f64", .type = kind::float64, .has_default = true, .default_number = 0.1},
      {.name = "s", .type = kind::varchar, .max_length = 4, .has_default = true, .default_text = ""},
      {.name = "both", .type = kind::boolean, .nullable = true, .has_default = true, .default_integer = 1},
      {.name = "none", .type = kind::boolean, .nullable = true}};
  std::vector<bw::cell> row(std::size(fields));
  bw::detail::settle(fields, row);
  CHECK(row[0].holds() == bw::cell::type::boolean);
  CHECK(row[0].as_boolean());
  CHECK(row[1].holds() == bw::cell::type::boolean);
  CHECK_FALSE(row[1].as_boolean());
  CHECK(row[2].as_integer() == -128);
  CHECK(row[3].holds() == bw::cell::type::integer);
  CHECK(row[4].as_number() == double{0.1f});
  CHECK(row[5].as_number() == 0.1);
  CHECK(row[6].holds() == bw::cell::type::text);
  CHECK(row[7].as_boolean());
  CHECK(row[8].is_null());
}

TEST_CASE("sparse vectors hold zeros of either sign and nothing below") {
  static bw::field_info const field{.name = "s", .type = bw::kind::sparse_float_vector};
  auto const code = [](std::vector<std::uint32_t> const& indices, std::vector<float> const& values) {
    bw::cell const c = bw::cell::sparse(indices, values);
    auto const r = bw::detail::row_checker({&field, 1}).check(0, {&c, 1});
    return r ? errc::none : r.error().code;
  };
  CHECK(code({}, {}) == errc::none);
  CHECK(code({0, 7}, {0, -0.0f}) == errc::none);
  CHECK(code({4294967294}, {1e-45f}) == errc::none);
  CHECK(code({7}, {-1e-45f}) == errc::invalid_sparse);
  CHECK(code({4294967295}, {1}) == errc::out_of_range);
  CHECK(code({7, 7}, {1, 1}) == errc::invalid_sparse);
}

TEST_CASE("cells of parts that do not fit together are refused, and nothing beyond them is read") {
  static bw::field_info const subs[] = {{.name = "a", .type = bw::kind::int8}, {.name = "b", .type = bw::kind::int8}};
  static bw::field_info const fields[] = {
      {.name = "s", .type = bw::kind::sparse_float_vector, .nullable = true},
      {.name = "n", .type = bw::kind::array, .element = bw::kind::int8, .max_capacity = 4, .nullable = true},
      {.name = "c", .type = bw::kind::struct_array, .max_capacity = 4, .nullable = true, .sub = subs, .sub_count = 2}};
  auto const refusal_of = [](std::size_t i, bw::cell value) {
    std::vector<bw::cell> row(3);
    row[i] = value;
    auto const r = bw::detail::row_checker(fields).check(0, row);
    return r ? std::string() : r.error().to_string();
  };
  // on the heap, of exactly this size: sanitizers see what is read behind it
  std::vector<std::uint32_t> const indices{1, 2};
  std::vector<float> const values{0.5f, 0.5f, 0.5f};
  auto const sparse = [&](std::size_t i, std::size_t v) {
    std::vector<std::uint32_t> const some(indices.begin(), indices.begin() + static_cast<std::ptrdiff_t>(i));
    std::vector<float> const others(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(v));
    return refusal_of(0, bw::cell::sparse(some, others));
  };
  CHECK(sparse(2, 2) == "");
  for (auto const& [i, v] : std::vector<std::pair<std::size_t, std::size_t>>{{0, 3}, {1, 2}, {2, 3}, {2, 1}, {2, 0}})
    CHECK(sparse(i, v) == "row 0, field 's': indices and values differ in number [bulkwriter.wrong_dim]");

  std::vector<bw::cell> const cells(3, integer(7));
  auto const list = [&](std::size_t count, std::size_t width) {
    return bw::cell::list(std::span(cells).first(count), width);
  };
  CHECK(refusal_of(1, list(3, 1)) == "");
  CHECK(refusal_of(1, list(0, 2)) == "");
  CHECK(refusal_of(1, list(2, 2)) ==
        "row 0, field 'n': elements of 2 cells where an array has single ones [bulkwriter.wrong_type]");
  CHECK(refusal_of(2, list(2, 2)) == "");
  CHECK(refusal_of(2, list(0, 1)) == "");
  CHECK(refusal_of(2, list(3, 1)) ==
        "row 0, field 'c': structs of 1 cells where the struct has 2 fields [bulkwriter.wrong_type]");
  CHECK(refusal_of(2, list(3, 3)) ==
        "row 0, field 'c': structs of 3 cells where the struct has 2 fields [bulkwriter.wrong_type]");
  CHECK(refusal_of(2, list(3, 2)) ==
        "row 0, field 'c': a list whose cells are no whole number of elements of 2 [bulkwriter.wrong_type]");
  CHECK(refusal_of(2, list(3, 0)) ==
        "row 0, field 'c': a list whose cells are no whole number of elements of 0 [bulkwriter.wrong_type]");
}

TEST_CASE("vectors of zeros only are refused where that is asked for, of every kind, by what stands in the file") {
  using bw::kind;
  auto const code = [](bw::field_info const& f, bw::cell value, bool refuse = true) {
    auto const r = bw::detail::row_checker({&f, 1}, refuse).check(3, {&value, 1});
    return r ? errc::none : r.error().code;
  };
  auto const field = [](kind k, std::uint32_t dim) {
    return bw::field_info{.name = "v", .type = k, .dim = dim, .nullable = true};
  };
  std::vector<float> const zeros(70), minus(70, -0.0f), tiny(70, 1e-45f), few{0, 0, 0};
  auto last = zeros;
  last.back() = -1e-45f;
  for (kind const k : {kind::float_vector, kind::float16_vector, kind::bfloat16_vector}) {
    auto const f = field(k, 70);
    CHECK(code(f, bw::cell::floats(zeros)) == errc::zero_vector);
    CHECK(code(f, bw::cell::floats(minus)) == errc::zero_vector);
    CHECK(code(f, bw::cell::floats(zeros), false) == errc::none);
    CHECK(code(f, bw::cell::floats(few)) == errc::wrong_dim);
    CHECK(code(f, bw::cell()) == errc::none);
    // what 16 bits round to 0 is 0 in the file
    CHECK(code(f, bw::cell::floats(tiny)) == (k == kind::float_vector ? errc::none : errc::zero_vector));
    CHECK(code(f, bw::cell::floats(last)) == (k == kind::float_vector ? errc::none : errc::zero_vector));
  }
  std::vector<std::uint16_t> halves{0x8000, 0};
  CHECK(code(field(kind::float16_vector, 2), bw::cell::halves(halves)) == errc::zero_vector);
  CHECK(code(field(kind::bfloat16_vector, 2), bw::cell::halves(halves)) == errc::zero_vector);
  halves[1] = 0x8001;
  CHECK(code(field(kind::float16_vector, 2), bw::cell::halves(halves)) == errc::none);
  std::vector<std::int8_t> int8s(5);
  CHECK(code(field(kind::int8_vector, 5), bw::cell::int8s(int8s)) == errc::zero_vector);
  int8s[4] = -1;
  CHECK(code(field(kind::int8_vector, 5), bw::cell::int8s(int8s)) == errc::none);
  std::vector<std::uint8_t> bits(2);
  CHECK(code(field(kind::binary_vector, 16), bw::cell::bytes(bits)) == errc::zero_vector);
  CHECK(code(field(kind::float_vector, 16), bw::cell::bytes(bits)) == errc::wrong_type);
  bits[1] = 1;
  CHECK(code(field(kind::binary_vector, 16), bw::cell::bytes(bits)) == errc::none);
  std::vector<std::uint32_t> const indices{3, 9};
  std::vector<float> weights{0, -0.0f};
  auto const sparse = field(kind::sparse_float_vector, 0);
  CHECK(code(sparse, bw::cell::sparse(indices, weights)) == errc::zero_vector);
  CHECK(code(sparse, bw::cell::sparse({}, {})) == errc::zero_vector);
  CHECK(code(sparse, bw::cell::sparse({}, {}), false) == errc::none);
  CHECK(code(sparse, bw::cell()) == errc::none);
  weights[1] = 1e-45f;
  CHECK(code(sparse, bw::cell::sparse(indices, weights)) == errc::none);

  static bw::field_info const subs[] = {{.name = "n", .type = kind::int8},
                                        {.name = "e", .type = kind::float_vector, .dim = 2}};
  bw::field_info const clips{.name = "c", .type = kind::struct_array, .max_capacity = 4, .sub = subs, .sub_count = 2};
  std::vector<float> const some{0, 1}, none{0, 0};
  bw::cell const cells[] = {integer(0), bw::cell::floats(some), integer(0), bw::cell::floats(none)};
  auto const r = bw::detail::row_checker({&clips, 1}, true).check(3, std::vector{bw::cell::list(cells, 2)});
  REQUIRE_FALSE(r);
  CHECK(r.error().to_string() ==
        "row 3, field 'c': element [1]: 'e': a vector of zeros only, which this writer refuses "
        "[bulkwriter.zero_vector]");
  CHECK(code(clips, bw::cell::list(std::span(cells).first(2), 2)) == errc::none);
}

TEST_CASE("a value of another type is described") {
  auto const message = [](std::size_t i, bw::cell value) {
    auto const info = refusal(i, value);
    CHECK(info.code == errc::wrong_type);
    return info.problems.empty() ? std::string() : info.problems[0].message;
  };
  std::vector<float> const floats(3);
  std::vector<std::uint16_t> const halves(2);
  std::vector<std::int8_t> const int8s(1);
  std::vector<std::uint8_t> const bytes(4);
  std::vector<std::uint32_t> const indices{7};
  std::vector<bw::cell> const cells(5);
  CHECK(message(1, text("seven")) == "the text 'seven' cannot be stored in int8");
  CHECK(message(1, bw::cell::boolean(true)) == "the boolean true cannot be stored in int8");
  CHECK(message(1, bw::cell::float32(1.5f)) == "the float 1.5 cannot be stored in int8");
  CHECK(message(1, bw::cell::float64(-2e300)) == "the float -2e+300 cannot be stored in int8");
  CHECK(message(3, integer(-7)) == "the integer -7 cannot be stored in varchar");
  CHECK(message(3, bw::cell::integer(std::uint64_t{18446744073709551615u})) ==
        "the integer 18446744073709551615 cannot be stored in varchar");
  CHECK(message(3, bw::cell::floats(floats)) == "a vector of 3 floats cannot be stored in varchar");
  CHECK(message(5, bw::cell::halves(halves)) == "a vector of 2 16-bit floats cannot be stored in float_vector");
  CHECK(message(5, bw::cell::int8s(int8s)) == "a vector of 1 int8 values cannot be stored in float_vector");
  CHECK(message(5, bw::cell::bytes(bytes)) == "a vector of 4 bytes cannot be stored in float_vector");
  CHECK(message(5, bw::cell::sparse(indices, std::span(floats).first(1))) ==
        "a sparse vector of 1 entries cannot be stored in float_vector");
  CHECK(message(5, bw::cell::list(cells)) == "a list of 5 elements cannot be stored in float_vector");
}
