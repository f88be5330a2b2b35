// rule: this request is for another target: bw::zilliz_cloud_v1 is asked with .collection_name, .object_url
// fix: .secret_key and .partition_name only
// shows: zilliz_cloud_v1
#include <bulkwriter/import/import_client.hpp>

namespace bw = bulkwriter;

void use(bw::import_client<bw::zilliz_cloud_v1>& cloud) {
#ifdef BULKWRITER_TEST_MISTAKE
  cloud.bulk_import({.collection_name = "a", .object_url = "s3://b/f/", .token = "t"});
#else
  cloud.bulk_import({.collection_name = "a", .object_url = "s3://b/f/"});
#endif
}
