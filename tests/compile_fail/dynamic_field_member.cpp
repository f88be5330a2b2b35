// rule: the member of dynamic_field<> must be JSON text
// fix: (std::string)
// shows: $meta
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct article {
  std::int64_t id = {};
  std::vector<std::string> extra = {};
};
#else
struct article {
  std::int64_t id = {};
  std::string extra = {};
};
#endif
struct row_schema
    : bw::schema<bw::field<"id", &article::id, bw::int64{.is_primary = true}>, bw::dynamic_field<&article::extra>> {};

void use(bw::local_bulk_writer<row_schema, bw::format::parquet>& writer) { writer.append_row({.id = 1}); }
