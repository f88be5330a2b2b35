// rule: a struct cannot hold a field of this kind
// fix: move the field out of the struct or change its kind
// shows: meta, clips
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct clip_fields
    : bw::struct_fields<bw::column<"caption", bw::varchar{.max_length = 8}>, bw::column<"meta", bw::json{}>> {};
#else
struct clip_fields : bw::struct_fields<bw::column<"caption", bw::varchar{.max_length = 8}>,
                                       bw::column<"meta", bw::varchar{.max_length = 64}>> {};
#endif
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"clips", bw::struct_array<clip_fields>{.max_capacity = 8}>> {};
