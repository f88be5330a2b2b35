#pragma once

// What examples/convert.cpp needs beside the library: options, files, and a folder that is seen only when it is whole.

#include <bulkwriter/input/csv_reader.hpp>
#include <bulkwriter/input/text_source.hpp>
#include <bulkwriter/manifest/batch_files.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace convert {

struct options {
  std::string schema, input, input_type, file_type, local_path;
  std::uint64_t chunk_size = std::uint64_t{512} << 20;
  bulkwriter::csv_options csv;
  bool help = false;
};

struct usage_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string usage();
options parse(int argc, char** argv);

std::string read_file(std::string const& path);
// "-" is the standard input.
bulkwriter::text_source open_input(std::string const& path);

// A folder of its own in <local_path> until `publish` moves what a writer has put there into <local_path>; removed without it.
class staging {
 public:
  explicit staging(std::string local_path);
  staging(staging const&) = delete;
  staging& operator=(staging const&) = delete;
  ~staging();

  std::string const& path() const noexcept { return path_; }
  // The files where they are then.
  bulkwriter::batch_files publish(bulkwriter::batch_files files);

 private:
  std::string local_path_, path_;
};

}  // namespace convert
