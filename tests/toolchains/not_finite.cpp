// Every NaN and infinity is refused, whatever the program is compiled with: -ffast-math and -ffinite-math-only let the
// compiler believe that there are none. Each number comes in four ways: as a constant, from memory, by value, and as what
// was computed.
//
//   not_finite  ->  exit code 0; otherwise what was accepted is on stderr

#include <bulkwriter/input/csv_reader.hpp>
#include <bulkwriter/local.hpp>
#include <bulkwriter/writer/runtime_bulk_writer.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bw = bulkwriter;
using namespace bw::literals;

namespace {

struct part {
  float x = {};
  double y = {};
  std::array<float, 2> v = {};
};
struct part_fields
    : bw::struct_fields<bw::field<"x", &part::x, bw::float32{}>, bw::field<"y", &part::y, bw::float64{}>,
                        bw::field<"v", &part::v, bw::float_vector{.dim = 2}>> {};
struct row {
  std::int64_t id = {};
  float f = {};
  double d = {};
  float wide = {};
  std::optional<double> maybe = {};
  std::array<float, 2> v = {};
  std::array<float, 70> long_v = {};
  std::vector<float> half = {0, 0}, brain = {0, 0};
  std::array<bw::float16, 2> half_bits = {}, brain_bits = {};
  std::map<int, float> sparse = {};
  std::map<int, double> wide_sparse = {};
  std::map<int, long double> widest_sparse = {};
  std::vector<float> floats = {};
  std::vector<double> doubles = {};
  std::vector<part> parts = {};
};
struct row_schema
    : bw::schema<bw::field<"id", &row::id, bw::int64{.is_primary = true}>, bw::field<"f", &row::f, bw::float32{}>,
                 bw::field<"d", &row::d, bw::float64{}>, bw::field<"wide", &row::wide, bw::float64{}>,
                 bw::field<"maybe", &row::maybe, bw::float64{.nullable = true}>,
                 bw::field<"v", &row::v, bw::float_vector{.dim = 2}>,
                 bw::field<"long_v", &row::long_v, bw::float_vector{.dim = 70}>,
                 bw::field<"half", &row::half, bw::float16_vector{.dim = 2}>,
                 bw::field<"brain", &row::brain, bw::bfloat16_vector{.dim = 2}>,
                 bw::field<"half_bits", &row::half_bits, bw::float16_vector{.dim = 2}>,
                 bw::field<"brain_bits", &row::brain_bits, bw::bfloat16_vector{.dim = 2}>,
                 bw::field<"sparse", &row::sparse, bw::sparse_float_vector{}>,
                 bw::field<"wide_sparse", &row::wide_sparse, bw::sparse_float_vector{}>,
                 bw::field<"widest_sparse", &row::widest_sparse, bw::sparse_float_vector{}>,
                 bw::field<"floats", &row::floats, bw::array{.element_type = bw::float32{}, .max_capacity = 4}>,
                 bw::field<"doubles", &row::doubles, bw::array{.element_type = bw::float64{}, .max_capacity = 4}>,
                 bw::field<"parts", &row::parts, bw::struct_array<part_fields>{.max_capacity = 4}>> {};
struct loose_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"f", bw::float32{.nullable = true}>,
                 bw::column<"d", bw::float64{.nullable = true}>,
                 bw::column<"v", bw::float_vector{.dim = 2, .nullable = true}>,
                 bw::column<"a", bw::array{.element_type = bw::float64{}, .max_capacity = 4, .nullable = true}>,
                 bw::dynamic_field<>> {};

int complaints = 0;
void expect(bool holds, std::string const& what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what.c_str());
  ++complaints;
}

// Refused for what it is, and nothing else.
void expect_refused(bw::result<void> const& done, std::string const& what) {
  bool const refused = !done && (done.error().code == bw::errc::not_finite ||
                                 done.error().code == bw::errc::out_of_range ||
                                 done.error().code == bw::errc::invalid_json ||
                                 done.error().code == bw::errc::invalid_number);
  expect(refused, what + (done ? " was accepted" : ": " + done.error().to_string()));
  if (refused) expect(done.error().message.size() < 200, what + ": " + done.error().message);
}

