// Writes rows of every kind that Milvus 2.3.5 knows into a bucket, and beside that what went into them
// (support/expected.hpp). check_import.py runs this; the keys of the files are the lines of its output.
//
//   milvus_upload parquet|json ENDPOINT BUCKET EXPECTED_FILE        ACCESS_KEY and SECRET_KEY come from the environment

#include <bulkwriter/bulkwriter.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "../support/every.hpp"

namespace bw = bulkwriter;
using namespace bw::literals;

namespace {

std::string environment(char const* name) {
  char const* value = std::getenv(name);
  return value ? value : "";
}

template <class Format>
void upload(std::string const& endpoint, std::string const& bucket, std::string const& expected_file) {
  bw::remote_bulk_writer<rows::every_schema, Format> writer{
      bw::s3_connect_param{.endpoint = endpoint,
                           .access_key = environment("ACCESS_KEY"),
                           .secret_key = environment("SECRET_KEY"),
                           .bucket_name = bucket,
                           .secure = false},
      {.remote_path = "/", .chunk_size = 64_KiB}};
  std::ofstream expected(expected_file, std::ios::binary);
  rows::random_values random(7);
  for (std::int64_t id = 0; id < 500; ++id) {
    rows::every const row = rows::every_row(id, random);
    writer.append_row(row);
    expected << rows::told(row) << '\n';
  }
  for (bw::file_group const& group : writer.commit())
    for (std::string const& key : group) std::printf("%s\n", key.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return std::fputs("usage: milvus_upload parquet|json ENDPOINT BUCKET EXPECTED_FILE\n", stderr), 2;
  try {
    if (std::string_view(argv[1]) == "parquet")
      upload<bw::format::parquet>(argv[2], argv[3], argv[4]);
    else
      upload<bw::format::json>(argv[2], argv[3], argv[4]);
    return 0;
  } catch (std::exception const& e) {
    std::fprintf(stderr, "milvus_upload: %s\n", e.what());
    return 1;
  }
}
