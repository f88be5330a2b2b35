#include <bulkwriter/import/collections.hpp>
#include <bulkwriter/import/detail/rest.hpp>

#include <doctest/doctest.h>

#include <string>

namespace bw = bulkwriter;

TEST_CASE("import: signatures in what a server repeats are blotted out") {
  CHECK(bw::detail::hide_signatures("cannot read 'https://a/b?sig=c2VjcmV0&se=1' nor https://c?X-Amz-Signature=dead") ==
        "cannot read 'https://a/b?sig=***&se=1' nor https://c?X-Amz-Signature=***");
  CHECK(bw::detail::hide_signatures("nothing") == "nothing");
}

TEST_CASE("import: a URI without a scheme is not shown, since it may hold a password") {
  bw::collections c{bw::milvus{.uri = "root:TopSecret@127.0.0.1:1"}};
  auto const has = c.try_has("x");
  REQUIRE(!has);
  CHECK(has.error().code == bw::errc::invalid_url);
  CHECK(has.error().to_string().find("TopSecret") == std::string::npos);
}
