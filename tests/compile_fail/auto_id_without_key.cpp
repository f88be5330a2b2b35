// rule: only a primary key can be auto_id
// fix: add .is_primary = true or remove .auto_id
// shows: serial
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"serial", bw::int64{.auto_id = true}>> {};
#else
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"serial", bw::int64{}>> {};
#endif
