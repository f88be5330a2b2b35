// A local Parquet file from train_embeddings.csv (columns path, label and a vector of 512 floats), which comes with the
// SDKs of Milvus. The server makes the primary key, so no row brings one. Needs nothing but the standard library.
//
//   train_embeddings [FILE [FOLDER]]

#include <bulkwriter/input/csv_reader.hpp>
#include <bulkwriter/local.hpp>

#include <array>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>

namespace bw = bulkwriter;
using namespace bw::literals;

// Without a struct: columns, filled by name.
// clang-format off
struct image_schema : bw::schema<
  bw::column<"id",     bw::int64{.is_primary = true, .auto_id = true}>,
  bw::column<"path",   bw::varchar{.max_length = 256}>,
  bw::column<"label",  bw::varchar{.max_length = 64}>,
  bw::column<"vector", bw::float_vector{.dim = 512}>> {};
// clang-format on

int main(int argc, char** argv) try {
  std::string const file = argc > 1 ? argv[1] : "../shared/data/train_embeddings.csv";
  std::string const folder = argc > 2 ? argv[2] : "train_embeddings";
  if (!std::filesystem::exists(file)) {
    std::cout << file << " is not there, so there is nothing to do\n";
    return 0;
  }

  bw::csv_reader csv(file);
  bw::local_bulk_writer<image_schema, bw::format::parquet> writer{{.local_path = folder}};
  while (csv.next())
    writer.append_row("path"_f = csv["path"].text(), "label"_f = csv["label"].text(),
                      "vector"_f = csv["vector"].as<std::array<float, 512>>());
  writer.commit();
  std::cout << "data_path: " << writer.data_path() << "\nbatch_files: " << writer.batch_files() << '\n'
            << writer.row_count() << " rows\n";
} catch (std::exception const& x) {
  std::cerr << "error: " << x.what() << '\n';
  return 1;
}
