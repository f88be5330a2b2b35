#include <bulkwriter/schema/schema.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

namespace bw = bulkwriter;

namespace {

struct clip {
  std::string caption;
  std::int64_t frame;
  std::array<float, 4> v;
};
struct clip_fields : bw::struct_fields<bw::field<"caption", &clip::caption, bw::varchar{.max_length = 256}>,
                                       bw::field<"frame", &clip::frame, bw::int64{}>,
                                       bw::field<"v", &clip::v, bw::float_vector{.dim = 4}>> {};

// every kind, every attribute, every sort of member
struct every {
  std::string key = {};
  bool flag = false;
  std::int8_t i8 = 0;
  std::int16_t i16 = 0;
  std::int32_t i32 = 0;
  std::uint32_t u32 = 0;
  float f32 = 0;
  double f64 = 0;
  std::string_view lang = {};
  std::optional<std::string> note = {};
  std::string body = {}, meta = {}, where = {}, seen = {};
  std::chrono::sys_time<std::chrono::microseconds> at = {};
  std::vector<std::int32_t> sizes = {};
  std::vector<bool> bits = {};
  std::vector<float> fv = {};
  std::span<float const> span = {};
  std::array<bw::float16, 8> hv = {};
  std::vector<float> bv = {};
  std::array<std::int8_t, 8> i8v = {};
  std::array<std::uint8_t, 16> binv = {};
  std::optional<bw::sparse_view> sparse = {};
  std::vector<clip> clips = {};
  std::string extra = {};
};
struct every_schema
    : bw::schema<
          bw::field<"key", &every::key, bw::varchar{.max_length = 36, .is_primary = true}>,
          bw::field<"flag", &every::flag, bw::boolean{.default_value = true}>,
          bw::field<"i8", &every::i8, bw::int8{.default_value = -128}>,
          bw::field<"i16", &every::i16, bw::int16{.default_value = 300}>,
          bw::field<"i32", &every::i32, bw::int32{.is_clustering_key = true}>,
          bw::field<"u32", &every::u32, bw::int64{.default_value = 1LL << 40}>,
          bw::field<"f32", &every::f32, bw::float32{.default_value = 0.5f}>,
          bw::field<"f64", &every::f64, bw::float64{.default_value = 1}>,
          bw::field<"lang", &every::lang,
                    bw::varchar{.max_length = 8, .is_partition_key = true, .default_value = "en"}>,
          bw::field<"note", &every::note, bw::varchar{.max_length = 512, .nullable = true, .default_value = "none"}>,
          bw::field<"body", &every::body, bw::text{}>, bw::field<"meta", &every::meta, bw::json{}>,
          bw::field<"sizes", &every::sizes, bw::array{.element_type = bw::int32{}, .max_capacity = 16}>,
          bw::field<"bits", &every::bits, bw::array{.element_type = bw::boolean{}, .max_capacity = 4096}>,
          bw::field<"where", &every::where, bw::geometry{}>, bw::field<"at", &every::at, bw::timestamptz{}>,
          bw::field<"seen", &every::seen, bw::timestamptz{.default_value = "2026-01-01T00:00:00Z"}>,
          bw::field<"fv", &every::fv, bw::float_vector{.dim = 32768}>,
          bw::field<"span", &every::span, bw::float_vector{.dim = 2}>,
          bw::field<"hv", &every::hv, bw::float16_vector{.dim = 8}>,
          bw::field<"bv", &every::bv, bw::bfloat16_vector{.dim = 8}>,
          bw::field<"i8v", &every::i8v, bw::int8_vector{.dim = 8}>,
          bw::field<"binv", &every::binv, bw::binary_vector{.dim = 128}>,
          bw::field<"sparse", &every::sparse, bw::sparse_float_vector{.nullable = true}>,
          bw::field<"clips", &every::clips, bw::struct_array<clip_fields>{.max_capacity = 32}>,
          bw::function_output<"body_sparse", bw::sparse_float_vector{}, bw::bm25{.input_field_name = "body"}>,
          bw::dynamic_field<&every::extra>> {};

struct tag_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true, .auto_id = true}>,
                 bw::column<"tags", bw::array{.element_type = bw::varchar{.max_length = 64}, .max_capacity = 16}>,
                 bw::dynamic_field<>> {};

