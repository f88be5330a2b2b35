#include <bulkwriter/format/json.hpp>
#include <bulkwriter/row/row_checker.hpp>
#include <bulkwriter/schema/schema.hpp>

#include "collector.hpp"
#include "every_kind.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace bw = bulkwriter;

namespace {

struct s
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true, .auto_id = true}>, bw::column<"ok", bw::boolean{}>,
                 bw::column<"n", bw::int16{.nullable = true}>, bw::column<"f", bw::float32{.nullable = true}>,
                 bw::column<"title", bw::varchar{.max_length = 64, .default_value = "none"}>,
                 bw::column<"meta", bw::json{}>, bw::column<"v", bw::float_vector{.dim = 3}>, bw::dynamic_field<>> {};

void put_row(bw::format::encoder& e, std::string_view dynamic) {
  std::vector<float> const v{0.1f, -0.0f, 1e20f};
  std::vector<bw::cell> row{bw::cell(),
                            bw::cell::boolean(true),
                            bw::cell(),
                            bw::cell::float64(0.1),  // for a float32 field
                            bw::cell(),
                            bw::cell::text("{\"a\":\"é\"}"),
                            bw::cell::floats(v),
                            bw::cell::text(dynamic)};
  bw::detail::settle(s::infos, row);
  e.put_row(row);
}
std::unique_ptr<bw::format::encoder> make() { return bw::format::json{}.try_make_encoder(s::infos).value(); }

}  // namespace

TEST_CASE("rows stand in the form that every server reads") {
  auto const made = make();
  auto& e = *made;
  collector out;
  put_row(e, "{ \"claps\": 3 }");
  e.end_row();
  put_row(e, "{}");
  e.end_row();
  CHECK(e.rows() == 2);
  CHECK(e.finish(out.sink()));
  std::string const fields = R"("ok":true,"n":null,"f":0.1,"title":"none","meta":"{\"a\":\"é\"}","v":[0.1,-0.0,1e+20])";
  CHECK(out.text == "{\"rows\":[\n{" + fields + ",\"claps\": 3},\n{" + fields + "}\n]}\n");
}

TEST_CASE("JSON: every kind in the form that servers read") {
  // numbers: the value of the 16 bits, as the shortest text that reads back as the same float
  std::string const wanted =
      R"("id":9223372036854775807,"i8":-128,"f32":0.1,"f64":0.10000000149011612,)"
      R"("body":"one\n\"two\"",)"
      R"_("place":"LINESTRING (0 0, 1 1)","at":"2024-02-29T12:00:00.5+05:30",)_"
      R"("tags":["a,b","","\"é\"\n"],"floats":[0.1,-0.0,3.4e+38],"flags":[true,false],"none":[],)"
      R"("h":[1,5.9604645e-08,-65504,-0.0],"hf":[0.099975586,65504,-0.0,1],)"
      R"("b":[1,-3.3895314e+38],"bf":[0.100097656,1,-2],)"
      R"("i8s":[-128,0,127],"bits":[0,255,170],)"
      R"("sparse":{"0":0.5,"12":0,"4294967294":1e-45},"empty":{},)"
      R"("clips":[{"caption":"x\"y","frame":7,"score":0.1,"v":[0.1,-1],"half":[1,2],"bits":[255]},)"
      R"({"caption":"","frame":-1,"score":2,"v":[0,3],"half":[0.5,4],"bits":[0]}],)"
      R"("array":null,"geometry":null,"timestamptz":null,"float16_vector":null,)"
      R"("int8_vector":null,"binary_vector":null,"sparse_float_vector":null,"gone":null)";
  every_kind::row const row(true);
  auto const e = bw::format::json{}.try_make_encoder(row.fields).value();
  collector out;
  for (int i = 0; i < 2; ++i) {
    e->put_row(row.cells);
    e->end_row();
  }
  CHECK(e->finish(out.sink()));
  CHECK(out.text == "{\"rows\":[\n{" + wanted + "},\n{" + wanted + "}\n]}\n");
  for (bw::field_info const& f : row.fields) CHECK(bw::format::json::holds(f.type));
}

TEST_CASE("JSON: a struct of many fields") {
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) names.push_back("n" + std::to_string(i));
  std::vector<bw::field_info> subs;
  for (std::string const& name : names) subs.push_back({.name = name, .type = bw::kind::int32});
  bw::field_info const field{.name = "s", .type = bw::kind::struct_array, .sub = subs.data(), .sub_count = subs.size()};
  std::string wanted;
  for (int at = 0; at < 2; ++at) {
    wanted += at == 0 ? "{" : "},{";
    for (int i = 0; i < 40; ++i)
      wanted += (i == 0 ? "\"n" : ",\"n") + std::to_string(i) + "\":" + std::to_string(100 * at + i);
  }
  std::vector<bw::cell> cells;
  for (std::int64_t at = 0; at < 2; ++at)
    for (std::int64_t i = 0; i < 40; ++i) cells.push_back(bw::cell::integer(100 * at + i));
  auto const e = bw::format::json{}.try_make_encoder({&field, 1}).value();
  collector out;
  for (std::size_t const size : {0u, 2u}) {
    bw::cell const structs = bw::cell::list(std::span(cells).first(size * 40), 40);
    e->put_row({&structs, 1});
    e->end_row();
  }
  CHECK(e->finish(out.sink()));
  CHECK(out.text == "{\"rows\":[\n{\"s\":[]},\n{\"s\":[" + wanted + "}]}\n]}\n");
}

TEST_CASE("a dropped row leaves no trace, and a new file begins after finish") {
  auto const write = [](bool with_drops) {
    auto const made = make();
    auto& e = *made;
    collector out;
    for (int file = 0; file < 2; ++file) {
      for (int row = 0; row < 3; ++row) {
        if (with_drops) {
          put_row(e, "{\"dropped\":1}");
          e.drop_row();
          put_row(e, "{\"never\":\"ended\"}");
        }
        put_row(e, "{}");
        e.end_row();
        if (row == 1) CHECK(e.flush(out.sink()));
      }
      CHECK(e.finish(out.sink()));
    }
    return out.text;
  };
  CHECK(write(true) == write(false));
}

TEST_CASE("size_bound is the size that the file will have") {
  auto const made = make();
  auto& e = *made;
  collector out;
  for (int row = 0; row < 100; ++row) {
    put_row(e, "{\"k\":1}");
    std::uint64_t const bound = e.size_bound();
    e.end_row();
    if (row % 7 == 0) CHECK(e.flush(out.sink()));
    if (row == 99) {
      CHECK(e.finish(out.sink()));
      CHECK(out.text.size() == bound);
    }
  }
}
