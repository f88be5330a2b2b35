// Every kind of field that is more than a number or text, and what C++ gives it as: the same rows as Parquet and JSON
// Lines. Needs nothing but the standard library.
//
//   field_kinds [FOLDER]

#include <bulkwriter/local.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <map>
#include <string>
#include <vector>

namespace bw = bulkwriter;

struct clip {
  std::string caption;
  std::int64_t frame;
  std::array<float, 2> v;
};
struct photo {
  std::int64_t id = {};
  std::vector<std::string> tags = {};
  std::vector<bool> flags = {};
  std::vector<clip> clips = {};
  std::chrono::system_clock::time_point taken = {};
  std::string place = "POINT EMPTY";
  std::array<float, 4> half = {};         // rounded to 16 bits
  std::array<bw::float16, 4> brain = {};  // 16 bits as they are
  std::array<std::int8_t, 4> small = {};
  std::array<std::uint8_t, 2> bits = {};      // or std::array<bool, 16>
  std::map<std::uint32_t, float> words = {};  // or pairs, or a bw::sparse_view
};

// clang-format off
struct clip_fields : bw::struct_fields<
  bw::field<"caption", &clip::caption, bw::varchar{.max_length = 256}>,
  bw::field<"frame",   &clip::frame,   bw::int64{}>,
  bw::field<"v",       &clip::v,       bw::float_vector{.dim = 2}>> {};
struct photo_schema : bw::schema<
  bw::field<"id",    &photo::id,    bw::int64{.is_primary = true}>,
  bw::field<"tags",  &photo::tags,  bw::array{.element_type = bw::varchar{.max_length = 64}, .max_capacity = 16}>,
  bw::field<"flags", &photo::flags, bw::array{.element_type = bw::boolean{}, .max_capacity = 8}>,
  bw::field<"clips", &photo::clips, bw::struct_array<clip_fields>{.max_capacity = 32}>,
  bw::field<"taken", &photo::taken, bw::timestamptz{}>,
  bw::field<"place", &photo::place, bw::geometry{}>,
  bw::field<"half",  &photo::half,  bw::float16_vector{.dim = 4}>,
  bw::field<"brain", &photo::brain, bw::bfloat16_vector{.dim = 4}>,
  bw::field<"small", &photo::small, bw::int8_vector{.dim = 4}>,
  bw::field<"bits",  &photo::bits,  bw::binary_vector{.dim = 16}>,
  bw::field<"words", &photo::words, bw::sparse_float_vector{}>> {};
// clang-format on

template <class Format>
void write(std::string const& folder, std::vector<photo> const& photos) {
  bw::local_bulk_writer<photo_schema, Format> writer{{.local_path = folder}};
  writer.append_rows(photos);
  std::cout << writer.commit() << '\n';
}

int main(int argc, char** argv) {
  try {
    std::string const folder = argc > 1 ? argv[1] : "out";
    using namespace std::chrono;
    std::vector<photo> const photos{{.id = 1,
                                     .tags = {"sea", "evening"},
                                     .flags = {true, false},
                                     .clips = {{"the boat", 7, {0.5f, 1}}, {"", 8, {0, 0}}},
                                     .taken = sys_days{2026y / November / 25} + 19h + 30min + 250ms,
                                     .place = "POINT (30.52 50.45)",
                                     .half = {0.1f, -2, 65504, 0},
                                     .brain = {{{0x3f80}, {0xc000}, {0}, {0}}},
                                     .small = {-128, 0, 1, 127},
                                     .bits = {0x80, 0x01},
                                     .words = {{7, 0.5f}, {4'000'000'000, 2}}},
                                    {.id = 2}};  // without a tag or a clip, and vectors of zeros
    write<bw::format::parquet>(folder, photos);
    write<bw::format::jsonl>(folder, photos);
    return 0;
  } catch (bw::error const& e) {
    std::cerr << e.what() << '\n';
    return 1;
  }
}
