// Whole files from disk, and uploads that are gone on with.

#include "support/parts_store.hpp"

#include <bulkwriter/storage/upload_file.hpp>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace bw = bulkwriter;
namespace fs = std::filesystem;
using bw::errc;

namespace {

std::string const text = "abcdefghijABCDEFGHIJ0123456789last";  // in parts of ten: four

class temporary_file {
 public:
  explicit temporary_file(std::string const& content) {
    char name[] = "/tmp/bulkwriter-upload-XXXXXX";
    int const file = ::mkstemp(name);
    REQUIRE(file >= 0);
    ::close(file);
    path_ = name;
    write(content);
  }
  ~temporary_file() { fs::remove(path_); }
  temporary_file(temporary_file const&) = delete;
  temporary_file& operator=(temporary_file const&) = delete;

  std::string const& path() const { return path_; }
  void write(std::string const& content) const { std::ofstream(path_, std::ios::binary) << content; }
  // As if it had been written an hour ago, or now: the clock of files may be too coarse for a test.
  void set_age(int seconds) const {
    timespec const times[] = {{.tv_sec = ::time(nullptr) - seconds, .tv_nsec = 0},
                              {.tv_sec = ::time(nullptr) - seconds, .tv_nsec = 0}};
    REQUIRE(::utimensat(AT_FDCWD, path_.c_str(), times, 0) == 0);
  }

 private:
  std::string path_;
};

bw::storage::upload_options options(bool resume = false) {
  return {.parts = {.connections = 1, .part_size = 10}, .resume = resume};
}

}  // namespace

TEST_CASE("upload_file: every size arrives whole; up to one part it is one request") {
  for (std::size_t const size : {0u, 1u, 9u, 10u, 11u, 20u, 34u}) {
    CAPTURE(size);
    temporary_file const file(text.substr(0, size));
    auto const store = std::make_shared<parts_store>();
    auto const got = bw::storage::try_upload_file(bw::object_store(store), file.path(), "k", options());
    REQUIRE_MESSAGE(got, got.error().message);
    CHECK(got->size == size);
    CHECK(store->objects.at("k") == text.substr(0, size));
    CHECK(store->puts == (size <= 10 ? 1 : 0));
    CHECK(store->uploads.empty());
    CHECK(store->aborts == 0);
  }
}

TEST_CASE("upload_file: a file that changes meanwhile is refused, whatever about it has changed") {
  for (int const what : {0, 1, 2, 3}) {
    CAPTURE(what);
    temporary_file const file(text);
    file.set_age(3600);
    auto const store = std::make_shared<parts_store>();
    store->on_part = [&](std::string const&, int number) -> std::optional<bw::error_info> {
      if (number != 1) return std::nullopt;
      if (what == 0) file.write(std::string(text.size(), 'x'));  // the size stays
      if (what == 1) file.write(text + "more");
      if (what == 2) file.write(text.substr(0, 15));
      if (what == 3) file.set_age(3599);
      return std::nullopt;
    };
    auto const got = bw::storage::try_upload_file(bw::object_store(store), file.path(), "k", options());
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::io_error);
    CHECK(got.error().message.find("'" + file.path() + "' changed while it was uploaded") != std::string::npos);
    CHECK(store->objects.empty());
    CHECK(store->uploads.empty());
    CHECK(store->aborts >= 1);
  }
}

