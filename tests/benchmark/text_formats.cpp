// Rows of the guide's shape as JSON Lines and CSV into memory, beside the least that any writer of text must do, a loop
// of std::to_chars over the same floats, and beside what programs use in place of this library. One run of one mode a
// process.
//
//   text_formats jsonl|csv|to_chars|nlohmann|rapidjson ROWS  ->  one line of JSON

#include <bulkwriter/local.hpp>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wuse-after-free"  // of inlined code, which a system header is not spared
#endif
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace bw = bulkwriter;

struct article {
  std::int64_t id = {};
  std::array<float, 768> title_vector = {};
  std::string title = {}, link = {};
};
struct article_schema : bw::schema<bw::field<"id", &article::id, bw::int64{.is_primary = true}>,
                                   bw::field<"title_vector", &article::title_vector, bw::float_vector{.dim = 768}>,
                                   bw::field<"title", &article::title, bw::varchar{.max_length = 512}>,
                                   bw::field<"link", &article::link, bw::varchar{.max_length = 512}>> {};

using pool_type = std::vector<article>;

pool_type make_pool(std::size_t rows) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal(0, 0.036f);
  pool_type pool(rows);
  std::int64_t id = 0;
  for (article& a : pool) {
    a.id = id++;
    for (float& v : a.title_vector) v = normal(random);
    a.title = "The Reported Mortality Rate of Coronavirus Is Not Important, part " + std::to_string(a.id);
    a.link =
        "https://medium.com/swlh/the-reported-mortality-rate-of-coronavirus-is-not-important-" + std::to_string(a.id);
  }
  return pool;
}

// Takes files and keeps nothing of them: the same for all is to make the text.
struct nowhere final : bw::output::place {
  struct file final : bw::output::file {
    bw::result<void> write(std::span<bw::output::bytes const>) override { return {}; }
    bw::result<void> finish() override { return {}; }
    bw::result<void> discard() override { return {}; }
  };
  bw::result<std::unique_ptr<bw::output::file>> create(std::string_view, std::uint64_t) override {
    return std::unique_ptr<bw::output::file>(std::make_unique<file>());
  }
  std::string path_of(std::string_view name) const override { return std::string(name); }
  std::string data_path() const override { return {}; }
};

template <class Format>
std::uint64_t run_ours(pool_type const& pool, std::uint64_t rows) {
  bw::bulk_writer<article_schema, Format> writer{std::make_shared<nowhere>()};
  for (std::uint64_t i = 0; i < rows; ++i) writer.append_row(pool[i % pool.size()]);
  std::uint64_t bytes = 0;
  for (auto const& group : writer.commit()) bytes += group.bytes;
  return bytes;
}

std::uint64_t run_to_chars(pool_type const& pool, std::uint64_t rows) {
  std::vector<char> buffer(std::size_t{1} << 20);
  char* const end = buffer.data() + buffer.size();
  char* at = buffer.data();
  std::uint64_t bytes = 0;
  for (std::uint64_t i = 0; i < rows; ++i) {
    if (end - at < 16 * 768) {
      bytes += static_cast<std::uint64_t>(at - buffer.data());
      at = buffer.data();
    }
    for (float const v : pool[i % pool.size()].title_vector) {
      at = std::to_chars(at, end, v).ptr;
      *at++ = ',';
    }
  }
  return bytes + static_cast<std::uint64_t>(at - buffer.data());
}

// With float as its number: else it would write the digits of doubles, twice as many.
std::uint64_t run_nlohmann(pool_type const& pool, std::uint64_t rows) {
  using json = nlohmann::basic_json<std::map, std::vector, std::string, bool, std::int64_t, std::uint64_t, float>;
  std::uint64_t bytes = 0;
  for (std::uint64_t i = 0; i < rows; ++i) {
    article const& a = pool[i % pool.size()];
    json const row{{"id", a.id}, {"title_vector", a.title_vector}, {"title", a.title}, {"link", a.link}};
    bytes += row.dump().size() + 1;
  }
  return bytes;
}

// It has no float, so the digits are those of doubles.
std::uint64_t run_rapidjson(pool_type const& pool, std::uint64_t rows) {
  rapidjson::StringBuffer buffer;
  std::uint64_t bytes = 0;
  for (std::uint64_t i = 0; i < rows; ++i) {
    article const& a = pool[i % pool.size()];
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    auto const text = [&](std::string const& s) {
      writer.String(s.data(), static_cast<rapidjson::SizeType>(s.size()));
    };
    writer.StartObject();
    writer.Key("id");
    writer.Int64(a.id);
    writer.Key("title_vector");
    writer.StartArray();
    for (float const v : a.title_vector) writer.Double(static_cast<double>(v));
    writer.EndArray();
    writer.Key("title");
    text(a.title);
    writer.Key("link");
    text(a.link);
    writer.EndObject();
    buffer.Put('\n');
    if (buffer.GetSize() >= std::size_t{1} << 20) {
      bytes += buffer.GetSize();
      buffer.Clear();
    }
  }
  return bytes + buffer.GetSize();
}

int main(int argc, char** argv) {
  std::map<std::string_view, std::uint64_t (*)(pool_type const&, std::uint64_t)> const modes = {
      {"jsonl", run_ours<bw::format::jsonl>},
      {"csv", run_ours<bw::format::csv>},
      {"to_chars", run_to_chars},
      {"nlohmann", run_nlohmann},
      {"rapidjson", run_rapidjson}};
  auto const mode = modes.find(argc == 3 ? argv[1] : "");
  if (mode == modes.end())
    return std::fprintf(stderr, "usage: text_formats jsonl|csv|to_chars|nlohmann|rapidjson ROWS\n"), 2;
  std::uint64_t const rows = std::strtoull(argv[2], nullptr, 10);
  auto const pool = make_pool(2000);
  auto const begin = std::chrono::steady_clock::now();
  std::uint64_t const bytes = mode->second(pool, rows);
  double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("{\"mode\": \"%s\", \"rows\": %llu, \"bytes\": %llu, \"seconds\": %.4f}\n", argv[1],
              static_cast<unsigned long long>(rows), static_cast<unsigned long long>(bytes), seconds);
}
