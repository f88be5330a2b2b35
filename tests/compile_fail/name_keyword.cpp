// rule: servers refuse this field name
// fix: rename the field
// shows: Null
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"Null", bw::int64{}>> {};
#else
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"nil", bw::int64{}>> {};
#endif

void use(bw::local_bulk_writer<row_schema, bw::format::parquet>& writer) { writer.append_row(std::tuple{1, 2}); }