TEST_CASE("upload_file: of the unfinished uploads of exactly this key, the newest is gone on with") {
  using std::chrono::hours;
  std::chrono::system_clock::time_point const then(hours(24 * 365 * 50));
  for (bool const newest_first : {false, true}) {
    CAPTURE(newest_first);
    temporary_file const file(text);
    auto const store = std::make_shared<parts_store>();
    std::pair<std::string, parts_store::upload> const
        older = {"older", {.key = "k", .parts = {{1, text.substr(0, 10)}}, .initiated = then}},
        newer = {"newer",
                 {.key = "k", .parts = {{1, text.substr(0, 10)}, {2, "other text"}, {3, "0123"}}, .initiated = then + hours(1)}},
        other = {"other", {.key = "k2", .parts = {{1, text.substr(0, 10)}}, .initiated = then + hours(2)}};
    store->uploads = newest_first ? std::vector{newer, older, other} : std::vector{other, older, newer};
    auto const got = bw::storage::try_upload_file(bw::object_store(store), file.path(), "k", options(true));
    REQUIRE_MESSAGE(got, got.error().message);
    CHECK(store->objects.at("k") == text);
    CHECK(store->sent == std::vector{2, 3, 4});  // what differs in bytes or in size, and what is not there
    CHECK(store->creations == 0);
    CHECK(store->uploads.size() == 2);
    CHECK(store->parts_of("older") != nullptr);
    CHECK(store->parts_of("other") != nullptr);
  }
  // Parts that are all alike: what is there under one number is not there under another.
  temporary_file const alike(std::string(30, 'a'));
  auto const there = std::make_shared<parts_store>();
  there->uploads = {{"one", {.key = "k", .parts = {{2, std::string(10, 'a')}}}}};
  REQUIRE(bw::storage::try_upload_file(bw::object_store(there), alike.path(), "k", options(true)));
  CHECK(there->sent == std::vector{1, 3});
  CHECK(there->objects.at("k") == std::string(30, 'a'));
  // None of this key: a new one.
  temporary_file const file(text);
  auto const store = std::make_shared<parts_store>();
  store->uploads = {{"other", {.key = "k2", .parts = {{1, text.substr(0, 10)}}}}};
  REQUIRE(bw::storage::try_upload_file(bw::object_store(store), file.path(), "k", options(true)));
  CHECK(store->creations == 1);
  CHECK(store->sent == std::vector{1, 2, 3, 4});
}

TEST_CASE("upload_file: what fails is left to be resumed if that was asked for, and removed if not") {
  for (bool const resume : {false, true}) {
    CAPTURE(resume);
    temporary_file const file(text);
    auto const store = std::make_shared<parts_store>();
    store->on_part = [](std::string const&, int number) -> std::optional<bw::error_info> {
      if (number == 3) return bw::error_info{.code = errc::storage_error, .message = "part 3 is not wanted"};
      return std::nullopt;
    };
    auto const got = bw::storage::try_upload_file(bw::object_store(store), file.path(), "k", options(resume));
    REQUIRE_FALSE(got);
    CHECK(got.error().message.starts_with("part 3 is not wanted"));
    CHECK((got.error().message.find("'k' (upload id id-1) is left to be resumed") != std::string::npos) == resume);
    CHECK(store->uploads.size() == (resume ? 1u : 0u));
    CHECK((store->aborts != 0) == !resume);
    if (!resume) continue;
    store->on_part = nullptr;
    store->sent.clear();
    REQUIRE(bw::storage::try_upload_file(bw::object_store(store), file.path(), "k", options(true)));
    CHECK(store->objects.at("k") == text);
    CHECK(store->sent == std::vector{3, 4});
  }
}

TEST_CASE("upload_file: what is refused before anything is sent, and a stop") {
  auto const store = std::make_shared<parts_store>();
  temporary_file const file(text);
  auto const refused = [&](std::string const& path, bw::storage::upload_options const& how) {
    auto const got = bw::storage::try_upload_file(bw::object_store(store), path, "k", how);
    REQUIRE_FALSE(got);
    return got.error();
  };
  for (int const connections : {0, -1, 65})
    CHECK(refused(file.path(), {.parts = {.connections = connections}}).code == errc::invalid_option);
  CHECK(refused(file.path(), {.parts = {.part_size = 9}}).code == errc::invalid_option);
  CHECK(refused(file.path() + ".missing", {}).message.find("No such file") != std::string::npos);
  auto const folder = refused("/tmp", {});
  CHECK(folder.code == errc::io_error);
  CHECK(folder.message.find("'/tmp'") != std::string::npos);
  CHECK(store->creations == 0);
  CHECK(store->puts == 0);

  std::stop_source stop;
  stop.request_stop();
  auto how = options();
  how.stop = stop.get_token();
  CHECK(refused(file.path(), how).code == errc::cancelled);
  CHECK(store->uploads.empty());
  CHECK(store->objects.empty());
}
