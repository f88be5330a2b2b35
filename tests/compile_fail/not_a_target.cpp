// rule: import_client takes one of the targets
// fix: bw::milvus{…}, bw::zilliz_cloud{…}, bw::zilliz_cloud_v1{…}
// shows: basic_string
#include <bulkwriter/import/import_client.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
void use(std::string const& uri) { bw::import_client<std::string> client{uri}; }
#else
void use(std::string const& uri) { bw::import_client client{bw::milvus{.uri = uri}}; }
#endif
