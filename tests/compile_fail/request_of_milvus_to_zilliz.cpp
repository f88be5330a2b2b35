// rule: this request is for another target: bw::zilliz_cloud is asked with .collection_name, .object_url
// fix: .files and .idempotency_key are for bw::milvus
// shows: zilliz_cloud
#include <bulkwriter/import/import_client.hpp>

namespace bw = bulkwriter;

void use(bw::import_client<bw::zilliz_cloud>& cloud) {
#ifdef BULKWRITER_TEST_MISTAKE
  cloud.bulk_import({.collection_name = "a", .files = {}});
#else
  cloud.bulk_import({.collection_name = "a", .object_url = "s3://b/f/"});
#endif
}
