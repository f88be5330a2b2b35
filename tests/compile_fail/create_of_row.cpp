// rule: create takes a schema as its template argument
// fix: create<my_schema>("articles")
// shows: article
#include <bulkwriter/import/collections.hpp>

namespace bw = bulkwriter;

struct article {
  std::int64_t id = {};
};
struct row_schema : bw::schema<bw::field<"id", &article::id, bw::int64{.is_primary = true}>> {};

void use(bw::collections& c) {
#ifdef BULKWRITER_TEST_MISTAKE
  c.create<article>("a");
#else
  c.create<row_schema>("a");
#endif
}
