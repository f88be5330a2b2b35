// rule: this result is true whenever there was no error, whatever its value is
// fix: while (csv.try_next().value())
// shows: bool
#include <bulkwriter/input/csv_reader.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
void use(bw::csv_reader& csv) {
  while (csv.try_next()) (void)csv.texts();
}
#else
void use(bw::csv_reader& csv) {
  while (csv.try_next().value()) (void)csv.texts();
  if (csv.try_next().has_value()) (void)csv.texts();
}
#endif
