// rule: field takes a member of
// fix: change the member or the kind
// shows: stars
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct article {
  std::int64_t id = {};
  int stars = {};
};
#else
struct article {
  std::int64_t id = {};
  std::int16_t stars = {};
};
#endif
struct row_schema : bw::schema<bw::field<"id", &article::id, bw::int64{.is_primary = true}>,
                               bw::field<"stars", &article::stars, bw::int16{}>> {};

void use(bw::local_bulk_writer<row_schema, bw::format::parquet>& writer) { writer.append_row({.id = 1}); }
