// rule: the size of this std::array differs from the field's dim (binary_vector: dim / 8 bytes)
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
