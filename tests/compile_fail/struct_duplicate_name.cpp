// rule: two fields of this struct have this name
// fix: rename one
// shows: caption
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct clip_fields
    : bw::struct_fields<bw::column<"caption", bw::varchar{.max_length = 8}>, bw::column<"caption", bw::int64{}>> {};
#else
struct clip_fields
    : bw::struct_fields<bw::column<"caption", bw::varchar{.max_length = 8}>, bw::column<"frame", bw::int64{}>> {};
#endif
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"clips", bw::struct_array<clip_fields>{.max_capacity = 8}>> {};
