// Structured rows through every format: a schema, options and rows, good and bad, are made of the input; what the
// writer accepts and refuses is compared with the rules, and what it wrote is read back by readers of the test's own.
//
// With BULKWRITER_FUZZ_FILES=DIR the files of each input are kept there, beside a description (NAME.case) with the rows
// that went in: check_corpus.py has them read by others.

#include <bulkwriter/local.hpp>
#include <bulkwriter/writer/runtime_bulk_writer.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/input.hpp"
#include "support/parquet_peer.hpp"
#include "support/read_back.hpp"
#include "support/value.hpp"

namespace {

namespace bw = bulkwriter;
using fuzz::input;
using fuzz::kind;
using fuzz::require;
using fuzz::type;
using fuzz::value;
using fuzz::verdict;

constexpr char const* names[] = {"a", "B1", "_", "text", "id", "rows", "$meta"};

// What is written of an input: enough for the ends of small pages and chunks, of one in 16 for all others, too.
struct limits {
  std::size_t rows, bytes;
};
constexpr limits small{.rows = 40, .bytes = 2'500}, large{.rows = 1'200, .bytes = 16'000};

struct plan {
  std::string format;
  char separator = ',';
  std::string nullkey;
  limits most = small;
  std::uint64_t chunk_size = 0, row_group_size = 0, page_size = 0;
  bool checksum = false;
  std::vector<bw::field_info> fields;
  std::list<std::vector<bw::field_info>> subs;
  std::list<std::string> texts;
};

std::string make_text(input& in, std::size_t most) {
  static constexpr std::string_view pieces[] = {"a",
                                                "",
                                                "0",
                                                " ",
                                                "\"",
                                                "\\",
                                                ",",
                                                ";",
                                                "\n",
                                                "\r\n",
                                                "\r",
                                                "\t",
                                                std::string_view("\0", 1),
                                                "\x01",
                                                "\x7f",
                                                "\xc3\xa9",
                                                "\xe6\x97\xa5",
                                                "\xf0\x9f\x98\x80",
                                                "\xe2\x80\xa8",
                                                "\xef\xbb\xbf",
                                                "NULL",
                                                "\\N",
                                                "true",
                                                "[",
                                                "{",
                                                "}",
                                                "'",
                                                "\\u0000",
                                                "1.5",
                                                "\xff",
                                                "\xed\xa0\x80",
                                                "\xc0\x80"};
  std::string out;
  if (in.one_in(16)) return std::string(most + 1 - in.below(most == 0 ? 2 : 3), 'x');
  if (in.one_in(4)) return std::string(in.take(in.below(24)));
  for (std::size_t n = in.below(6); n != 0; --n) out += in.any_of(pieces);
  return out;
}

std::string make_json(input& in, bool is_object, int depth = 0) {
  static constexpr char const* good[] = {"null",
                                         "true",
                                         "false",
                                         "0",
                                         "-0",
                                         "1e5",
                                         "-1.25E-3",
                                         "12345678901234567890",
                                         "\"\"",
                                         "\"a\"",
                                         "\"\\ud83d\\ude00\"",
                                         "\"\\u0000\\n\"",
                                         "\"\xc3\xa9\"",
                                         "{}",
                                         "[]"};
  static constexpr char const* bad[] = {"",    "01",   "1e999", "tru", "\"\\ud800\"", "\"\n\"",
                                        "NaN", "\xff", "[1,]",  "{,}", "\"",          "{\"a\":1} x"};
  static constexpr char const* keys[] = {"k",       "",         "a",    "B1",   "id",  "$meta",
                                         "\\u0061", "\xc3\xa9", "\\\"", "text", "rows"};
  if (in.one_in(24)) return in.any_of(bad);
  if (in.one_in(12)) return std::string(in.take(in.below(40)));
  bool const open = is_object || (depth < 4 && in.one_in(3));
  if (!open) return in.any_of(good);
  bool const object = is_object || in.one_in(2);
  std::string out = object ? "{" : "[";
  for (std::size_t n = in.below(4), i = 0; i < n; ++i) {
    if (i != 0) out += in.one_in(8) ? " ,\r\n" : ",";
    if (object) ((out += '"') += in.any_of(keys)) += in.one_in(8) ? "\" :\t" : "\":";
    out += make_json(in, false, depth + 1);
  }
  return out += object ? "}" : "]";
}

std::string make_shape(input& in) {
  static constexpr char const* pieces[] = {"POINT", "LINESTRING", "POLYGON", "MULTI", "Z",
                                           "M",     "EMPTY",      " ",       "(",     ")",
                                           ",",     "1",          "-2.5e3",  "0 0",   "((0 0, 1 0, 1 1, 0 0))",
                                           "1e999", "COLLECTION", "GEOMETRY"};
  if (!in.one_in(3)) return in.any_of(fuzz::good_shapes);
  std::string out;
  for (std::size_t n = in.below(9); n != 0; --n) out += in.any_of(pieces);
  return out;
}

std::string make_time(input& in) {
  static constexpr char const* good[] = {"2024-02-29T23:59:59.123456789Z", "0001-01-01T00:00:00Z",
                                         "9999-12-31 23:59:59", "2026-01-31T08:00:00-12:00", "1970-01-01 00:00:00.1+14"};
  std::string out = in.any_of(good);
  if (in.one_in(3)) out[in.below(out.size())] = static_cast<char>(in.byte());
  if (in.one_in(8)) out.resize(in.below(out.size() + 1));
  return out;
}

std::int64_t make_integer(input& in, kind k) {
  int const bits = k == kind::int8 ? 8 : k == kind::int16 ? 16 : k == kind::int32 ? 32 : 64;
  auto const most = static_cast<std::int64_t>((std::uint64_t{1} << (bits - 1)) - 1);
  switch (in.below(8)) {
    case 0: return most;
    case 1: return -most - 1;
    case 2: return bits == 64 ? 0 : most + 1;  // bad
    case 3: return bits == 64 ? -1 : -most - 2;
    case 4: return in.bits<std::int64_t>();
    default: return static_cast<std::int8_t>(in.byte());
  }
}

double make_number(input& in) {
  static constexpr double special[] = {0.0,
                                       -0.0,
                                       1,
                                       -1,
                                       0.1,
                                       3.4028234663852886e38,
                                       3.4028235677973366e38,
                                       1.7976931348623157e308,
                                       5e-324,
                                       1e-45,
                                       65504,
                                       65519,
                                       65520,
                                       3.3895313892515355e38,
                                       6e-8,
                                       16777217,
                                       1e22};
  static constexpr double bad[] = {INFINITY, -INFINITY, NAN};
  switch (in.below(6)) {
    case 0: return std::bit_cast<double>(in.bits<std::uint64_t>());
    case 1: return static_cast<double>(std::bit_cast<float>(in.bits<std::uint32_t>()));
    case 2: return in.one_in(4) ? in.any_of(bad) : -in.any_of(special);
    case 3: return in.any_of(special);
    default: return static_cast<std::int8_t>(in.byte()) / 8.0;
  }
}

float to_float(double d) { return static_cast<float>(d); }

// Long vectors of few bytes: a number or two of the input's own, the rest made of a seed.
template <class T, class Make>
std::vector<T> make_vector(input& in, std::size_t dim, Make const& make) {
  std::size_t const n = in.one_in(16) ? dim + 1 - std::min(in.below(3), dim + 1) : dim;
  std::vector<T> out(n);
  std::uint32_t seed = in.byte();
  for (T& v : out) {
    seed = seed * 1664525 + 1013904223;
    if constexpr (std::is_same_v<T, std::uint16_t>)
      v = static_cast<T>(seed >> 18);  // finite as either kind's bits
    else
      v = static_cast<T>(static_cast<std::int8_t>(seed >> 24) / 4);
  }
  for (std::size_t k = in.below(4); k != 0 && n != 0; --k) out[in.below(n)] = make();
  return out;
}

value make_value(input& in, bw::field_info const& f);

value make_list(input& in, bw::field_info const& f) {
  value v{.holds = type::list};
  bool const structs = f.type == kind::struct_array;
  v.width = structs ? f.sub_count : 1;
  std::size_t const n = in.one_in(12) ? f.max_capacity + in.below(2) : in.below(f.max_capacity + 1);
  bw::field_info const element{.name = f.name, .type = f.element, .max_length = f.max_length};
  for (std::size_t i = 0; i < n * v.width; ++i)
    v.items.push_back(make_value(in, structs ? f.sub[i % f.sub_count] : element));
  if (in.one_in(64)) v.width = v.width % 3 + 1, v.items.resize(v.items.size() / v.width * v.width);  // another shape
  return v;
}

value make_value(input& in, bw::field_info const& given) {
  bw::field_info f = given;
  if (in.one_in(48)) f.type = static_cast<kind>(in.below(18));  // mostly another type
  if (f.dim == 0) f.dim = 8;
  value v;
  switch (f.type) {
    case kind::boolean:
      v.holds = type::boolean;
      v.integer = static_cast<std::int64_t>(in.below(2));
      break;
    case kind::int8:
    case kind::int16:
    case kind::int32:
    case kind::int64:
      v.integer = make_integer(in, f.type);
      v.holds = in.one_in(4) ? type::unsigned_integer : type::integer;
      v.large = static_cast<std::uint64_t>(v.integer);
      break;
    case kind::float32:
    case kind::float64:
      v.holds = in.one_in(2) ? type::float64 : type::float32;
      v.number = make_number(in);
      if (v.holds == type::float32) v.number = static_cast<double>(to_float(v.number));
      break;
    case kind::varchar:
      v.holds = type::text;
      v.text = make_text(in, f.max_length);
      break;
    case kind::text:
      v.holds = type::text;
      v.text = make_text(in, 40);
      break;
    case kind::json:
      v.holds = type::text;
      v.text = make_json(in, f.is_dynamic);
      break;
    case kind::geometry:
      v.holds = type::text;
      v.text = make_shape(in);
      break;
    case kind::timestamptz:
      v.holds = type::text;
      v.text = make_time(in);
      break;
    case kind::float16_vector:
    case kind::bfloat16_vector:
      if (in.one_in(2)) {
        v.holds = type::halves;
        v.halves = make_vector<std::uint16_t>(in, f.dim, [&] { return in.bits<std::uint16_t>(); });
        break;
      }
      [[fallthrough]];
    case kind::float_vector:
      v.holds = type::floats;
      v.floats = make_vector<float>(in, f.dim, [&] { return to_float(make_number(in)); });
      break;
    case kind::int8_vector:
      v.holds = type::int8s;
      v.int8s = make_vector<std::int8_t>(in, f.dim, [&] { return static_cast<std::int8_t>(in.byte()); });
      break;
    case kind::binary_vector:
      v.holds = type::bytes;
      v.bytes = make_vector<std::uint8_t>(in, f.dim / 8, [&] { return in.byte(); });
      break;
    case kind::sparse_float_vector: {
      v.holds = type::sparse;
      std::uint32_t index = in.below(3) == 0 ? in.bits<std::uint32_t>() : 0;
      for (std::size_t n = in.below(6); n != 0; --n) {
        v.indices.push_back(index);
        v.floats.push_back(in.one_in(8) ? to_float(make_number(in)) : to_float(in.byte()) / 16);
        index += in.one_in(16) ? 0 : 1 + in.below(100);  // bad: again; it may go round, too
      }
      break;
    }
    case kind::array:
    case kind::struct_array: return make_list(in, f);
  }
  return v;
}

void set_default(input& in, plan& p, bw::field_info& f) {
  f.has_default = true;
  switch (f.type) {
    case kind::boolean: f.default_integer = static_cast<std::int64_t>(in.below(2)); break;
    case kind::int8:
    case kind::int16:
    case kind::int32:
    case kind::int64: f.default_integer = static_cast<std::int8_t>(in.byte()); break;
    case kind::float32:
    case kind::float64: f.default_number = static_cast<std::int8_t>(in.byte()) / 10.0; break;
    case kind::varchar: {
      std::string text = make_text(in, f.max_length);
      if (!fuzz::is_utf8(text) || text.size() > f.max_length) text = "d";
      f.default_text = p.texts.emplace_back(std::move(text));
      break;
    }
    case kind::timestamptz: f.default_text = "2026-01-31T08:00:00Z"; break;
    default: f.has_default = false;
  }
}

void shape(input& in, bw::field_info& f) {
  static constexpr std::uint32_t dims[] = {2, 3, 5, 8, 31, 32, 33, 64, 65, 130};
  f.dim = in.any_of(dims);
  if (f.type == kind::binary_vector) f.dim = (f.dim + 7) / 8 * 8;
  if (!bw::is_dense_vector(f.type)) f.dim = 0;
  f.max_length = static_cast<std::uint32_t>(in.one_in(4) ? 300 : 1 + in.below(40));
  f.max_capacity = static_cast<std::uint32_t>(in.one_in(8) ? 20 : 1 + in.below(5));
  f.element = static_cast<kind>(in.below(8));
}

void add_field(input& in, plan& p, bool is_primary) {
  bw::field_info f;
  f.name = names[p.fields.size()];
  f.type = is_primary ? in.one_in(2) ? kind::varchar : kind::int64 : static_cast<kind>(in.below(20));
  shape(in, f);
  if (is_primary) {
    f.is_primary = true;
    f.auto_id = f.type == kind::int64 && in.one_in(8);
  } else {
    f.nullable = in.one_in(2);
    if (in.one_in(4)) set_default(in, p, f);
  }
  if (f.type == kind::struct_array) {
    static constexpr kind inside[] = {kind::boolean,     kind::int8,           kind::int16,
                                      kind::int32,       kind::int64,          kind::float32,
                                      kind::float64,     kind::varchar,        kind::float_vector,
                                      kind::text,        kind::float16_vector, kind::bfloat16_vector,
                                      kind::int8_vector, kind::binary_vector};
    auto& subs = p.subs.emplace_back();
    for (std::size_t n = 1 + in.below(3), i = 0; i < n; ++i) {
      bw::field_info s{.name = names[i]};
      s.type = inside[in.below(p.format == "csv" ? 9 : std::size(inside))];
      shape(in, s);
      subs.push_back(s);
    }
    f.sub = subs.data();
    f.sub_count = subs.size();
  }
  p.fields.push_back(f);
}

// Whether the format is documented to hold the field.
bool holds(plan const& p, bw::field_info const& f) {
  if (!f.written()) return true;
  if (p.format == "csv") return f.type != kind::text;  // of structs only what it holds is made above
  if (p.format != "npy") return true;
  bool const kinds = f.type != kind::text && f.type != kind::array && f.type != kind::timestamptz &&
                     f.type != kind::sparse_float_vector && f.type != kind::struct_array;
  return kinds && (!f.nullable || f.has_default);
}

plan make_plan(input& in) {
  plan p;
  static constexpr char const* formats[] = {"parquet", "json", "jsonl", "csv", "npy", "parquet"};
  static constexpr char separators[] = {',', ';', '\t', '|', ' ', '1', 'e', '[', '.', '-', '\\', 'n', ':'};
  static constexpr char const* nullkeys[] = {"",  "NULL", "\\N", "0", "true", "a",   " ",
                                             ",", "\"",   "1.5", "-", "null", "-0.0"};
  static constexpr std::uint64_t chunks[] = {1024, 2048, 6000, 9000, 1 << 20};
  static constexpr std::uint64_t groups[] = {4096, 5000, 10000, 1 << 20};
  static constexpr std::uint64_t pages[] = {1024, 1025, 3000, 1 << 20};
  p.format = in.any_of(formats);
  if (p.format == "csv") {
    p.separator = in.any_of(separators);
    p.nullkey = in.any_of(nullkeys);
  }
  std::uint8_t const choice = in.byte();
  p.chunk_size = chunks[choice % std::size(chunks)];
  if (choice % 16 == 15) p.most = large;
  if (p.format == "parquet") {
    p.row_group_size = in.any_of(groups);
    p.page_size = in.any_of(pages);
    p.checksum = in.one_in(4);
  }
  std::size_t const fields = 1 + in.below(6), primary = in.below(fields);
  for (std::size_t i = 0; i < fields; ++i) {
    add_field(in, p, i == primary);
    if (!holds(p, p.fields.back()) && !in.one_in(16)) {  // rows are worth more than one more refused schema
      p.fields.back().type = kind::int32;
      p.fields.back().nullable = p.fields.back().has_default = false;
      p.fields.back().sub = nullptr;
      p.fields.back().sub_count = 0;
    }
  }
  if (in.one_in(3)) p.fields.push_back({.name = bw::dynamic_field_name, .type = kind::json, .is_dynamic = true});
  return p;
}

bw::format::any make_format(plan const& p) {
  if (p.format == "parquet")
    return bw::format::parquet{
        .row_group_size = p.row_group_size, .page_size = p.page_size, .page_checksum = p.checksum};
  if (p.format == "csv") return bw::format::csv{.separator = p.separator, .nullkey = p.nullkey};
  return bw::format::any::named(p.format);
}

// Numbers that no double changes, whatever they are: others may be refused in the dynamic field of CSV files.
bool has_only_short_numbers(fuzz::json_tree const& tree) {
  if (tree.holds == fuzz::json_tree::type::number)
    return tree.text.size() <= 15 && tree.text.find_first_of("eE") == std::string::npos;
  return std::all_of(tree.items.begin(), tree.items.end(), has_only_short_numbers);
}

// What a format adds to the rules, which hold of a default as of any other value.
verdict judge_in_format(plan const& p, bw::field_info const& f, value const& given) {
  bool const is_default = given.holds == type::null && f.has_default && !f.default_text.empty();
  value const v = is_default ? value{.holds = type::text, .text = std::string(f.default_text)} : given;
  if (p.format == "npy" && v.holds == type::text && v.text.find('\0') != std::string::npos) return verdict::bad;
  if (p.format != "csv") return verdict::good;
  if (f.is_dynamic && v.holds == type::text) {
    auto const tree = fuzz::json_peer::read(v.text);
    return !tree || has_only_short_numbers(*tree) ? verdict::good : verdict::open;
  }
  if (v.holds == type::text && f.type != kind::json && v.text.find("\r\n") != std::string::npos) return verdict::bad;
  if (v.holds == type::null || f.is_dynamic || !f.may_be_null()) return verdict::good;
  if (v.holds == type::text) return fuzz::when(v.text != p.nullkey || (f.has_default && f.default_text == p.nullkey));
  return p.nullkey.empty() ? verdict::good : verdict::open;  // whether a number looks like it: reading tells
}

verdict judge_row(plan const& p, std::vector<value> const& row) {
  std::vector<std::string_view> all;
  for (bw::field_info const& f : p.fields) all.push_back(f.name);
  all.push_back(bw::dynamic_field_name);
  verdict v = verdict::good;
  for (std::size_t i = 0; i < row.size(); ++i) {
    bw::field_info const& f = p.fields[i];
    if (!f.written()) continue;
    v = fuzz::worse(v, row[i].holds == type::null ? fuzz::when(f.may_be_null()) : fuzz::judge(f, row[i], all));
    v = fuzz::worse(v, judge_in_format(p, f, row[i]));
  }
  return v;
}

// Of CSV, where CR LF in a quoted cell becomes LF: refused in text, between values of JSON harmless.
std::string without_cr(std::string text) {
  for (std::size_t at = 0; (at = text.find("\r\n", at)) != std::string::npos;) text.erase(at, 1);
  return text;
}

std::vector<std::string> tell_row(plan const& p, std::vector<value> const& row) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < row.size(); ++i) {
    bw::field_info const& f = p.fields[i];
    if (!f.written()) continue;
    value v = row[i];
    if (f.type == kind::json && p.format == "csv") v.text = without_cr(v.text);
    if (f.is_dynamic && (p.format == "json" || p.format == "jsonl"))
      out.push_back(
          fuzz::normal(v.holds == type::null ? *fuzz::json_peer::read("{}") : *fuzz::json_peer::read(v.text)));
    else
      out.push_back(v.holds == type::null ? fuzz::told_null(f) : fuzz::told(f, v));
  }
  return out;
}

