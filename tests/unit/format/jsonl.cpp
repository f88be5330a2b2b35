#include <bulkwriter/format/json.hpp>
#include <bulkwriter/format/jsonl.hpp>
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
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"title", bw::varchar{.max_length = 64}>,
                 bw::column<"meta", bw::json{.nullable = true}>, bw::column<"v", bw::float_vector{.dim = 2}>,
                 bw::dynamic_field<>> {};

void put_row(bw::format::encoder& e, std::int64_t id, std::string_view title, std::string_view dynamic) {
  std::vector<float> const v{0.1f, -1.5f};
  std::vector<bw::cell> row{bw::cell::integer(id), bw::cell::text(title), bw::cell(), bw::cell::floats(v),
                            bw::cell::text(dynamic)};
  bw::detail::settle(s::infos, row);
  e.put_row(row);
}
std::unique_ptr<bw::format::encoder> make() { return bw::format::jsonl{}.try_make_encoder(s::infos).value(); }

}  // namespace

TEST_CASE("JSON Lines are an object a line, and nothing else") {
  auto const e = make();
  collector out;
  put_row(*e, 1, "line\nend", "{ \"claps\": 3 }");
  e->end_row();
  put_row(*e, -2, "\xc3\xa9", "{}");
  e->end_row();
  CHECK(e->rows() == 2);
  CHECK(e->import_options().empty());
  CHECK(e->finish(out.sink()));
  CHECK(out.text ==
        "{\"id\":1,\"title\":\"line\\nend\",\"meta\":null,\"v\":[0.1,-1.5],\"claps\": 3}\n"
        "{\"id\":-2,\"title\":\"\xc3\xa9\",\"meta\":null,\"v\":[0.1,-1.5]}\n");
}

TEST_CASE("JSON Lines: line ends between dynamic values do not end the row") {
  auto const e = make();
  collector out;
  put_row(*e, 1, "t", "{\n  \"a\": \"\\n\",\r\n  \"b\": [1,\n2]\n}");
  e->end_row();
  CHECK(e->finish(out.sink()));
  CHECK(out.text == "{\"id\":1,\"title\":\"t\",\"meta\":null,\"v\":[0.1,-1.5],\"a\": \"\\n\",    \"b\": [1, 2]}\n");
}

TEST_CASE("JSON Lines: every kind as json has it, in a line") {
  every_kind::row const row(true);
  collector json, jsonl;
  auto const write = [&](auto const& format, collector& out) {
    auto const e = format.try_make_encoder(row.fields).value();
    e->put_row(row.cells);
    e->end_row();
    CHECK(e->finish(out.sink()));
  };
  write(bw::format::json{}, json);  // whose text is tested by itself
  write(bw::format::jsonl{}, jsonl);
  CHECK(json.text == "{\"rows\":[\n" + jsonl.text + "]}\n");
  CHECK(jsonl.text.starts_with("{\"id\":9223372036854775807,"));
  CHECK(jsonl.text.find('\n') == jsonl.text.size() - 1);
  for (bw::field_info const& f : row.fields) CHECK(bw::format::jsonl::holds(f.type));
}

TEST_CASE("JSON Lines: a dropped row leaves no trace, and a new file begins after finish") {
  auto const write = [](bool with_drops) {
    auto const e = make();
    collector out;
    for (int file = 0; file < 2; ++file) {
      for (int row = 0; row < 3; ++row) {
        if (with_drops) {
          put_row(*e, row, "dropped", "{}");
          e->drop_row();
          put_row(*e, row, "never ended", "{\"a\":1}");
        }
        put_row(*e, row, "kept", "{}");
        e->end_row();
        if (row == 1) CHECK(e->flush(out.sink()));
      }
      CHECK(e->finish(out.sink()));
      CHECK(e->rows() == 0);
    }
    return out.text;
  };
  CHECK(write(true) == write(false));
}

TEST_CASE("JSON Lines: size_bound is the size that the file will have") {
  auto const e = make();
  collector out;
  for (int row = 0; row < 100; ++row) {
    put_row(*e, row, std::string(static_cast<std::size_t>(row) % 64, '"'), "{\"k\":1}");
    std::uint64_t const bound = e->size_bound(), alone = e->lone_row_bound();
    e->end_row();
    if (row == 0) CHECK(alone == bound);
    if (row % 7 == 0) CHECK(e->flush(out.sink()));
    if (row == 99) {
      CHECK(e->finish(out.sink()));
      CHECK(out.text.size() == bound);
    }
  }
}

TEST_CASE("JSON Lines come together to a megabyte before they are handed over") {
  auto const e = make();
  collector out;
  std::uint64_t rows = 0;
  for (; !e->ready(); ++rows) {
    put_row(*e, 1, std::string(64, 'x'), "{}");
    e->end_row();
  }
  CHECK(e->flush(out.sink()));
  CHECK_FALSE(e->ready());
  CHECK(out.text.size() >= std::size_t{1} << 20);
  CHECK(out.text.size() == rows * (out.text.find('\n') + 1));
}
