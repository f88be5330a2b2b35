#include <bulkwriter/row/bind.hpp>
#include <bulkwriter/row/half.hpp>
#include <bulkwriter/row/row_checker.hpp>

#include <doctest/doctest.h>

#include <array>
#include <bitset>
#include <chrono>
#include <cstddef>
#include <deque>
#include <limits>
#include <list>
#include <map>
#include <optional>
#include <ranges>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bw = bulkwriter;
using bw::errc;
using namespace bw::literals;

namespace {

// The cell that a value becomes in a field, with the memory behind it; `problem`: what was wrong, or what the checker
// says of it.
template <class F>
struct shown {
  bw::cell_row memory{std::span(&F::info, 1)};
  bw::cell cell;
  bw::errc code = bw::errc::none;
  std::string message;

  template <class V>
  explicit shown(V const& value) {
    static_assert(bw::detail::storable<V, F::attributes, bw::detail::strictness::value>());
    cell = bw::detail::field_cell_of<F>(value, memory);
    bw::detail::row_checker checker(memory.fields());
    checker.judge(std::span(&cell, 1), memory.problems());
    if (auto verdict = checker.verdict(7); !verdict) {
      code = verdict.error().code;
      message = verdict.error().message;
    }
  }
};
template <class F, class V>
inline constexpr bool takes = bw::detail::storable<V, F::attributes, bw::detail::strictness::member>();

using tags = bw::column<"tags", bw::array{.element_type = bw::varchar{.max_length = 8}, .max_capacity = 4}>;
using flags = bw::column<"flags", bw::array{.element_type = bw::boolean{}, .max_capacity = 4}>;
using counts = bw::column<"counts", bw::array{.element_type = bw::int8{}, .max_capacity = 4}>;
using weights = bw::column<"weights", bw::array{.element_type = bw::float32{}, .max_capacity = 4}>;
using f16 = bw::column<"f16", bw::float16_vector{.dim = 4}>;
using bf16 = bw::column<"bf16", bw::bfloat16_vector{.dim = 4}>;
using i8 = bw::column<"i8", bw::int8_vector{.dim = 4}>;
using bits = bw::column<"bits", bw::binary_vector{.dim = 16}>;
using sparse = bw::column<"sparse", bw::sparse_float_vector{}>;
using when = bw::column<"when", bw::timestamptz{}>;
using where = bw::column<"where", bw::geometry{}>;

std::vector<std::string> texts(bw::cell const& list) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < list.size(); ++i) out.emplace_back(list.element(i).front().as_text());
  return out;
}
std::vector<std::pair<std::uint32_t, float>> entries(bw::cell const& c) {
  std::vector<std::pair<std::uint32_t, float>> out;
  for (std::size_t i = 0; i < c.size(); ++i) out.emplace_back(c.sparse_indices()[i], c.sparse_values()[i]);
  return out;
}
std::vector<unsigned> bytes(bw::cell const& c) { return {c.as_bytes().begin(), c.as_bytes().end()}; }

}  // namespace

TEST_CASE("cell: integers of every type") {
  using type = bw::cell::type;
  CHECK(bw::cell::integer(5).holds() == type::integer);
  CHECK(bw::cell::integer(5).as_integer() == 5);
  CHECK(bw::cell::integer(-5LL).as_integer() == -5);
  CHECK(bw::cell::integer(std::int8_t{-128}).as_integer() == -128);
  CHECK(bw::cell::integer(std::uint8_t{255}).as_integer() == 255);
  CHECK(bw::cell::integer(4294967295u).holds() == type::integer);
  CHECK(bw::cell::integer(4294967295u).as_integer() == 4294967295);
  CHECK(bw::cell::integer(18446744073709551615ull).holds() == type::unsigned_integer);
  CHECK(bw::cell::integer(18446744073709551615ull).as_unsigned() == 18446744073709551615ull);
  CHECK(bw::cell::integer(std::size_t{7}).holds() == type::unsigned_integer);
  auto const takes = []<class Value>(Value value) { return requires { bw::cell::integer(value); }; };
  CHECK(takes(1));
  CHECK_FALSE(takes(true));
  CHECK_FALSE(takes('1'));
  CHECK_FALSE(takes(1.0));
}

