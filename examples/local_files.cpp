// Rows to files on disk, in every way that rows are given. Needs nothing but the standard library.
//
//   local_files [FOLDER]

#include <bulkwriter/local.hpp>

#include <array>
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace bw = bulkwriter;
using namespace bw::literals;

struct article {
  std::int64_t id = {};
  std::array<float, 4> title_vector = {};
  std::string title = {};
  std::optional<double> score = {};
  std::optional<std::string> lang = {};
  std::string extra = {};
};

// clang-format off
struct article_schema : bw::schema<
  bw::field<"id",           &article::id,           bw::int64{.is_primary = true}>,
  bw::field<"title_vector", &article::title_vector, bw::float_vector{.dim = 4}>,
  bw::field<"title",        &article::title,        bw::varchar{.max_length = 16}>,
  bw::field<"score",        &article::score,        bw::float64{.nullable = true}>,
  bw::field<"lang",         &article::lang,         bw::varchar{.max_length = 8, .default_value = "en"}>,
  bw::dynamic_field<&article::extra>> {};
// clang-format on

int main(int argc, char** argv) {
  try {
    std::string const folder = argc > 1 ? argv[1] : "out";
    bw::local_bulk_writer<article_schema, bw::format::parquet> writer{
        {.local_path = folder, .chunk_size = 512_MiB, .refuse_zero_vectors = true}};

    article const first{.id = 1, .title_vector = {0.1f, 0.2f, 0.3f, 0.4f}, .title = "the struct"};
    std::vector<float> const vector{1, 2, 3, 4};
    writer.append_row(first);
    writer.append_row({.id = 2,
                       .title_vector = {4, 3, 2, 1},
                       .title = "designated",
                       .score = 0.5,
                       .extra = R"({"claps": 1100})"});
    writer.append_row("title"_f = "by name", "id"_f = 3, "title_vector"_f = vector, "claps"_f = 7);
    writer.append_row(std::tuple{4, vector, "by position", std::nullopt, "de"});
    writer.append_rows(std::vector<article>{{.id = 5, .title_vector = {1, 0, 0, 0}, .title = "of a range"},
                                            {.id = 6, .title_vector = {0, 1, 0, 0}, .title = "of a range"}});

    // A refused row leaves no trace.
    article const bad[] = {{.id = 7, .title_vector = {0, 0, 1, 0}, .title = "longer than sixteen bytes"},
                           {.id = 8, .title = "without vector"}};
    for (article const& row : bad)
      if (auto refused = writer.try_append_row(row); !refused) std::cout << refused.error().to_string() << '\n';

    for (auto const& group : writer.commit())
      for (std::string const& path : group)
        std::cout << path << ": " << group.rows << " rows, " << group.bytes << " bytes\n";
    return 0;
  } catch (bw::error const& e) {
    std::cerr << e.what() << '\n';
    return 1;
  }
}
