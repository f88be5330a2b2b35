#include <bulkwriter/format/json.hpp>
#include <bulkwriter/schema/schema.hpp>

#include "collector.hpp"

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

void put_row(bw::detail::json_encoder& e, std::string_view dynamic) {
  std::vector<float> const v{0.1f, -0.0f, 1e20f};
  e.begin_row();
  e.put(1, true);
  e.put(2, nullptr);
  e.put(3, 0.1);  // a double for a float32 field
  e.put(4, nullptr);
  e.put(5, std::string_view("{\"a\":\"é\"}"));
  e.put(6, std::span<float const>(v));
  e.put(7, dynamic);
}

}  // namespace

TEST_CASE("rows stand in the form that every server reads") {
  bw::detail::json_encoder e({}, s::infos);
  collector out;
  put_row(e, "{ \"claps\": 3 }");
  e.end_row();
  put_row(e, "{}");
  e.end_row();
  CHECK(e.rows() == 2);
  CHECK(e.finish(out.sink()));
  std::string const fields = R"("ok":true,"n":null,"f":0.1,"title":"none","meta":"{\"a\":\"é\"}","v":[0.1,-0,1e+20])";
  CHECK(out.text == "{\"rows\":[\n{" + fields + ",\"claps\": 3},\n{" + fields + "}\n]}\n");
}

TEST_CASE("a dropped row leaves no trace, and a new file begins after finish") {
  auto const write = [](bool with_drops) {
    bw::detail::json_encoder e({}, s::infos);
    collector out;
    for (int file = 0; file < 2; ++file) {
      for (int row = 0; row < 3; ++row) {
        if (with_drops) {
          put_row(e, "{\"dropped\":1}");
          e.drop_row();
          e.begin_row();
          e.put(1, false);  // begun and never ended
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
  bw::detail::json_encoder e({}, s::infos);
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
