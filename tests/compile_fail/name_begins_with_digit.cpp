// rule: a field name begins with a letter or an underscore
// fix: rename the field
// shows: 2nd
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"2nd", bw::float64{}>> {};
#else
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"title", bw::float64{}>> {};
#endif

void use(bw::local_bulk_writer<row_schema, bw::format::parquet>& writer) { writer.append_row(std::tuple{1, 0.5}); }
