// rule: a CSV cell cannot be read as this type
// fix: ask for a number, bool, string, optional of these, vector or array of floats
// shows: std::pair
#include <bulkwriter/input/csv_reader.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
void use(bw::csv_cell const& cell) { (void)cell.try_as<std::pair<int, int>>(); }
#else
void use(bw::csv_cell const& cell) { (void)cell.try_as<std::array<float, 2>>(); }
#endif
