// rule: the default_value of a timestamptz field must be a point in time of ISO 8601
// fix: write it as
// shows: seen
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"seen", bw::timestamptz{.default_value = "2026-01-31T08:00:00-12:30"}>> {};
#else
struct row_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                 bw::column<"seen", bw::timestamptz{.default_value = "2026-01-31 08:00:00.1234567890-12"}>> {};
#endif

void use(bw::local_bulk_writer<row_schema, bw::format::parquet>& writer) {
  writer.append_row(std::tuple{1, "2026-01-31T08:00:00Z"});
}
