// rule: the element_type of an array must be a boolean, integer, float or varchar kind
// fix: choose one of these, or make the field bw::json{}
// shows: tags
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"tags", bw::array{.element_type = bw::json{}, .max_capacity = 8}>> {};
#else
struct row_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"tags", bw::array{.element_type = bw::float64{}, .max_capacity = 8}>> {};
#endif
