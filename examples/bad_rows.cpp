// A CSV file some of whose rows are bad: the good ones go to files, the others into a log, with file, line, column and
// reason. The schema is one of run time, so that the reader itself can tell which column is for which field. Needs
// nothing but the standard library.
//
//   bad_rows FILE.csv [FOLDER]

#include <bulkwriter/input/csv_reader.hpp>
#include <bulkwriter/local.hpp>
#include <bulkwriter/writer/runtime_bulk_writer.hpp>

#include <cstdint>
#include <iostream>

namespace bw = bulkwriter;

int main(int argc, char** argv) try {
  if (argc < 2) return std::cerr << "usage: bad_rows FILE.csv [FOLDER]\n", 2;

  bw::runtime_schema schema;
  schema.add_field("id", bw::int64{.is_primary = true})
      .add_field("title", bw::varchar{.max_length = 16})
      .add_field("score", bw::float64{.nullable = true})
      .add_field("vector", bw::float_vector{.dim = 2})
      .add_dynamic_field();  // for all other columns of the file

  bw::csv_reader csv(argv[1]);
  bw::local_bulk_writer<bw::runtime_schema, bw::format::parquet> writer{schema,
                                                                        {.local_path = argc > 2 ? argv[2] : "out"}};
  bw::text_columns const columns = csv.columns_for(writer.schema().fields());
  std::uint64_t refused = 0;
  while (csv.next()) {  // throws where the file is no CSV any more: a quote that is never closed, cells too many
    auto appended = writer.try_append_row(columns, csv.texts());
    if (appended) continue;
    bw::error_info const& why = appended.error();
    if (why.problems.empty()) throw bw::error(why);  // not the row: the disk is full, say
    std::clog << csv.in_row(why).to_string() << '\n';
    ++refused;
  }

  for (auto const& group : writer.commit())
    for (auto const& path : group) std::cout << path << ": " << group.rows << " rows\n";
  std::cout << refused << " rows refused\n";
  return 0;
} catch (bw::error const& e) {
  std::cerr << e.what() << '\n';
  return 1;
}
