// rule: a remote_bulk_writer takes where its bucket is
// fix: bw::object_store open_store(P const&)
// shows: char
#include <bulkwriter/bulkwriter.hpp>

namespace bw = bulkwriter;

using namespace bw::literals;

struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"v", bw::float_vector{.dim = 2}>> {};
using writer = bw::remote_bulk_writer<row_schema, bw::format::json>;

void use() {
#ifdef BULKWRITER_TEST_MISTAKE
  (void)writer::try_open("s3://bucket");
#else
  (void)writer::try_open(bw::s3_connect_param{.endpoint = "localhost"});
#endif
}
