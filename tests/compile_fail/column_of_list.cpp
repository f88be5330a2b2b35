// rule: a column is a random-access range with a value for each row
// fix: a bw::string_block, or bw::masked of these
// shows: id
#include <bulkwriter/local.hpp>

#include <list>

namespace bw = bulkwriter;

using namespace bw::literals;

struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"v", bw::float_vector{.dim = 2}>> {};
using writer = bw::local_bulk_writer<row_schema, bw::format::json>;

void use(writer& w, std::vector<float> const& block) {
#ifdef BULKWRITER_TEST_MISTAKE
  (void)w.try_append_columns("id"_f = std::list<int>{1}, "v"_f = block);
#else
  (void)w.try_append_columns("id"_f = std::vector{1}, "v"_f = block);
#endif
}
