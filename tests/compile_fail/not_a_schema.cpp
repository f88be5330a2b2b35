// rule: the first argument of a writer is a schema
// fix: struct my_schema : bw::schema<…> {}
// shows: article
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

struct article {
  std::int64_t id = {};
};
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>> {};

#ifdef BULKWRITER_TEST_MISTAKE
void use(std::int64_t id) {
  bw::local_bulk_writer<article, bw::format::parquet> writer{{.local_path = "out"}};
  writer.append_row(std::tuple{id});
  writer.commit();
}
#else
void use(std::int64_t id) {
  bw::local_bulk_writer<row_schema, bw::format::parquet> writer{{.local_path = "out"}};
  writer.append_row(std::tuple{id});
  writer.commit();
}
#endif
