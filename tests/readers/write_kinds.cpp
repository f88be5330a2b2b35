// Writes rows of every kind that check_kinds.py has made: what goes into the files is told by the checker alone.
//
//   write_kinds FOLDER
//
// A line of FOLDER/jobs.txt is "NAME FORMAT WAY HELD NULLABLE CHUNK_SIZE ROW_GROUP_SIZE PAGE_SIZE PAGE_CHECKSUM
// SEPARATOR NULLKEY ROWS FIELDS" ("-": empty). NAME becomes a folder with the files, and NAME.files tells of them:
// "file ROWS BYTES PATH", of NumPy "group ROWS BYTES PATH PATH...", and "refused ROW" for each row that the format
// alone refuses. WAY is "typed" (a struct, values by name and tuples in turn; ROWS are binary, as `input` reads them)
// or "runtime" (a schema out of the file FIELDS; ROWS are JSON texts).

#include <bulkwriter/local.hpp>
#include <bulkwriter/writer/runtime_bulk_writer.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../support/asked_locale.hpp"

namespace bw = bulkwriter;

namespace {

// --- rows of the fixed schemas ---

struct clip {
  bool flag = {};
  std::int8_t i8 = {};
  std::int16_t i16 = {};
  std::int32_t i32 = {};
  std::int64_t i64 = {};
  float f32 = {};
  double f64 = {};
  std::string title = {};
  std::array<float, 2> v = {};
};
struct clip_fields : bw::struct_fields<bw::field<"flag", &clip::flag, bw::boolean{}>,                       //
                                       bw::field<"i8", &clip::i8, bw::int8{}>,                              //
                                       bw::field<"i16", &clip::i16, bw::int16{}>,                           //
                                       bw::field<"i32", &clip::i32, bw::int32{}>,                           //
                                       bw::field<"i64", &clip::i64, bw::int64{}>,                           //
                                       bw::field<"f32", &clip::f32, bw::float32{}>,                         //
                                       bw::field<"f64", &clip::f64, bw::float64{}>,                         //
                                       bw::field<"title", &clip::title, bw::varchar{.max_length = 65535}>,  //
                                       bw::field<"v", &clip::v, bw::float_vector{.dim = 2}>> {};

struct pack {
  std::vector<float> f16 = {};
  std::vector<bw::float16> f16_bits = {};
  std::vector<float> bf16 = {};
  std::vector<std::int8_t> i8 = {};
  std::vector<std::uint8_t> bits = {};
  std::string note = {};
};
struct pack_fields : bw::struct_fields<bw::field<"f16", &pack::f16, bw::float16_vector{.dim = 3}>,            //
                                       bw::field<"f16_bits", &pack::f16_bits, bw::float16_vector{.dim = 2}>,  //
                                       bw::field<"bf16", &pack::bf16, bw::bfloat16_vector{.dim = 2}>,         //
                                       bw::field<"i8", &pack::i8, bw::int8_vector{.dim = 3}>,                 //
                                       bw::field<"bits", &pack::bits, bw::binary_vector{.dim = 16}>,
                                       bw::field<"note", &pack::note, bw::text{}>> {};

template <bool Nullable>
struct row {
  template <class T>
  using maybe = std::conditional_t<Nullable, std::optional<T>, T>;
  std::int64_t id = {};
  maybe<bool> flag = {};
  maybe<std::int8_t> i8 = {};
  maybe<std::int16_t> i16 = {};
  maybe<std::int32_t> i32 = {};
  maybe<std::int64_t> i64 = {};
  maybe<float> f32 = {};
  maybe<double> f64 = {};
  maybe<std::string> words = {};
  maybe<std::string> doc = {};
  maybe<std::string> shape = {};
  maybe<std::array<float, 3>> v_f32 = {};
  maybe<std::vector<float>> v_f16 = {};
  maybe<std::vector<bw::float16>> v_f16_bits = {};
  maybe<std::vector<float>> v_bf16 = {};
  maybe<std::array<std::uint16_t, 3>> v_bf16_bits = {};
  maybe<std::array<std::int8_t, 5>> v_i8 = {};
  maybe<std::vector<std::uint8_t>> v_bits = {};
  maybe<std::string> moment = {};
  maybe<std::vector<std::pair<std::uint32_t, float>>> sparse = {};
  maybe<std::vector<bool>> a_flag = {};
  maybe<std::vector<std::int8_t>> a_i8 = {};
  maybe<std::vector<std::int16_t>> a_i16 = {};
  maybe<std::vector<std::int32_t>> a_i32 = {};
  maybe<std::vector<std::int64_t>> a_i64 = {};
  maybe<std::vector<float>> a_f32 = {};
  maybe<std::vector<double>> a_f64 = {};
  maybe<std::vector<std::string>> a_text = {};
  maybe<std::vector<clip>> clips = {};
  maybe<std::string> prose = {};
  maybe<std::vector<pack>> packs = {};
  std::string extra = {};
};

template <class... F>
struct fields : bw::schema<F...> {};
template <class A, class B>
struct joined;
template <class... A, class... B>
struct joined<fields<A...>, fields<B...>> {
  using type = fields<A..., B...>;
};

// What every format holds, what NumPy does not, and what CSV does not.
template <bool N>
using of_all = fields<bw::field<"id", &row<N>::id, bw::int64{.is_primary = true}>,                                   //
                      bw::field<"flag", &row<N>::flag, bw::boolean{.nullable = N}>,                                  //
                      bw::field<"i8", &row<N>::i8, bw::int8{.nullable = N}>,                                         //
                      bw::field<"i16", &row<N>::i16, bw::int16{.nullable = N}>,                                      //
                      bw::field<"i32", &row<N>::i32, bw::int32{.nullable = N}>,                                      //
                      bw::field<"i64", &row<N>::i64, bw::int64{.nullable = N}>,                                      //
                      bw::field<"f32", &row<N>::f32, bw::float32{.nullable = N}>,                                    //
                      bw::field<"f64", &row<N>::f64, bw::float64{.nullable = N}>,                                    //
                      bw::field<"words", &row<N>::words, bw::varchar{.max_length = 65535, .nullable = N}>,           //
                      bw::field<"doc", &row<N>::doc, bw::json{.nullable = N}>,                                       //
                      bw::field<"shape", &row<N>::shape, bw::geometry{.nullable = N}>,                               //
                      bw::field<"v_f32", &row<N>::v_f32, bw::float_vector{.dim = 3, .nullable = N}>,                 //
                      bw::field<"v_f16", &row<N>::v_f16, bw::float16_vector{.dim = 4, .nullable = N}>,               //
                      bw::field<"v_f16_bits", &row<N>::v_f16_bits, bw::float16_vector{.dim = 3, .nullable = N}>,     //
                      bw::field<"v_bf16", &row<N>::v_bf16, bw::bfloat16_vector{.dim = 4, .nullable = N}>,            //
                      bw::field<"v_bf16_bits", &row<N>::v_bf16_bits, bw::bfloat16_vector{.dim = 3, .nullable = N}>,  //
                      bw::field<"v_i8", &row<N>::v_i8, bw::int8_vector{.dim = 5, .nullable = N}>,                    //
                      bw::field<"v_bits", &row<N>::v_bits, bw::binary_vector{.dim = 24, .nullable = N}>>;
template <bool N, class E, auto Member, bw::fixed_string Name>
using array_field = bw::field<Name, Member, bw::array{.element_type = E{}, .max_capacity = 4096, .nullable = N}>;
template <bool N>
using not_of_npy =
    fields<bw::field<"moment", &row<N>::moment, bw::timestamptz{.nullable = N}>,          //
           bw::field<"sparse", &row<N>::sparse, bw::sparse_float_vector{.nullable = N}>,  //
           array_field<N, bw::boolean, &row<N>::a_flag, "a_flag">,                        //
           array_field<N, bw::int8, &row<N>::a_i8, "a_i8">,                               //
           array_field<N, bw::int16, &row<N>::a_i16, "a_i16">,                            //
           array_field<N, bw::int32, &row<N>::a_i32, "a_i32">,                            //
           array_field<N, bw::int64, &row<N>::a_i64, "a_i64">,                            //
           array_field<N, bw::float32, &row<N>::a_f32, "a_f32">,                          //
           array_field<N, bw::float64, &row<N>::a_f64, "a_f64">,                          //
           bw::field<"a_text", &row<N>::a_text,
                     bw::array{.element_type = bw::varchar{.max_length = 65535}, .max_capacity = 4096, .nullable = N}>,
           bw::field<"clips", &row<N>::clips, bw::struct_array<clip_fields>{.max_capacity = 4096, .nullable = N}>>;
template <bool N>
using not_of_csv =
    fields<bw::field<"prose", &row<N>::prose, bw::text{.nullable = N}>,
           bw::field<"packs", &row<N>::packs, bw::struct_array<pack_fields>{.max_capacity = 4096, .nullable = N}>>;
template <bool N>
using meta = fields<bw::dynamic_field<&row<N>::extra>>;

struct npy_schema : joined<of_all<false>, meta<false>>::type {};
template <bool N>
struct csv_schema : joined<typename joined<of_all<N>, not_of_npy<N>>::type, meta<N>>::type {};
template <bool N>
struct full_schema
    : joined<typename joined<of_all<N>, not_of_npy<N>>::type, typename joined<not_of_csv<N>, meta<N>>::type>::type {};

// --- the rows in a file: little-endian, before a nullable value a byte that says whether there is one, before text and
// lists how many there are in 32 bits ---

class input {
 public:
  explicit input(std::string const& path) {
    std::ifstream file(path, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(file), {});
    if (!file) throw std::runtime_error("cannot read " + path);
  }
  bool at_end() const { return at_ == bytes_.size(); }

