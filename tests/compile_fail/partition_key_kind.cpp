// rule: a partition key must be an int64 or varchar field
// fix: change the kind or remove .is_partition_key
// shows: stars
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"stars", bw::int32{.is_partition_key = true}>> {};
#else
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"stars", bw::int64{.is_partition_key = true}>> {};
#endif
