#pragma once

// What both units do: inline, so that there is one definition of it and of all that it instantiates. The library's
// header comes before.

#include <array>
#include <memory>
#include <string>

namespace link_test {

struct row {
  std::int64_t id = {};
  std::array<float, 2> v = {};
  std::string text = {};
};
struct row_schema : bulkwriter::schema<
                        bulkwriter::field<"id", &row::id, bulkwriter::int64{.is_primary = true}>,
                        bulkwriter::field<"v", &row::v, bulkwriter::float_vector{.dim = 2}>,
                        bulkwriter::field<"text", &row::text, bulkwriter::varchar{.max_length = 8}>> {};
using writer_type = bulkwriter::bulk_writer<row_schema, bulkwriter::format::jsonl>;

inline bulkwriter::batch_files write_rows(std::shared_ptr<bulkwriter::output::memory> const& place,
                                          std::string const& text) {
  writer_type writer{place};
  writer.append_row({.id = 1, .v = {1, 2}, .text = text});
  writer.append_row({.id = 2, .v = {3, 4}, .text = "b"});
  return writer.commit();
}

}  // namespace link_test