bw::field_info const& find(std::string_view name) {
  for (auto const& f : every_schema::infos)
    if (f.name == name) return f;
  FAIL("no field ", std::string(name));
  return every_schema::infos[0];
}

}  // namespace

TEST_CASE("a schema lowers to field_info in declared order") {
  static_assert(every_schema::size == 27 && every_schema::infos.size() == 27);
  static_assert(std::is_same_v<every_schema::row_type, every>);
  static_assert(std::is_void_v<tag_schema::row_type>);

  CHECK(every_schema::infos[0].name == "key");
  CHECK(every_schema::infos[0].is_primary);
  CHECK(every_schema::infos[26].name == "$meta");
  CHECK(every_schema::infos[26].is_dynamic);

  CHECK(find("flag").has_default);
  CHECK(find("flag").default_integer == 1);
  CHECK(find("i8").default_integer == -128);
  CHECK(find("i16").default_integer == 300);
  CHECK(find("u32").default_integer == 1099511627776);
  CHECK(find("f32").default_number == 0.5);
  CHECK(find("f64").default_number == 1.0);
  CHECK(find("lang").default_text == "en");
  CHECK(find("lang").is_partition_key);
  CHECK(find("i32").is_clustering_key);
  CHECK(find("note").nullable);
  CHECK(find("seen").default_text == "2026-01-01T00:00:00Z");
  CHECK(find("sizes").element == bw::kind::int32);
  CHECK(find("sizes").max_capacity == 16);
  CHECK(find("fv").dim == 32768);
  CHECK_FALSE(find("fv").has_default);
}

TEST_CASE("array elements, struct arrays and function outputs keep their parts") {
  CHECK(tag_schema::infos[1].element == bw::kind::varchar);
  CHECK(tag_schema::infos[1].max_length == 64);
  REQUIRE(find("clips").sub_fields().size() == 3);
  CHECK(find("clips").sub_fields()[0].name == "caption");
  CHECK(find("clips").sub_fields()[2].dim == 4);
  CHECK(find("body_sparse").is_function_output());
  CHECK(find("body_sparse").function_input == "body");
}

TEST_CASE("what the server fills is not written, what may be left out is known") {
  CHECK_FALSE(tag_schema::infos[0].written());
  CHECK_FALSE(find("body_sparse").written());
  CHECK(find("key").written());
  CHECK_FALSE(find("key").may_be_null());
  CHECK(find("note").may_be_null());
  CHECK(find("flag").may_be_null());
  CHECK(find("$meta").may_be_null());
}

TEST_CASE("field names follow the server's rule") {
  static_assert(bw::is_valid_field_name("_a9") && bw::is_valid_field_name("A"));
  static_assert(!bw::is_valid_field_name("") && !bw::is_valid_field_name("9a") && !bw::is_valid_field_name("a-b"));
  static_assert(!bw::is_valid_field_name("$meta") && !bw::is_valid_field_name("é"));
  CHECK(bw::is_valid_field_name(std::string(255, 'x')));
  CHECK_FALSE(bw::is_valid_field_name(std::string(256, 'x')));
}

TEST_CASE("members must fit as they stand, single values are judged at run time") {
  using bw::detail::storable;
  using enum bw::detail::strictness;
  static_assert(storable<std::int8_t, bw::int16{}, member>() && !storable<std::int32_t, bw::int16{}, member>());
  static_assert(storable<std::int32_t, bw::int16{}, value>() && !storable<double, bw::int16{}, value>());
  static_assert(!storable<char, bw::int8{}, member>() && !storable<bool, bw::int8{}, value>());
  static_assert(storable<std::uint64_t, bw::int64{}, member>() && !storable<std::uint32_t, bw::int32{}, member>());
  static_assert(storable<std::uint64_t, bw::int8{}, value>());
  static_assert(!storable<double, bw::float32{}, member>() && storable<double, bw::float32{}, value>());
  static_assert(storable<float, bw::float64{}, member>());
  static_assert(storable<char const*, bw::varchar{.max_length = 4}, member>() &&
                !storable<int, bw::varchar{.max_length = 4}, value>());
  static_assert(storable<std::vector<float>, bw::float_vector{.dim = 4}, member>() &&
                !storable<std::vector<double>, bw::float_vector{.dim = 4}, value>());
  static_assert(!storable<std::string, bw::array{.element_type = bw::int8{}, .max_capacity = 4}, value>());
}