template <class T>
std::shared_ptr<bw::output::memory> const place = std::make_shared<bw::output::memory>();
bw::bulk_writer<row_schema, bw::format::json>& rows() {
  static bw::bulk_writer<row_schema, bw::format::json> writer{place<row>};
  return writer;
}
bw::bulk_writer<loose_schema, bw::format::json>& loose() {
  static bw::bulk_writer<loose_schema, bw::format::json> writer{place<loose_schema>};
  return writer;
}
bw::bulk_writer<bw::runtime_schema, bw::format::json>& runtime() {
  static bw::bulk_writer<bw::runtime_schema, bw::format::json> writer{bw::runtime_schema::of<loose_schema>(),
                                                                     place<bw::runtime_schema>};
  return writer;
}

template <class Set>
void refuse_row(std::string const& what, Set const& set) {
  row r;
  set(r);
  expect_refused(rows().try_append_row(r), what);
}

// ---- numbers of float ----

inline void refuse_float(std::string const& what, float const& x) {
  refuse_row(what + " float32", [&](row& r) { r.f = x; });
  refuse_row(what + " float in float64", [&](row& r) { r.wide = x; });
  refuse_row(what + " float_vector", [&](row& r) { r.v[1] = x; });
  refuse_row(what + " block of a long float_vector", [&](row& r) { r.long_v[17] = x; });
  refuse_row(what + " end of a long float_vector", [&](row& r) { r.long_v[69] = x; });
  refuse_row(what + " float16_vector", [&](row& r) { r.half[0] = x; });
  refuse_row(what + " bfloat16_vector", [&](row& r) { r.brain[1] = x; });
  refuse_row(what + " sparse", [&](row& r) { r.sparse[3] = x; });
  refuse_row(what + " array", [&](row& r) { r.floats = {1, x}; });
  refuse_row(what + " struct", [&](row& r) { r.parts = {part{}, part{.x = x}}; });
  refuse_row(what + " vector of a struct", [&](row& r) { r.parts = {part{.v = {0, x}}}; });
  auto& w = loose();
  expect_refused(w.try_append_row("id"_f = 1, "f"_f = x), what + " by name");
  expect_refused(w.try_append_row("id"_f = 1, "d"_f = x), what + " float64 by name");
  expect_refused(w.try_append_row("id"_f = 1, "v"_f = std::array<float, 2>{0, x}), what + " vector by name");
  expect_refused(w.try_append_row("id"_f = 1, "f"_f = std::optional<float>(x)), what + " optional by name");
  expect_refused(w.try_append_row(std::tuple{1, x, nullptr, nullptr, nullptr}), what + " by position");
  expect_refused(w.try_append_row("id"_f = 1, "k"_f = x), what + " dynamic");
  expect_refused(w.try_append_row("id"_f = 1, "k"_f = std::vector<float>{0, x}), what + " dynamic list");
  std::array<int, 1> const ids{1};
  std::array<float, 1> const column{x};
  auto const columns = w.try_append_columns("id"_f = ids, "f"_f = column);
  expect(!columns && columns.error().code == bw::errc::not_finite, what + " column was accepted");
  std::array<float, 2> const block{0, x};
  auto const blocks = w.try_append_columns("id"_f = ids, "v"_f = block);
  expect(!blocks && blocks.error().code == bw::errc::not_finite, what + " block was accepted");
  std::vector<bw::cell> cells(6);
  cells[0] = bw::cell::integer(std::int64_t{1});
  cells[1] = bw::cell::float32(x);
  expect_refused(runtime().try_append_row(cells), what + " cell");
  cells[1] = {};
  cells[3] = bw::cell::floats(block);
  expect_refused(runtime().try_append_row(cells), what + " cell of a vector");
  bw::runtime_schema s;
  s.add_field("id", bw::int64{.is_primary = true}).add_field("x", bw::float32{.default_value = x});
  expect(!s.try_check(), what + " default_value was accepted");
}
[[gnu::noinline]] void refuse_float_by_value(std::string const& what, float x) {
  row r;
  r.f = x;
  expect_refused(rows().try_append_row(r), what + " float32");
  expect_refused(rows().try_append_row({.v = {x, 0}}), what + " float_vector");
  expect_refused(rows().try_append_row({.half = {x, 0}}), what + " float16_vector");
  refuse_float(what, x);
}

