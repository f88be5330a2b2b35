// Writes one file of more than 4 GiB. The rows are cheap to write and to tell: row i has the id i, a vector whose
// element k is i + k / 65536, and a text of its id in words of ten bytes.
//
//   write_big FOLDER parquet|json ROWS [ROW_GROUP_BYTES]  ->  the path, and the number of files
//   write_big FOLDER text BYTES  ->  likewise, of three rows: the second text has so many bytes; and "refused ERROR" for
//                                    one with a byte more, one of 2 GiB and one of 4 GiB and a byte

#include <bulkwriter/local.hpp>

#include <sys/mman.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace bw = bulkwriter;
using namespace bw::literals;

struct row {
  std::int64_t id = {};
  std::vector<float> v = {};
  std::string text = {};
};
// One wide column, which goes to the file page by page, and one that is held until its row group ends.
struct vectors : bw::schema<bw::field<"id", &row::id, bw::int64{.is_primary = true}>,
                            bw::field<"v", &row::v, bw::float_vector{.dim = 32768}>> {};
struct texts : bw::schema<bw::field<"id", &row::id, bw::int64{.is_primary = true}>,
                          bw::field<"text", &row::text, bw::varchar{.max_length = 65535}>> {};

template <class Schema, class Format>
void write(bw::local_bulk_writer<Schema, Format> writer, std::int64_t rows) {
  row r;
  r.v.resize(32768);
  for (r.id = 0; r.id < rows; ++r.id) {
    if constexpr (std::is_same_v<Schema, vectors>) {
      for (std::size_t k = 0; k < r.v.size(); ++k) r.v[k] = static_cast<float>(r.id) + static_cast<float>(k) / 65536;
    } else {
      char word[24];
      std::snprintf(word, sizeof word, "%09lld ", static_cast<long long>(r.id));
      r.text.clear();
      for (int k = 0; k < 6553; ++k) r.text += word;
    }
    writer.append_row(r);
  }
  for (auto const& group : writer.commit())
    for (auto const& path : group) std::printf("%s\n", path.c_str());
}

struct body {
  std::int64_t id = {};
  std::string_view text = {};
};
struct bodies : bw::schema<bw::field<"id", &body::id, bw::int64{.is_primary = true}>,
                           bw::field<"text", &body::text, bw::text{}>> {};

void write_text(bw::local_options const& options, std::size_t bytes) {
  bw::local_bulk_writer<bodies, bw::format::parquet> writer{options};
  writer.append_row({.id = 0, .text = "first"});
  // zeros that take no memory
  std::size_t const most = (std::size_t{1} << 32) + 1;
  void* const zeros = mmap(nullptr, most, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (zeros == MAP_FAILED) return std::perror("mmap");
  for (std::size_t const size : {bytes + 1, std::size_t{1} << 31, most})
    if (auto appended = writer.try_append_row({.id = -1, .text = {static_cast<char const*>(zeros), size}}); !appended)
      std::printf("refused %s\n", appended.error().to_string().c_str());
  writer.append_row({.id = 1, .text = std::string(bytes, 'x')});
  writer.append_row({.id = 2, .text = "last"});
  for (auto const& group : writer.commit())
    for (auto const& path : group) std::printf("%s\n", path.c_str());
}

int main(int argc, char** argv) {
  if (argc < 4) return std::fputs("usage: write_big FOLDER parquet|json|text ROWS|BYTES [ROW_GROUP_BYTES]\n", stderr), 2;
  std::int64_t const rows = std::atoll(argv[3]);
  bw::local_options const options{.local_path = argv[1], .chunk_size = 6_GiB};
  bw::format::parquet format;
  if (argc > 4) format.row_group_size = static_cast<std::uint64_t>(std::atoll(argv[4]));
  try {
    if (std::string_view(argv[2]) == "text")
      write_text(options, static_cast<std::size_t>(rows));
    else if (std::string_view(argv[2]) == "json")
      write(bw::local_bulk_writer<texts, bw::format::json>{options}, rows);
    else
      write(bw::local_bulk_writer<vectors, bw::format::parquet>{format, options}, rows);
    return 0;
  } catch (bw::error const& e) {
    return std::fprintf(stderr, "%s\n", e.what()), 1;
  }
}
