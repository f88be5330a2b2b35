// rule: this column<> has no member, so a row given as a struct cannot bring its value
// fix: bind it with field<>, make it nullable, or append by name
// shows: title
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

using namespace bw::literals;

struct article {
  std::int64_t id = {};
};
struct row_schema : bw::schema<bw::field<"id", &article::id, bw::int64{.is_primary = true}>,
                               bw::column<"title", bw::varchar{.max_length = 64}>> {};

void use(bw::local_bulk_writer<row_schema, bw::format::json>& writer) {
#ifdef BULKWRITER_TEST_MISTAKE
  writer.append_row({.id = 1});
#else
  writer.append_row("id"_f = 1, "title"_f = "a");
#endif
}
