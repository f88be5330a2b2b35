// What a process does beside: children that are forked while an upload is under way, and memory or threads that run out.

#include <bulkwriter/local.hpp>
#include <bulkwriter/storage/object_output.hpp>
#include <bulkwriter/storage/upload_file.hpp>

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <new>
#include <string>

#include "support/child.hpp"
#include "support/small_s3.hpp"

namespace bw = bulkwriter;
namespace fs = std::filesystem;
using bw::errc;
using namespace bw::literals;
using namespace test;

namespace {

struct text_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"t", bw::varchar{.max_length = 65535}>> {};
using text_writer = bw::bulk_writer<text_schema, bw::format::jsonl>;

constexpr std::size_t part_size = 5 << 20;

bw::result<void> fill(text_writer& writer, std::size_t size) {
  std::string const text(60000, 'x');
  for (std::size_t done = 0; done < size; done += text.size())
    if (auto ok = writer.try_append_row("id"_f = 1, "t"_f = text); !ok) return ok;
  return {};
}

}  // namespace

TEST_CASE("fork: a copy of a writer refuses, and leaves its maker's upload alone") {
  for (std::size_t const size : {std::size_t{100'000}, std::size_t{2 * part_size}, 3 * part_size}) {
    CAPTURE(size);
    small_s3 store;
    auto writer = std::make_unique<text_writer>(
        std::make_shared<bw::storage::object_place>(
            store.param(), "p", bw::storage::object_options{.connections = 2, .part_size = part_size}),
        bw::format::jsonl{}, bw::writer_options{.chunk_size = 64_MiB});
    REQUIRE(fill(*writer, size));
    CHECK(in_child([&] {
            auto const committed = writer->try_commit();
            if (committed || committed.error().code != errc::invalid_state) return 1;
            if (committed.error().message.find("another process") == std::string::npos) return 2;
            writer.reset();
            return 0;
          }) == 0);
    CHECK(in_child([&] {
            auto const appended = fill(*writer, 4 * part_size);
            if (appended || appended.error().message.find("another process") == std::string::npos) return 1;
            writer.reset();
            return 0;
          }) == 0);
    auto const seen = store.server.seen().size();
    auto const done = writer->try_commit();
    REQUIRE_MESSAGE(done.has_value(), done.error().to_string());
    CHECK(store.server.seen().size() > seen);
    CHECK(store.objects.at("/bucket/p/1.jsonl").body.size() > size);
    CHECK(store.uploads.empty());
  }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BULKWRITER_TEST_TAKES_ALL_ADDRESSES
#endif
#endif
#else
#define BULKWRITER_TEST_TAKES_ALL_ADDRESSES
#endif
#ifndef BULKWRITER_TEST_TAKES_ALL_ADDRESSES
namespace {
enum outcome { whole, names_upload, names_none, no_memory, wrong };
}

// Run by the case below, as a program that has no memory in store.
TEST_CASE("memory runs out: the program that it happens to" * doctest::skip()) {
  char const* const endpoint = std::getenv("BULKWRITER_TEST_ENDPOINT");
  REQUIRE(endpoint);
  std::string const path = std::getenv("BULKWRITER_TEST_FILE");
  bool const resume = std::getenv("BULKWRITER_TEST_RESUME") == std::string("1");
  std::size_t pages = 0, megabytes = std::strtoull(std::getenv("BULKWRITER_TEST_MEGABYTES"), nullptr, 10);
  bw::object_store const there =
      bw::s3_connect_param{.endpoint = endpoint, .access_key = "a", .secret_key = "s", .bucket_name = "bucket"};
  std::ifstream("/proc/self/statm") >> pages;
  rlim_t const limit = pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) + (megabytes << 20);
  rlimit const all{.rlim_cur = limit, .rlim_max = RLIM_INFINITY};
  try {
    ::setrlimit(RLIMIT_AS, &all);
    auto const sent = bw::storage::try_upload_file(
        there, path, "k", {.parts = {.connections = 2, .part_size = part_size}, .resume = resume});
    if (sent) ::_exit(sent->size == 12u << 20 ? whole : wrong);
    if (sent.error().message.empty()) ::_exit(wrong);
    ::_exit(sent.error().left_behind.find("upload id") != std::string::npos ? names_upload : names_none);
  } catch (std::bad_alloc const&) {
    ::_exit(no_memory);
  } catch (...) {
    ::_exit(wrong);
  }
}

TEST_CASE("memory and threads run out: a clear error or std::bad_alloc, never a success without the object") {
  char path[] = "/tmp/bulkwriter-memory-XXXXXX";
  int const file = ::mkstemp(path);
  REQUIRE(file >= 0);
  ::close(file);
  std::ofstream(path) << std::string(12 << 20, 'y');
  for (bool const resume : {false, true}) {
    int counted[5] = {};
    // From hardly anything, where no thread has a stack, to enough for all.
    for (std::size_t megabytes = 0; megabytes < 200; megabytes += megabytes < 40 ? 4 : 20) {
      CAPTURE(megabytes);
      CAPTURE(resume);
      small_s3 store;
      int const got = in_child([&] {
        ::setenv("BULKWRITER_TEST_ENDPOINT", store.server.endpoint().c_str(), 1);
        ::setenv("BULKWRITER_TEST_FILE", path, 1);
        ::setenv("BULKWRITER_TEST_RESUME", resume ? "1" : "0", 1);
        ::setenv("BULKWRITER_TEST_MEGABYTES", std::to_string(megabytes).c_str(), 1);
        ::execl("/proc/self/exe", "unit", "-ns", "-tc=memory runs out*", nullptr);
        return static_cast<int>(wrong);
      });
      REQUIRE((got >= whole && got <= wrong));
      CHECK(got != wrong);
      ++counted[got];
      CHECK(store.objects.contains("/bucket/k") == (got == whole));
      if (got == whole) CHECK(store.objects.at("/bucket/k").body.size() == 12u << 20);
      if (got == whole || got == names_none) CHECK(store.uploads.empty());
    }
    CHECK(counted[whole] > 0);
    CHECK(counted[names_upload] + counted[names_none] + counted[no_memory] > 0);
    MESSAGE(std::string(resume ? "to be resumed: " : "at once: "), counted[whole], " whole, ", counted[names_upload] + counted[names_none],
            " clear errors (", counted[names_upload], " name an upload), ", counted[no_memory], " std::bad_alloc");
  }
  fs::remove(path);
}
#endif
