// rule: create takes a schema as its template argument
// fix: create<my_schema>("articles")
// shows: void
#include <bulkwriter/import/collections.hpp>

namespace bw = bulkwriter;

struct article {
  std::int64_t id = {};
};
struct row_schema : bw::schema<bw::field<"id", &article::id, bw::int64{.is_primary = true}>> {};

void use(bw::collections& c) {
#ifdef BULKWRITER_TEST_MISTAKE
  (void)c.try_create("a");
#else
  (void)c.try_create<row_schema>("a");
#endif
}
