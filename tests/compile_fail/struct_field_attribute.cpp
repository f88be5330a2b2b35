// rule: a field of a struct takes no key, nullable or default_value attribute
// fix: remove the attribute
// shows: frame, clips
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct clip_fields : bw::struct_fields<bw::column<"caption", bw::varchar{.max_length = 8}>,
                                       bw::column<"frame", bw::int64{.nullable = true}>> {};
#else
struct clip_fields
    : bw::struct_fields<bw::column<"caption", bw::varchar{.max_length = 8}>, bw::column<"frame", bw::int64{}>> {};
#endif
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"clips", bw::struct_array<clip_fields>{.max_capacity = 8}>> {};
