// rule: this result is true whenever there was no error, whatever its value is
// fix: ask has_value() for success and `*r` or value() for the answer
// shows: bool
#include <bulkwriter/import/collections.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
void use(bw::collections& c) {
  if (!c.try_has("articles")) c.drop("articles");
}
#else
void use(bw::collections& c) {
  if (!c.try_has("articles").value()) c.drop("articles");
}
#endif
