// The version: what programs read, and what #if asks.
#include <bulkwriter/version.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdio>
#include <string>

namespace bw = bulkwriter;

TEST_CASE("version: text, number and parts are one") {
  int parts[3] = {-1, -1, -1}, length = 0;
  REQUIRE(std::sscanf(bw::version, "%d.%d.%d%n", &parts[0], &parts[1], &parts[2], &length) == 3);
  CHECK(static_cast<std::size_t>(length) == std::string(bw::version).size());
  CHECK(bw::version_major == parts[0]);
  CHECK(bw::version_minor == parts[1]);
  CHECK(bw::version_patch == parts[2]);
#if BULKWRITER_VERSION < 200
  FAIL("older than 0.2.0");
#endif
  CHECK(bw::detail::number_of("12.34.56") == 123456);
  CHECK(bw::detail::number_of("0.10.2") == 1002);
}
