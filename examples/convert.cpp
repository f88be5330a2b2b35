// Files for an import from NDJSON or CSV, by a schema that is known at run time only.
//
//   convert --schema schema.json --input rows.ndjson|rows.csv|rows.tsv|- --file-type parquet --local-path DIR [options]
//
// `convert --help` names the options.

#include "support/convert.hpp"

#include <bulkwriter/adapt/boost_json.hpp>
#include <bulkwriter/input/csv_reader.hpp>
#include <bulkwriter/input/ndjson_reader.hpp>
#include <bulkwriter/writer/runtime_bulk_writer.hpp>

#include <exception>
#include <iostream>

namespace bw = bulkwriter;

using writer_type = bw::local_bulk_writer<bw::runtime_schema, bw::format::any>;

void append_csv(writer_type& writer, bw::csv_reader csv) {
  bw::text_columns const columns = csv.columns_for(writer.schema().fields());
  while (csv.next())
    if (auto appended = writer.try_append_row(columns, csv.texts()); !appended)
      throw bw::error(csv.in_row(appended.error()));
}

void append_ndjson(writer_type& writer, bw::ndjson_reader lines) {
  while (lines.next())
    if (auto appended = writer.try_append_row(lines.row()); !appended) throw bw::error(lines.in_row(appended.error()));
}

int main(int argc, char** argv) try {
  convert::options const o = convert::parse(argc, argv);
  if (o.help) return std::cout << convert::usage(), 0;

  bw::runtime_schema const schema = bw::schema_from_json(convert::read_file(o.schema), o.schema);
  convert::staging folder(o.local_path);  // a later row may be bad, so that no chunk may be seen before the last
  writer_type writer{
      schema, bw::format::any::named(o.file_type), {.local_path = folder.path(), .chunk_size = o.chunk_size, .remove_uncommitted = true}};
  if (o.input_type == "csv")
    append_csv(writer, bw::csv_reader(convert::open_input(o.input), o.csv));
  else
    append_ndjson(writer, bw::ndjson_reader(convert::open_input(o.input), {.name = o.input}));

  for (auto const& group : folder.publish(writer.commit()))
    for (auto const& path : group) std::cout << path << ": " << group.rows << " rows\n";
  return 0;
} catch (convert::usage_error const& e) {
  std::cerr << e.what() << "\n" << convert::usage();
  return 2;
} catch (std::exception const& e) {
  std::cerr << e.what() << '\n';
  return 1;
}
