// rule: a CSV cell cannot be read as this type
// fix: ask for a number, bool, string, optional of these, vector or array of floats
// shows: array
#include <bulkwriter/input/csv_reader.hpp>

namespace bw = bulkwriter;

void use(bw::csv_reader& csv) {
#ifdef BULKWRITER_TEST_MISTAKE
  (void)csv["tags"].try_as<std::array<int, 2>>();
#else
  (void)csv["tags"].try_as<std::array<double, 2>>();
#endif
}
