// rule: the server fills this field (auto_id or function output)
// fix: give no value for it
// shows: id
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

using namespace bw::literals;

struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true, .auto_id = true}>,
                               bw::column<"title", bw::varchar{.max_length = 64}>> {};

void use(bw::local_bulk_writer<row_schema, bw::format::json>& writer) {
#ifdef BULKWRITER_TEST_MISTAKE
  writer.append_row("id"_f = 1, "title"_f = "a");
#else
  writer.append_row("title"_f = "a");
#endif
}
