// rule: a primary key cannot be nullable
// fix: remove the attribute
// shows: id
#include <bulkwriter/bulkwriter.hpp>

namespace bw = bulkwriter;

using namespace bw::literals;

struct article {
  std::int64_t id = {};
  std::array<float, 2> v = {};
  std::string title = {};
};
struct row_schema : bw::schema<
#ifdef BULKWRITER_TEST_MISTAKE
                        bw::field<"id", &article::id, bw::int64{.is_primary = true, .default_value = 1}>,
#else
                        bw::field<"id", &article::id, bw::int64{.is_primary = true}>,
#endif
                        bw::field<"v", &article::v, bw::float_vector{.dim = 2}>,
                        bw::field<"title", &article::title, bw::varchar{.max_length = 64}>> {};

void use(bw::local_bulk_writer<row_schema, bw::format::json>& w, article const& a, bw::collections& c) {
  w.append_row(a);
  w.append_row({.id = 1});
  w.append_row("id"_f = 1, "v"_f = a.v, "title"_f = "a");
  w.append_row(std::tuple{1, a.v, "a"});
  w.append_rows(std::vector<article>{a});
  w.append_columns("id"_f = std::vector{1}, "v"_f = std::vector{0.5f, 0.5f}, "title"_f = std::vector{"a"});
  for (auto const& group : w.commit()) (void)group.size();
  bw::local_bulk_writer<row_schema, bw::format::parquet> other{{.local_path = "out"}};
  c.create<row_schema>("articles");
}
