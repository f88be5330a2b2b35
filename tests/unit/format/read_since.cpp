#include <bulkwriter/format/csv.hpp>
#include <bulkwriter/format/json.hpp>
#include <bulkwriter/format/jsonl.hpp>
#include <bulkwriter/format/npy.hpp>
#include <bulkwriter/format/parquet.hpp>
#include <bulkwriter/format/read_since.hpp>
#include <bulkwriter/schema/schema.hpp>

#include <doctest/doctest.h>

namespace bw = bulkwriter;

namespace {
template <class Format, auto Kind>
std::string since() {
  return bw::format::read_since(Format::extension, bw::column<"f", Kind>::info).to_string();
}
namespace f = bw::format;
}  // namespace

// Numbers from the servers' release notes.
TEST_CASE("since when servers read a field") {
  CHECK(since<f::json, bw::float_vector{.dim = 2}>() == "0.0.0");
  CHECK(since<f::parquet, bw::int64{}>() == "2.3.4");
  CHECK(since<f::csv, bw::int64{}>() == "2.5.0");
  CHECK(since<f::jsonl, bw::int64{}>() == "2.6.6");
  CHECK(since<f::parquet, bw::float16_vector{.dim = 2}>() == "2.4.1");
  CHECK(since<f::npy, bw::float16_vector{.dim = 2}>() == "2.4.5");
  CHECK(since<f::json, bw::sparse_float_vector{}>() == "2.4.3");
  CHECK(since<f::json, bw::array{.element_type = bw::float64{}, .max_capacity = 2}>() == "2.4.0");
  CHECK(since<f::parquet, bw::array{.element_type = bw::float64{}, .max_capacity = 2}>() == "2.3.4");
  CHECK(since<f::json, bw::array{.element_type = bw::int64{}, .max_capacity = 2}>() == "2.3.4");
  CHECK(since<f::json, bw::int64{.nullable = true}>() == "2.5.0");
  CHECK(since<f::json, bw::int64{.nullable = true, .default_value = 1}>() == "0.0.0");
  CHECK(since<f::json, bw::float_vector{.dim = 2, .nullable = true}>() == "2.6.18");
  CHECK(since<f::json, bw::int8_vector{.dim = 2}>() == "2.6.0");
  CHECK(since<f::parquet, bw::timestamptz{}>() == "2.6.6");
  CHECK(since<f::parquet, bw::text{}>() == "3.0.0");
  using numbers = bw::struct_fields<bw::column<"n", bw::int64{}>, bw::column<"v", bw::float_vector{.dim = 2}>>;
  using halves = bw::struct_fields<bw::column<"v", bw::float16_vector{.dim = 2}>>;
  CHECK(since<f::parquet, bw::struct_array<numbers>{.max_capacity = 2}>() == "2.6.7");
  CHECK(since<f::parquet, bw::struct_array<halves>{.max_capacity = 2}>() == "3.0.0");
  CHECK(since<f::parquet, bw::struct_array<numbers>{.max_capacity = 2, .nullable = true}>() == "3.0.0");
  // a text is read nowhere before 3.0
  using texts = bw::struct_fields<bw::column<"t", bw::text{}>>;
  CHECK(since<f::parquet, bw::struct_array<texts>{.max_capacity = 2}>() == "3.0.0");
}

TEST_CASE("a schema that the oldest server does not read is refused with field, kind and versions") {
  struct s : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                        bw::column<"v", bw::sparse_float_vector{.nullable = true}>> {};
  auto const refused = f::try_check_read_by({2, 6, 17}, "parquet", s::infos);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == bw::errc::invalid_schema);
  CHECK(refused.error().field == "v");
  CHECK(refused.error().message ==
        "field 'v': nullable sparse_float_vector in parquet files is read by servers from 2.6.18 on, and "
        "oldest_server is 2.6.17");
  CHECK(f::try_check_read_by({2, 6, 18}, "parquet", s::infos));
  // A field that is not in the files does not count.
  std::vector<bw::field_info> fields(s::infos.begin(), s::infos.end());
  fields.back().auto_id = true;
  CHECK(f::try_check_read_by({2, 6, 17}, "parquet", fields));
  CHECK(f::try_check_read_by({3, 0, 0}, "parquet", s::infos));
}
