#include "typed.hpp"

namespace refusals {

namespace {

template <class T, class Wide, auto Element>
using array_of = typed<std::vector<T>, std::vector<Wide>, bw::array{.element_type = Element, .max_capacity = 4}>;

// What every format holds that holds structs, and what CSV files do not.
struct clip_fields
    : bw::struct_fields<bw::column<"caption", bw::varchar{.max_length = 12}>, bw::column<"frame", bw::int32{}>,
                        bw::column<"score", bw::float32{}>, bw::column<"v", bw::float_vector{.dim = 2}>> {};
struct part_fields
    : bw::struct_fields<
          bw::column<"on", bw::boolean{}>, bw::column<"n8", bw::int8{}>, bw::column<"n16", bw::int16{}>,
          bw::column<"n64", bw::int64{}>, bw::column<"weight", bw::float64{}>, bw::column<"body", bw::text{}>,
          bw::column<"half", bw::float16_vector{.dim = 2}>, bw::column<"brain", bw::bfloat16_vector{.dim = 2}>,
          bw::column<"small", bw::int8_vector{.dim = 2}>, bw::column<"bits", bw::binary_vector{.dim = 16}>> {};
using floats = std::vector<float>;
using clip = std::tuple<std::string, std::int64_t, double, floats>;
using part = std::tuple<bool, std::int64_t, std::int64_t, std::int64_t, double, std::string, floats, floats,
                        std::vector<std::int8_t>, std::vector<std::uint8_t>>;

}  // namespace

void add_lists(std::vector<subject>& all) {
  array_of<bool, bool, bw::boolean{}>::add(all, "array of boolean");
  array_of<std::int8_t, std::int64_t, bw::int8{}>::add(all, "array of int8");
  array_of<std::int16_t, std::int64_t, bw::int16{}>::add(all, "array of int16");
  array_of<std::int32_t, std::int64_t, bw::int32{}>::add(all, "array of int32");
  array_of<std::uint64_t, std::int64_t, bw::int64{}>::add(all, "array of int64");
  array_of<float, double, bw::float32{}>::add(all, "array of float32");
  array_of<double, double, bw::float64{}>::add(all, "array of float64");
  array_of<std::string, std::string, bw::varchar{.max_length = 12}>::add(all, "array of varchar");
  typed<std::vector<clip>, std::vector<clip>, bw::struct_array<clip_fields>{.max_capacity = 4}>::add(all, "clips");
  typed<std::vector<part>, std::vector<part>, bw::struct_array<part_fields>{.max_capacity = 4}>::add(all, "parts");
}

}  // namespace refusals
