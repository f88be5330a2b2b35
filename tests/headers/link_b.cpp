// Two units that include the same header must link: nothing in it may be defined twice, and both see one definition.
// Each writes files of one schema and throws; what one throws the other catches, what one has begun the other ends.
#include BULKWRITER_TEST_HEADER

#include "link_rows.hpp"

#include <cstdio>
#include <cstdlib>

namespace link_test {

char const* version_of_a();
bulkwriter::batch_files write_in_a(std::shared_ptr<bulkwriter::output::memory> const& place, std::string const& text);
void throw_in_a(std::string const& text);
void append_in_a(writer_type& writer, std::string const& text);

}  // namespace link_test

namespace {

void expect(bool truth, char const* what) {
  if (truth) return;
  std::puts(what);
  std::exit(1);
}

// The error's text, or what else came.
template <class F>
std::string thrown_by(F const& f) {
  try {
    f();
  } catch (bulkwriter::error const& e) {
    return std::string(bulkwriter::to_string(e.code())) + ": " + e.what();
  } catch (std::exception const& e) {
    return std::string("no bulkwriter::error: ") + e.what();
  }
  return "nothing";
}

}  // namespace

int main() {
  using namespace link_test;
  expect(version_of_a() == bulkwriter::version, "two copies of one inline variable");

  auto const a = std::make_shared<bulkwriter::output::memory>(), b = std::make_shared<bulkwriter::output::memory>();
  auto const files_of_a = write_in_a(a, "a"), files_of_b = write_rows(b, "a");
  expect(files_of_a == files_of_b && files_of_a.size() == 1 && files_of_a[0].rows == 2, "other files in the other unit");
  auto const bytes = a->files().at("1.jsonl");
  expect(std::string(reinterpret_cast<char const*>(bytes.data()), bytes.size()) ==
             "{\"id\":1,\"v\":[1,2],\"text\":\"a\"}\n{\"id\":2,\"v\":[3,4],\"text\":\"b\"}\n",
         "not the rows that were written");
  expect(a->files() == b->files(), "other bytes in the other unit");

  std::string const wanted =
      "varchar_too_long: row 0, field 'text': 12 bytes exceed max_length 8: 'much too big' [bulkwriter.varchar_too_long]";
  expect(thrown_by([] { throw_in_a("much too big"); }) == wanted, "what the other unit throws is not caught here");
  expect(thrown_by([] { write_rows(std::make_shared<bulkwriter::output::memory>(), "much too big"); }) == wanted,
         "what this unit throws is not caught here");

  auto const shared = std::make_shared<bulkwriter::output::memory>();
  writer_type writer{shared};
  append_in_a(writer, "a");
  writer.append_row({.id = 8, .text = "b"});
  expect(thrown_by([&] { append_in_a(writer, "much too big"); }).starts_with("varchar_too_long: row 2"),
         "the units count the rows of one writer apart");
  expect(writer.commit()[0].rows == 2, "a row of the other unit is missing");
  return 0;
}
