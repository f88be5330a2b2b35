#include <bulkwriter/format/json.hpp>
#include <bulkwriter/row/row_checker.hpp>
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
  std::string const fields = R"("ok":true,"n":null,"f":0.1,"title":"none","meta":"{\"a\":\"é\"}","v":[0.1,-0,1e+20])";
  CHECK(out.text == "{\"rows\":[\n{" + fields + ",\"claps\": 3},\n{" + fields + "}\n]}\n");
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
