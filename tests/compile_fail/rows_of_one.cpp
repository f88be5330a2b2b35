// rule: append_rows takes a range of rows
// fix: one row goes to append_row
// shows: article
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
  w.append_rows(article{1, v});
#else
  w.append_rows({article{1, v}, {2, v}});
#endif
}
