// rule: a remote_bulk_writer takes where its bucket is
// fix: bw::s3_connect_param, bw::gcs_connect_param or bw::azure_connect_param
// shows: milvus
#include <bulkwriter/bulkwriter.hpp>

namespace bw = bulkwriter;

using namespace bw::literals;

struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"v", bw::float_vector{.dim = 2}>> {};
using writer = bw::remote_bulk_writer<row_schema, bw::format::json>;

void use() {
#ifdef BULKWRITER_TEST_MISTAKE
  writer w{bw::milvus{.uri = "http://localhost:19530"}, {.remote_path = "/"}};
#else
  writer w{bw::s3_connect_param{.endpoint = "localhost"}, {.remote_path = "/"}};
#endif
}
