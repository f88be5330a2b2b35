// Writes rows until it is stopped or the disk is full: what the tests of full disks and killed writers run.
//
//   write_rows FOLDER parquet|json|npy CHUNK_BYTES ROWS [durable]  ->  each committed path on a line; exit code 1 and the error on
//   stderr

#include <bulkwriter/local.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace bw = bulkwriter;

struct row {
  std::int64_t id = {};
  std::array<float, 128> v = {};
};
struct row_schema : bw::schema<bw::field<"id", &row::id, bw::int64{.is_primary = true}>,
                               bw::field<"v", &row::v, bw::float_vector{.dim = 128}>> {};

template <class Format>
int run(char const* folder, std::uint64_t chunk_size, std::int64_t rows, bool durable) {
  try {
    bw::local_bulk_writer<row_schema, Format> writer{
        {.local_path = folder, .chunk_size = chunk_size, .durable = durable}};
    row r;
    for (r.id = 0; r.id < rows; ++r.id) {
      r.v[static_cast<std::size_t>(r.id % 128)] = static_cast<float>(r.id);
      writer.append_row(r);
    }
    for (auto const& group : writer.commit())
      for (auto const& path : group) std::printf("%s\n", path.c_str());
    return 0;
  } catch (bw::error const& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}

int main(int argc, char** argv) {
  if (argc != 5 && argc != 6) return 2;
  auto const chunk_size = std::strtoull(argv[3], nullptr, 10);
  auto const rows = std::strtoll(argv[4], nullptr, 10);
  std::string_view const format = argv[2];
  bool const durable = argc == 6 && argv[5] == std::string_view("durable");
  if (format == "npy") return run<bw::format::npy>(argv[1], chunk_size, rows, durable);
  return format == "parquet" ? run<bw::format::parquet>(argv[1], chunk_size, rows, durable)
                             : run<bw::format::json>(argv[1], chunk_size, rows, durable);
}
