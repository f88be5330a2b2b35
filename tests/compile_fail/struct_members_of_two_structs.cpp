// rule: this field is a member of another struct than the fields before it
// fix: bind all to one struct
// shows: frame
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

struct clip {
  std::string caption = {};
  std::int64_t frame = {};
};
struct other {
  std::int64_t frame = {};
};
#ifdef BULKWRITER_TEST_MISTAKE
struct clip_fields : bw::struct_fields<bw::field<"caption", &clip::caption, bw::varchar{.max_length = 8}>,
                                       bw::field<"frame", &other::frame, bw::int64{}>> {};
#else
struct clip_fields : bw::struct_fields<bw::field<"caption", &clip::caption, bw::varchar{.max_length = 8}>,
                                       bw::field<"frame", &clip::frame, bw::int64{}>> {};
#endif
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"clips", bw::struct_array<clip_fields>{.max_capacity = 8}>> {};
