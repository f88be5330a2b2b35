// rule: this request is for another target: bw::milvus is asked with .collection_name and .files
// fix: .object_url and its keys are for bw::zilliz_cloud
// shows: milvus
#include <bulkwriter/import/import_client.hpp>

namespace bw = bulkwriter;

void use(bw::import_client<bw::milvus>& db) {
#ifdef BULKWRITER_TEST_MISTAKE
  (void)db.try_bulk_import({.collection_name = "a", .data_paths = {"f"}});
#else
  (void)db.try_bulk_import({.collection_name = "a"});
#endif
}
