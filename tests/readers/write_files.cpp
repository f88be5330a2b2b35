// Writes files of many shapes into a folder, and beside each what went into it, told without the library
// (support/expected.hpp). check_files.py runs this and reads the files with readers that others wrote.
//
//   write_files FOLDER
//
// For a case FOLDER/<case>.<format>/ holds the files, FOLDER/<case>.<format>.expected one line a row, and
// FOLDER/<case>.<format>.case what to check: lines "format F", "chunk_size N", "min_files N", "min_row_groups N",
// "nullable 1" where all columns but the first may be null, "separator C" and "nullkey TEXT" of CSV, "column KIND NAME"
// and, in the order of their rows, "file ROWS BYTES PATH", of NumPy "group ROWS BYTES PATH PATH...".

#include <bulkwriter/local.hpp>

#include <array>
#include <cfloat>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../support/asked_locale.hpp"
#include "../support/every.hpp"
#include "../support/expected.hpp"

namespace bw = bulkwriter;
namespace fs = std::filesystem;
using namespace bw::literals;
using rows::every;
using rows::every_columns;
using rows::every_row;
using rows::every_schema;
using rows::random_values;
using rows::told;

namespace {

fs::path root;

struct shape {
  std::string name = {};
  std::vector<std::pair<char const*, char const*>> columns = {};  // kind, name
  std::uint64_t chunk_size = 512_MiB;
  std::size_t min_files = 1;
  std::size_t min_row_groups = 1;
  bool nullable = false;  // all columns but the first
};

// Writes down a row that was taken. CSV may refuse one, for a reason of its own.
template <class Writer, class Wrote, class Row>
void offer(Writer& writer, Wrote const& wrote, Row const& row, std::string const& line) {
  auto const appended = writer.try_append_row(row);
  if (appended) return wrote(line);
  using format = typename Writer::format_type;
  bool own_reasons = std::is_same_v<format, bw::format::csv> || std::is_same_v<format, bw::format::npy>;
  for (bw::problem const& p : appended.error().problems) own_reasons &= p.code == bw::errc::format_cannot_hold;
  if (!own_reasons) throw bw::error(appended.error());
}

// fill(writer, wrote) appends rows, calls wrote(expected line) after each, and may commit in between.
template <class Schema, class Format, class Fill>
void make_one(shape const& s, std::string const& format_name, Format format, Fill const& fill) {
  std::string const base = (root / (s.name + "." + format_name)).string();
  [[maybe_unused]] Format const csv = format;
  std::ofstream expected(base + ".expected", std::ios::binary);
  bw::local_bulk_writer<Schema, Format> writer{std::move(format), {.local_path = base, .chunk_size = s.chunk_size}};
  fill(writer, [&](std::string const& line) { expected << line << '\n'; });
  writer.commit();
  if (!writer.commit().empty()) throw std::runtime_error(base + ": a commit without rows returned files");

  std::ofstream about(base + ".case", std::ios::binary);
  about << "format " << format_name << "\nchunk_size " << s.chunk_size << "\nmin_files " << s.min_files
        << "\nmin_row_groups " << s.min_row_groups << "\nnullable " << s.nullable << '\n';
  if constexpr (std::is_same_v<Format, bw::format::csv>)
    about << "separator " << csv.separator << "\nnullkey " << csv.nullkey << '\n';
  for (auto const& [kind, name] : s.columns) about << "column " << kind << ' ' << name << '\n';
  for (bw::file_group const& group : writer.batch_files()) {
    about << (format_name == "npy" ? "group " : "file ") << group.rows << ' ' << group.bytes;
    for (std::string const& path : group) about << ' ' << path;
    about << '\n';
  }
  if (!expected.flush() || !about.flush()) throw std::runtime_error(base + ": cannot write what is expected");
}

template <class Schema>
constexpr bool npy_holds() {
  for (bw::field_info const& f : Schema::infos)
    if (!bw::format::can_hold<bw::format::npy>(f)) return false;
  return true;
}

template <class Schema, class Fill>
void make(shape const& s, Fill const& fill, bw::format::parquet parquet = {}) {
  if constexpr (npy_holds<Schema>()) make_one<Schema>(s, "npy", bw::format::npy{}, fill);
  make_one<Schema>(s, "parquet", parquet, fill);
  make_one<Schema>(s, "json", bw::format::json{}, fill);
  make_one<Schema>(s, "jsonl", bw::format::jsonl{}, fill);
  make_one<Schema>(s, "csv", bw::format::csv{}, fill);
}
// The same rows in another CSV.
template <class Schema, class Fill>
void make_piped(shape s, Fill const& fill) {
  s.name += "_piped";
  make_one<Schema>(s, "csv", bw::format::csv{.separator = '|', .nullkey = "NULL"}, fill);
}

// --- every kind, no null ---

void write_every() {
  make<every_schema>({.name = "no_rows", .columns = every_columns, .min_files = 0, .min_row_groups = 0},
                     [](auto&, auto const&) {});

  auto const rows = [](std::int64_t count) {
    return [count](auto& writer, auto const& wrote) {
      random_values random(static_cast<std::uint64_t>(count));
      for (std::int64_t id = 0; id < count; ++id) {
        every const r = every_row(id, random);
        offer(writer, wrote, r, told(r));
      }
    };
  };
  make<every_schema>({.name = "one_row", .columns = every_columns}, rows(1));
  make<every_schema>({.name = "many_rows", .columns = every_columns}, rows(3000));
  make<every_schema>({.name = "many_row_groups", .columns = every_columns, .min_row_groups = 8}, rows(1000),
                     {.row_group_size = 16_KiB});
  make<every_schema>({.name = "many_pages", .columns = every_columns}, rows(2000), {.page_size = 1_KiB});
  make<every_schema>({.name = "checksums", .columns = every_columns}, rows(500),
                     {.page_size = 4_KiB, .page_checksum = true});
  make<every_schema>({.name = "many_chunks", .columns = every_columns, .chunk_size = 64_KiB, .min_files = 4},
                     rows(1500), {.row_group_size = 8_KiB});
  make<every_schema>(
      {.name = "many_chunks_one_row_group", .columns = every_columns, .chunk_size = 96_KiB, .min_files = 3},
      rows(1500));

  make<every_schema>({.name = "two_commits", .columns = every_columns, .min_files = 2},
                     [](auto& writer, auto const& wrote) {
                       random_values random(2);
                       for (std::int64_t id = 0; id < 20; ++id) {
                         every const r = every_row(id, random);
                         offer(writer, wrote, r, told(r));
                         if (id == 6 && writer.commit().size() != 1)
                           throw std::runtime_error("the first commit is not one file");
                       }
                     });

  make<every_schema>({.name = "limits", .columns = every_columns}, [](auto& writer, auto const& wrote) {
    static constexpr float floats[] = {
        0.0f,        -0.0f,       FLT_MIN, -FLT_MIN, FLT_TRUE_MIN, -FLT_TRUE_MIN,   FLT_MAX,    -FLT_MAX, 1.0f,
        16777216.0f, 16777215.0f, 0.1f,    1.0e-45f, 3.4e38f,      1.17549421e-38f, 8388609.0f, 1e10f,    123456.789f};
    static constexpr double doubles[] = {0.0,
                                         -0.0,
                                         DBL_MIN,
                                         -DBL_MIN,
                                         DBL_TRUE_MIN,
                                         -DBL_TRUE_MIN,
                                         DBL_MAX,
                                         -DBL_MAX,
                                         1.0,
                                         9007199254740993.0,
                                         0.1,
                                         5e-324,
                                         1.7976931348623157e308,
                                         2.2250738585072011e-308,
                                         1e23,
                                         123456789.123456789,
                                         1e21,
                                         1e-7};
    static_assert(std::size(floats) == std::size(doubles));
    for (std::size_t i = 0; i < std::size(floats); ++i) {
      every r;
      r.id = i % 2 ? INT64_MIN + static_cast<std::int64_t>(i) - 1 : INT64_MAX - static_cast<std::int64_t>(i);
      r.flag = i % 2 == 0;
      r.i8 = i % 2 ? INT8_MIN : INT8_MAX;
      r.i16 = i % 2 ? INT16_MIN : INT16_MAX;
      r.i32 = i % 2 ? INT32_MIN : INT32_MAX;
      r.i64 = i % 2 ? INT64_MIN : INT64_MAX;
      r.f32 = floats[i];
      r.f64 = doubles[i];
      r.v = {floats[i], -floats[i], floats[(i + 1) % std::size(floats)], -1.0f};
      offer(writer, wrote, r, told(r));
    }
  });

  auto const texts_of_all_sorts = [](auto& writer, auto const& wrote) {
    std::vector<std::string> texts = {"",
                                      " ",
                                      "plain",
                                      "\"quoted\"",
                                      "back\\slash",
                                      "{\"not\":\"json\"}",
                                      "null",
                                      "NaN",
                                      "-",
                                      "tab\tnew\nline\r\n",
                                      "\xc3\xa9",
                                      "\xef\xbb\xbf"
                                      "bom",
                                      "\xe2\x80\xa8\xe2\x80\xa9",
                                      "\xef\xbf\xbd",
                                      "\xef\xbf\xbf",
                                      "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80",
                                      "\xf4\x8f\xbf\xbf",
                                      "a,b;c",
                                      "<script>&amp;",
                                      "'; drop table"};
    for (int c = 0; c < 128; ++c) texts.push_back(std::string("c") + static_cast<char>(c) + "c");
    texts.push_back(std::string(65535, 'x'));
    texts.push_back(std::string(65535, '"'));
    texts.push_back(std::string(65535, '\x01'));
    std::string wide;
    while (wide.size() + 3 <= 65535) wide += "\xe6\x97\xa5";
    texts.push_back(wide);
    std::vector<std::string> const docs = {"{}",
                                           "[]",
                                           "null",
                                           "true",
                                           "0",
                                           "-0",
                                           "1e-7",
                                           "\"\"",
                                           R"("\u0000\ud83d\ude00\/")",
                                           R"({"a":{"b":[{}]}})",
                                           " { \"spaced\" : [ 1 , 2 ] } ",
                                           "12345678901234567890123",
                                           "0.1000",
                                           "\"" + std::string(60000, 'y') + "\""};
    std::int64_t id = 0;
    for (std::string const& text : texts) {
      every r;
      r.id = id++;
      r.text = text;
      r.doc = docs[static_cast<std::size_t>(id) % docs.size()];
      r.extra = id % 3 ? R"({"key with space":"\u00e9","nested":{"a":[1,{"b":null}]},"n":-0.5})" : "{}";
      offer(writer, wrote, r, told(r));
    }
  };
  make<every_schema>({.name = "texts", .columns = every_columns}, texts_of_all_sorts);
  make_piped<every_schema>({.name = "texts", .columns = every_columns}, texts_of_all_sorts);
}

// --- nulls and default values ---

struct sparse_row {
  std::int64_t id = {};
  std::optional<bool> flag = {};
  std::optional<std::int8_t> i8 = {};
  std::optional<std::int16_t> i16 = {};
  std::optional<std::int32_t> i32 = {};
  std::optional<std::int64_t> i64 = {};
  std::optional<float> f32 = {};
  std::optional<double> f64 = {};
  std::optional<std::string> text = {};
  std::optional<std::string> doc = {};
  std::optional<std::vector<float>> v = {};
  std::optional<bool> flag_or = {};
  std::optional<std::int8_t> i8_or = {};
  std::optional<std::int64_t> i64_or = {};
  std::optional<float> f32_or = {};
  std::optional<double> f64_or = {};
  std::optional<std::string> text_or = {};
  std::optional<std::string> null_or = {};
};
struct sparse_schema
    : bw::schema<
          bw::field<"id", &sparse_row::id, bw::int64{.is_primary = true}>,                                            //
          bw::field<"flag", &sparse_row::flag, bw::boolean{.nullable = true}>,                                        //
          bw::field<"i8", &sparse_row::i8, bw::int8{.nullable = true}>,                                               //
          bw::field<"i16", &sparse_row::i16, bw::int16{.nullable = true}>,                                            //
          bw::field<"i32", &sparse_row::i32, bw::int32{.nullable = true}>,                                            //
          bw::field<"i64", &sparse_row::i64, bw::int64{.nullable = true}>,                                            //
          bw::field<"f32", &sparse_row::f32, bw::float32{.nullable = true}>,                                          //
          bw::field<"f64", &sparse_row::f64, bw::float64{.nullable = true}>,                                          //
          bw::field<"text", &sparse_row::text, bw::varchar{.max_length = 1000, .nullable = true}>,                    //
          bw::field<"doc", &sparse_row::doc, bw::json{.nullable = true}>,                                             //
          bw::field<"v", &sparse_row::v, bw::float_vector{.dim = 3, .nullable = true}>,                               //
          bw::field<"flag_or", &sparse_row::flag_or, bw::boolean{.default_value = true}>,                             //
          bw::field<"i8_or", &sparse_row::i8_or, bw::int8{.default_value = -128}>,                                    //
          bw::field<"i64_or", &sparse_row::i64_or, bw::int64{.default_value = 1LL << 40}>,                            //
          bw::field<"f32_or", &sparse_row::f32_or, bw::float32{.default_value = 0.1f}>,                               //
          bw::field<"f64_or", &sparse_row::f64_or, bw::float64{.default_value = -2.5e-300}>,                          //
          bw::field<"text_or", &sparse_row::text_or, bw::varchar{.max_length = 64, .default_value = "no \"text\""}>,  //
          bw::field<"null_or", &sparse_row::null_or,
                    bw::varchar{.max_length = 64, .nullable = true, .default_value = "default wins"}>> {};

std::vector<std::pair<char const*, char const*>> const sparse_columns = {
    {"int64", "id"},       {"boolean", "flag"},    {"int8", "i8"},        {"int16", "i16"},    {"int32", "i32"},
    {"int64", "i64"},      {"float32", "f32"},     {"float64", "f64"},    {"varchar", "text"}, {"json", "doc"},
    {"float_vector", "v"}, {"boolean", "flag_or"}, {"int8", "i8_or"},     {"int64", "i64_or"}, {"float32", "f32_or"},
    {"float64", "f64_or"}, {"varchar", "text_or"}, {"varchar", "null_or"}};

std::string told(sparse_row const& r) {
  using namespace expected;
  return row(cell(r.id), cell(r.flag), cell(r.i8), cell(r.i16), cell(r.i32), cell(r.i64), cell(r.f32), cell(r.f64),
             cell(r.text), json(r.doc), r.v ? cell(std::span<float const>(*r.v)) : "-", cell(r.flag_or.value_or(true)),
             cell(r.i8_or.value_or(std::int8_t{-128})), cell(r.i64_or.value_or(1099511627776)),
             cell(r.f32_or.value_or(0.1f)), cell(r.f64_or.value_or(-2.5e-300)), cell(r.text_or.value_or("no \"text\"")),
             cell(r.null_or.value_or("default wins")));
}

// present(row, column) says whether the cell has a value.
template <class Present>
void write_nulls(std::string name, std::int64_t rows, Present present, bw::format::parquet parquet = {}) {
  shape const s{.name = std::move(name), .columns = sparse_columns, .nullable = true};
  auto const fill_rows = [&](auto& writer, auto const& wrote) {
    random_values random(static_cast<std::uint64_t>(rows));
    for (std::int64_t id = 0; id < rows; ++id) {
      sparse_row r;
      r.id = id;
      int column = 0;
      auto const fill = [&](auto& member, auto value) {
        if (present(id, column++)) member = std::move(value);
      };
      fill(r.flag, random.below(2) == 1);
      fill(r.i8, static_cast<std::int8_t>(random.bits()));
      fill(r.i16, static_cast<std::int16_t>(random.bits()));
      fill(r.i32, static_cast<std::int32_t>(random.bits()));
      fill(r.i64, static_cast<std::int64_t>(random.bits()));
      fill(r.f32, random.any_float());
      fill(r.f64, random.any_double());
      fill(r.text, random.word(40));
      fill(r.doc, std::string("[") + std::to_string(id) + "]");
      fill(r.v, random.vector(3));
      fill(r.flag_or, false);
      fill(r.i8_or, static_cast<std::int8_t>(random.bits()));
      fill(r.i64_or, static_cast<std::int64_t>(random.bits()));
      fill(r.f32_or, random.any_float());
      fill(r.f64_or, random.any_double());
      fill(r.text_or, random.word(40));
      fill(r.null_or, random.word(40));
      offer(writer, wrote, r, told(r));
    }
  };
  make<sparse_schema>(s, fill_rows, parquet);
  make_piped<sparse_schema>(s, fill_rows);
}

void write_all_nulls() {
  write_nulls("null_nowhere", 100, [](std::int64_t, int) { return true; });
  write_nulls("null_everywhere", 100, [](std::int64_t, int) { return false; });
  write_nulls("null_one_row", 1, [](std::int64_t, int) { return false; });
  // A null in every column of 70 rows at every row once: every place within and across the bytes of a bitmap.
  write_nulls("null_at_every_place", 70 * 18,
              [](std::int64_t row, int column) { return row % 70 != (row / 70 + column * 7) % 70; });
  write_nulls("null_but_one", 70 * 18,
              [](std::int64_t row, int column) { return row % 70 == (row / 70 + column * 7) % 70; });
  write_nulls("null_first_and_last", 9, [](std::int64_t row, int) { return row != 0 && row != 8; });
  write_nulls("null_in_runs", 5000, [](std::int64_t row, int column) { return (row >> column) & 1; });
  write_nulls("null_at_random", 5000,
              [random = random_values(5)](std::int64_t, int) mutable { return random.below(3) != 0; },
              {.row_group_size = 32_KiB, .page_size = 1_KiB});
}

// --- dims ---

struct embedded {
  std::int64_t id = {};
  std::vector<float> v = {};
};
template <std::uint32_t Dim>
struct embedded_schema : bw::schema<bw::field<"id", &embedded::id, bw::int64{.is_primary = true}>,
                                    bw::field<"v", &embedded::v, bw::float_vector{.dim = Dim}>> {};

template <std::uint32_t Dim>
void write_dim(std::int64_t rows) {
  make<embedded_schema<Dim>>(
      {.name = "dim_" + std::to_string(Dim), .columns = {{"int64", "id"}, {"float_vector", "v"}}},
      [rows](auto& writer, auto const& wrote) {
        random_values random(Dim);
        for (std::int64_t id = 0; id < rows; ++id) {
          embedded const r{id, random.vector(Dim)};
          writer.append_row(r);
          wrote(expected::row(expected::cell(r.id), expected::cell(std::span<float const>(r.v))));
        }
      });
}

// --- a hundred columns, and a key that is text ---

template <std::size_t I>
consteval bw::fixed_string<4> wide_name() {
  char const text[4] = {'c', static_cast<char>('0' + I / 10), static_cast<char>('0' + I % 10), 0};
  return text;
}
template <std::size_t I>
constexpr auto wide_kind() {
  if constexpr (I % 5 == 0)
    return bw::int64{};
  else if constexpr (I % 5 == 1)
    return bw::float32{};
  else if constexpr (I % 5 == 2)
    return bw::float64{};
  else if constexpr (I % 5 == 3)
    return bw::boolean{};
  else
    return bw::varchar{.max_length = 300};
}
template <std::size_t I>
auto wide_value(random_values& random) {
  if constexpr (I % 5 == 0)
    return static_cast<std::int64_t>(random.bits());
  else if constexpr (I % 5 == 1)
    return random.any_float();
  else if constexpr (I % 5 == 2)
    return random.any_double();
  else if constexpr (I % 5 == 3)
    return random.below(2) == 1;
  else
    return random.word(40);
}
template <class>
struct wide_columns;
template <std::size_t... I>
struct wide_columns<std::index_sequence<I...>> {
  using schema = bw::schema<bw::column<"key", bw::varchar{.max_length = 20, .is_primary = true}>,
                            bw::column<wide_name<I>(), wide_kind<I>()>...>;

