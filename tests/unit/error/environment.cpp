// The environment, as it is read in programs that anybody may start and that run with more rights than whoever does.
#include <bulkwriter/detail/process.hpp>

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace bw = bulkwriter;

namespace {

constexpr int read_it = 40, read_nothing = 41, no_other_rights = 42;

// How a copy of this program ends, of that owner and these permissions, that runs the case below.
int exit_code_of_copy(std::filesystem::path const& copy, uid_t owner, mode_t mode) {
  std::filesystem::copy_file("/proc/self/exe", copy, std::filesystem::copy_options::overwrite_existing);
  REQUIRE(::chown(copy.c_str(), owner, 0) == 0);
  REQUIRE(::chmod(copy.c_str(), mode) == 0);
  pid_t const child = ::fork();
  if (child == 0) {
    ::setenv("BULKWRITER_TEST_RIGHTS", mode & S_ISUID ? "other" : "same", 1);
    ::execl(copy.c_str(), copy.c_str(), "--no-skip", "--test-case=environment: what such a program reads", nullptr);
    ::_exit(1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("environment: what such a program reads" * doctest::skip()) {
  char const* const rights = std::getenv("BULKWRITER_TEST_RIGHTS");
  if (rights == nullptr) return;  // --no-skip by hand
  if (rights == std::string("other") && ::getuid() == ::geteuid()) std::_Exit(no_other_rights);
  std::_Exit(bw::detail::from_environment("BULKWRITER_TEST_RIGHTS") == nullptr ? read_nothing : read_it);
}

TEST_CASE("environment: nothing of it counts in a set-user-ID program") {
  CHECK(bw::detail::from_environment("BULKWRITER_TEST_NO_SUCH_VARIABLE") == nullptr);
  if (::geteuid() != 0) {
    MESSAGE("skipped: only root may make a set-user-ID program of another user");
    return;
  }
  std::string folder = (std::filesystem::temp_directory_path() / "bulkwriter-XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  REQUIRE(::chmod(folder.c_str(), 0755) == 0);
  auto const copy = std::filesystem::path(folder) / "copy";
  CHECK(exit_code_of_copy(copy, 0, 0755) == read_it);
  int const code = exit_code_of_copy(copy, 65534, 04755);
  if (code == no_other_rights)
    MESSAGE("skipped: no set-user-ID programs in " << folder);
  else
    CHECK(code == read_nothing);
  std::filesystem::remove_all(folder);
}
