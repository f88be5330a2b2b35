// Codes of errors: their names, what they have in common, and as std::error_code.
#include <bulkwriter/error.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <system_error>

namespace bw = bulkwriter;
using bw::errc;

namespace {

// The enumerators as the header declares them: number and name.
std::map<int, std::string> declared() {
  std::ifstream header(BULKWRITER_TESTS_DIR "/../include/bulkwriter/errc.hpp");
  std::map<int, std::string> found;
  bool within = false;
  std::string pending;  // a name whose number is in the next line
  for (std::string line; std::getline(header, line);) {
    if (line.starts_with("enum class errc :")) within = true;
    if (within && line == "};") break;
    std::istringstream words(line.substr(0, line.find("///")));
    std::string name, equals, number;
    if (!within || !(words >> name) || name == "//" || name == "enum") continue;
    if (!pending.empty()) number = name, name = pending;
    else if (!(words >> equals) || equals != "=") continue;
    else words >> number;
    pending = number.empty() ? name : "";
    if (!number.empty()) found[std::atoi(number.c_str())] = name;
  }
  return found;
}

}  // namespace

TEST_CASE("errc: every declared code has its own name, and no other number has one") {
  auto const codes = declared();
  REQUIRE(codes.size() > 40);
  CHECK(codes.at(0) == "none");
  CHECK(codes.at(117) == "upload_not_aborted");  // declared in two lines
  CHECK(codes.at(135) == "outcome_unknown");
  for (int value = 0; value < 1000; ++value) {
    auto const code = codes.find(value);
    CHECK(to_string(static_cast<errc>(value)) == (code == codes.end() ? "unknown" : code->second));
  }
  CHECK(bw::error_info{}.code == errc::none);
  CHECK(bw::problem{}.code == errc::none);
}

TEST_CASE("errc: a code is in one group at most, and in the one that its documentation says") {
  std::map<std::string, std::set<std::string>> found;
  for (auto const& [value, name] : declared()) {
    auto const code = static_cast<errc>(value);
    if (is_row_error(code)) found["row"].insert(name);
    if (is_transient(code)) found["transient"].insert(name);
    if (is_not_found(code)) found["not_found"].insert(name);
    CHECK(is_row_error(code) == ((value >= 1 && value <= 20) || value == 51));
  }
  CHECK(found["row"].contains("several_problems"));
  CHECK(found["row"].contains("invalid_number"));
  CHECK(found["transient"] == std::set<std::string>{"resolve_failed", "connect_failed", "timeout", "connection_lost"});
  CHECK(found["not_found"] ==
        std::set<std::string>{"no_such_bucket", "no_such_key", "collection_not_found", "job_not_found"});
  static_assert(is_row_error(errc::wrong_dim) && is_transient(errc::timeout) && is_not_found(errc::no_such_key));
  static_assert(!is_row_error(errc::none) && !is_transient(errc::outcome_unknown) && !is_not_found(errc::none));
}

TEST_CASE("errc: as std::error_code, with the conditions of the standard library") {
  std::error_code const code = errc::varchar_too_long;
  CHECK(code.value() == 4);
  CHECK(code.category().name() == std::string("bulkwriter"));
  CHECK(code.message() == "varchar_too_long");
  CHECK(code == errc::varchar_too_long);
  CHECK(code != errc::timeout);
  CHECK(code != std::error_code(4, std::generic_category()));
  CHECK(code.category() == std::error_code(errc::timeout).category());
  CHECK(!std::error_code(errc::none));

  std::map<errc, std::errc> const same = {
      {errc::no_space, std::errc::no_space_on_device},        {errc::timeout, std::errc::timed_out},
      {errc::cancelled, std::errc::operation_canceled},       {errc::access_denied, std::errc::permission_denied},
      {errc::io_error, std::errc::io_error},                  {errc::connection_lost, std::errc::connection_reset},
      {errc::invalid_option, std::errc::invalid_argument},    {errc::invalid_utf8, std::errc::illegal_byte_sequence},
  };
  for (auto const& [value, name] : declared()) {
    auto const ours = static_cast<errc>(value);
    for (auto const& [theirs, condition] : same) CHECK((std::error_code(ours) == condition) == (ours == theirs));
  }
}
