// rule: this field is nullable
// fix: its member must be a std::optional
// shows: score
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct article {
  std::int64_t id = {};
  double score = {};
};
#else
struct article {
  std::int64_t id = {};
  std::optional<double> score = {};
};
#endif
struct row_schema : bw::schema<bw::field<"id", &article::id, bw::int64{.is_primary = true}>,
                               bw::field<"score", &article::score, bw::float64{.nullable = true}>> {};

void use(bw::local_bulk_writer<row_schema, bw::format::parquet>& writer) { writer.append_row({.id = 1}); }