std::string_view view(std::vector<std::byte> const& bytes) {
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

void read_group(plan const& p, bw::file_group const& group, std::map<std::string, std::vector<std::byte>> const& files,
                fuzz::rows_told& out) {
  std::size_t const before = out.size();
  std::uint64_t bytes = 0;
  std::vector<std::string_view> texts;
  for (std::string const& path : group) {
    auto const found = files.find(path);
    require(found != files.end(), "each path of batch_files is a file");
    texts.push_back(view(found->second));
    bytes += texts.back().size();
  }
  require(bytes == group.bytes, "bytes of batch_files");
  require(bytes <= p.chunk_size, [&] { return std::to_string(bytes) + " bytes exceed chunk_size"; });
  if (p.format == "npy") {
    std::size_t at = 0;
    out.resize(before + group.rows);
    for (bw::field_info const& f : p.fields) {
      if (!f.written()) continue;
      require(at < group.size() && group[at].ends_with("/" + std::string(f.name) + ".npy"), "a NumPy file a field");
      auto column = fuzz::read_npy(f, texts[at++]);
      require(column.size() == group.rows, "rows of a NumPy file");
      for (std::size_t r = 0; r < column.size(); ++r) out[before + r].push_back(std::move(column[r]));
    }
    require(at == group.size(), "no file beside the fields");
    return;
  }
  require(texts.size() == 1, "a file a chunk");
  if (p.format == "parquet") fuzz::read_parquet(p.fields, texts[0], out);
  if (p.format == "json") fuzz::read_json(p.fields, texts[0], out);
  if (p.format == "jsonl") fuzz::read_jsonl(p.fields, texts[0], out);
  if (p.format == "csv") fuzz::read_csv(p.fields, texts[0], p.separator, p.nullkey, out);
  require(out.size() - before == group.rows, "rows of batch_files");
  require(group.rows != 0, "no chunk is empty");
}

// For check_corpus.py.
void keep(plan const& p, std::vector<bw::batch_files> const& commits,
          std::map<std::string, std::vector<std::byte>> const& files, fuzz::rows_told const& rows) {
  char const* const folder = std::getenv("BULKWRITER_FUZZ_FILES");
  if (folder == nullptr || rows.empty()) return;
  static int number = 0;
  std::filesystem::path const base = std::filesystem::path(folder) / std::to_string(++number);
  for (auto const& [name, bytes] : files) {
    std::filesystem::path const path = base / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<char const*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  std::ofstream out(base / "case", std::ios::binary);
  out << "format\t" << p.format << "\nseparator\t" << static_cast<int>(p.separator) << "\nnullkey\t"
      << fuzz::hex(p.nullkey) << '\n';
  auto const describe = [&](char const* word, bw::field_info const& f) {
    out << word << '\t' << f.name << '\t' << to_string(f.type) << '\t' << to_string(f.element) << '\t' << f.dim << '\t'
        << (f.may_be_null() && !f.is_dynamic ? fuzz::told_null(f) : "!") << '\n';
  };
  for (bw::field_info const& f : p.fields) {
    if (!f.written()) continue;
    describe("field", f);
    for (bw::field_info const& s : f.sub_fields()) describe("sub", s);
  }
  for (bw::batch_files const& commit : commits)
    for (bw::file_group const& group : commit) {
      out << "group";
      for (std::string const& path : group) out << '\t' << path;
      out << '\n';
    }
  for (auto const& row : rows) {
    out << "row";
    for (std::string const& cell : row) out << '\t' << cell;
    out << '\n';
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  input in({data, size});
  plan const p = make_plan(in);
  auto const memory = std::make_shared<bw::output::memory>();
  auto made = bw::bulk_writer<bw::runtime_schema, bw::format::any>::try_open(
      bw::runtime_schema(p.fields), memory, make_format(p),
      {.chunk_size = p.chunk_size, .on_abandoned = [](bw::abandoned_rows const&) {}});
  bool can_hold = true, any_written = false;
  for (bw::field_info const& f : p.fields) {
    can_hold = can_hold && holds(p, f);
    any_written = any_written || f.written();
  }
  if (!any_written && !p.format.starts_with("json")) can_hold = false;  // the rows would be lost
  if (!made) {
    require(!can_hold, [&] { return "a schema that is good was refused: " + made.error().message; });
    return 0;
  }
  require(can_hold, "a field that the format does not hold was taken");
  auto& writer = *made;

  fuzz::rows_told distinct;
  std::vector<std::size_t> wanted;  // of those, in the order of the file
  std::size_t bytes = 0;
  std::vector<bw::batch_files> commits;
  auto const commit = [&] {
    auto files = writer.try_commit();
    require(files.has_value(), [&] { return "commit failed: " + files.error().message; });
    commits.push_back(*std::move(files));
  };
  while (!in.empty() && wanted.size() < p.most.rows && bytes < p.most.bytes) {
    std::vector<value> row;
    for (bw::field_info const& f : p.fields) {
      bool const null = in.one_in(f.may_be_null() ? 4 : 64);
      row.push_back(null ? value{} : make_value(in, f));
    }
    verdict const due = judge_row(p, row);
    // Over and over: past the ends of pages, row groups and chunks.
    std::size_t const times = due == verdict::bad ? 1 : in.one_in(4) ? 1 + in.byte() : 1;
    fuzz::cells memory_of_lists;
    std::vector<bw::cell> cells;
    for (value const& v : row) cells.push_back(memory_of_lists.of(v));
    std::size_t row_size = 0;
    for (std::size_t k = 0; k < times && wanted.size() < p.most.rows && bytes < p.most.bytes; ++k) {
      auto const appended = writer.try_append_row(std::span<bw::cell const>(cells));
      if (appended) {
        require(due != verdict::bad, "a bad row was accepted");
        if (k == 0) {
          distinct.push_back(tell_row(p, row));
          for (std::string const& cell : distinct.back()) row_size += 1 + cell.size() / 2;  // bytes are two digits
        }
        wanted.push_back(distinct.size() - 1);
        bytes += row_size;
        continue;
      }
      bool const too_large = appended.error().code == bw::errc::row_too_large;
      require(due != verdict::good || (too_large && p.chunk_size < 1 << 20),
              [&] { return "a good row was refused: " + appended.error().message; });
      require(fuzz::is_utf8(appended.error().message), "messages are UTF-8");
      break;
    }
    if (in.one_in(16)) commit();
  }
  commit();

  auto const files = memory->files();
  fuzz::rows_told found;
  for (bw::batch_files const& batch : commits)
    for (bw::file_group const& group : batch) read_group(p, group, files, found);
  require(found.size() == wanted.size(),
          [&] { return std::to_string(found.size()) + " rows read, " + std::to_string(wanted.size()) + " written"; });
  for (std::size_t r = 0; r < wanted.size(); ++r) {
    auto const& row = distinct[wanted[r]];
    require(found[r].size() == row.size(), "as many cells as columns");
    for (std::size_t c = 0; c < row.size(); ++c)
      require(found[r][c] == row[c], [&] {
        return p.format + ": row " + std::to_string(r) + ", column " + std::to_string(c) + ": read " + found[r][c] +
               ", written " + row[c];
      });
  }
  keep(p, commits, files, found);
  return 0;
}
