// rule: the input_field_name of this function_output must name a varchar or text field of this schema
// fix: correct the name
// shows: words
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"body", bw::varchar{.max_length = 64}>,
                 bw::function_output<"words", bw::sparse_float_vector{}, bw::bm25{.input_field_name = "id"}>> {};
#else
struct row_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"body", bw::varchar{.max_length = 64}>,
                 bw::function_output<"words", bw::sparse_float_vector{}, bw::bm25{.input_field_name = "body"}>> {};
#endif

void use(bw::local_bulk_writer<row_schema, bw::format::parquet>& writer) { writer.append_row(std::tuple{1, "a"}); }
