// What becomes of finished files whose rows were never committed, of chunks that fail, and of two writers on one place.

#include <bulkwriter/local.hpp>
#include <bulkwriter/writer/runtime_bulk_writer.hpp>

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <new>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace bw = bulkwriter;
namespace fs = std::filesystem;
using namespace bw::literals;

namespace {

struct text_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                                bw::column<"text", bw::varchar{.max_length = 1000}>> {};
using writer_type = bw::bulk_writer<text_schema, bw::format::jsonl>;

// A place in memory whose files can be told to fail, from a moment on.
struct unruly_place final : bw::output::place {
  enum class way { none, error, exception, bad_alloc };
  way writes = way::none, finishes = way::none;
  bool removes = true;
  bw::output::memory memory;

  static bw::result<void> go(way w) {
    if (w == way::exception) throw std::runtime_error("thrown elsewhere");
    if (w == way::bad_alloc) throw std::bad_alloc();
    if (w == way::error) return bw::error_info{.code = bw::errc::no_space, .message = "no room"};
    return {};
  }
  struct file final : bw::output::file {
    file(unruly_place& p, std::unique_ptr<bw::output::file> f) : place(p), inner(std::move(f)) {}
    bw::result<void> write(std::span<bw::output::bytes const> pieces) override {
      auto r = go(place.writes);
      return r ? inner->write(pieces) : r;
    }
    bw::result<void> finish() override {
      auto r = go(place.finishes);
      return r ? inner->finish() : r;
    }
    bw::result<void> discard() override { return inner->discard(); }
    bw::result<void> rewrite_head(bw::output::bytes head) override { return inner->rewrite_head(head); }
    bw::result<void> remove() override { return place.removes ? inner->remove() : bw::output::file::remove(); }
    unruly_place& place;
    std::unique_ptr<bw::output::file> inner;
  };
  bw::result<std::unique_ptr<bw::output::file>> create(std::string_view name, std::uint64_t size) override {
    auto made = memory.create(name, size);
    if (!made) return std::move(made).error();
    return std::unique_ptr<bw::output::file>(std::make_unique<file>(*this, *std::move(made)));
  }
  bw::result<std::unique_ptr<bw::output::file>> create_member(std::string_view name, std::uint64_t size,
                                                              bw::output::group_member) override {
    return create(name, size);
  }
  std::string path_of(std::string_view name) const override { return "p/" + std::string(name); }
  std::string data_path() const override { return "p"; }
  std::set<std::string> names() const {
    std::set<std::string> out;
    for (auto const& [name, bytes] : memory.files()) out.insert(name);
    return out;
  }
};

std::string const long_text(300, 'x');

// Rows of some 330 bytes: three a file of 1,024.
template <class Writer>
void append(Writer& writer, int first, int count) {
  for (int i = first; i < first + count; ++i) writer.append_row("id"_f = i, "text"_f = long_text);
}
template <class F>
bw::error_info error_of(F const& f) {
  auto const r = f();
  REQUIRE_FALSE(r);
  return r.error();
}
bool says(bw::error_info const& e, std::string_view part) { return e.message.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a failure in a later chunk names its own rows, and the finished files that were never committed") {
  auto const place = std::make_shared<unruly_place>();
  std::vector<bw::abandoned_rows> told;
  {
    writer_type writer{place, {}, {.chunk_size = 1024, .on_abandoned = [&](auto const& a) { told.push_back(a); }}};
    append(writer, 0, 4);
    CHECK(writer.commit().size() == 2);
    append(writer, 4, 8);  // 3, 4 and half of 5
    CHECK(place->names() == std::set<std::string>{"1.jsonl", "2.jsonl", "3.jsonl", "4.jsonl"});
    place->finishes = unruly_place::way::error;
    bw::error_info const e = error_of([&] { return writer.try_commit(); });
    CHECK(e.code == bw::errc::no_space);
    CHECK(e.row == 10);
    CHECK(e.message ==
          "rows 10 to 11 are not in 'p/5.jsonl': no room; 2 finished files that were never committed stay: "
          "'p/3.jsonl' to 'p/4.jsonl'");
    CHECK(error_of([&] { return writer.try_append_row("id"_f = 1, "text"_f = ""); }).message == e.message);
    CHECK(writer.batch_files().size() == 4);
  }
  CHECK(told.empty());  // the error has said it
  CHECK(place->names().size() == 4);
}

TEST_CASE("remove_uncommitted: a failure takes back what was finished since the last commit, and only that") {
  for (bool const can : {true, false}) {
    auto const place = std::make_shared<unruly_place>();
    place->removes = can;
    writer_type writer{place, {}, {.chunk_size = 1024, .on_abandoned = [](auto const&) {}, .remove_uncommitted = true}};
    append(writer, 0, 4);
    writer.commit();
    append(writer, 4, 8);
    place->writes = unruly_place::way::error;
    bw::error_info const e = error_of([&] { return writer.try_commit(); });
    if (can) {
      CHECK(says(e, "no room; 2 finished files that were never committed are removed"));
      CHECK(place->names() == std::set<std::string>{"1.jsonl", "2.jsonl"});
      CHECK(writer.batch_files().size() == 2);
    } else {
      CHECK(says(e, "'p/4.jsonl' is left behind: a finished file cannot be removed here"));
      CHECK(says(e, "2 finished files that were never committed stay: 'p/3.jsonl' to 'p/4.jsonl'"));
      CHECK(writer.batch_files().size() == 4);
    }
  }
}

TEST_CASE("an abandoned writer names the files that stay, or removes them; committed ones are never removed") {
  for (bool const removes : {false, true})
    for (bool const unwinding : {false, true}) {
      CAPTURE(removes);
      CAPTURE(unwinding);
      auto const place = std::make_shared<unruly_place>();
      std::vector<bw::abandoned_rows> told;
      bw::writer_options const options{.chunk_size = 1024,
                                       .on_abandoned = [&](auto const& a) { told.push_back(a); },
                                       .remove_uncommitted = removes};
      try {
        writer_type first{place, {}, options};
        append(first, 0, 4);
        first.commit();
        writer_type writer = std::move(first);  // what was moved from says nothing
        append(writer, 4, 8);
        if (unwinding) throw std::runtime_error("elsewhere");
      } catch (std::runtime_error const&) {
      }
      std::set<std::string> const committed{"1.jsonl", "2.jsonl"};
      if (removes) {
        CHECK(place->names() == committed);
        REQUIRE(told.size() == (unwinding ? 0 : 1));  // the exception tells enough where nothing stays
        if (!unwinding) CHECK(told[0].files.empty());
      } else {
        CHECK(place->names().size() == 4);
        REQUIRE(told.size() == 1);
        CHECK(told[0].rows == 8);
        CHECK(told[0].data_path == "p");
        REQUIRE(told[0].files.size() == 2);
        CHECK(told[0].files[0].paths == std::vector<std::string>{"p/3.jsonl"});
        CHECK(told[0].files[1].paths == std::vector<std::string>{"p/4.jsonl"});
        CHECK(told[0].files[0].rows + told[0].files[1].rows == 6);
      }
    }
}

TEST_CASE("a NumPy group on disk that was never committed is removed as one") {
  fs::path const base = fs::temp_directory_path() / "bulkwriter-uncommitted-test";
  fs::remove_all(base);
  {
    bw::local_bulk_writer<text_schema, bw::format::npy> writer{
        {.local_path = base.string(), .chunk_size = 4096, .on_abandoned = [](auto const&) {},
         .remove_uncommitted = true}};
    append(writer, 0, 2);
    auto const committed = writer.commit();
    append(writer, 2, 5);
    REQUIRE(writer.batch_files().size() > 1);
    CHECK(fs::exists(writer.batch_files()[1][0]));
    CHECK(committed[0].size() == 2);
  }
  std::vector<std::string> left;
  for (auto const& entry : fs::recursive_directory_iterator(base))
    if (entry.is_regular_file()) left.push_back(fs::relative(entry.path(), base).string().substr(36));
  std::sort(left.begin(), left.end());
  CHECK(left == std::vector<std::string>{"/1/id.npy", "/1/text.npy"});
  fs::remove_all(base);
}

TEST_CASE("without a handler one line on stderr says how many rows, how many files and where") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  pid_t const child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::dup2(ends[1], 2);
    {
      writer_type writer{std::make_shared<unruly_place>(), {}, {.chunk_size = 1024}};
      append(writer, 0, 5);
    }
    {
      writer_type writer{std::make_shared<unruly_place>(), {}, {.chunk_size = 1024}};
      append(writer, 0, 1);
    }
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(n));
  ::close(ends[0]);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  CHECK(text ==
        "bulkwriter: a writer was destroyed with 5 rows that were never committed; 3 of them stay in 1 finished file (p)\n"
        "bulkwriter: a writer was destroyed with 1 row that was never committed (p)\n");
}

