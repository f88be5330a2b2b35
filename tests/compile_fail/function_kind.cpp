// rule: this function gives another kind of field
// fix: bm25: sparse_float_vector
// shows: words
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"body", bw::varchar{.max_length = 64}>,
                 bw::function_output<"words", bw::float_vector{.dim = 4}, bw::bm25{.input_field_name = "body"}>> {};
#else
struct row_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"body", bw::varchar{.max_length = 64}>,
                 bw::function_output<"words", bw::sparse_float_vector{}, bw::bm25{.input_field_name = "body"}>> {};
#endif

void use(bw::local_bulk_writer<row_schema, bw::format::parquet>& writer) { writer.append_row(std::tuple{1, "a"}); }