  static std::vector<std::pair<char const*, char const*>> columns() {
    static constexpr std::array names{wide_name<I>()...};
    static constexpr char const* kinds[] = {"int64", "float32", "float64", "boolean", "varchar"};
    std::vector<std::pair<char const*, char const*>> out = {{"varchar", "key"}};
    for (std::size_t i = 0; i < names.size(); ++i) out.emplace_back(kinds[i % 5], names[i].data);
    return out;
  }
  template <class Writer, class Wrote>
  static void append(Writer& writer, Wrote const& wrote, std::int64_t id, random_values& random) {
    std::tuple const row{"key " + std::to_string(id), wide_value<I>(random)...};
    offer(writer, wrote, row,
          std::apply([](auto const&... values) { return expected::row(expected::cell(values)...); }, row));
  }
};
using wide = wide_columns<std::make_index_sequence<99>>;
struct wide_schema : wide::schema {};

void write_wide() {
  make<wide_schema>({.name = "hundred_columns", .columns = wide::columns(), .min_row_groups = 2},
                    [](auto& writer, auto const& wrote) {
                      random_values random(100);
                      for (std::int64_t id = 0; id < 300; ++id) wide::append(writer, wrote, id, random);
                    },
                    {.row_group_size = 128_KiB});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("usage: write_files FOLDER\n", stderr), 2;
  if (!take_asked_locale()) return 1;
  try {
    root = argv[1];
    fs::create_directories(root);
    write_every();
    write_all_nulls();
    write_dim<2>(1000);
    write_dim<768>(800);
    write_dim<32768>(12);
    write_wide();
    return 0;
  } catch (std::exception const& e) {
    std::fprintf(stderr, "write_files: %s\n", e.what());
    return 1;
  }
}