TEST_CASE("arrays come from any sized range") {
  std::vector<std::string> const expected{"a", "b"};
  CHECK(texts(shown<tags>(expected).cell) == expected);
  CHECK(texts(shown<tags>(std::list<std::string>{"a", "b"}).cell) == expected);
  CHECK(texts(shown<tags>(std::set<std::string>{"b", "a"}).cell) == expected);
  CHECK(texts(shown<tags>(std::deque<std::string_view>{"a", "b"}).cell) == expected);
  CHECK(texts(shown<tags>(std::array<char const*, 2>{"a", "b"}).cell) == expected);
  CHECK(shown<tags>(std::vector<std::string>{}).cell.size() == 0);
  CHECK(shown<tags>(std::vector<std::string>{}).code == errc::none);

  // text that lives no longer than the step of the range that makes it
  std::vector<std::string> const words{"a rather long text that no short string optimisation keeps",
                                       "another such text"};
  auto const made = words | std::views::transform([](std::string const& s) { return s + "!"; });
  using long_tags = bw::column<"tags", bw::array{.element_type = bw::varchar{.max_length = 99}, .max_capacity = 4}>;
  CHECK(texts(shown<long_tags>(made).cell) == std::vector<std::string>{words[0] + "!", words[1] + "!"});

  shown<flags> const some(std::vector<bool>{true, false});
  REQUIRE(some.cell.size() == 2);
  CHECK(some.cell.element(0).front().as_boolean());
  CHECK_FALSE(some.cell.element(1).front().as_boolean());
  CHECK(shown<counts>(std::vector<int>{1, -2}).cell.element(1).front().as_integer() == -2);
  CHECK(shown<weights>(std::vector<double>{0.5}).cell.element(0).front().as_number() == 0.5);

  static_assert(!takes<tags, std::string> && !takes<tags, std::vector<int>> && !takes<counts, std::vector<int>>);
  static_assert(takes<counts, std::vector<signed char>> && takes<flags, std::array<bool, 2>>);
}

TEST_CASE("an array is refused for its size, or for its first bad element") {
  CHECK(shown<tags>(std::vector<std::string>(5)).message == "row 7, field 'tags': 5 elements exceed max_capacity 4");
  CHECK(shown<tags>(std::vector<std::string>(4)).code == errc::none);
  CHECK(shown<tags>(std::vector<std::string>{"ok", "123456789", "1234567890"}).message ==
        "row 7, field 'tags': element [1]: 9 bytes exceed max_length 8: '123456789'");
  CHECK(shown<counts>(std::vector<int>{1, 128}).message ==
        "row 7, field 'counts': element [1]: value 128 is outside -128..127 of int8");
  CHECK(shown<weights>(std::vector<float>{1, std::numeric_limits<float>::infinity()}).code == errc::not_finite);
  CHECK(shown<weights>(std::vector<double>{1e39}).code == errc::out_of_range);
  CHECK(shown<tags>(std::vector<std::string>{"\xff"}).code == errc::invalid_utf8);
}

