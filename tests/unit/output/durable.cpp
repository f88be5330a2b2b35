// What a folder, and a writer into it, ask of the system, call by call.

#include <bulkwriter/local.hpp>
#include <bulkwriter/writer/runtime_bulk_writer.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "support/system_calls.hpp"

namespace bw = bulkwriter;
namespace fs = std::filesystem;

namespace {

// Calls are noted while one lives, as "writev /.1.json.partial; ": names without the folder of the test.
class recorder {
 public:
  explicit recorder(std::string_view base) {
    base_ = base;
    length_ = 0;
    fails_ = {};
    seen_ = 0;
    test::on_system_call = [](test::system_call const& call) noexcept { return note(call); };
  }
  ~recorder() { test::on_system_call = nullptr; }

  // The n-th call of this name, from 0, fails so.
  static void fail(std::string_view name, int error, int nth = 0) {
    fails_ = name;
    error_ = error;
    seen_ = -nth;
  }

  // What was noted since the last time.
  static std::string calls() {
    std::string text(text_, length_);
    length_ = 0;
    return text;
  }

 private:
  // Without allocations and without calls of its own.
  static void add(std::string_view text) noexcept {
    std::size_t const size = std::min(text.size(), sizeof text_ - length_);
    std::memcpy(text_ + length_, text.data(), size);
    length_ += size;
  }
  static std::string_view name_of(int file, std::span<char> room) noexcept {
    std::snprintf(room.data(), room.size(), "/proc/self/fd/%d", file);
    auto const size = ::readlink(std::string_view(room.data()).data(), room.data(), room.size());
    return {room.data(), size < 0 ? 0 : static_cast<std::size_t>(size)};
  }
  static int note(test::system_call const& call) noexcept {
    char room[1024];
    std::string_view const name = call.name, first = call.file >= 0 ? name_of(call.file, room) : call.path;
    // doctest and the test have files, too
    if (name == "read" || (first.starts_with('/') && !first.starts_with(base_))) return 0;
    add(name);
    for (std::string_view path : {first, call.to != nullptr ? std::string_view(call.to) : std::string_view()}) {
      if (path.empty()) continue;
      if (path.starts_with(base_)) path.remove_prefix(base_.size());
      add(" ");
      add(path.empty() ? "/" : path);
    }
    add("; ");
    return !fails_.empty() && name == fails_ && seen_++ == 0 ? error_ : 0;
  }

