// rule: a geometry field takes text in WKT
// fix: "POINT (30 10)"
// shows: f
#include <bulkwriter/local.hpp>

#include <chrono>
#include <map>

namespace bw = bulkwriter;

struct row {
  std::int64_t id = {};
#ifdef BULKWRITER_TEST_MISTAKE
  std::array<double, 2> f = {};
#else
  std::string f = {};
#endif
};
struct row_schema : bw::schema<bw::field<"id", &row::id, bw::int64{.is_primary = true}>,
                               bw::field<"f", &row::f, bw::geometry{}>> {};

void use(bw::local_bulk_writer<row_schema, bw::format::parquet>& writer) { writer.append_row({.id = 1}); }
