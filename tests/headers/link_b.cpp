#include BULKWRITER_TEST_HEADER

#include <cstdio>

namespace link_test {

char const* version_of_a();
std::string_view name_of_a(bulkwriter::errc code);

}  // namespace link_test

int main() {
  if (link_test::version_of_a() != bulkwriter::version) return std::puts("two copies of one inline variable"), 1;
  if (link_test::name_of_a(bulkwriter::errc::io_error) != "io_error")
    return std::puts("another function was linked"), 1;
  return 0;
}