TEST_CASE("half vectors come from floats and from bits") {
  std::vector<float> const floats{1, -2, 0.5f, 65504};
  CHECK(shown<f16>(floats).cell.as_floats().data() == floats.data());
  CHECK(shown<f16>(floats).code == errc::none);
  std::vector<bw::float16> const halves{{0x3c00}, {0xc000}, {0x3800}, {0x7bff}};
  REQUIRE(shown<f16>(halves).cell.holds() == bw::cell::type::halves);
  CHECK(shown<f16>(halves).cell.as_halves()[3] == 0x7bff);
  CHECK(shown<bf16>(std::array<std::uint16_t, 4>{0x3f80, 1, 2, 3}).cell.as_halves()[0] == 0x3f80);
#if defined(__FLT16_MANT_DIG__)
  std::vector<bw::detail::native_float16> const native{1, 2, 3, 4};
  CHECK(shown<f16>(native).cell.as_halves()[0] == 0x3c00);
  static_assert(!takes<bf16, std::vector<bw::detail::native_float16>>);
#endif
  CHECK(shown<f16>(std::vector<float>{1, 2, 65520, 4}).message ==
        "row 7, field 'f16': element [2] is 65520, outside the range of float16");
  CHECK(shown<f16>(std::vector<float>{1, 2, 65519, 4}).code == errc::none);
  CHECK(shown<bf16>(std::vector<float>{1, 2, 65520, 4}).code == errc::none);
  CHECK(shown<bf16>(std::vector<float>{1, 2, -std::numeric_limits<float>::max(), 4}).code == errc::out_of_range);
  CHECK(shown<f16>(std::vector<bw::float16>{{0}, {0}, {0}, {0xfc00}}).message ==
        "row 7, field 'f16': element [3] is -inf, not a finite number");
  CHECK(shown<bf16>(std::vector<bw::float16>{{0}, {0x7fc0}, {0}, {0}}).code == errc::not_finite);
  CHECK(shown<bf16>(std::vector<bw::float16>{{0}, {0x7c00}, {0}, {0}}).code == errc::none);
  CHECK(shown<f16>(std::vector<float>(3)).message == "row 7, field 'f16': a vector of 3 values where dim is 4");
  static_assert(!takes<f16, std::vector<double>> && !takes<f16, std::vector<short>>);
}

TEST_CASE("int8 and binary vectors") {
  CHECK(shown<i8>(std::vector<std::int8_t>{-128, 0, 1, 127}).cell.as_int8s()[0] == -128);
  CHECK(shown<i8>(std::vector<std::int8_t>(5)).code == errc::wrong_dim);
  CHECK(bytes(shown<bits>(std::vector<std::uint8_t>{0x80, 0x01}).cell) == std::vector<unsigned>{0x80, 1});
  CHECK(bytes(shown<bits>(std::array<std::byte, 2>{std::byte{3}, std::byte{4}}).cell) == std::vector<unsigned>{3, 4});
  CHECK(shown<bits>(std::vector<std::uint8_t>(3)).message ==
        "row 7, field 'bits': a vector of 24 bits where dim is 16");

  // as numpy.packbits: the first bit is the highest
  std::vector<bool> flags(16);
  flags[0] = flags[15] = true;
  CHECK(bytes(shown<bits>(flags).cell) == std::vector<unsigned>{0x80, 1});
  std::array<bool, 16> array{};
  array[1] = true;
  CHECK(bytes(shown<bits>(array).cell) == std::vector<unsigned>{0x40, 0});
  std::bitset<16> set;
  set.set(8);
  CHECK(bytes(shown<bits>(set).cell) == std::vector<unsigned>{0, 0x80});
  CHECK(shown<bits>(std::vector<bool>(12)).message == "row 7, field 'bits': a vector of 12 bits where dim is 16");
  static_assert(bw::detail::extent_fits<std::array<bool, 16>>(bits::info));
  static_assert(!bw::detail::extent_fits<std::array<bool, 2>>(bits::info));
  static_assert(bw::detail::extent_fits<std::array<std::uint8_t, 2>>(bits::info));
}

