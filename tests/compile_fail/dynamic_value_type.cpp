// rule: a value of this C++ type cannot be stored in the dynamic field
// fix: bool, numbers, text, ranges of these
// shows: when
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

using namespace bw::literals;

struct row_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"title", bw::varchar{.max_length = 64}>,
                 bw::column<"v", bw::float_vector{.dim = 4}>, bw::column<"score", bw::float64{.nullable = true}>,
                 bw::dynamic_field<>> {};

void use(bw::local_bulk_writer<row_schema, bw::format::json>& writer, std::array<float, 4> const& v) {
  writer.append_row("id"_f = 0, "title"_f = "a", "v"_f = v);
#ifdef BULKWRITER_TEST_MISTAKE
  writer.append_row("id"_f = 1, "title"_f = "a", "v"_f = v, "when"_f = std::pair{1, 2});
#else
  writer.append_row("id"_f = 1, "title"_f = "a", "v"_f = v, "when"_f = std::array{1, 2});
#endif
}