  std::string_view take(std::size_t size) {
    if (size > bytes_.size() - at_) throw std::runtime_error("the rows end early");
    return std::string_view(bytes_).substr(std::exchange(at_, at_ + size), size);
  }
  std::uint32_t count() {
    std::uint32_t n = 0;
    return read(n), n;
  }

  template <class T>
    requires std::is_arithmetic_v<T>
  void read(T& value) {
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
  }
  void read(bw::float16& value) { read(value.bits); }
  void read(std::string& value) { value = take(count()); }
  template <class A, class B>
  void read(std::pair<A, B>& value) {
    read(value.first), read(value.second);
  }
  template <class T>
  void read(std::optional<T>& value) {
    if (take(1)[0] != 0) read(value.emplace());
  }
  template <class T, std::size_t N>
  void read(std::array<T, N>& value) {
    if (count() != N) throw std::runtime_error("a vector of another dim");
    for (T& v : value) read(v);
  }
  template <class T>
  void read(std::vector<T>& value) {
    value.resize(count());
    for (auto&& v : value) {
      T one{};
      read(one);
      v = std::move(one);
    }
  }
  void read(clip& c) { read_all(c.flag, c.i8, c.i16, c.i32, c.i64, c.f32, c.f64, c.title, c.v); }
  void read(pack& p) { read_all(p.f16, p.f16_bits, p.bf16, p.i8, p.bits, p.note); }
  template <bool N>
  void read(row<N>& r) {
    read_all(r.id, r.flag, r.i8, r.i16, r.i32, r.i64, r.f32, r.f64, r.words, r.doc, r.shape, r.v_f32, r.v_f16,
             r.v_f16_bits, r.v_bf16, r.v_bf16_bits, r.v_i8, r.v_bits, r.moment, r.sparse, r.a_flag, r.a_i8, r.a_i16,
             r.a_i32, r.a_i64, r.a_f32, r.a_f64, r.a_text, r.clips, r.prose, r.packs, r.extra);
  }

