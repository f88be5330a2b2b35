// rule: a varchar field takes text
// fix: std::string, std::string_view or char const*
// shows: title
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct article {
  std::int64_t id = {};
  std::int64_t title = {};
};
#else
struct article {
  std::int64_t id = {};
  std::string title = {};
};
#endif
struct row_schema : bw::schema<bw::field<"id", &article::id, bw::int64{.is_primary = true}>,
                               bw::field<"title", &article::title, bw::varchar{.max_length = 64}>> {};

void use(bw::local_bulk_writer<row_schema, bw::format::parquet>& writer) { writer.append_row({.id = 1}); }
