// rule: a schema has at most one dynamic_field<>
// fix: remove the others
// shows: $meta
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::dynamic_field<>, bw::dynamic_field<>> {};
#else
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::dynamic_field<>> {};
#endif

void use(bw::local_bulk_writer<row_schema, bw::format::parquet>& writer) {
  using namespace bw::literals;
  writer.append_row("id"_f = 1);
}
