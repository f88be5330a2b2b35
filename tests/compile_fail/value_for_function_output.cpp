// rule: the server fills this field (auto_id or function output)
// fix: give no value for it
// shows: words
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

using namespace bw::literals;

struct row_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"body", bw::varchar{.max_length = 64}>,
                 bw::function_output<"words", bw::sparse_float_vector{}, bw::bm25{.input_field_name = "body"}>> {};

void use(bw::local_bulk_writer<row_schema, bw::format::json>& writer) {
#ifdef BULKWRITER_TEST_MISTAKE
  writer.append_row("id"_f = 1, "body"_f = "a", "words"_f = "b");
#else
  writer.append_row("id"_f = 1, "body"_f = "a");
#endif
}
