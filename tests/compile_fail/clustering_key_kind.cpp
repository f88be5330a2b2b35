// rule: a boolean field cannot be the clustering key
// fix: remove .is_clustering_key
// shows: flag
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"flag", bw::boolean{.is_clustering_key = true}>> {};
#else
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"flag", bw::int8{.is_clustering_key = true}>> {};
#endif