  static inline char text_[1 << 16];
  static inline std::size_t length_ = 0;
  static inline std::string_view base_, fails_;
  static inline int error_ = 0, seen_ = 0;
};

struct temporary_folder {
  std::string path = (fs::temp_directory_path() / ("bulkwriter-calls-" + std::to_string(::getpid()))).string();
  temporary_folder() {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~temporary_folder() { fs::remove_all(path); }
};

bw::output::bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }
std::unique_ptr<bw::output::folder> folder_at(std::string const& path, bool durable) {
  return bw::output::folder::try_open(path, {.durable = durable}).value();
}
void write(bw::output::file& file, std::string_view text) {
  bw::output::bytes const piece[] = {bytes_of(text)};
  CHECK(file.write(piece));
}
std::string read_text(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
std::size_t entries(std::string const& path) {
  return static_cast<std::size_t>(std::distance(fs::recursive_directory_iterator(path), {}));
}

}  // namespace

TEST_CASE("a durable file is synced before it has its name, and the folder after it") {
  temporary_folder const t;
  auto const folder = folder_at(t.path, true);
  recorder const r(t.path);
  auto file = folder->create("1.json", 100).value();
  write(*file, "text");
  CHECK(r.calls() == "open /.1.json.partial; writev /.1.json.partial; ");
  CHECK(file->finish());
  CHECK(r.calls() == "fdatasync /.1.json.partial; close /.1.json.partial; renameat2 /.1.json.partial /1.json; "
                     "open /; fsync /; close /; ");
  CHECK(file->remove());
  CHECK(r.calls() == "unlink /1.json; open /; fsync /; close /; ");
}

TEST_CASE("a file that is not to be durable is synced by nobody") {
  temporary_folder const t;
  recorder const r(t.path);
  auto const folder = folder_at(t.path + "/a", false);
  auto file = folder->create("1.json", 100).value();
  write(*file, "text");
  CHECK(file->finish());
  CHECK(r.calls() == "mkdir /a; open /a/.1.json.partial; writev /a/.1.json.partial; close /a/.1.json.partial; "
                     "renameat2 /a/.1.json.partial /a/1.json; ");
}

TEST_CASE("a durable group: each file, its folder, the one rename, and the folder of that") {
  temporary_folder const t;
  auto const folder = folder_at(t.path, true);
  bw::output::group_member const member{.files = 2, .head_size = 4};
  auto a = folder->create_member("1/a.npy", 100, member).value();
  auto b = folder->create_member("1/b.npy", 100, member).value();
  write(*a, "____tail");
  write(*b, "text");
  recorder const r(t.path);
  CHECK(a->rewrite_head(bytes_of("head")));
  CHECK(a->finish());
  CHECK(r.calls() == "pwrite /.1.partial/a.npy; fdatasync /.1.partial/a.npy; close /.1.partial/a.npy; ");
  CHECK(b->finish());
  CHECK(r.calls() == "fdatasync /.1.partial/b.npy; close /.1.partial/b.npy; open /.1.partial; fsync /.1.partial; "
                     "close /.1.partial; renameat2 /.1.partial /1; open /; fsync /; close /; ");
  CHECK(read_text(t.path + "/1/a.npy") == "headtail");
  CHECK(a->remove());
  CHECK(r.calls() == "renameat2 /1 /.1.partial; open /; fsync /; close /; unlink /.1.partial/a.npy; "
                     "rmdir /.1.partial; ");
  CHECK(b->remove());
  CHECK(r.calls() == "unlink /.1.partial/b.npy; rmdir /.1.partial; ");
}

TEST_CASE("the parents of new folders are synced, once each; what was there is left alone") {
  temporary_folder const t;
  {
    recorder const r(t.path);
    auto const folder = folder_at(t.path + "/a/b", true);
    CHECK(r.calls() == "mkdir /a; mkdir /a/b; open /; fsync /; close /; open /a; fsync /a; close /a; ");
    auto const again = folder_at(t.path + "/a/b/", true);
    CHECK(r.calls() == "");
  }
  fs::create_directories(t.path + "/c");
  fs::current_path(t.path + "/c");
  recorder const r(t.path);
  auto const below = folder_at("here", true);
  CHECK(r.calls() == "mkdir here; open .; fsync /c; close /c; ");
  fs::current_path("/");
}

TEST_CASE("what cannot be synced is no file, and nothing of it is left") {
  temporary_folder const t;
  auto const folder = folder_at(t.path, true);
  recorder const r(t.path);
  std::pair<char const*, char const*> const cases[] = {
      {"fdatasync", "cannot sync '"}, {"fsync", "cannot sync the folder '"}, {"close", "cannot close '"}};
  for (auto const& [call, message] : cases) {
    CAPTURE(call);
    for (int const error : {EIO, ENOSPC, EDQUOT}) {
      auto file = folder->create("1.json", 100).value();
      write(*file, "text");
      r.fail(call, error);
      auto const finished = file->finish();
      REQUIRE_FALSE(finished);
      CHECK(finished.error().code == (error == EIO ? bw::errc::io_error : bw::errc::no_space));
      CHECK(finished.error().message.find(message) == 0);
      CHECK(file->discard());
      CHECK(entries(t.path) == 0);
    }
  }
  for (int const nth : {0, 1}) {  // of the group's folder, and of the one around it
    auto member = folder->create_member("2/a.npy", 100, {}).value();
    write(*member, "text");
    r.fail("fsync", EIO, nth);
    CHECK_FALSE(member->finish());
    CHECK(member->discard());
    CHECK(entries(t.path) == 0);
  }
  r.fail("fsync", EIO);
  auto const unmade = bw::output::folder::try_open(t.path + "/a/b", {.durable = true});
  REQUIRE_FALSE(unmade);
  CHECK(unmade.error().message.find("cannot sync the folder '" + t.path + "'") == 0);
  // a file system on which folders are not synced
  auto file = folder->create("1.json", 100).value();
  r.fail("fsync", EINVAL);
  CHECK(file->finish());
}

TEST_CASE("a final name that cannot be taken back after a failed sync is named, and so is what cannot be removed") {
  temporary_folder const t;
  auto const folder = folder_at(t.path, true);
  recorder const r(t.path);
  {
    auto file = folder->create("1.json", 100).value();
    write(*file, "text");
    test::on_system_call = [](test::system_call const& call) noexcept {
      static int renames = 0;
      std::string_view const name = call.name;
      return name == "fsync" || (name == "renameat2" && renames++ == 1) ? EIO : 0;
    };
    auto const finished = file->finish();
    REQUIRE_FALSE(finished);
    std::string const left = "; cannot take the final name from '" + t.path + "/1.json'";
    CHECK(finished.error().message.find(left) != std::string::npos);
    CHECK(read_text(t.path + "/1.json") == "text");
  }
  auto file = folder->create("2.json", 100).value();
  test::on_system_call = [](test::system_call const& call) noexcept {
    std::string_view const name = call.name;
    return name == "fdatasync" || name == "unlink" ? EIO : 0;
  };
  CHECK_FALSE(file->finish());
  auto const discarded = file->discard();
  REQUIRE_FALSE(discarded);
  CHECK(discarded.error().message.find("cannot remove the temporary file of '" + t.path + "/2.json'") == 0);
  test::on_system_call = nullptr;
  CHECK(file->discard());
  CHECK(entries(t.path) == 1);
}

TEST_CASE("the pieces of a write go in one call, up to as many as the system takes") {
  temporary_folder const t;
  auto const folder = folder_at(t.path, false);
  std::vector<std::string> texts;
  std::vector<bw::output::bytes> pieces;
  std::string all;
  for (int i = 0; i < 2500; ++i)
    all += texts.emplace_back(static_cast<std::size_t>(i % 4 * 3), static_cast<char>('a' + i % 26));
  for (auto const& text : texts) pieces.push_back(bytes_of(text));
  auto const written = [&](int (*hook)(test::system_call const&) noexcept, std::size_t count) {
    auto file = folder->create("1.json", 1 << 20).value();
    test::on_system_call = hook;
    CHECK(file->write(std::span(pieces).first(count)));
    test::on_system_call = nullptr;
    CHECK(file->finish());
    std::string text = read_text(t.path + "/1.json");
    CHECK(file->remove());
    return text;
  };
  static int made = 0;
  auto const counted = [](test::system_call const&) noexcept { return ++made, 0; };
  auto const in_parts = [](test::system_call const&) noexcept { return ++made % 2 == 0 ? EINTR : test::part; };
  CHECK(written(counted, 1000).size() == 1000 / 4 * 18);
  CHECK(made == 1);
  made = 0;
  CHECK(written(counted, pieces.size()) == all);
  CHECK(made == 2);  // 1,875 that are not empty
  made = 0;
  CHECK(written(counted, 1) == "");
  CHECK(made == 0);
  CHECK(written(in_parts, pieces.size()) == all);
  CHECK(made > 10);
}

TEST_CASE("an interrupted call is made again, but for close") {
  temporary_folder const t;
  auto const folder = folder_at(t.path, true);
  recorder const r(t.path);
  for (char const* const call : {"open", "writev", "pwrite", "fdatasync", "fsync"}) {
    CAPTURE(call);
    r.fail(call, EINTR);
    auto file = folder->create_member("1/a.npy", 100, {.head_size = 4});
    REQUIRE(file);
    write(**file, "____");
    CHECK((*file)->rewrite_head(bytes_of("head")));
    CHECK((*file)->finish());
    CHECK(read_text(t.path + "/1/a.npy") == "head");
    CHECK((*file)->remove());
  }
  auto file = folder->create("1.json", 100).value();
  r.fail("close", EINTR);
  CHECK_FALSE(file->finish());
}

TEST_CASE("no program that is started meanwhile inherits a file; modes are those of the umask") {
  temporary_folder const t;
  mode_t const before = ::umask(0027);
  auto const folder = folder_at(t.path + "/a", true);
  auto file = folder->create("1.json", 100).value();
  auto member = folder->create_member("2/a.npy", 100, {}).value();
  ::umask(before);
  int open_files = 0;
  for (auto const& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code ignored;
    if (fs::read_symlink(entry.path(), ignored).string().find(t.path) != 0) continue;
    ++open_files;
    CHECK((::fcntl(std::stoi(entry.path().filename()), F_GETFD) & FD_CLOEXEC) != 0);
  }
  CHECK(open_files == 2);
  CHECK(file->finish());
  CHECK(member->finish());
  auto const mode = [&](char const* name) {
    return static_cast<unsigned>(fs::status(t.path + name).permissions());
  };
  CHECK(mode("/a") == 0750u);
  CHECK(mode("/a/1.json") == 0640u);
  CHECK(mode("/a/2") == 0750u);
  CHECK(mode("/a/2/a.npy") == 0640u);
}

namespace {

struct tag_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                               bw::column<"tag", bw::varchar{.max_length = 64}>> {};

int data_synced = 0, folders_synced = 0;

// From the making of a writer to its commit.
template <class Make>
void count_syncs(Make const& make) {
  using namespace bw::literals;
  data_synced = folders_synced = 0;
  test::on_system_call = [](test::system_call const& call) noexcept {
    data_synced += call.name == std::string_view("fdatasync");
    folders_synced += call.name == std::string_view("fsync");
    return 0;
  };
  auto writer = make();
  if constexpr (requires { writer.append_row("id"_f = 1, "tag"_f = "cats"); })
    writer.append_row("id"_f = 1, "tag"_f = "cats");
  else
    writer.append_row(bw::json_text{R"({"id": 1, "tag": "cats"})"});
  CHECK(writer.commit().size() == 1);
  test::on_system_call = nullptr;
}

}  // namespace

TEST_CASE("a local writer is durable if told to be, and only then") {
  temporary_folder const t;
  using typed = bw::local_bulk_writer<tag_schema, bw::format::jsonl>;
  using group = bw::local_bulk_writer<tag_schema, bw::format::npy>;
  using run_time = bw::local_bulk_writer<bw::runtime_schema, bw::format::any>;
  count_syncs([&] { return typed{{.local_path = t.path}}; });
  CHECK(data_synced == 0);
  CHECK(folders_synced == 0);
  count_syncs([&] { return typed{{.local_path = t.path, .durable = true}}; });
  CHECK(data_synced == 1);
  CHECK(folders_synced == 2);  // t.path, for the writer's folder, and that one for the file
  count_syncs([&] { return group{{.local_path = t.path, .durable = true}}; });
  CHECK(data_synced == 2);
  CHECK(folders_synced == 3);
  count_syncs([&] {
    return run_time{bw::runtime_schema::of<tag_schema>(), bw::format::any::named("csv"),
                    {.local_path = t.path, .durable = true}};
  });
  CHECK(data_synced == 1);
  CHECK(folders_synced == 2);
}
