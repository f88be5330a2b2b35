// rule: a function output cannot be nullable
// fix: remove .nullable
// shows: words
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"body", bw::varchar{.max_length = 64}>,
                 bw::function_output<"words", bw::sparse_float_vector{.nullable = true},
                                     bw::bm25{.input_field_name = "body"}>> {};
#else
struct row_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"body", bw::varchar{.max_length = 64}>,
                 bw::function_output<"words", bw::sparse_float_vector{}, bw::bm25{.input_field_name = "body"}>> {};
#endif
