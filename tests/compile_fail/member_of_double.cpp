// rule: a float_vector field takes a contiguous range of float
// fix: convert doubles to float first
// shows: v
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct article {
  std::int64_t id = {};
  std::vector<double> v = {};
};
#else
struct article {
  std::int64_t id = {};
  std::vector<float> v = {};
};
#endif
struct row_schema : bw::schema<bw::field<"id", &article::id, bw::int64{.is_primary = true}>,
                               bw::field<"v", &article::v, bw::float_vector{.dim = 4}>> {};

void use(bw::local_bulk_writer<row_schema, bw::format::parquet>& writer) { writer.append_row({.id = 1}); }
