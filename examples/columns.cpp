// Columns to files, where the data has columns already: no loop over rows. Needs nothing but the standard library.
//
//   columns [FOLDER]

#include <bulkwriter/local.hpp>

#include <array>
#include <cstdint>
#include <iostream>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bw = bulkwriter;
using namespace bw::literals;

// clang-format off
struct article_schema : bw::schema<
  bw::column<"id",     bw::int64{.is_primary = true}>,
  bw::column<"vector", bw::float_vector{.dim = 4}>,
  bw::column<"title",  bw::varchar{.max_length = 32}>,
  bw::column<"score",  bw::float64{.nullable = true}>,
  bw::column<"lang",   bw::varchar{.max_length = 8, .nullable = true}>> {};
// clang-format on

int main(int argc, char** argv) try {
  bw::local_bulk_writer<article_schema, bw::format::parquet> writer{{.local_path = argc > 1 ? argv[1] : "out"}};

  std::vector<std::int64_t> const ids{1, 2, 3};  // any random-access range
  std::vector<float> const block{1, 0, 0, 0,     // of a vector field: one block, rows × dim
                                 0, 1, 0, 0,     //
                                 0, 0, 1, 0};
  std::string const bytes = "onetwothree";  // text as Arrow has it: text i is bytes[offsets[i], offsets[i + 1])
  std::vector<std::int32_t> const offsets{0, 3, 6, 11};
  std::vector<double> const scores{0.5, 0, 2};      // some of them null, by Arrow's validity bitmap:
  std::array<std::uint8_t, 1> const bitmap{0b101};  // bit i, from the lowest on, says whether row i has a value
  std::vector<std::optional<std::string>> const langs{"en", std::nullopt, "de"};
  writer.append_columns("id"_f = ids, "vector"_f = block, "title"_f = bw::string_block{std::span{offsets}, bytes},
                        "score"_f = bw::masked(scores, bitmap), "lang"_f = langs);

  // Columns of different lengths are refused as a whole. A bad row ends the call, and the rows before it are kept.
  std::vector<std::int64_t> const more_ids{4, 5};
  std::vector<float> const more_block{0, 0, 0, 1, 1, 1, 1, 1};
  std::vector<std::string> const titles{"four", "longer than the thirty-two bytes of the field"}, one_title{"alone"};
  for (auto const* some : {&one_title, &titles})
    if (auto done = writer.try_append_columns("id"_f = more_ids, "vector"_f = more_block, "title"_f = *some); !done)
      std::cout << done.error().to_string() << '\n';

  for (auto const& group : writer.commit())
    for (std::string const& path : group) std::cout << path << ": " << group.rows << " rows\n";
  return 0;
} catch (bw::error const& e) {
  std::cerr << e.what() << '\n';
  return 1;
}
