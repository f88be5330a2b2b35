// rule: append_row takes the schema's row struct, a std::tuple in schema order, or
// fix: put values without names into a std::tuple
// shows: row_schema
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

using namespace bw::literals;

struct article {
  std::int64_t id = {};
  std::array<float, 2> v = {};
};
struct row_schema : bw::schema<bw::field<"id", &article::id, bw::int64{.is_primary = true}>,
                               bw::field<"v", &article::v, bw::float_vector{.dim = 2}>> {};
using writer = bw::local_bulk_writer<row_schema, bw::format::json>;

void use(writer& w, std::array<float, 2> const& v) {
#ifdef BULKWRITER_TEST_MISTAKE
  w.append_row(1, v);
#else
  w.append_row({1, v});
#endif
}
