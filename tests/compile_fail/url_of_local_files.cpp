// rule: object_url takes a remote_bulk_writer
// fix: those of this writer are elsewhere
// shows: row_schema
#include <bulkwriter/bulkwriter.hpp>

namespace bw = bulkwriter;

using namespace bw::literals;

struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"v", bw::float_vector{.dim = 2}>> {};
using writer = bw::local_bulk_writer<row_schema, bw::format::json>;

using remote = bw::remote_bulk_writer<row_schema, bw::format::json>;

void use(writer& w, remote& r) {
#ifdef BULKWRITER_TEST_MISTAKE
  (void)bw::object_url(w);
  (void)r;
#else
  (void)bw::object_url(r);
  w.commit();
#endif
}
