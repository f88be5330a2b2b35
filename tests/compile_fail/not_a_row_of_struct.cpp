// rule: append_row takes the schema's row struct, a std::tuple in schema order, or
// fix: "name"_f = value pairs
// shows: book
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

struct article {
  std::int64_t id = {};
};
struct book {
  std::int64_t id = {};
};
struct row_schema : bw::schema<bw::field<"id", &article::id, bw::int64{.is_primary = true}>> {};

void use(bw::local_bulk_writer<row_schema, bw::format::json>& writer) {
#ifdef BULKWRITER_TEST_MISTAKE
  writer.append_row(book{.id = 1});
#else
  writer.append_row(article{.id = 1});
#endif
}
