// The library's ways into a bucket, one run of one mode a process, so that peak memory and CPU time are its own.
//
//   upload MODE [--option value]...  ->  one line of JSON
//
//   s3      --bytes of memory through an object_place, a mebibyte a write: what a writer does with its pages
//   file    --file, by upload_file
//   write   rows of the guide's shape, --bytes of vectors, by a remote_bulk_writer of Parquet
//   encode  the same rows by the same writer into a place that drops them
//
//   --endpoint --access-key --secret-key --bucket --region --ca-file --key --part-size --connections --chunk-size
//   --payload-signing automatic|always|never

#include <bulkwriter/bulkwriter.hpp>

#include "guide_rows.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bw = bulkwriter;

namespace {

struct settings {
  std::string mode;
  bw::s3_connect_param bucket;
  bw::storage::object_options parts;
  std::string key = "object", file;
  std::uint64_t bytes = std::uint64_t{1} << 30, chunk_size = bw::default_chunk_size;
};

class nowhere final : public bw::output::place {
  struct file final : bw::output::file {
    bw::result<void> write(std::span<bw::output::bytes const>) override { return {}; }
    bw::result<void> finish() override { return {}; }
    bw::result<void> discard() override { return {}; }
  };

 public:
  bw::result<std::unique_ptr<bw::output::file>> create(std::string_view, std::uint64_t) override {
    return std::unique_ptr<bw::output::file>(std::make_unique<file>());
  }
  std::string path_of(std::string_view name) const override { return std::string(name); }
  std::string data_path() const override { return {}; }
};

// Prepared before the clock starts; gives the bytes that were written.
using run = std::function<std::uint64_t()>;

run upload_memory(settings const& s) {
  constexpr std::size_t mib = 1 << 20;
  auto const pool = std::make_shared<std::vector<std::byte>>(32 * mib);
  std::uint64_t state = 7;
  for (std::byte& b : *pool) b = static_cast<std::byte>((state = state * 6364136223846793005u + 1) >> 56);
  return [&s, pool] {
    bw::storage::object_place place(s.bucket, "", s.parts);
    auto file = place.create(s.key, s.bytes).value();
    for (std::uint64_t at = 0; at < s.bytes; at += mib) {
      auto const from = static_cast<std::size_t>(at % pool->size());
      auto const size = static_cast<std::size_t>((std::min)(std::uint64_t{mib}, s.bytes - at));
      bw::output::bytes const piece(pool->data() + from, size);
      file->write({&piece, 1}).value();
    }
    file->finish().value();
    return s.bytes;
  };
}

run upload_file(settings const& s) {
  return [&s] { return bw::storage::upload_file(s.bucket, s.file, s.key, {.parts = s.parts}).size; };
}

// Hands the rows to a writer that `make` makes, and commits.
template <class Make>
run write_rows(settings const& s, Make make) {
  auto const pool = std::make_shared<std::vector<article>>(make_pool(std::size_t{32} << 20));
  return [&s, pool, make] {
    auto writer = make();
    std::uint64_t const rows = s.bytes / sizeof(article::title_vector);
    for (std::uint64_t i = 0; i < rows; ++i) writer.append_row((*pool)[i % pool->size()]);
    std::uint64_t bytes = 0;
    for (auto const& group : writer.commit()) bytes += group.bytes;
    return bytes;
  };
}

run prepare(settings const& s) {
  if (s.mode == "s3") return upload_memory(s);
  if (s.mode == "file") return upload_file(s);
  if (s.mode == "write") {
    return write_rows(s, [&s] {
      return bw::remote_bulk_writer<article_schema, bw::format::parquet>(
          s.bucket, {.chunk_size = s.chunk_size, .connections = s.parts.connections, .part_size = s.parts.part_size});
    });
  }
  if (s.mode == "encode") {
    return write_rows(s, [&s] {
      return bw::bulk_writer<article_schema, bw::format::parquet>(std::make_shared<nowhere>(), {},
                                                                  {.chunk_size = s.chunk_size});
    });
  }
  return {};
}

bool read_option(settings& s, std::string_view name, std::string const& value) {
  using signing = bw::s3_payload_signing;
  auto const number = [&] { return std::strtoull(value.c_str(), nullptr, 10); };
  if (name == "--endpoint")
    s.bucket.endpoint = value;
  else if (name == "--access-key")
    s.bucket.access_key = value;
  else if (name == "--secret-key")
    s.bucket.secret_key = value;
  else if (name == "--bucket")
    s.bucket.bucket_name = value;
  else if (name == "--region")
    s.bucket.region = value;
  else if (name == "--ca-file")
    s.bucket.ca_file = value;
  else if (name == "--payload-signing")
    s.bucket.payload_signing = value == "always"  ? signing::always
                               : value == "never" ? signing::never
                                                  : signing::automatic;
  else if (name == "--key")
    s.key = value;
  else if (name == "--file")
    s.file = value;
  else if (name == "--bytes")
    s.bytes = number();
  else if (name == "--chunk-size")
    s.chunk_size = number();
  else if (name == "--part-size")
    s.parts.part_size = number();
  else if (name == "--connections")
    s.parts.connections = static_cast<int>(number());
  else
    return false;
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  settings s;
  s.mode = argc > 1 ? argv[1] : "";
  for (int i = 2; i < argc; i += 2) {
    if (i + 1 == argc || !read_option(s, argv[i], argv[i + 1]))
      return std::fprintf(stderr, "upload: wrong option %s\n", argv[i]), 2;
  }
  try {
    run const go = prepare(s);
    if (!go) return std::fprintf(stderr, "usage: upload s3|file|write|encode [--option value]...\n"), 2;
    usage const before = now();
    auto const begin = std::chrono::steady_clock::now();
    std::uint64_t const bytes = go();
    double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    usage const after = now();
    std::printf(
        "{\"mode\": \"%s\", \"bytes\": %llu, \"seconds\": %.4f, \"cpu\": %.4f, \"peak_mib\": %.1f, \"over_pool_mib\": "
        "%.1f}\n",
        s.mode.c_str(), static_cast<unsigned long long>(bytes), seconds, after.cpu - before.cpu,
        static_cast<double>(after.peak_kib) / 1024, static_cast<double>(after.peak_kib - before.peak_kib) / 1024);
  } catch (std::exception const& e) {
    return std::fprintf(stderr, "upload: %s\n", e.what()), 1;
  }
}
