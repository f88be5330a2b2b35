// rule: the default_value is out of the range of this field's kind
// fix: give another value, a wider kind or a larger max_length
// shows: lang
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"lang", bw::varchar{.max_length = 4, .default_value = "en-GB"}>> {};
#else
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"lang", bw::varchar{.max_length = 5, .default_value = "en-GB"}>> {};
#endif

void use(bw::local_bulk_writer<row_schema, bw::format::parquet>& writer) { writer.append_row(std::tuple{1, "de"}); }