 private:
  template <class... T>
  void read_all(T&... value) {
    (read(value), ...);
  }

  std::string bytes_;
  std::size_t at_ = 0;
};

// --- jobs ---

struct job {
  std::string name, format, way, held;
  bool nullable = false;
  std::uint64_t chunk_size = 0;
  bw::format::parquet parquet = {};
  bw::format::csv csv = {};
  std::string rows, fields;

  bool read(std::istream& from) {
    std::string separator, nullkey;
    from >> name >> format >> way >> held >> nullable >> chunk_size >> parquet.row_group_size >> parquet.page_size >>
        parquet.page_checksum >> separator >> nullkey >> rows >> fields;
    if (!from) return false;
    csv.separator = separator[0];
    csv.nullkey = nullkey == "-" ? "" : nullkey;
    return true;
  }
  bw::format::any any() const {
    if (format == "parquet") return parquet;
    if (format == "csv") return csv;
    return bw::format::any::named(format);
  }
};

class report {
 public:
  explicit report(std::string const& path) : out_(path, std::ios::binary) {}

  // Of a row that was offered: a format may refuse it for reasons of its own, nothing else.
  void appended(std::size_t number, bw::result<void> const& outcome) {
    if (outcome) return;
    bw::error_info const& e = outcome.error();
    bool own_reasons = e.code == bw::errc::format_cannot_hold || !e.problems.empty();
    for (bw::problem const& p : e.problems) own_reasons &= p.code == bw::errc::format_cannot_hold;
    if (!own_reasons) throw bw::error(e);
    out_ << "refused " << number << '\n';
  }
  template <class Writer>
  void finish(Writer& writer, job const& j) {
    writer.commit();
    if (!writer.commit().empty()) throw std::runtime_error("a commit without rows returned files");
    for (bw::file_group const& group : writer.batch_files()) {
      out_ << (j.format == "npy" ? "group " : "file ") << group.rows << ' ' << group.bytes;
      for (std::string const& path : group) out_ << ' ' << path;
      out_ << '\n';
    }
    if (!out_.flush()) throw std::runtime_error("cannot write what became of the rows");
  }

