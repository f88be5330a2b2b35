#include <bulkwriter/row/half.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

namespace bw = bulkwriter;

using bw::detail::from_bfloat16_bits;
using bw::detail::from_float16_bits;
using bw::detail::to_bfloat16_bits;
using bw::detail::to_float16_bits;

// All values, ties and neighbours are compared with numpy and ml_dtypes by tests/readers/check_halves.py.

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity(), a_nan = std::numeric_limits<float>::quiet_NaN();

constexpr bool is_quiet_float16_nan(std::uint16_t h) { return (h & 0x7e00) == 0x7e00; }
constexpr bool is_quiet_bfloat16_nan(std::uint16_t h) { return (h & 0x7fc0) == 0x7fc0; }

}  // namespace

TEST_CASE("float16: values that are known") {
  static_assert(to_float16_bits(1.0f) == 0x3c00);
  static_assert(from_float16_bits(0x3c00) == 1.0f);
  CHECK(to_float16_bits(0.0f) == 0);
  CHECK(to_float16_bits(-0.0f) == 0x8000);
  CHECK(to_float16_bits(-2.0f) == 0xc000);
  CHECK(to_float16_bits(0.333333333f) == 0x3555);
  CHECK(to_float16_bits(65504.0f) == 0x7bff);
  CHECK(from_float16_bits(0x7bff) == 65504.0f);
  CHECK(from_float16_bits(0xc000) == -2.0f);
  CHECK(std::bit_cast<std::uint32_t>(from_float16_bits(0)) == 0);
  CHECK(std::bit_cast<std::uint32_t>(from_float16_bits(0x8000)) == 0x8000'0000);
}

TEST_CASE("float16: ties go to the even one") {
  CHECK(to_float16_bits(1 + 0x1p-11f) == 0x3c00);
  CHECK(to_float16_bits(1 + 0x3p-11f) == 0x3c02);
  CHECK(to_float16_bits(1 + 0x1p-11f + 0x1p-23f) == 0x3c01);
  CHECK(to_float16_bits(2 - 0x1p-11f) == 0x4000);  // carries into the exponent
}

TEST_CASE("float16: subnormals") {
  CHECK(to_float16_bits(0x1p-24f) == 1);
  CHECK(to_float16_bits(0x1p-25f) == 0);  // a tie
  CHECK(to_float16_bits(-0x1.000002p-25f) == 0x8001);
  CHECK(to_float16_bits(0x3p-25f) == 2);             // a tie
  CHECK(to_float16_bits(0x7ffp-25f) == 0x400);       // a tie; becomes normal
  CHECK(to_float16_bits(0x1.ffbffep-15f) == 0x3ff);  // just below it
  CHECK(to_float16_bits(0x1p-149f) == 0);            // float's smallest
  CHECK(from_float16_bits(0x8001) == -0x1p-24f);
  CHECK(from_float16_bits(0x3ff) == 0x3ffp-24f);
  CHECK(from_float16_bits(0x400) == 0x1p-14f);
}

TEST_CASE("float16: beyond the largest, and NaN") {
  CHECK(to_float16_bits(65519.996f) == 0x7bff);
  CHECK(to_float16_bits(65520.0f) == 0x7c00);  // a tie
  CHECK(to_float16_bits(-1e30f) == 0xfc00);
  CHECK(to_float16_bits(infinity) == 0x7c00);
  CHECK(from_float16_bits(0xfc00) == -infinity);
  CHECK(is_quiet_float16_nan(to_float16_bits(a_nan)));
  CHECK(is_quiet_float16_nan(to_float16_bits(std::bit_cast<float>(0x7f80'0001))));  // signaling
  CHECK(from_float16_bits(0x7e00) != from_float16_bits(0x7e00));
  CHECK(from_float16_bits(0x7c01) != from_float16_bits(0x7c01));
}

TEST_CASE("bfloat16: values that are known, ties, subnormals, beyond the largest, and NaN") {
  static_assert(to_bfloat16_bits(1.0f) == 0x3f80);
  static_assert(from_bfloat16_bits(0x3f80) == 1.0f);
  CHECK(to_bfloat16_bits(-0.0f) == 0x8000);
  CHECK(to_bfloat16_bits(3.14159265f) == 0x4049);
  CHECK(to_bfloat16_bits(1 + 0x1p-8f) == 0x3f80);  // ties
  CHECK(to_bfloat16_bits(1 + 0x3p-8f) == 0x3f82);
  CHECK(to_bfloat16_bits(1 + 0x1p-8f + 0x1p-23f) == 0x3f81);
  CHECK(to_bfloat16_bits(0x1p-133f) == 1);
  CHECK(to_bfloat16_bits(0x1p-134f) == 0);  // a tie
  CHECK(to_bfloat16_bits(0x3p-134f) == 2);  // a tie
  CHECK(from_bfloat16_bits(1) == 0x1p-133f);
  CHECK(to_bfloat16_bits(0x1.fep127f) == 0x7f7f);
  CHECK(to_bfloat16_bits(0x1.fefffep127f) == 0x7f7f);
  CHECK(to_bfloat16_bits(0x1.ffp127f) == 0x7f80);  // a tie
  CHECK(to_bfloat16_bits(std::numeric_limits<float>::lowest()) == 0xff80);
  CHECK(from_bfloat16_bits(0xff80) == -infinity);
  CHECK(is_quiet_bfloat16_nan(to_bfloat16_bits(a_nan)));
  CHECK(is_quiet_bfloat16_nan(to_bfloat16_bits(std::bit_cast<float>(0xff80'0001))));
  CHECK(from_bfloat16_bits(0x7fc0) != from_bfloat16_bits(0x7fc0));
}

TEST_CASE("halves: many at a time are the same") {
  std::vector<float> values;
  for (int i = 0; i < 101; ++i) values.push_back(static_cast<float>(i - 50) * 0.7f);
  values[3] = -infinity;
  for (bw::kind const k : {bw::kind::float16_vector, bw::kind::bfloat16_vector}) {
    bool const wide = k == bw::kind::bfloat16_vector;
    std::vector<std::uint16_t> halves(values.size() + 1, 0xabcd);
    bw::detail::to_half_bits(k, values, halves.data());
    CHECK(halves.back() == 0xabcd);
    halves.pop_back();
    std::vector<float> back(values.size());
    bw::detail::from_half_bits(k, halves, back.data());
    for (std::size_t i = 0; i < values.size(); ++i) {
      CHECK(halves[i] == (wide ? to_bfloat16_bits(values[i]) : to_float16_bits(values[i])));
      CHECK(back[i] == (wide ? from_bfloat16_bits(halves[i]) : from_float16_bits(halves[i])));
    }
  }
}
