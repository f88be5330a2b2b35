// rule: a boolean field takes bool
// fix: give `n != 0`
// shows: f
#include <bulkwriter/local.hpp>

#include <chrono>
#include <map>

namespace bw = bulkwriter;

struct row {
  std::int64_t id = {};
#ifdef BULKWRITER_TEST_MISTAKE
  int f = {};
#else
  bool f = {};
#endif
};
struct row_schema : bw::schema<bw::field<"id", &row::id, bw::int64{.is_primary = true}>,
                               bw::field<"f", &row::f, bw::boolean{}>> {};

void use(bw::local_bulk_writer<row_schema, bw::format::parquet>& writer) { writer.append_row({.id = 1}); }
