#include "typed.hpp"

namespace refusals {

void add_scalars(std::vector<subject>& all) {
  typed<bool, bool, bw::boolean{}>::add(all, "boolean");
  typed<std::int8_t, std::int64_t, bw::int8{}>::add(all, "int8");
  typed<std::int16_t, std::int64_t, bw::int16{}>::add(all, "int16");
  typed<std::int32_t, std::int64_t, bw::int32{}>::add(all, "int32");
  typed<std::uint64_t, std::int64_t, bw::int64{}>::add(all, "int64");
  typed<float, double, bw::float32{}>::add(all, "float32");
  typed<double, double, bw::float64{}>::add(all, "float64");
  typed<std::string, std::string, bw::varchar{.max_length = 12}>::add(all, "varchar");
  typed<std::string, std::string, bw::text{}>::add(all, "text");
  typed<std::string, std::string, bw::json{}>::add(all, "json");
  typed<std::string, std::string, bw::geometry{}>::add(all, "geometry");
  typed<std::string, std::string, bw::timestamptz{}>::add(all, "timestamptz");
}

}  // namespace refusals
