// Writes collections of every kind that Milvus 2.3.5 knows into a bucket, in every format that it reads, and beside
// that what went into them (support/expected.hpp). check_import.py runs this and has the server import the files.
//
//   milvus_upload ENDPOINT BUCKET FOLDER        ACCESS_KEY and SECRET_KEY come from the environment
//
// FOLDER/<name>.<format>.expected has one line a row, in the order of the column that the case is sorted by, and
// FOLDER/<name>.<format>.case what to import: lines "field {...}", a field of the collection as JSON, "sort NAME",
// "read 1" or "read 0", whether the library says that 2.3.5 reads it, and "group KEY...", the files of one import.
//
// Beyond 2.3.5, so not here: nullable fields, default values, several vectors in a collection, clustering keys,
// functions, sparse and int8 vectors, geometry, timestamptz, text, arrays of structs.

#include <bulkwriter/bulkwriter.hpp>
#include <bulkwriter/format/read_since.hpp>

#include <array>
#include <cfloat>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "../support/every.hpp"

namespace bw = bulkwriter;
using namespace bw::literals;
using rows::random_values;

namespace {

constexpr bw::server_version tested{2, 3, 5};

struct place {
  bw::s3_connect_param bucket;
  std::string folder;
};

std::string environment(char const* name) {
  char const* value = std::getenv(name);
  return value ? value : "";
}

void describe(std::ofstream& about, bw::field_info const& f) {
  about << "field {\"name\":\"" << f.name << "\",\"kind\":\"" << bw::to_string(f.type) << "\",\"element\":\""
        << bw::to_string(f.element) << "\",\"dim\":" << f.dim << ",\"max_length\":" << f.max_length
        << ",\"max_capacity\":" << f.max_capacity << ",\"is_primary\":" << f.is_primary << ",\"auto_id\":" << f.auto_id
        << ",\"is_partition_key\":" << f.is_partition_key << "}\n";
}

// What a case is written with. An import of a file costs the server about two seconds, so files are few.
struct shape {
  std::string name = {}, sort = "id";
  std::uint64_t chunk_size = 4_MiB;
};

// fill(writer, wrote) appends rows and calls wrote(key, expected line) after each; rows come back in the keys' order.
template <class Schema, class Format, class Fill>
void upload(place const& to, shape const& s, Format const& format, Fill const& fill) {
  std::string const base = to.folder + '/' + s.name + '.' + std::string(Format::extension);
  bool const read = bw::format::try_check_read_by(tested, Format::extension, Schema::infos).has_value();
  bw::remote_bulk_writer<Schema, Format> writer{
      format,
      to.bucket,
      {.remote_path = "/", .chunk_size = s.chunk_size, .oldest_server = read ? tested : bw::server_version{}}};
  std::map<std::int64_t, std::string> lines;
  fill(writer, [&](std::int64_t key, std::string line) {
    if (!lines.emplace(key, std::move(line)).second) throw std::runtime_error(base + ": a key stands for two rows");
  });
  writer.commit();

  std::ofstream expected(base + ".expected", std::ios::binary), about(base + ".case", std::ios::binary);
  for (auto const& [key, line] : lines) expected << line << '\n';
  for (bw::field_info const& f : Schema::infos) describe(about, f);
  about << "sort " << s.sort << "\nread " << read << '\n';
  for (bw::file_group const& group : writer.batch_files()) {
    about << "group";
    for (std::string const& key : group) about << ' ' << key;
    about << '\n';
  }
  if (!expected.flush() || !about.flush()) throw std::runtime_error(base + ": cannot write what is expected");
}

// Several row groups in a file, and several pages in each.
constexpr bw::format::parquet small_row_groups{.row_group_size = 32_KiB, .page_size = 16_KiB};

template <class Schema>
constexpr bool npy_holds() {
  for (bw::field_info const& f : Schema::infos)
    if (!bw::format::can_hold<bw::format::npy>(f)) return false;
  return true;
}

template <class Schema, class Fill>
void upload_all(place const& to, shape const& s, Fill const& fill) {
  upload<Schema>(to, s, small_row_groups, fill);
  upload<Schema>(to, s, bw::format::json{}, fill);
  if constexpr (npy_holds<Schema>()) upload<Schema>(to, s, bw::format::npy{}, fill);
}

// --- scalars, JSON, the dynamic field and float vectors ---

constexpr float float_limits[] = {0.0f,          -0.0f,      FLT_MIN,         -FLT_MIN, FLT_TRUE_MIN,
                                  -FLT_TRUE_MIN, FLT_MAX,    -FLT_MAX,        1.0f,     0.1f,
                                  16777215.0f,   8388609.0f, 1.17549421e-38f, 1e10f,    3.4e38f};
constexpr double double_limits[] = {
    0.0, -0.0, DBL_MIN, -DBL_MIN, DBL_TRUE_MIN,           -DBL_TRUE_MIN,          DBL_MAX, -DBL_MAX, 9007199254740993.0,
    0.1, 1e23, 1e21,    1e-7,     1.7976931348623157e308, 2.2250738585072011e-308};
static_assert(std::size(float_limits) == std::size(double_limits));

// U+0000 is among the characters of `texts` unless the format cannot hold it.
std::vector<std::string> texts(bool with_nul) {
  std::vector<std::string> out = {"",
                                  " ",
                                  "\"quoted\"",
                                  "back\\slash",
                                  "{\"not\":\"json\"}",
                                  "null",
                                  "NaN",
                                  "tab\tnew\nline\r\n",
                                  "\xef\xbb\xbf"
                                  "bom",
                                  "\xe2\x80\xa8\xe2\x80\xa9",
                                  "\xef\xbf\xbd",
                                  "\xef\xbf\xbf",
                                  "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80",
                                  "\xf4\x8f\xbf\xbf",
                                  "<script>&amp;"};
  for (int c = with_nul ? 0 : 1; c < 128; ++c) out.push_back(std::string("c") + static_cast<char>(c) + "c");
  return out;
}

// Of the greatest length, in bytes.
std::vector<std::string> long_texts() {
  std::string wide;
  while (wide.size() + 3 <= 65535) wide += "\xe6\x97\xa5";
  return {std::string(65535, '\x01'), wide};
}

void every_kind(place const& to) {
  upload_all<rows::every_schema>(to, {.name = "every"}, [](auto& writer, auto const& wrote) {
    using format = typename std::remove_reference_t<decltype(writer)>::format_type;
    auto const append = [&](rows::every const& r) {
      writer.append_row(r);
      wrote(r.id, rows::told(r));
    };
    random_values random(7);
    std::int64_t id = 0;
    while (id < 400) append(rows::every_row(id++, random));

    for (std::size_t i = 0; i < std::size(float_limits); ++i) {
      rows::every r;
      // Without the key INT64_MAX: 2.3.5 imports it, but none of its queries returns the row.
      r.id = i % 2 ? INT64_MIN + static_cast<std::int64_t>(i) : INT64_MAX - 1 - static_cast<std::int64_t>(i);
      r.flag = i % 2 == 0;
      r.i8 = i % 2 ? INT8_MIN : INT8_MAX;
      r.i16 = i % 2 ? INT16_MIN : INT16_MAX;
      r.i32 = i % 2 ? INT32_MIN : INT32_MAX;
      r.i64 = i % 2 ? INT64_MIN : INT64_MAX;
      r.f32 = float_limits[i];
      r.f64 = double_limits[i];
      r.v = {float_limits[i], -float_limits[i], float_limits[(i + 1) % std::size(float_limits)], -1.0f};
      append(r);
    }

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
                                           "0.1000"};
    for (std::string const& text : texts(!std::is_same_v<format, bw::format::npy>)) {
      rows::every r;
      r.id = id++;
      r.text = text;
      r.doc = docs[static_cast<std::size_t>(id) % docs.size()];
      r.extra = id % 3 ? R"({"key with space":"\u00e9","nested":{"a":[1,{"b":null}]},"n":-0.5,"big":9007199254740993})"
                       : "{}";
      append(r);
    }
    writer.commit();  // a long text makes every row of a NumPy file as long
    for (std::string const& text : long_texts()) {
      rows::every r;
      r.id = id++;
      r.text = text;
      append(r);
    }
    rows::every r;
    r.id = id++;
    r.doc = '"' + std::string(60000, 'y') + '"';
    append(r);
  });
}

