// A plain name that meets an error where there are no exceptions: to be compiled with -fno-exceptions.

#include <bulkwriter/local.hpp>

namespace bw = bulkwriter;

struct row_schema : bw::schema<bw::column<"id", bw::varchar{.max_length = 4, .is_primary = true}>> {};

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  bw::local_bulk_writer<row_schema, bw::format::json> writer{{.local_path = argv[1]}};
  writer.append_row(std::tuple{"four"});
  writer.append_row(std::tuple{"longer"});
  return 0;
}
