// rule: a struct_array takes the fields of its struct, column<> or field<>, or one struct_fields<> of them
// fix: bw::struct_array<clip_fields>{.max_capacity = 32}
// shows: clips
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct clip_fields : bw::struct_fields<int> {};
#else
struct clip_fields : bw::struct_fields<bw::column<"caption", bw::varchar{.max_length = 8}>> {};
#endif
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"clips", bw::struct_array<clip_fields>{.max_capacity = 8}>> {};
