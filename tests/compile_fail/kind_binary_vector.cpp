// rule: a binary_vector field takes dim / 8 bytes
// fix: or dim bits, a range of bool or a std::bitset
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
  std::vector<bool> f = {};
#endif
};
struct row_schema : bw::schema<bw::field<"id", &row::id, bw::int64{.is_primary = true}>,
                               bw::field<"f", &row::f, bw::binary_vector{.dim = 8}>> {};

void use(bw::local_bulk_writer<row_schema, bw::format::parquet>& writer) { writer.append_row({.id = 1}); }