// --- arrays ---

struct lists {
  std::int64_t id = {};
  std::vector<bool> flags = {};
  std::vector<std::int8_t> i8s = {};
  std::vector<std::int16_t> i16s = {};
  std::vector<std::int32_t> i32s = {};
  std::vector<std::int64_t> i64s = {};
  std::vector<float> f32s = {};
  std::vector<std::string> words = {};
  std::array<float, 2> v = {};
};
struct lists_schema
    : bw::schema<bw::field<"id", &lists::id, bw::int64{.is_primary = true}>,                                         //
                 bw::field<"flags", &lists::flags, bw::array{.element_type = bw::boolean{}, .max_capacity = 4096}>,  //
                 bw::field<"i8s", &lists::i8s, bw::array{.element_type = bw::int8{}, .max_capacity = 4096}>,         //
                 bw::field<"i16s", &lists::i16s, bw::array{.element_type = bw::int16{}, .max_capacity = 4096}>,      //
                 bw::field<"i32s", &lists::i32s, bw::array{.element_type = bw::int32{}, .max_capacity = 4096}>,      //
                 bw::field<"i64s", &lists::i64s, bw::array{.element_type = bw::int64{}, .max_capacity = 4096}>,      //
                 bw::field<"f32s", &lists::f32s, bw::array{.element_type = bw::float32{}, .max_capacity = 4096}>,    //
                 bw::field<"words", &lists::words,
                           bw::array{.element_type = bw::varchar{.max_length = 200}, .max_capacity = 4096}>,  //
                 bw::field<"v", &lists::v, bw::float_vector{.dim = 2}>> {};

