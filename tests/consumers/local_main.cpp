// What every consumer builds of the half that writes files: a few rows as JSON and as Parquet.
//
//   local FOLDER  ->  exit code 0; on standard output the files, one a line, and the text of a refusal

#if defined(USE_SINGLE_HEADER)
#define BULKWRITER_LOCAL_ONLY
#include "bulkwriter.hpp"
#else
#include <bulkwriter/local.hpp>
#endif

#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

namespace bw = bulkwriter;

struct tag {
  std::int64_t id = {};
  std::string name = {};
  std::vector<float> v = {};
};
struct tag_schema : bw::schema<bw::field<"id", &tag::id, bw::int64{.is_primary = true}>,     //
                               bw::field<"name", &tag::name, bw::varchar{.max_length = 8}>,  //
                               bw::field<"v", &tag::v, bw::float_vector{.dim = 2}>> {};

template <class Format>
void write(std::string const& folder) {
  bw::local_bulk_writer<tag_schema, Format> writer{{.local_path = folder}};
  writer.append_row({.id = 1, .name = "one", .v = {0.5f, 0.25f}});
  writer.append_row({.id = -2, .name = "zw\u00f6lf", .v = {-1.0f, 1024.0f}});
  try {
    writer.append_row({.id = 3, .name = "much too long", .v = {0.0f, 0.0f}});
  } catch (bw::error const& e) {
    std::cout << e.what() << '\n';
  }
  for (auto const& group : writer.commit())
    for (std::string const& path : group) std::cout << path << '\n';
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  write<bw::format::json>(argv[1]);
  write<bw::format::parquet>(argv[1]);
}
