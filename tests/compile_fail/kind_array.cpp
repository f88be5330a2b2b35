// rule: an array field takes a sized range whose elements its element_type takes
// fix: of std::int32_t for int32
// shows: f
#include <bulkwriter/local.hpp>

#include <chrono>
#include <map>

namespace bw = bulkwriter;

struct row {
  std::int64_t id = {};
#ifdef BULKWRITER_TEST_MISTAKE
  std::vector<double> f = {};
#else
  std::vector<std::int32_t> f = {};
#endif
};
struct row_schema : bw::schema<bw::field<"id", &row::id, bw::int64{.is_primary = true}>,
                               bw::field<"f", &row::f, bw::array{.element_type = bw::int32{}, .max_capacity = 4}>> {};

void use(bw::local_bulk_writer<row_schema, bw::format::parquet>& writer) { writer.append_row({.id = 1}); }
