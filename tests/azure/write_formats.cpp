// The same rows in every format, into a container and onto disk: check_azure.py holds the one beside the other.
//
//   write_formats CONNECTION-STRING CONTAINER FOLDER
//
// One line a pair: format, key of the blob, path of the file.

#include <bulkwriter/bulkwriter.hpp>

#include <array>
#include <cstdint>
#include <iostream>
#include <string>

namespace bw = bulkwriter;
using namespace bw::literals;

namespace {

struct article {
  std::int64_t id = {};
  std::array<float, 256> vector = {};
  std::string title = {};
  std::vector<std::uint8_t> bits = {};
};
struct article_schema : bw::schema<bw::field<"id", &article::id, bw::int64{.is_primary = true}>,
                                   bw::field<"vector", &article::vector, bw::float_vector{.dim = 256}>,
                                   bw::field<"title", &article::title, bw::varchar{.max_length = 200}>,
                                   bw::field<"bits", &article::bits, bw::binary_vector{.dim = 64}>> {};

article row_of(std::int64_t id) {
  article out{.id = id, .title = "“title” " + std::to_string(id * 7919 % 10007), .bits = {}};
  for (std::size_t i = 0; i < out.vector.size(); ++i)
    out.vector[i] = static_cast<float>((id * 31 + static_cast<std::int64_t>(i) * 17) % 1009) / 1009.0f;
  for (int i = 0; i < 8; ++i) out.bits.push_back(static_cast<std::uint8_t>(id >> i));
  return out;
}

// More than one file, and those in more than one block.
constexpr std::uint64_t chunk_size = 12_MiB;
constexpr std::int64_t rows = 16'000;

template <class Format>
void write(bw::azure_connect_param const& container, std::string const& folder) {
  bw::remote_bulk_writer<article_schema, Format> remote{
      container, {.remote_path = "/formats", .chunk_size = chunk_size, .part_size = 5_MiB}};
  bw::local_bulk_writer<article_schema, Format> local{{.local_path = folder, .chunk_size = chunk_size}};
  for (std::int64_t id = 0; id < rows; ++id) {
    auto const row = row_of(id);
    remote.append_row(row);
    local.append_row(row);
  }
  auto const there = remote.commit(), here = local.commit();
  std::cout << Format::extension << " url " << bw::object_url(remote) << '\n';
  if (there.size() != here.size()) throw bw::error({.message = "another number of files"});
  for (std::size_t i = 0; i < there.size(); ++i)
    for (std::size_t j = 0; j < there[i].size(); ++j)
      std::cout << Format::extension << ' ' << there[i][j] << ' ' << here[i][j] << '\n';
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 4) return 2;
  bw::azure_connect_param const container{.conn_str = argv[1], .container_name = argv[2]};
  write<bw::format::parquet>(container, argv[3]);
  write<bw::format::json>(container, argv[3]);
  write<bw::format::jsonl>(container, argv[3]);
  write<bw::format::csv>(container, argv[3]);
  write<bw::format::npy>(container, argv[3]);
} catch (bw::error const& e) {
  std::cerr << e.what() << '\n';
  return 1;
}
