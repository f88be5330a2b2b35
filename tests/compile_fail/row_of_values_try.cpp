// rule: append_row takes the schema's row struct, a std::tuple in schema order, or
// fix: put values without names into a std::tuple
// shows: row_schema
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

using namespace bw::literals;

struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"v", bw::float_vector{.dim = 2}>> {};
using writer = bw::local_bulk_writer<row_schema, bw::format::json>;

void use(writer& w, std::array<float, 2> const& v) {
#ifdef BULKWRITER_TEST_MISTAKE
  (void)w.try_append_row(1, v);
#else
  (void)w.try_append_row(std::tuple(1, v));
#endif
}
