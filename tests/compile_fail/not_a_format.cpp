// rule: the second argument of a writer is a format
// fix: such as bw::format::parquet
// shows: my_format
// more: an encoder is looked for in it all the same
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

struct my_format {};
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>> {};

#ifdef BULKWRITER_TEST_MISTAKE
void use(std::int64_t id) {
  bw::local_bulk_writer<row_schema, my_format> writer{{.local_path = "out"}};
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
