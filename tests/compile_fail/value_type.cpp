// rule: a varchar field takes text
// fix: std::string, std::string_view or char const*
// shows: title
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

using namespace bw::literals;

struct row_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"title", bw::varchar{.max_length = 64}>,
                 bw::column<"v", bw::float_vector{.dim = 4}>, bw::column<"score", bw::float64{.nullable = true}>> {};

void use(bw::local_bulk_writer<row_schema, bw::format::json>& writer, std::array<float, 4> const& v) {
  writer.append_row("id"_f = 0, "title"_f = "a", "v"_f = v);
#ifdef BULKWRITER_TEST_MISTAKE
  writer.append_row("id"_f = 1, "title"_f = 5, "v"_f = v);
#else
  writer.append_row("id"_f = 1, "title"_f = "b", "v"_f = v);
#endif
}
