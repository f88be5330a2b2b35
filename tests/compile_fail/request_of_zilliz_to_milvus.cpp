// rule: this request is for another target: bw::milvus is asked with .collection_name and .files
// fix: .object_url and its keys are for bw::zilliz_cloud
// shows: milvus
#include <bulkwriter/import/import_client.hpp>

namespace bw = bulkwriter;

void use(bw::import_client<bw::milvus>& db) {
#ifdef BULKWRITER_TEST_MISTAKE
  db.bulk_import({.collection_name = "a", .object_url = "s3://b/f/"});
#else
  db.bulk_import({.collection_name = "a", .files = bw::batch_files::of_paths({"f/1.parquet"})});
#endif
}
