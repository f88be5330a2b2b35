// rule: this file format cannot hold this field's kind
// fix: choose parquet, json or jsonl, which hold every field, or change the kind
// shows: score, npy
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"score", bw::float32{.nullable = true}>> {
};
#else
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"score", bw::float32{.nullable = true, .default_value = 0.5f}>> {};
#endif

void use() { bw::local_bulk_writer<row_schema, bw::format::npy> writer{{.local_path = "out"}}; }
