#include <bulkwriter/output/folder.hpp>
#include <bulkwriter/output/memory.hpp>

#include <doctest/doctest.h>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <source_location>
#include <vector>

namespace bw = bulkwriter;
namespace fs = std::filesystem;

namespace {

struct temporary_folder {
  fs::path path = fs::temp_directory_path() / ("bulkwriter-folder-" + std::to_string(std::hash<void const*>{}(this)));
  temporary_folder() { fs::remove_all(path); }
  ~temporary_folder() { fs::remove_all(path); }
};

std::string read(fs::path const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
std::size_t entries(fs::path const& path) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(path), {}));
}
bw::output::bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

}  // namespace

TEST_CASE("a file has its final name only when it is whole") {
  temporary_folder const t;
  auto folder = bw::output::folder::try_open((t.path / "a/b").string() + "/");
  REQUIRE(folder);
  CHECK((*folder)->data_path() == (t.path / "a/b").string());
  CHECK((*folder)->path_of("1.json") == (t.path / "a/b/1.json").string());

  auto file = (*folder)->create("1.json", 100);
  REQUIRE(file);
  bw::output::bytes const pieces[] = {bytes_of("one "), bytes_of(""), bytes_of("two")};
  CHECK((*file)->write(pieces));
  CHECK_FALSE(fs::exists(t.path / "a/b/1.json"));
  CHECK((*file)->finish());
  CHECK(read(t.path / "a/b/1.json") == "one two");
  CHECK((*file)->discard());  // does nothing any more
  CHECK(entries(t.path / "a/b") == 1);

  auto const again = (*folder)->create("1.json", 100);
  REQUIRE(!again);
  CHECK(again.error().code == bw::errc::io_error);
  CHECK(again.error().message.find("1.json") != std::string::npos);
}

TEST_CASE("a file that is given up, or forgotten, leaves nothing") {
  temporary_folder const t;
  auto folder = bw::output::folder::try_open(t.path.string()).value();
  {
    auto file = folder->create("1.json", 100).value();
    bw::output::bytes const piece[] = {bytes_of("half")};
    CHECK(file->write(piece));
    CHECK(entries(t.path) == 1);
    CHECK(file->discard());
    CHECK(entries(t.path) == 0);
  }
  { auto file = folder->create("1.json", 100).value(); }
  CHECK(entries(t.path) == 0);

  auto given_up = folder->create("1.json", 100).value();
  CHECK(given_up->discard());
  auto const other = folder->create("1.json", 100).value();  // has the temporary name now
  given_up.reset();
  CHECK(entries(t.path) == 1);
  CHECK(other->finish());
}

TEST_CASE("memory keeps finished files only") {
  bw::output::memory memory;
  auto file = memory.create("1.json", 10).value();
  bw::output::bytes const piece[] = {bytes_of("text")};
  CHECK(file->write(piece));
  CHECK(memory.files().empty());
  CHECK(file->finish());
  CHECK(memory.files().at("1.json").size() == 4);
  auto dropped = memory.create("2.json", 10).value();
  CHECK(dropped->write(piece));
  CHECK(dropped->discard());
  CHECK(memory.files().size() == 1);
}

TEST_CASE("the files of a group become visible as one, and go as one") {
  temporary_folder const t;
  auto folder = bw::output::folder::try_open(t.path.string()).value();
  bw::output::group_member const member{.files = 2, .head_size = 4};
  bw::output::bytes const piece[] = {bytes_of("____tail")};
  {
    auto a = folder->create_member("1/a.npy", 100, member).value();
    auto b = folder->create_member("1/b.npy", 100, member).value();
    CHECK(a->write(piece));
    CHECK(a->rewrite_head(bytes_of("head")));
    CHECK(a->write(piece));
    CHECK(a->finish());
    CHECK_FALSE(fs::exists(t.path / "1"));
    CHECK(b->write(piece));
    CHECK(b->finish());
    CHECK(read(t.path / "1/a.npy") == "headtail____tail");
    CHECK(read(t.path / "1/b.npy") == "____tail");
    CHECK(entries(t.path) == 1);
    CHECK(a->remove());
    CHECK_FALSE(fs::exists(t.path / "1"));
    CHECK(b->remove());
    CHECK(entries(t.path) == 0);
  }
  {
    auto a = folder->create_member("2/a.npy", 100, member).value();
    auto b = folder->create_member("2/b.npy", 100, member).value();
    CHECK(a->finish());
    CHECK(b->discard());
    CHECK(a->remove());
    CHECK(entries(t.path) == 0);
  }
  {
    auto a = folder->create_member("3/a.npy", 100, member).value();
    auto b = folder->create_member("3/b.npy", 100, member).value();
    CHECK(a->finish());
    CHECK(a->remove());  // b alone is no group
    CHECK(b->finish());
    CHECK_FALSE(fs::exists(t.path / "3"));
    CHECK(b->remove());
  }
  { auto forgotten = folder->create_member("4/a.npy", 100, member).value(); }
  CHECK(entries(t.path) == 0);
}

