// rule: the size of this array, the first number beside the name, differs from the second
// fix: make both equal
// shows: v
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct article {
  std::int64_t id = {};
  std::array<float, 8> v = {};
};
#else
struct article {
  std::int64_t id = {};
  std::array<float, 4> v = {};
};
#endif
struct row_schema : bw::schema<bw::field<"id", &article::id, bw::int64{.is_primary = true}>,
                               bw::field<"v", &article::v, bw::float_vector{.dim = 4}>> {};

void use(bw::local_bulk_writer<row_schema, bw::format::parquet>& writer) { writer.append_row({.id = 1}); }
