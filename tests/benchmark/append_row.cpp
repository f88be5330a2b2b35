// Parquet append_row + commit of rows of the guide's shape, beside the least that any writer must do with the same
// bytes: look at every float, copy it once, write() it. One run of one mode a process, so that peak memory and CPU time
// are its own.
//
//   append_row ours|reference|parquet|npy FOLDER TOTAL_BYTES [CHUNK_BYTES]  ->  one line of JSON
//
// parquet and npy write the same rows without their texts: NumPy gives every text of a file the room of its longest.

#include "guide_rows.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace bw = bulkwriter;

struct vector_schema : bw::schema<bw::field<"id", &article::id, bw::int64{.is_primary = true}>,
                                  bw::field<"title_vector", &article::title_vector, bw::float_vector{.dim = 768}>> {};

template <class Schema, class Format>
std::uint64_t run_ours(std::vector<article> const& pool, std::string const& folder, std::uint64_t rows,
                       std::uint64_t chunk) {
  bw::local_bulk_writer<Schema, Format> writer{{.local_path = folder, .chunk_size = chunk}};
  for (std::uint64_t i = 0; i < rows; ++i) writer.append_row(pool[i % pool.size()]);
  std::uint64_t bytes = 0;
  for (auto const& group : writer.commit()) bytes += group.bytes;
  return bytes;
}

[[gnu::noinline]] bool all_finite(float const* v, std::size_t n) {
  std::uint32_t bad = 0;
  for (std::size_t i = 0; i < n; ++i) {
    std::uint32_t bits;
    std::memcpy(&bits, v + i, 4);
    bad |= (bits & 0x7f800000u) == 0x7f800000u;
  }
  return bad == 0;
}

std::uint64_t run_reference(std::vector<article> const& pool, std::string const& folder, std::uint64_t rows,
                            std::uint64_t chunk) {
  std::vector<char> buffer(std::size_t{128} << 10);
  std::size_t used = 0;
  std::uint64_t bytes = 0, in_file = 0;
  int number = 0, file = -1;
  auto const flush = [&] {
    for (std::size_t at = 0; at < used;) {
      ssize_t const n = ::write(file, buffer.data() + at, used - at);
      if (n < 0) std::perror("write"), std::exit(1);
      at += static_cast<std::size_t>(n);
    }
    bytes += used;
    in_file += used;
    used = 0;
  };
  auto const copy = [&](void const* data, std::size_t n) {
    std::memcpy(buffer.data() + used, data, n);
    used += n;
  };
  for (std::uint64_t i = 0; i < rows; ++i) {
    article const& a = pool[i % pool.size()];
    if (!all_finite(a.title_vector.data(), a.title_vector.size())) std::exit(1);
    std::size_t const size = 8 + sizeof a.title_vector + 8 + a.title.size() + a.link.size();
    if (file < 0 || used + size > buffer.size()) {
      if (file >= 0) flush();
      if (file < 0 || in_file + buffer.size() > chunk) {
        if (file >= 0) ::close(file);
        file = ::open((folder + "/" + std::to_string(++number) + ".bin").c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0644);
        if (file < 0) std::perror("open"), std::exit(1);
        in_file = 0;
      }
    }
    copy(&a.id, 8);
    copy(a.title_vector.data(), sizeof a.title_vector);
    auto const text = [&](std::string const& s) {
      auto const n = static_cast<std::uint32_t>(s.size());
      copy(&n, 4);
      copy(s.data(), s.size());
    };
    text(a.title);
    text(a.link);
  }
  flush();
  ::close(file);
  return bytes;
}

int main(int argc, char** argv) {
  std::string_view const mode = argc > 1 ? argv[1] : "";
  auto const run = mode == "ours"        ? run_ours<article_schema, bw::format::parquet>
                   : mode == "parquet"   ? run_ours<vector_schema, bw::format::parquet>
                   : mode == "npy"       ? run_ours<vector_schema, bw::format::npy>
                   : mode == "reference" ? run_reference
                                         : nullptr;
  if (argc < 4 || run == nullptr)
    return std::fprintf(stderr, "usage: append_row ours|reference|parquet|npy FOLDER TOTAL_BYTES [CHUNK_BYTES]\n"), 2;
  std::uint64_t const total = std::strtoull(argv[3], nullptr, 10);
  std::uint64_t const chunk = argc > 4 ? std::strtoull(argv[4], nullptr, 10) : std::uint64_t{512} << 20;
  auto const pool = make_pool(std::size_t{32} << 20);

  usage const before = now();
  auto const begin = std::chrono::steady_clock::now();
  std::uint64_t const rows = total / (sizeof(float) * 768);
  std::uint64_t const bytes = run(pool, argv[2], rows, chunk);
  double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  usage const after = now();
  std::printf(
      "{\"mode\": \"%s\", \"rows\": %llu, \"bytes\": %llu, \"seconds\": %.4f, \"cpu\": %.4f, \"over_pool_mib\": "
      "%.1f}\n",
      argv[1], static_cast<unsigned long long>(rows), static_cast<unsigned long long>(bytes), seconds,
      after.cpu - before.cpu, static_cast<double>(after.peak_kib - before.peak_kib) / 1024);
}
