// rule: the server fills an auto_id field
// fix: declare it as column<> without a member
// shows: id
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

struct article {
  std::int64_t id = {};
  double score = {};
};
#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema : bw::schema<bw::field<"id", &article::id, bw::int64{.is_primary = true, .auto_id = true}>,
                               bw::field<"score", &article::score, bw::float64{}>> {};
#else
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true, .auto_id = true}>,
                               bw::field<"score", &article::score, bw::float64{}>> {};
#endif

void use(bw::local_bulk_writer<row_schema, bw::format::parquet>& writer) { writer.append_row({.score = 0.5}); }
