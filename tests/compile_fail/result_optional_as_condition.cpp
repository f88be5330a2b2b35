// rule: this result is true whenever there was no error, whatever its value is
// fix: ask has_value() for success and `*r` or value() for the answer
// shows: optional
#include <bulkwriter/error.hpp>

#include <optional>

namespace bw = bulkwriter;

bw::result<std::optional<int>> find();

#ifdef BULKWRITER_TEST_MISTAKE
int use() {
  auto const found = find();
  return found ? 1 : 0;
}
#else
int use() {
  auto const found = find();
  return found.has_value() && found->has_value() ? 1 : 0;
}
#endif
