// rule: a local_bulk_writer takes its options, in braces of their own
// fix: writer{{.local_path = "out"}}
// shows: char
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

using namespace bw::literals;

struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"v", bw::float_vector{.dim = 2}>> {};
using writer = bw::local_bulk_writer<row_schema, bw::format::json>;

void use() {
#ifdef BULKWRITER_TEST_MISTAKE
  writer w{"out"};
#else
  writer w{{.local_path = "out"}};
  writer of_defaults{{}};
  of_defaults.commit();
#endif
}