namespace {

// Also for processes that are not the test's own: the line of the first that does not hold, 0 if all do.
struct expectations {
  int line = 0;
  void operator()(bool holds, std::source_location where = std::source_location::current()) {
    if (!holds && line == 0) line = static_cast<int>(where.line());
  }
};

// Two writers that know nothing of each other, and a file or folder that comes meanwhile.
int nothing_is_replaced() {
  expectations expect;
  temporary_folder const t;
  auto one = bw::output::folder::try_open(t.path.string()).value();
  auto two = bw::output::folder::try_open(t.path.string()).value();
  bw::output::bytes const first[] = {bytes_of("first")}, second[] = {bytes_of("second")};
  {
    auto a = one->create("1.json", 100).value();
    auto b = two->create("1.json", 100).value();
    expect(bool(a->write(first)));
    expect(bool(b->write(second)));
    expect(bool(a->finish()));
    auto const refused = b->finish();
    expect(!refused && refused.error().code == bw::errc::io_error &&
           refused.error().message.find("File exists") != std::string::npos);
    expect(bool(b->discard()));
    expect(bool(b->remove()));  // takes nobody else's file
    expect(read(t.path / "1.json") == "first");
    expect(entries(t.path) == 1);
  }
  auto const group_of = [&](bw::output::folder& place, auto const& text) {
    void const* const writer = &place;
    bw::output::group_member const member{.files = 2, .writer = writer};
    std::vector<std::unique_ptr<bw::output::file>> files;
    for (char const* name : {"2/a.npy", "2/b.npy"}) {
      files.push_back(place.create_member(name, 100, member).value());
      expect(bool(files.back()->write(text)));
    }
    return files;
  };
  for (auto* const other : {two.get(), one.get()}) {  // of another place, and of another writer on the same
    auto a = group_of(*one, first), b = group_of(*other, second);
    expect(bool(a[0]->finish()));
    expect(bool(b[0]->finish()));
    expect(bool(b[1]->finish()));
    expect(!a[1]->finish());
    expect(bool(a[0]->remove()));
    expect(read(t.path / "2/a.npy") == "second");
    expect(read(t.path / "2/b.npy") == "second");
    expect(entries(t.path) == 2);
    expect(bool(b[0]->remove()));
    expect(bool(b[1]->remove()));
    expect(entries(t.path) == 1);
  }
  {
    auto file = one->create("3.json", 100).value();
    expect(bool(file->write(first)));
    fs::create_directory(t.path / "3.json");
    expect(!file->finish());
    expect(fs::is_empty(t.path / "3.json"));
    auto link = one->create("4.json", 100).value();
    fs::create_symlink("nowhere", t.path / "4.json");
    expect(!link->finish());
    expect(fs::is_symlink(t.path / "4.json"));
    expect(!one->create("4.json", 100));
    expect(!one->create_member("4.json/a.npy", 100, {}));
  }
  expect(entries(t.path) == 3);
  return expect.line;
}

// The line that `checks` gives, from a process of its own, where `prepare` may take something away from the process.
template <class Prepare, class Checks>
int line_in_child(Prepare const& prepare, Checks const& checks) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  pid_t const child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    int const line = prepare() ? checks() : -1;
    ::_exit(::write(ends[1], &line, sizeof line) == sizeof line ? 0 : 1);
  }
  ::close(ends[1]);
  int line = -2, status = 0;
  CHECK(::read(ends[0], &line, sizeof line) == sizeof line);
  ::close(ends[0]);
  REQUIRE(::waitpid(child, &status, 0) == child);
  if (line == -1) MESSAGE("skipped: this process may not forbid anything to itself");
  return line == -1 ? 0 : line;
}

// From now on these system calls are unknown to the process, as in old kernels and strict sandboxes.
bool forbid(std::vector<unsigned> const& calls) {
  std::vector<sock_filter> program{
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<unsigned>(offsetof(seccomp_data, nr))}};
  for (unsigned const call : calls) {
    program.push_back({BPF_JMP | BPF_JEQ | BPF_K, 0, 1, call});
    program.push_back({BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSYS});
  }
  program.push_back({BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW});
  sock_fprog const all{static_cast<unsigned short>(program.size()), program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all) == 0;
}

}  // namespace

TEST_CASE("nothing is replaced: neither what was there nor what came meanwhile") {
  CHECK(nothing_is_replaced() == 0);
  // where there is no RENAME_NOREPLACE, and where there are no hard links either
  CHECK(line_in_child([] { return forbid({SYS_renameat2}); }, nothing_is_replaced) == 0);
  CHECK(line_in_child([] { return forbid({SYS_renameat2, SYS_link, SYS_linkat}); }, nothing_is_replaced) == 0);
}

