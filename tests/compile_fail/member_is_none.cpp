// rule: the second argument of field<> must be a pointer to a data member
// fix: &article::title
// shows: title
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

struct article {
  std::int64_t id = {};
  std::string title = {};
};
#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema : bw::schema<bw::field<"id", &article::id, bw::int64{.is_primary = true}>,
                               bw::field<"title", 1, bw::varchar{.max_length = 64}>> {};
#else
struct row_schema : bw::schema<bw::field<"id", &article::id, bw::int64{.is_primary = true}>,
                               bw::field<"title", &article::title, bw::varchar{.max_length = 64}>> {};
#endif

void use(bw::local_bulk_writer<row_schema, bw::format::parquet>& writer) { writer.append_row({.id = 1}); }
