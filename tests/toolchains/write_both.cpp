// Writes the same rows as Parquet and as JSON with nothing but the names that need no exceptions.
//
//   write_both FOLDER  ->  exit code 0, and the files below FOLDER/parquet and FOLDER/json

#include <bulkwriter/local.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>
#include <utility>

namespace bw = bulkwriter;

struct row {
  std::int64_t id = {};
  double score = {};
  std::array<float, 8> v = {};
};
struct row_schema
    : bw::schema<bw::field<"id", &row::id, bw::int64{.is_primary = true}>,
                 bw::field<"score", &row::score, bw::float64{}>, bw::field<"v", &row::v, bw::float_vector{.dim = 8}>> {
};

int complain(char const* what) {
  std::fprintf(stderr, "%s\n", what);
  return 1;
}

template <class Format>
int write(std::string const& folder) {
  auto writer = bw::local_bulk_writer<row_schema, Format>::try_open({.local_path = folder});
  if (!writer) return complain(writer.error().message.c_str());
  row r;
  for (r.id = 0; r.id < 1000; ++r.id) {
    r.score = static_cast<double>(r.id) / 7 - 50;
    for (std::size_t i = 0; i < r.v.size(); ++i) r.v[i] = static_cast<float>(r.id) / static_cast<float>(i + 3);
    if (auto const done = writer.value().try_append_row(r); !done) return complain(done.error().message.c_str());
  }
  r.v[3] = std::numeric_limits<float>::quiet_NaN();
  if (writer.value().try_append_row(r)) return complain("a NaN in a vector was not refused");
  auto const files = writer.value().try_commit();
  return files ? 0 : complain(files.error().message.c_str());
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::string const folder = argv[1];
  if (bw::local_bulk_writer<row_schema, bw::format::json>::try_open({.local_path = "/dev/null/no-folder"}))
    return complain("a folder below a device was opened");
  if (int const failed = write<bw::format::parquet>(folder + "/parquet")) return failed;
  return write<bw::format::json>(folder + "/json");
}
