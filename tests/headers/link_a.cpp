// Two units that include the same header must link: nothing in it may be defined twice, and both see one definition.
#include BULKWRITER_TEST_HEADER

namespace link_test {

char const* version_of_a() { return bulkwriter::version; }
std::string_view name_of_a(bulkwriter::errc code) { return bulkwriter::to_string(code); }

}  // namespace link_test
