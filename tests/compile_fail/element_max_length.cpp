// rule: the varchar elements of an array need a max_length between 1 and 65535 bytes
// fix: bw::array{.element_type = bw::varchar{.max_length = 64}, .max_capacity = 16}
// shows: tags
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"tags", bw::array{.element_type = bw::varchar{}, .max_capacity = 8}>> {};
#else
struct row_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                 bw::column<"tags", bw::array{.element_type = bw::varchar{.max_length = 8}, .max_capacity = 8}>> {};
#endif
