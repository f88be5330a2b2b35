// rule: an int8_vector field takes a contiguous range of std::int8_t
// fix: contiguous
// shows: f
#include <bulkwriter/local.hpp>

#include <chrono>
#include <map>

namespace bw = bulkwriter;

struct row {
  std::int64_t id = {};
#ifdef BULKWRITER_TEST_MISTAKE
  std::vector<int> f = {};
#else
  std::vector<std::int8_t> f = {};
#endif
};
struct row_schema : bw::schema<bw::field<"id", &row::id, bw::int64{.is_primary = true}>,
                               bw::field<"f", &row::f, bw::int8_vector{.dim = 4}>> {};

void use(bw::local_bulk_writer<row_schema, bw::format::parquet>& writer) { writer.append_row({.id = 1}); }
