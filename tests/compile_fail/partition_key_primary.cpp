// rule: a partition key cannot be the primary key or nullable
// fix: remove one of the attributes
// shows: id
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true, .is_partition_key = true}>> {};
#else
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>> {};
#endif