// ---- numbers of double ----

inline void refuse_double(std::string const& what, double const& x) {
  refuse_row(what + " float64", [&](row& r) { r.d = x; });
  refuse_row(what + " optional", [&](row& r) { r.maybe = x; });
  refuse_row(what + " sparse", [&](row& r) { r.wide_sparse[3] = x; });
  refuse_row(what + " widest sparse", [&](row& r) { r.widest_sparse[3] = x; });
  refuse_row(what + " array", [&](row& r) { r.doubles = {1, x}; });
  refuse_row(what + " struct", [&](row& r) { r.parts = {part{.y = x}}; });
  auto& w = loose();
  expect_refused(w.try_append_row("id"_f = 1, "d"_f = x), what + " by name");
  expect_refused(w.try_append_row("id"_f = 1, "f"_f = x), what + " float32 by name");
  expect_refused(w.try_append_row("id"_f = 1, "a"_f = std::vector<double>{x}), what + " array by name");
  expect_refused(w.try_append_row("id"_f = 1, "k"_f = x), what + " dynamic");
  std::vector<bw::cell> cells(6);
  cells[0] = bw::cell::integer(std::int64_t{1});
  cells[2] = bw::cell::float64(x);
  expect_refused(runtime().try_append_row(cells), what + " cell");
  bw::runtime_schema s;
  s.add_field("id", bw::int64{.is_primary = true}).add_field("x", bw::float64{.default_value = x});
  expect(!s.try_check(), what + " default_value was accepted");
}
[[gnu::noinline]] void refuse_double_by_value(std::string const& what, double x) {
  expect_refused(rows().try_append_row({.d = x}), what + " float64");
  refuse_double(what, x);
}

void refuse_too_large() {
  expect_refused(rows().try_append_row({.half = {65520, 0}}), "65520 in a float16_vector");
  expect_refused(rows().try_append_row({.brain = {0x1.ffp127f, 0}}), "the largest float in a bfloat16_vector");
  expect_refused(rows().try_append_row({.half_bits = {{{0x7c00}, {}}}}), "an infinity as bits of float16");
  expect_refused(rows().try_append_row({.brain_bits = {{{}, {0xffc0}}}}), "a NaN as bits of bfloat16");
  for (double const x : {0x1.ffffffp127, 1e39, -1e39, 1e300}) {
    expect_refused(loose().try_append_row("id"_f = 1, "f"_f = x), std::to_string(x) + " in float32");
    expect_refused(rows().try_append_row({.wide_sparse = {{1, x}}}), std::to_string(x) + " in a sparse vector");
    bw::runtime_schema s;
    s.add_field("id", bw::int64{.is_primary = true}).add_field("x", bw::float32{.default_value = x});
    expect(!s.try_check(), std::to_string(x) + " as a default_value was accepted");
  }
}

// ---- texts ----

