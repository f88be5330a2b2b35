// The bodies of the library and of Boost.JSON: Debian's binary of the latter is for libstdc++ alone.
#define BULKWRITER_IMPLEMENTATION
#include <bulkwriter/bulkwriter.hpp>

#include <boost/json/src.hpp>
