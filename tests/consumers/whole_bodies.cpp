// Of a program that defines BULKWRITER_SEPARATE_COMPILATION everywhere: the one unit that holds the bodies.
#define BULKWRITER_IMPLEMENTATION
#include <bulkwriter/bulkwriter.hpp>
