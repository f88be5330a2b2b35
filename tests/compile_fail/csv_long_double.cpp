// rule: a CSV cell cannot be read as this type
// fix: ask for a number, bool, string, optional of these, vector or array of floats
// shows: long
#include <bulkwriter/input/csv_reader.hpp>

namespace bw = bulkwriter;

void use(bw::csv_reader& csv) {
#ifdef BULKWRITER_TEST_MISTAKE
  (void)csv["x"].as<long double>();
#else
  (void)csv["x"].as<double>();
#endif
}