TEST_CASE("sparse vectors are sorted, and refused for what no server takes") {
  std::vector<std::pair<std::uint32_t, float>> const expected{{3, 0.5f}, {7, 2}};
  CHECK(entries(shown<sparse>(std::map<int, float>{{7, 2.f}, {3, .5f}}).cell) == expected);
  CHECK(entries(shown<sparse>(std::unordered_map<std::size_t, double>{{7, 2.}, {3, .5}}).cell) == expected);
  CHECK(entries(shown<sparse>(std::vector<std::pair<std::uint16_t, float>>{{7, 2.f}, {3, .5f}}).cell) == expected);
  std::vector<std::uint32_t> const indices{3, 7}, turned{7, 3};
  std::vector<float> const values{.5f, 2}, turned_values{2, .5f};
  shown<sparse> const as_it_is(bw::sparse_view{indices, values});
  CHECK(as_it_is.cell.sparse_indices().data() == indices.data());
  CHECK(entries(shown<sparse>(bw::sparse_view{turned, turned_values}).cell) == expected);
  CHECK(shown<sparse>(std::map<int, float>{}).code == errc::none);

  using pairs = std::vector<std::pair<std::int64_t, float>>;
  CHECK(shown<sparse>(pairs{{-1, 1.f}}).message == "row 7, field 'sparse': index -1 is outside 0..4294967294");
  CHECK(shown<sparse>(pairs{{4294967295, 1.f}}).message ==
        "row 7, field 'sparse': index 4294967295 is outside 0..4294967294");
  CHECK(shown<sparse>(pairs{{4294967294, 1.f}}).code == errc::none);
  CHECK(shown<sparse>(pairs{{1 << 30, 1.f}, {5, 1.f}, {1 << 30, 2.f}}).message ==
        "row 7, field 'sparse': index 1073741824 appears more than once");
  CHECK(shown<sparse>(pairs{{5, -1.f}}).message == "row 7, field 'sparse': the value of index 5 is -1, less than 0");
  CHECK(shown<sparse>(pairs{{5, std::numeric_limits<float>::quiet_NaN()}}).code == errc::not_finite);
  CHECK(shown<sparse>(bw::sparse_view{indices, std::span(values).first(1)}).message ==
        "row 7, field 'sparse': 2 indices and 1 values");
}

TEST_CASE("points in time become ISO 8601") {
  using namespace std::chrono;
  auto const text = [](auto time) { return std::string(shown<when>(time).cell.as_text()); };
  CHECK(text(sys_days{2024y / February / 29}) == "2024-02-29T00:00:00Z");
  CHECK(text(sys_seconds{sys_days{1969y / December / 31} + 23h + 59min + 58s}) == "1969-12-31T23:59:58Z");
  CHECK(text(sys_days{2026y / November / 25} + 1h + 2min + 3s + 45ms) == "2026-11-25T01:02:03.045000Z");
  CHECK(text(sys_time<microseconds>{sys_days{1900y / March / 1} - 1us}) == "1900-02-28T23:59:59.999999Z");
  CHECK(text(sys_time<nanoseconds>{-1ns}) == "1969-12-31T23:59:59.999999Z");
  CHECK(text(sys_days{1y / January / 1}) == "0001-01-01T00:00:00Z");
  CHECK(text(sys_days{9999y / December / 31}) == "9999-12-31T00:00:00Z");
  CHECK(text(sys_days{9999y / December / 31} + 23h + 59min + 59s) == "9999-12-31T23:59:59Z");
  CHECK(text(sys_time<microseconds>{sys_days{10000y / January / 1} - 1us}) == "9999-12-31T23:59:59.999999Z");
  CHECK(shown<when>(sys_days{10000y / January / 1}).code == errc::out_of_range);
  CHECK(shown<when>(sys_time<microseconds>{sys_days{1y / January / 1} - 1us}).code == errc::out_of_range);
  CHECK(shown<when>(sys_days{0y / December / 31}).code == errc::out_of_range);
  for (int day = -800'000; day < 2'900'000; day += 379) {  // against the library's own calendar
    sys_days const at{days{day}};
    if (at < sys_days{1y / January / 1} || at > sys_days{9999y / December / 31}) continue;
    year_month_day const date{at};
    char expected[32];
    std::snprintf(expected, sizeof expected, "%04d-%02u-%02uT00:00:00Z", int{date.year()}, unsigned{date.month()},
                  unsigned{date.day()});
    REQUIRE(text(at) == expected);
  }
  CHECK(shown<when>("2024-12-31T22:00:00+02:00").code == errc::none);
  CHECK(shown<when>("yesterday").code == errc::invalid_timestamp);
  CHECK(shown<where>("POINT (30 10)").code == errc::none);
  CHECK(shown<where>("POINT (30)").code == errc::invalid_geometry);
}

