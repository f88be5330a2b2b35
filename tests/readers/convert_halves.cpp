// convert_halves to|from float16|bfloat16 one|many: converts what comes on stdin, floats or 16-bit floats as they lie
// in memory, and puts the result on stdout. `one`: value by value; `many`: all at once.
#include <bulkwriter/row/half.hpp>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <vector>

namespace {

template <class T>
std::vector<T> read_all() {
  std::vector<T> values;
  std::vector<T> piece(1 << 16);
  while (std::size_t const n = std::fread(piece.data(), sizeof(T), piece.size(), stdin))
    values.insert(values.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(n));
  return values;
}
template <class T>
bool write_all(std::vector<T> const& values) {
  return std::fwrite(values.data(), sizeof(T), values.size(), stdout) == values.size() && std::fflush(stdout) == 0;
}

template <class From, class To>
bool convert(To (*one)(From)) {
  std::vector<To> out;
  for (From const value : read_all<From>()) out.push_back(one(value));
  return write_all(out);
}
template <class From, class To, class Many>
bool convert_all(Many const& many) {
  std::vector<From> const in = read_all<From>();
  std::vector<To> out(in.size());
  many(in, out.data());
  return write_all(out);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace bulkwriter;
  if (argc != 4) return 2;
  bool const to = argv[1] == std::string_view("to"), ieee = argv[2] == std::string_view("float16");
  kind const k = ieee ? kind::float16_vector : kind::bfloat16_vector;
  bool done = false;
  if (argv[3] == std::string_view("many"))
    done =
        to ? convert_all<float, std::uint16_t>([&](auto const& in, auto* out) { detail::to_half_bits(k, in, out); })
           : convert_all<std::uint16_t, float>([&](auto const& in, auto* out) { detail::from_half_bits(k, in, out); });
  else if (to)
    done = ieee ? convert<float, std::uint16_t>([](float v) { return detail::to_float16_bits(v); })
                : convert<float, std::uint16_t>([](float v) { return detail::to_bfloat16_bits(v); });
  else
    done = ieee ? convert<std::uint16_t, float>([](std::uint16_t v) { return detail::from_float16_bits(v); })
                : convert<std::uint16_t, float>([](std::uint16_t v) { return detail::from_bfloat16_bits(v); });
  return done ? 0 : 1;
}
