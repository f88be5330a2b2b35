// rule: the element_type of an array takes no key, nullable or default_value attribute
// fix: set it on the array
// shows: tags
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                 bw::column<"tags", bw::array{.element_type = bw::int8{.nullable = true}, .max_capacity = 8}>> {};
#else
struct row_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                 bw::column<"tags", bw::array{.element_type = bw::int8{}, .max_capacity = 8, .nullable = true}>> {};
#endif
