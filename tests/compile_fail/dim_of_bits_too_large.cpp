// rule: the dim of a binary_vector counts bits and must be a multiple of 8
// fix: bw::binary_vector{.dim = 128}
// shows: bits
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"bits", bw::binary_vector{.dim = 262152}>> {};
#else
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"bits", bw::binary_vector{.dim = 262144}>> {};
#endif
