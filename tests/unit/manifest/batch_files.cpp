#include <bulkwriter/manifest/batch_files.hpp>

#include <doctest/doctest.h>

#include <sstream>

TEST_CASE("batch_files iterate as lists of paths and print as the guide shows them") {
  bulkwriter::batch_files const files{{{{"u/1.parquet"}, 10, 100}, {{"u/2/id.npy", "u/2/v.npy"}, 5, 50}}};
  std::size_t paths = 0;
  for (auto const& group : files)
    for (std::string const& path : group) paths += path.starts_with("u/");
  CHECK(paths == 3);
  CHECK(files[1][1] == "u/2/v.npy");
  std::ostringstream out;
  out << files << bulkwriter::batch_files{};
  CHECK(out.str() == R"([["u/1.parquet"], ["u/2/id.npy", "u/2/v.npy"]][])");
}