TEST_CASE("what a killed writer has left is not touched, and is in nobody's way") {
  temporary_folder const t;
  auto folder = bw::output::folder::try_open(t.path.string()).value();
  std::ofstream(t.path / ".1.json.partial") << "left";
  fs::create_directory(t.path / ".2.partial");
  std::ofstream(t.path / ".2.partial/a.npy") << "left";
  bw::output::bytes const piece[] = {bytes_of("text")};
  auto file = folder->create("1.json", 100).value();
  auto member = folder->create_member("2/a.npy", 100, {}).value();
  CHECK(file->write(piece));
  CHECK(member->write(piece));
  CHECK(file->finish());
  CHECK(member->finish());
  CHECK(read(t.path / ".1.json.partial") == "left");
  CHECK(read(t.path / ".2.partial/a.npy") == "left");
  CHECK(read(t.path / "1.json") == "text");
  CHECK(read(t.path / "2/a.npy") == "text");
}

TEST_CASE("bytes that the system refuses only when the file is closed are an error") {
  temporary_folder const t;
  auto folder = bw::output::folder::try_open(t.path.string()).value();
  auto file = folder->create("1.json", 100).value();
  int found = -1;  // as a network file system would: closed already, so that closing it fails
  for (auto const& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code ignored;
    if (fs::read_symlink(entry.path(), ignored).parent_path() == t.path) found = std::stoi(entry.path().filename());
  }
  REQUIRE(found >= 0);
  ::close(found);
  auto const finished = file->finish();
  REQUIRE_FALSE(finished);
  CHECK(finished.error().code == bw::errc::io_error);
  CHECK(finished.error().message.find("cannot close") == 0);
  CHECK(entries(t.path) == 0);
}

TEST_CASE("a file beyond the limit of the process is no_space") {
  temporary_folder const t;
  auto folder = bw::output::folder::try_open(t.path.string()).value();
  auto const limit = [] {
    rlimit const small{.rlim_cur = 1000, .rlim_max = 1000};
    return std::signal(SIGXFSZ, SIG_IGN) != SIG_ERR && ::setrlimit(RLIMIT_FSIZE, &small) == 0;
  };
  CHECK(line_in_child(limit, [&] {
          expectations expect;
          auto file = folder->create("1.json", 10000).value();
          std::string const text(2000, 'x');
          bw::output::bytes const piece[] = {bytes_of(text)};
          auto const written = file->write(piece);
          expect(!written && written.error().code == bw::errc::no_space);
          expect(bool(file->discard()));
          return expect.line;
        }) == 0);
  CHECK(entries(t.path) == 0);
}

TEST_CASE("memory replaces no file: the second of a name is refused, when it is made or at its end") {
  bw::output::memory memory;
  bw::output::bytes const first[] = {bytes_of("first")}, second[] = {bytes_of("second")};
  auto a = memory.create("1.json", 10).value();
  auto b = memory.create("1.json", 10).value();
  CHECK(a->write(first));
  CHECK(b->write(second));
  CHECK(a->finish());
  auto const refused = b->finish();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == bw::errc::io_error);
  CHECK(refused.error().message.find("'1.json'") != std::string::npos);
  CHECK(b->remove());  // takes nobody else's file
  CHECK(memory.files().at("1.json").size() == 5);
  CHECK_FALSE(memory.create("1.json", 10));
  CHECK_FALSE(memory.create_member("1.json", 10, {}));
}

TEST_CASE("memory rewrites the beginning of a file, and removes finished ones") {
  bw::output::memory memory;
  auto file = memory.create_member("1/a.npy", 10, {.files = 1, .head_size = 4}).value();
  bw::output::bytes const piece[] = {bytes_of("____tail")};
  CHECK(file->write(piece));
  CHECK(file->rewrite_head(bytes_of("head")));
  CHECK_FALSE(file->rewrite_head(bytes_of("longer than all of it")));
  CHECK(file->finish());
  CHECK(memory.files().at("1/a.npy").size() == 8);
  CHECK(memory.files().at("1/a.npy")[0] == std::byte{'h'});
  CHECK(file->remove());
  CHECK(memory.files().empty());
}

TEST_CASE("a folder that is a file, or lies below one, is named") {
  temporary_folder const t;
  fs::create_directories(t.path);
  std::ofstream(t.path / "afile") << "x";
  std::string const file = (t.path / "afile").string();
  for (std::string const& path : {file, file + "/", file + "/below/it"}) {
    CAPTURE(path);
    auto const opened = bw::output::folder::try_open(path);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == bw::errc::io_error);
    CHECK(opened.error().message.ends_with("; '" + file + "' is a file, not a folder"));
  }
}