std::string told(lists const& r) {
  using namespace expected;
  return row(cell(r.id), array(r.flags), array(r.i8s), array(r.i16s), array(r.i32s), array(r.i64s), array(r.f32s),
             array(r.words), cell(std::span<float const>(r.v)));
}

void arrays(place const& to) {
  upload_all<lists_schema>(to, {.name = "arrays"}, [](auto& writer, auto const& wrote) {
    auto const append = [&](lists const& r) {
      writer.append_row(r);
      wrote(r.id, told(r));
    };
    random_values random(8);
    std::int64_t id = 0;
    auto const random_row = [&](auto const& size) {
      lists r;
      r.id = id++;
      for (std::uint64_t n = size(); n--;) r.flags.push_back(random.below(2) == 1);
      for (std::uint64_t n = size(); n--;) r.i8s.push_back(static_cast<std::int8_t>(random.bits()));
      for (std::uint64_t n = size(); n--;) r.i16s.push_back(static_cast<std::int16_t>(random.bits()));
      for (std::uint64_t n = size(); n--;) r.i32s.push_back(static_cast<std::int32_t>(random.bits()));
      for (std::uint64_t n = size(); n--;) r.i64s.push_back(static_cast<std::int64_t>(random.bits()));
      for (std::uint64_t n = size(); n--;) r.f32s.push_back(random.any_float());
      for (std::uint64_t n = size(); n--;) r.words.push_back(random.word(40));
      for (float& x : r.v) x = random.any_float();
      return r;
    };
    lists none;
    none.id = id++;
    append(none);
    for (int i = 0; i < 500; ++i) append(random_row([&] { return random.below(6); }));
    append(random_row([] { return 4096; }));
    lists limits;
    limits.id = id++;
    limits.i8s = {INT8_MIN, INT8_MAX, 0};
    limits.i16s = {INT16_MIN, INT16_MAX, 0};
    limits.i32s = {INT32_MIN, INT32_MAX, 0};
    limits.i64s = {INT64_MIN, INT64_MAX, 0};
    limits.f32s.assign(std::begin(float_limits), std::end(float_limits));
    limits.words = texts(true);
    limits.words.push_back(std::string(200, 'x'));
    append(limits);
  });
}

struct doubles {
  std::int64_t id = {};
  std::vector<double> f64s = {};
  std::array<float, 2> v = {};
};
struct doubles_schema
    : bw::schema<bw::field<"id", &doubles::id, bw::int64{.is_primary = true}>,                                       //
                 bw::field<"f64s", &doubles::f64s, bw::array{.element_type = bw::float64{}, .max_capacity = 4096}>,  //
                 bw::field<"v", &doubles::v, bw::float_vector{.dim = 2}>> {};

void arrays_of_doubles(place const& to) {
  upload_all<doubles_schema>(to, {.name = "doubles"}, [](auto& writer, auto const& wrote) {
    random_values random(11);
    for (std::int64_t id = 0; id < 100; ++id) {
      doubles r;
      r.id = id;
      // within the range of float32: of JSON the server takes them, and gives back the nearest float
      for (std::uint64_t n = random.below(6); n--;) r.f64s.push_back(random.number() + 1e-9);
      writer.append_row(r);
      wrote(r.id,
            expected::row(expected::cell(r.id), expected::array(r.f64s), expected::cell(std::span<float const>(r.v))));
    }
  });
}