namespace {
struct clip {
  std::string caption;
  std::int64_t frame;
  std::array<float, 2> v;
};
struct clip_fields : bw::struct_fields<bw::field<"caption", &clip::caption, bw::varchar{.max_length = 8}>,
                                       bw::field<"frame", &clip::frame, bw::int64{}>,
                                       bw::field<"v", &clip::v, bw::float_vector{.dim = 2}>> {};
using clips = bw::column<"clips", bw::struct_array<clip_fields>{.max_capacity = 2}>;
using points =
    bw::column<"points", bw::struct_array<bw::column<"x", bw::int32{}>,
                                          bw::column<"name", bw::varchar{.max_length = 4}>>{.max_capacity = 2}>;
}  // namespace

TEST_CASE("arrays of structs") {
  std::vector<clip> const two{{"a", 1, {1, 2}}, {"b", 2, {3, 4}}};
  shown<clips> const made(two);
  REQUIRE(made.code == errc::none);
  REQUIRE(made.cell.size() == 2);
  REQUIRE(made.cell.element(1).size() == 3);
  CHECK(made.cell.element(1)[0].as_text() == "b");
  CHECK(made.cell.element(1)[1].as_integer() == 2);
  CHECK(made.cell.element(1)[2].as_floats()[1] == 4);
  CHECK(shown<clips>(std::list<clip>(3)).message == "row 7, field 'clips': 3 structs exceed max_capacity 2");
  CHECK(shown<clips>(std::vector<clip>{{"a", 1, {}}, {"123456789", 1, {}}}).message ==
        "row 7, field 'clips': element [1]: 'caption': 9 bytes exceed max_length 8: '123456789'");
  CHECK(shown<clips>(std::vector<clip>{{"a", 1, {0, std::numeric_limits<float>::infinity()}}}).message ==
        "row 7, field 'clips': element [0]: 'v': element [1] is inf, not a finite number");

  // fields without members take tuples, by position
  std::vector<std::tuple<int, std::string>> const one_tuple{{4, "p"}};
  shown<points> const tuples(one_tuple);
  CHECK(tuples.cell.element(0)[0].as_integer() == 4);
  CHECK(tuples.cell.element(0)[1].as_text() == "p");
  static_assert(!takes<points, std::vector<std::tuple<int>>> && !takes<points, std::vector<int>>);
  static_assert(!takes<points, std::vector<std::tuple<int, int>>> && !takes<clips, std::vector<std::string>>);
}

TEST_CASE("what did not become a cell is told once, in the order of the fields") {
  struct s
      : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"sparse", bw::sparse_float_vector{}>,
                   bw::column<"title", bw::varchar{.max_length = 2}>> {};
  bw::cell_row row(s::infos);
  row.refuse(errc::unknown_field, "nobody", "the schema has no field of this name");
  row.refuse(errc::out_of_range, "sparse", "index -1");
  row.set(2, bw::cell::text("long"));
  bw::detail::row_checker checker(s::infos);
  checker.judge(std::as_const(row).cells(), row.problems());
  auto const verdict = checker.verdict(0);
  REQUIRE_FALSE(verdict);
  std::vector<std::string> fields;
  for (auto const& p : verdict.error().problems) fields.push_back(p.field);
  CHECK(fields == std::vector<std::string>{"id", "sparse", "title", "nobody"});
}
