// rule: append_columns takes a column for each field, by name
// fix: "id"_f = ids
// shows: row_schema
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

using namespace bw::literals;

struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"v", bw::float_vector{.dim = 2}>> {};
using writer = bw::local_bulk_writer<row_schema, bw::format::json>;

void use(writer& w, std::vector<float> const& block) {
#ifdef BULKWRITER_TEST_MISTAKE
  w.append_columns(std::vector{1}, block);
#else
  w.append_columns("id"_f = std::vector{1}, "v"_f = block);
#endif
}
