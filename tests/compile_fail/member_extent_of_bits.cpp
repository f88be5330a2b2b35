// rule: the size of this array, the first number beside the name, differs from the second
// fix: make both equal
// shows: bits
#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

#ifdef BULKWRITER_TEST_MISTAKE
struct article {
  std::int64_t id = {};
  std::array<std::uint8_t, 128> bits = {};
};
#else
struct article {
  std::int64_t id = {};
  std::array<std::uint8_t, 16> bits = {};
};
#endif
struct row_schema : bw::schema<bw::field<"id", &article::id, bw::int64{.is_primary = true}>,
                               bw::field<"bits", &article::bits, bw::binary_vector{.dim = 128}>> {};
