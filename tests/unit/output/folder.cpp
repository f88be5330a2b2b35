#include <bulkwriter/output/folder.hpp>
#include <bulkwriter/output/memory.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

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

TEST_CASE("the files of a group have a folder, which goes with the last of them") {
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
    CHECK_FALSE(fs::exists(t.path / "1/a.npy"));
    CHECK(a->finish());
    CHECK(read(t.path / "1/a.npy") == "headtail____tail");
    CHECK(b->discard());
    CHECK(entries(t.path / "1") == 1);
    CHECK(a->remove());
    CHECK(entries(t.path) == 0);
  }
  { auto forgotten = folder->create_member("2/a.npy", 100, member).value(); }
  CHECK(entries(t.path) == 0);
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