TEST_CASE("of two writers on one place the second is refused, with its rows, and nothing of the first is lost") {
  auto const memory = std::make_shared<bw::output::memory>();
  writer_type one{memory}, two{memory};
  append(one, 0, 1);
  append(two, 100, 2);
  one.commit();
  bw::error_info const e = error_of([&] { return two.try_commit(); });
  CHECK(e.code == bw::errc::io_error);
  CHECK(says(e, "rows 0 to 1 are not in '1.jsonl': there is a file '1.jsonl' already"));
  auto const bytes = memory->files().at("1.jsonl");
  CHECK(std::string(reinterpret_cast<char const*>(bytes.data()), 8) == "{\"id\":0,");

  fs::path const folder = fs::temp_directory_path() / "bulkwriter-two-writers-test";
  fs::remove_all(folder);
  {
    std::shared_ptr<bw::output::place> const place = bw::output::folder::try_open(folder.string()).value();
    bw::bulk_writer<text_schema, bw::format::npy> three{place}, four{place};
    append(three, 0, 1);
    append(four, 100, 1);
    three.commit();
    CHECK(says(error_of([&] { return four.try_commit(); }), "rows 0 to 0 are not in '" + folder.string() + "/1/id.npy'"));
    CHECK(fs::exists(folder / "1/text.npy"));
  }
  fs::remove_all(folder);
}

