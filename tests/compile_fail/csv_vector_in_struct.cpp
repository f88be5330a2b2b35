// rule: this file format cannot hold this field's kind
// fix: choose parquet, json or jsonl, which hold every field, or change the kind
// shows: clips, csv
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct clip_fields : bw::struct_fields<bw::column<"v", bw::int8_vector{.dim = 4}>> {};
#else
struct clip_fields : bw::struct_fields<bw::column<"v", bw::float_vector{.dim = 4}>> {};
#endif

struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"clips", bw::struct_array<clip_fields>{.max_capacity = 32}>> {};

void use() { bw::local_bulk_writer<row_schema, bw::format::csv> writer{{.local_path = "out"}}; }
