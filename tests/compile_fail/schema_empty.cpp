// rule: a schema needs fields
// fix: bw::column<"id", bw::int64{.is_primary = true}>
// shows: schema
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema : bw::schema<> {};
#else
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}> > {};
#endif

void use(bw::local_bulk_writer<row_schema, bw::format::parquet>& writer) { writer.commit(); }