TEST_CASE("bad_alloc is the only exception out of a try_ name; a write that one has ended is the end of the writer") {
  using way = unruly_place::way;
  for (way const how : {way::exception, way::bad_alloc}) {
    auto const place = std::make_shared<unruly_place>();
    writer_type writer{place, {}, {.chunk_size = std::uint64_t{64} << 20}};
    place->writes = how;
    bw::result<void> outcome;
    bool thrown = false;
    int i = 0;
    for (; i < 10'000 && outcome && !thrown; ++i) {  // until a megabyte is handed over
      try {
        outcome = writer.try_append_row("id"_f = i, "text"_f = long_text);
      } catch (std::bad_alloc const&) {
        thrown = true;
      }
    }
    CHECK(thrown == (how == way::bad_alloc));
    place->writes = way::none;
    bw::error_info const e = error_of([&] { return writer.try_append_row("id"_f = 0, "text"_f = ""); });
    CHECK(e.code == bw::errc::invalid_state);
    CHECK(says(e, "rows 0 to " + std::to_string(i - 1) + " are not in 'p/1.jsonl': "));
    CHECK(says(e, how == way::exception ? "an exception came out of the place of the files: 'thrown elsewhere'"
                                        : "memory has run out in a write"));
    CHECK(error_of([&] { return writer.try_commit(); }).message == e.message);
    CHECK(place->names().empty());
  }
}

TEST_CASE("exceptions out of the caller's values and ranges") {
  struct throwing_range {
    struct iterator {
      using value_type = std::tuple<int, char const*>;
      using difference_type = std::ptrdiff_t;
      int at = 0;
      value_type operator*() const { return at == 2 ? throw std::runtime_error("no more") : value_type{at, "a"}; }
      iterator& operator++() { return ++at, *this; }
      void operator++(int) { ++at; }
      bool operator==(std::default_sentinel_t) const { return at == 5; }
    };
    iterator begin() const { return {}; }
    std::default_sentinel_t end() const { return {}; }
  };
  auto const memory = std::make_shared<bw::output::memory>();
  writer_type writer{memory};
  bw::error_info const e = error_of([&] { return writer.try_append_rows(throwing_range{}); });
  CHECK(says(e, "an exception came out of the range of rows: 'no more'"));
  CHECK(writer.row_count() == 2);
  CHECK_THROWS_WITH_AS(writer.append_rows(throwing_range{}), "no more", std::runtime_error);  // the caller's own
  CHECK(writer.commit()[0].rows == 4);
}

