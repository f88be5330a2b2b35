// A forked child has a copy of its parent's writer: it refuses, and its end leaves the parent's files alone.

#include <bulkwriter/local.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "support/child.hpp"

namespace bw = bulkwriter;
namespace fs = std::filesystem;
using namespace bw::literals;
using namespace test;

namespace {

struct text_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                                bw::column<"text", bw::varchar{.max_length = 1000}>> {};

template <class Format>
bw::result<void> append(bw::bulk_writer<text_schema, Format>& writer, int rows) {
  for (int i = 0; i < rows; ++i)
    if (auto ok = writer.try_append_row("id"_f = i, "text"_f = std::string(1000, 'x')); !ok) return ok;
  return {};
}

template <class Format>
void check(std::size_t files_a_group) {
  // None on disk yet; one that is open; finished ones before it, removed with the writer if that may.
  for (int const rows : {1, 2500, 9000}) {
    CAPTURE(rows);
    char base[] = "/tmp/bulkwriter-fork-XXXXXX";
    REQUIRE(::mkdtemp(base));
    std::string const path = std::string(base) + "/rows";
    auto writer = std::make_unique<bw::bulk_writer<text_schema, Format>>(
        std::shared_ptr<bw::output::place>(bw::output::folder::try_open(path).value()), Format{},
        bw::writer_options{.chunk_size = 4_MiB, .remove_uncommitted = true});
    REQUIRE(append(*writer, rows));
    auto const refused = [](auto const& got) {
      return !got && got.error().code == bw::errc::invalid_state &&
             got.error().message.find("another process") != std::string::npos;
    };
    CHECK(in_child([&] {
            bool const commits = !refused(writer->try_commit());
            writer.reset();
            return commits ? 1 : 0;
          }) == 0);
    CHECK(in_child([&] {
            bool const appends = !refused(append(*writer, 9000));
            bool const commits = !!writer->try_commit();
            writer.reset();
            return appends ? 1 : commits ? 2 : 0;
          }) == 0);
    auto const done = writer->try_commit();
    REQUIRE_MESSAGE(done.has_value(), done.error().to_string());
    std::uint64_t committed = 0;
    std::size_t files = 0;
    for (auto const& group : *done) {
      committed += group.rows;
      files += group.size();
      for (auto const& file : group.paths) CHECK(fs::exists(file));
    }
    CHECK(committed == static_cast<std::uint64_t>(rows));
    CHECK(files == done->groups.size() * files_a_group);
    fs::remove_all(base);
  }
}

}  // namespace

TEST_CASE("fork: a copy of a writer refuses, and leaves its maker's files alone") {
  check<bw::format::jsonl>(1);
  check<bw::format::parquet>(1);
  check<bw::format::npy>(2);
}
