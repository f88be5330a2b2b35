// rule: this member is a std::optional
// fix: the field needs .nullable = true or a .default_value
// shows: score
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

struct article {
  std::int64_t id = {};
  std::optional<double> score = {};
};
#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema : bw::schema<bw::field<"id", &article::id, bw::int64{.is_primary = true}>,
                               bw::field<"score", &article::score, bw::float64{}>> {};
#else
struct row_schema : bw::schema<bw::field<"id", &article::id, bw::int64{.is_primary = true}>,
                               bw::field<"score", &article::score, bw::float64{.nullable = true}>> {};
#endif

void use(bw::local_bulk_writer<row_schema, bw::format::parquet>& writer) { writer.append_row({.id = 1}); }
