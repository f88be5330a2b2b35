// rule: this field is a member of another struct than the fields before it
// fix: bind all to one struct
// shows: title
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

struct article {
  std::int64_t id = {};
  std::string title = {};
};
struct book {
  std::string title = {};
};
#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema : bw::schema<bw::field<"id", &article::id, bw::int64{.is_primary = true}>,
                               bw::field<"title", &book::title, bw::varchar{.max_length = 64}>> {};
#else
struct row_schema : bw::schema<bw::field<"id", &article::id, bw::int64{.is_primary = true}>,
                               bw::field<"title", &article::title, bw::varchar{.max_length = 64}>> {};
#endif

void use(bw::local_bulk_writer<row_schema, bw::format::parquet>& writer) {
  writer.append_row(article{.id = 1, .title = {}});
}