TEST_CASE("a file may have chunk_size bytes to the last one") {
  std::size_t const around = std::string("{\"id\":0,\"text\":\"\"}\n").size();
  std::string const text(1024 / 2 - around, 'x');
  for (bool const fits : {true, false}) {
    auto const memory = std::make_shared<bw::output::memory>();
    writer_type writer{memory, {}, {.chunk_size = 1024}};
    writer.append_row("id"_f = 0, "text"_f = text);
    writer.append_row("id"_f = 1, "text"_f = fits ? text : text + 'x');
    auto const files = writer.commit();
    CHECK(files.size() == (fits ? 1 : 2));
    if (fits) CHECK(memory->files().at("1.jsonl").size() == 1024);
  }
}

namespace {

// The texts of a column of a NumPy file: <U…, one row behind the other, padded by NULs.
std::vector<std::string> texts_of(std::vector<std::byte> const& file) {
  std::string const head(reinterpret_cast<char const*>(file.data()), 128);
  auto const width = static_cast<std::size_t>(std::stoi(head.substr(head.find("<U") + 2)));
  std::vector<std::string> out;
  for (std::size_t at = 128; at < file.size(); at += width * 4) {
    std::string& text = out.emplace_back();
    for (std::size_t k = 0; k < width; ++k) {
      std::uint32_t code = 0;
      std::memcpy(&code, file.data() + at + k * 4, 4);
      if (code != 0) text += static_cast<char>(code);
    }
  }
  return out;
}

}  // namespace

TEST_CASE("texts of NumPy that wait on disk are those of their own chunk, and leave nothing in TMPDIR") {
  fs::path const tmp = fs::temp_directory_path() / "bulkwriter-spill-test";
  fs::remove_all(tmp);
  fs::create_directories(tmp);
  std::string const before = std::getenv("TMPDIR") != nullptr ? std::getenv("TMPDIR") : "";
  ::setenv("TMPDIR", tmp.c_str(), 1);
  {
    auto const memory = std::make_shared<bw::output::memory>();
    bw::bulk_writer<text_schema, bw::format::npy> writer{memory};
    std::vector<std::string> expected[2];
    for (int chunk = 0; chunk < 2; ++chunk) {
      for (int i = 0; i < 5000; ++i) {
        std::string const text = std::to_string(chunk * 5000 + i) + std::string(500, static_cast<char>('a' + chunk));
        expected[chunk].push_back(text);
        writer.append_row("id"_f = i, "text"_f = text);
        if (i == 4999) CHECK(fs::is_empty(tmp));  // a file without a name
      }
      writer.commit();
      CHECK(fs::is_empty(tmp));
    }
    CHECK(texts_of(memory->files().at("1/text.npy")) == expected[0]);
    CHECK(texts_of(memory->files().at("2/text.npy")) == expected[1]);
  }
  // no room there, as a limit on the size of files: the rows are named
  pid_t const child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    rlimit const small{.rlim_cur = 4096, .rlim_max = 4096};
    std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
    bw::bulk_writer<text_schema, bw::format::npy> writer{std::make_shared<bw::output::memory>()};
    for (int i = 0; i < 5000; ++i)
      if (auto r = writer.try_append_row("id"_f = i, "text"_f = std::string(500, 'x')); !r)
        ::_exit(r.error().code == bw::errc::no_space && r.error().message.find("rows 0 to ") == 0 ? 0 : 1);
    ::_exit(2);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(fs::is_empty(tmp));
  if (before.empty())
    ::unsetenv("TMPDIR");
  else
    ::setenv("TMPDIR", before.c_str(), 1);
  fs::remove_all(tmp);
}
