// rule: the fields of a struct_array must be column<> or field<>
// fix: move this one out of the struct
// shows: $meta, clips
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct clip_fields : bw::struct_fields<bw::dynamic_field<>> {};
#else
struct clip_fields : bw::struct_fields<bw::column<"caption", bw::varchar{.max_length = 8}>> {};
#endif
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"clips", bw::struct_array<clip_fields>{.max_capacity = 8}>> {};
