// The one unit of the test programs that holds the bodies: what a user of separate compilation writes.
#define BULKWRITER_IMPLEMENTATION
#include <bulkwriter/bulkwriter.hpp>
#if __has_include(<bulkwriter/adapt/boost_json.hpp>)
#include <bulkwriter/adapt/boost_json.hpp>
#endif
