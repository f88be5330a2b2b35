// rule: needs a max_capacity between 1 and 4096
// fix: .max_capacity = 16}
// shows: tags
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"tags", bw::array{.element_type = bw::int32{}}>> {};
#else
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"tags", bw::array{.element_type = bw::int32{}, .max_capacity = 1}>> {};
#endif
