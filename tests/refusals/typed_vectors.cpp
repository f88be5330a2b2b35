#include "typed.hpp"

namespace refusals {

void add_vectors(std::vector<subject>& all) {
  using floats = std::vector<float>;
  using halves = std::vector<std::uint16_t>;
  using int8s = std::vector<std::int8_t>;
  using bytes = std::vector<std::uint8_t>;
  using pairs = std::vector<std::pair<std::uint32_t, float>>;
  typed<floats, floats, bw::float_vector{.dim = 4}>::add(all, "float_vector");
  typed<floats, floats, bw::float16_vector{.dim = 4}>::add(all, "float16_vector");
  typed<floats, floats, bw::bfloat16_vector{.dim = 4}>::add(all, "bfloat16_vector");
  typed<halves, halves, bw::float16_vector{.dim = 4}>::add(all, "float16_vector, halves");
  typed<halves, halves, bw::bfloat16_vector{.dim = 4}>::add(all, "bfloat16_vector, halves");
  typed<int8s, int8s, bw::int8_vector{.dim = 4}>::add(all, "int8_vector");
  typed<bytes, bytes, bw::binary_vector{.dim = 16}>::add(all, "binary_vector");
  typed<pairs, bw::sparse_view, bw::sparse_float_vector{}>::add(all, "sparse_float_vector");
}

}  // namespace refusals
