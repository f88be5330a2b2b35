// rule: another field of this schema is the clustering key
// fix: keep .is_clustering_key on one
// shows: site
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"lang", bw::varchar{.max_length = 8, .is_clustering_key = true}>,
                               bw::column<"site", bw::int64{.is_clustering_key = true}>> {};
#else
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"lang", bw::varchar{.max_length = 8, .is_clustering_key = true}>,
                               bw::column<"site", bw::int64{}>> {};
#endif

void use(bw::local_bulk_writer<row_schema, bw::format::parquet>& writer) { writer.append_row(std::tuple{1, "en", 2}); }