// --- keys that are text, partition keys, keys of the server, binary vectors ---

struct text_key_schema : bw::schema<bw::column<"number", bw::int64{.is_partition_key = true}>,             //
                                    bw::column<"key", bw::varchar{.max_length = 65, .is_primary = true}>,  //
                                    bw::column<"bits", bw::binary_vector{.dim = 8}>> {};

struct auto_id_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true, .auto_id = true}>,                //
                                   bw::column<"number", bw::int64{}>,                                               //
                                   bw::column<"tenant", bw::varchar{.max_length = 100, .is_partition_key = true}>,  //
                                   bw::column<"bits", bw::binary_vector{.dim = 40}>> {};

template <std::size_t Size>
std::array<std::uint8_t, Size> random_bytes(random_values& random) {
  std::array<std::uint8_t, Size> out;
  for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(random.bits() >> 56);
  return out;
}

void keys(place const& to) {
  // Several files, as chunks are small.
  upload_all<text_key_schema>(to, {.name = "text_key", .sort = "number", .chunk_size = 16_KiB},
                              [](auto& writer, auto const& wrote) {
                                random_values random(9);
                                for (std::int64_t n = 0; n < 600; ++n) {
                                  std::string const key = random.word(50) + std::to_string(n);
                                  auto const bits = random_bytes<1>(random);
                                  writer.append_row(std::tuple{n, key, bits});
                                  wrote(n, expected::row(expected::cell(n), expected::cell(key),
                                                         expected::cell(std::span<std::uint8_t const>(bits))));
                                }
                              });
  upload_all<auto_id_schema>(to, {.name = "auto_id", .sort = "number"}, [](auto& writer, auto const& wrote) {
    random_values random(10);
    for (std::int64_t n = 0; n < 600; ++n) {
      std::string const tenant = random.word(50);
      auto const bits = random_bytes<5>(random);
      writer.append_row(std::tuple{n, tenant, bits});
      wrote(n, expected::row(expected::cell(n), expected::cell(tenant),
                             expected::cell(std::span<std::uint8_t const>(bits))));
    }
  });
}

// --- what the library says that 2.3.5 does not read ---

struct floats {
  std::int64_t id = {};
  std::vector<float> v = {};
};
struct float16_schema : bw::schema<bw::field<"id", &floats::id, bw::int64{.is_primary = true}>,
                                   bw::field<"v", &floats::v, bw::float16_vector{.dim = 4}>> {};
struct bfloat16_schema : bw::schema<bw::field<"id", &floats::id, bw::int64{.is_primary = true}>,
                                    bw::field<"v", &floats::v, bw::bfloat16_vector{.dim = 4}>> {};
struct float_schema : bw::schema<bw::field<"id", &floats::id, bw::int64{.is_primary = true}>,
                                 bw::field<"v", &floats::v, bw::float_vector{.dim = 4}>> {};

void newer(place const& to) {
  auto const fill = [](auto& writer, auto const& wrote) {
    for (floats const& r : {floats{1, {1, 2, 3, 4}}, floats{2, {0, -1, 0.5f, 8}}}) {
      writer.append_row(r);
      wrote(r.id, expected::row(expected::cell(r.id), expected::cell(std::span<float const>(r.v))));
    }
  };
  upload_all<float16_schema>(to, {.name = "float16"}, fill);
  upload_all<bfloat16_schema>(to, {.name = "bfloat16"}, fill);
  upload<float_schema>(to, {.name = "floats"}, bw::format::csv{}, fill);
  upload<float_schema>(to, {.name = "floats"}, bw::format::jsonl{}, fill);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fputs("usage: milvus_upload ENDPOINT BUCKET FOLDER\n", stderr), 2;
  try {
    place const to{.bucket = {.endpoint = argv[1],
                              .access_key = environment("ACCESS_KEY"),
                              .secret_key = environment("SECRET_KEY"),
                              .bucket_name = argv[2],
                              .secure = false},
                   .folder = argv[3]};
    every_kind(to);
    arrays(to);
    arrays_of_doubles(to);
    keys(to);
    newer(to);
    return 0;
  } catch (std::exception const& e) {
    std::fprintf(stderr, "milvus_upload: %s\n", e.what());
    return 1;
  }
}
