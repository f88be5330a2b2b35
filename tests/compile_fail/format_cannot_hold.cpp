// rule: this file format cannot hold this field's kind
// fix: (parquet and json: boolean, int8 to int64
// shows: words, parquet
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"words", bw::sparse_float_vector{}>> {};
#else
struct row_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"words", bw::float_vector{.dim = 4}>> {};
#endif

void use() { bw::local_bulk_writer<row_schema, bw::format::parquet> writer{{.local_path = "out"}}; }
