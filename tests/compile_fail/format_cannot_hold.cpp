// rule: this file format cannot hold this field's kind
// fix: choose parquet, json or jsonl, which hold every field, or change the kind
// shows: body, csv
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"body", bw::text{}>> {};
#else
struct row_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"body", bw::varchar{.max_length = 4096}>> {
};
#endif

void use() { bw::local_bulk_writer<row_schema, bw::format::csv> writer{{.local_path = "out"}}; }
