// One of two units that include the same header, write files and throw: see link_b.cpp.
#include BULKWRITER_TEST_HEADER

#include "link_rows.hpp"

#if !(BULKWRITER_VERSION >= 200 && BULKWRITER_VERSION < 10000)
#error "no version that #if can ask"
#endif

namespace link_test {

char const* version_of_a() { return bulkwriter::version; }

bulkwriter::batch_files write_in_a(std::shared_ptr<bulkwriter::output::memory> const& place, std::string const& text) {
  return write_rows(place, text);
}
void throw_in_a(std::string const& text) { write_rows(std::make_shared<bulkwriter::output::memory>(), text); }

void append_in_a(writer_type& writer, std::string const& text) { writer.append_row({.id = 7, .text = text}); }

}  // namespace link_test
