// rule: a vector field needs a dim between 2 and 32768
// fix: bw::float_vector{.dim = 768}
// shows: v
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"v", bw::float16_vector{.dim = 32769}>> {};
#else
struct row_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"v", bw::float16_vector{.dim = 32768}>> {};
#endif
