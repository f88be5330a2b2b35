#pragma once

// Rows of every kind that every server knows, made of random bits that are the same on every machine.

#include <bulkwriter/schema/schema.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "expected.hpp"

namespace rows {

// xorshift64*, and floats made of its bits.
class random_values {
 public:
  explicit random_values(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15u + 1) {}
  std::uint64_t bits() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545F4914F6CDD1Du;
  }
  std::uint64_t below(std::uint64_t n) { return bits() % n; }
  float number() { return static_cast<float>(static_cast<std::int32_t>(bits() >> 32)) / 2147483648.0f; }
  // Any finite float: all exponents, denormals, both zeros.
  float any_float() {
    for (;;) {
      float const f = std::bit_cast<float>(static_cast<std::uint32_t>(bits() >> 32));
      if (f - f == 0) return f;
    }
  }
  double any_double() {
    for (;;) {
      double const d = std::bit_cast<double>(bits());
      if (d - d == 0) return d;
    }
  }
  std::string word(std::size_t longest) {
    static constexpr std::string_view pieces[] = {"a",
                                                  "Z",
                                                  "0",
                                                  " ",
                                                  "\"",
                                                  "\\",
                                                  "/",
                                                  "\n",
                                                  "\t",
                                                  "\r",
                                                  "\x01",
                                                  "\x1f",
                                                  "\x7f",
                                                  "\xc3\xa9",
                                                  "\xe6\x97\xa5",
                                                  "\xf0\x9f\x98\x80",
                                                  "\xe2\x80\xa8",
                                                  "<",
                                                  "&",
                                                  "'"};
    std::string out;
    for (std::uint64_t n = below(longest / 4 + 1); n--;) out += pieces[below(std::size(pieces))];
    return out;
  }
  std::vector<float> vector(std::size_t dim) {
    std::vector<float> out(dim);
    for (float& f : out) f = number();
    return out;
  }

 private:
  std::uint64_t state_;
};

struct every {
  std::int64_t id = {};
  bool flag = {};
  std::int8_t i8 = {};
  std::int16_t i16 = {};
  std::int32_t i32 = {};
  std::int64_t i64 = {};
  float f32 = {};
  double f64 = {};
  std::string text = {};
  std::string doc = "{}";
  std::array<float, 4> v = {};
  std::string extra = "{}";
};
struct every_schema
    : bulkwriter::schema<bulkwriter::field<"id", &every::id, bulkwriter::int64{.is_primary = true}>,         //
                         bulkwriter::field<"flag", &every::flag, bulkwriter::boolean{}>,                     //
                         bulkwriter::field<"i8", &every::i8, bulkwriter::int8{}>,                            //
                         bulkwriter::field<"i16", &every::i16, bulkwriter::int16{}>,                         //
                         bulkwriter::field<"i32", &every::i32, bulkwriter::int32{}>,                         //
                         bulkwriter::field<"i64", &every::i64, bulkwriter::int64{}>,                         //
                         bulkwriter::field<"f32", &every::f32, bulkwriter::float32{}>,                       //
                         bulkwriter::field<"f64", &every::f64, bulkwriter::float64{}>,                       //
                         bulkwriter::field<"text", &every::text, bulkwriter::varchar{.max_length = 65535}>,  //
                         bulkwriter::field<"doc", &every::doc, bulkwriter::json{}>,                          //
                         bulkwriter::field<"v", &every::v, bulkwriter::float_vector{.dim = 4}>,              //
                         bulkwriter::dynamic_field<&every::extra>> {};

// kind and name
inline std::vector<std::pair<char const*, char const*>> const every_columns = {
    {"int64", "id"},     {"boolean", "flag"}, {"int8", "i8"},        {"int16", "i16"},
    {"int32", "i32"},    {"int64", "i64"},    {"float32", "f32"},    {"float64", "f64"},
    {"varchar", "text"}, {"json", "doc"},     {"float_vector", "v"}, {"json", "$meta"}};

inline std::string told(every const& r) {
  using namespace expected;
  return row(cell(r.id), cell(r.flag), cell(r.i8), cell(r.i16), cell(r.i32), cell(r.i64), cell(r.f32), cell(r.f64),
             cell(r.text), json(r.doc), cell(std::span<float const>(r.v)), json(r.extra));
}

inline every every_row(std::int64_t id, random_values& random) {
  every r;
  r.id = id;
  r.flag = random.below(2) == 1;
  r.i8 = static_cast<std::int8_t>(random.bits());
  r.i16 = static_cast<std::int16_t>(random.bits());
  r.i32 = static_cast<std::int32_t>(random.bits());
  r.i64 = static_cast<std::int64_t>(random.bits());
  r.f32 = random.any_float();
  r.f64 = random.any_double();
  r.text = random.word(200);
  r.doc = R"({"n": )" + std::to_string(random.below(1000)) +
          R"(, "list": [1, 2.5, "x\u00e9", null, true], "o": {"": -1e-7}})";
  for (float& f : r.v) f = random.any_float();
  r.extra = R"({"claps":)" + std::to_string(random.below(1000)) + R"(,"author":"\"q\""})";
  return r;
}

}  // namespace rows