 private:
  std::ofstream out_;
};

template <class Writer, class Row, class... F>
bw::result<void> append_somehow(Writer& writer, Row const& r, std::size_t number, bw::schema<F...> const*) {
  if (number % 3 == 1) return writer.try_append_row((bw::field_name<F::name_storage>{} = F::get(r))...);
  if (number % 3 == 2) return writer.try_append_row(std::tie(F::get(r)...));
  return writer.try_append_row(r);
}

template <class Schema>
void write_typed(std::string const& folder, job const& j) {
  input rows(folder + '/' + j.rows);
  report told(folder + '/' + j.name + ".files");
  bw::local_bulk_writer<Schema, bw::format::any> writer{
      j.any(), {.local_path = folder + '/' + j.name, .chunk_size = j.chunk_size}};
  Schema const* const schema = nullptr;
  for (std::size_t number = 0; !rows.at_end(); ++number) {
    typename Schema::row_type r;
    rows.read(r);
    told.appended(number, append_somehow(writer, r, number, schema));
  }
  told.finish(writer, j);
}

bw::kind kind_of(std::string_view name) {
  for (bw::kind_traits const& k : bw::all_kinds)
    if (k.name == name) return k.value;
  throw std::runtime_error("no kind is called " + std::string(name));
}

// Lines "field NAME KIND ELEMENT DIM MAX_LENGTH MAX_CAPACITY NULLABLE", and behind a struct_array its fields as "sub
// ...".
bw::runtime_schema read_schema(std::string const& path) {
  struct field {
    std::string name = {};
    bw::field_info info = {};
    std::vector<field> subs = {};
  };
  std::vector<field> all;
  std::ifstream file(path);
  for (std::string word, kind, element; file >> word;) {
    field& f = word == "sub" ? all.back().subs.emplace_back() : all.emplace_back();
    file >> f.name >> kind >> element >> f.info.dim >> f.info.max_length >> f.info.max_capacity >> f.info.nullable;
    f.info.type = kind_of(kind);
    f.info.element = kind_of(element);
  }
  bw::runtime_schema schema;
  for (field& f : all) {
    std::vector<bw::field_info> subs;
    for (field& sub : f.subs) (sub.info.name = sub.name, subs.push_back(sub.info));
    f.info.name = f.name;
    f.info.is_primary = f.name == "id";
    f.info.sub = subs.data();
    f.info.sub_count = subs.size();
    if (f.name == "$meta")
      schema.add_dynamic_field();
    else
      schema.add_field(f.info);
  }
  return schema;
}

void write_runtime(std::string const& folder, job const& j) {
  input rows(folder + '/' + j.rows);
  report told(folder + '/' + j.name + ".files");
  bw::local_bulk_writer<bw::runtime_schema, bw::format::any> writer{
      read_schema(folder + '/' + j.fields), j.any(), {.local_path = folder + '/' + j.name, .chunk_size = j.chunk_size}};
  for (std::size_t number = 0; !rows.at_end(); ++number)
    told.appended(number, writer.try_append_row(bw::json_text(rows.take(rows.count()))));
  told.finish(writer, j);
}

void write(std::string const& folder, job const& j) {
  if (j.way == "runtime")
    write_runtime(folder, j);
  else if (j.held == "npy")
    write_typed<npy_schema>(folder, j);
  else if (j.held == "csv")
    j.nullable ? write_typed<csv_schema<true>>(folder, j) : write_typed<csv_schema<false>>(folder, j);
  else
    j.nullable ? write_typed<full_schema<true>>(folder, j) : write_typed<full_schema<false>>(folder, j);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("usage: write_kinds FOLDER\n", stderr), 2;
  if (!take_asked_locale()) return 1;
  job j;
  try {
    std::string const folder = argv[1];
    std::ifstream jobs(folder + "/jobs.txt");
    while (j.read(jobs)) write(folder, j);
    return 0;
  } catch (std::exception const& e) {
    std::fprintf(stderr, "write_kinds: %s: %s\n", j.name.c_str(), e.what());
    return 1;
  }
}
