// rule: a partition key cannot be the primary key or nullable
// fix: remove one of the attributes
// shows: lang
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                 bw::column<"lang", bw::varchar{.max_length = 8, .is_partition_key = true, .nullable = true}>> {};
#else
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"lang", bw::varchar{.max_length = 8, .is_partition_key = true}>> {};
#endif
