// rule: a float_vector field takes a contiguous range of float
// fix: convert doubles to float first
// shows: v
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

using namespace bw::literals;

struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"v", bw::float_vector{.dim = 2}>> {};
using writer = bw::local_bulk_writer<row_schema, bw::format::json>;

void use(writer& w, std::vector<float> const& block) {
#ifdef BULKWRITER_TEST_MISTAKE
  w.append_columns("id"_f = std::vector{1}, "v"_f = std::vector<double>(block.begin(), block.end()));
#else
  w.append_columns("id"_f = std::vector{1}, "v"_f = block);
#endif
}