void refuse_texts() {
  std::vector<std::string> const names{"id", "f", "d", "v", "a"};
  bw::text_columns const columns{runtime().schema().fields(), names};
  for (std::string const text : {"nan", "inf", "-inf", "Infinity", "1e999", "-1e999"}) {
    for (std::size_t const column : {1u, 2u, 3u, 4u}) {
      std::string const list = column < 3 ? text : "[0," + text + "]";
      std::vector<std::string_view> cells{"1", "", "", "", ""};
      cells[column] = list;
      expect_refused(runtime().try_append_row(columns, cells), "the text " + list + " in column " + names[column]);
      std::string const json = "{\"id\":1,\"" + names[column] + "\":" + list + "}";
      expect_refused(runtime().try_append_row(bw::json_text(json)), json);
    }
    std::string const file = "x\n" + text + "\n";
    std::string_view rest = file;
    bw::csv_reader csv(bw::text_source([&](std::span<char> out) -> bw::result<std::size_t> {
      std::size_t const n = rest.copy(out.data(), out.size());
      rest.remove_prefix(n);
      return n;
    }));
    expect(csv.next() && !csv[0].try_as<float>() && !csv[0].try_as<double>(), "a CSV cell of " + text + " was read");
    expect_refused(runtime().try_append_row(bw::json_text("{\"id\":1,\"k\":" + text + "}")), text + " of a dynamic key");
  }
  expect_refused(runtime().try_append_row(bw::json_text("{\"id\":1,\"f\":1e39}")), "1e39 in float32");
  expect_refused(runtime().try_append_row(bw::json_text("{\"id\":1,\"v\":[1e39,0]}")), "1e39 in a float_vector");
}

// ---- what is finite passes ----

void accept() {
  auto const done = rows().try_append_row(
      {.f = 0x1.fffffep127f, .d = -0x1.fffffffffffffp1023, .half = {65504, -65519}, .brain = {0x1.fefp127f, 0},
       .wide_sparse = {{1, 0x1.fffffefffffffp127}}, .parts = {part{.x = 1}}});
  expect(!!done, "a finite row was refused: " + (done ? "" : done.error().to_string()));
  auto const named = loose().try_append_row("id"_f = 1, "f"_f = 0x1.fffffefffffffp127, "k"_f = 1e300);
  expect(!!named, "finite values by name were refused: " + (named ? "" : named.error().to_string()));
}

}  // namespace

int main(int argc, char**) {
  constexpr std::array<std::uint32_t, 4> floats{0x7f80'0000, 0xff80'0000, 0x7fc0'0000, 0x7f80'0001};
  constexpr std::array<std::uint64_t, 4> doubles{0x7ff0'0000'0000'0000, 0xfff0'0000'0000'0000, 0x7ff8'0000'0000'0000,
                                                 0x7ff0'0000'0000'0001};
  refuse_float("a constant, infinity:", std::bit_cast<float>(floats[0]));
  refuse_float("a constant, NaN:", std::bit_cast<float>(floats[2]));
  refuse_double("a constant, infinity:", std::bit_cast<double>(doubles[0]));
  refuse_double("a constant, NaN:", std::bit_cast<double>(doubles[2]));
  for (std::size_t i = 0; i < floats.size(); ++i) {
    std::string const number = " " + std::to_string(i) + ":";
    std::uint32_t volatile const bits = floats[i];
    std::uint64_t volatile const wide_bits = doubles[i];
    refuse_float("memory" + number, std::bit_cast<float>(std::uint32_t{bits}));
    refuse_double("memory" + number, std::bit_cast<double>(std::uint64_t{wide_bits}));
    refuse_float_by_value("by value" + number, std::bit_cast<float>(std::uint32_t{bits}));
    refuse_double_by_value("by value" + number, std::bit_cast<double>(std::uint64_t{wide_bits}));
  }
  float volatile const zero = static_cast<float>(argc - 1);
  refuse_float("computed, 1 / 0:", 1 / zero);
  refuse_float("computed, 0 / 0:", zero / zero);
  double volatile const wide_zero = zero;
  refuse_double("computed, -1 / 0:", -1 / wide_zero);
  refuse_too_large();
  refuse_texts();
  accept();
  expect(rows().try_commit() && loose().try_commit(), "nothing could be written");
  return complaints == 0 ? 0 : 1;
}
