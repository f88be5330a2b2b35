#include <bulkwriter/local.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <limits>
#include <list>
#include <stdexcept>
#include <string>
#include <vector>

namespace bw = bulkwriter;
namespace fs = std::filesystem;
using namespace bw::literals;

namespace {

struct article {
  std::int64_t id = {};
  std::array<float, 4> v = {};
  std::string title = {};
  std::optional<double> score = {};
  std::string extra = {};
};
struct article_schema : bw::schema<bw::field<"id", &article::id, bw::int64{.is_primary = true}>,
                                   bw::field<"v", &article::v, bw::float_vector{.dim = 4}>,
                                   bw::field<"title", &article::title, bw::varchar{.max_length = 8}>,
                                   bw::field<"score", &article::score, bw::float64{.nullable = true}>,
                                   bw::dynamic_field<&article::extra>> {};

struct tag_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true, .auto_id = true}>,
                 bw::column<"tag", bw::varchar{.max_length = 64}>, bw::column<"n", bw::int16{.nullable = true}>,
                 bw::column<"lang", bw::varchar{.max_length = 8, .default_value = "en"}>, bw::dynamic_field<>> {};

std::string text_of(bw::output::memory const& memory, std::string const& name = "1.json") {
  auto const files = memory.files();
  auto const& bytes = files.at(name);
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

// the code of an outcome; none for success
template <class T>
bw::errc code_of(bw::result<T> const& outcome) {
  return outcome ? bw::errc::none : outcome.error().code;
}

template <class Schema>
struct to_memory {
  std::shared_ptr<bw::output::memory> memory = std::make_shared<bw::output::memory>();
  bw::bulk_writer<Schema, bw::format::json> writer{memory};
  std::string commit() {
    writer.commit();
    return text_of(*memory);
  }
};

struct vector_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"title", bw::varchar{.max_length = 8}>,
                 bw::column<"v", bw::float_vector{.dim = 1000}>> {};

// A place that fails at operation n, as Beast's test stream does.
class failing_place final : public bw::output::place {
 public:
  explicit failing_place(int fail_at) : fail_at_(fail_at) {}
  bw::result<std::unique_ptr<bw::output::file>> create(std::string_view name, std::uint64_t) override {
    if (fails()) return error();
    return std::unique_ptr<bw::output::file>(std::make_unique<file>(*this, std::string(name)));
  }
  bw::result<std::unique_ptr<bw::output::file>> create_member(std::string_view name, std::uint64_t size,
                                                              bw::output::group_member) override {
    return create(name, size);
  }
  std::string path_of(std::string_view name) const override { return "place/" + std::string(name); }
  std::string data_path() const override { return "place"; }
  std::vector<std::string> visible;
  bool keeps_finished = false;
  int open = 0;

 private:
  struct file final : bw::output::file {
    file(failing_place& p, std::string n) : place(p), name(std::move(n)) { ++place.open; }
    ~file() override { (void)discard(); }
    bw::result<void> write(std::span<bw::output::bytes const>) override {
      return place.fails() ? bw::result<void>(place.error()) : bw::result<void>();
    }
    bw::result<void> finish() override {
      if (place.fails()) return place.error();
      place.visible.push_back("place/" + name);
      close();
      return {};
    }
    bw::result<void> discard() override {
      close();
      return {};
    }
    bw::result<void> rewrite_head(bw::output::bytes) override {
      return place.fails() ? bw::result<void>(place.error()) : bw::result<void>();
    }
    bw::result<void> remove() override {
      if (place.keeps_finished) return bw::output::file::remove();
      std::erase(place.visible, "place/" + name);
      return {};
    }
    void close() {
      if (!closed) --place.open;
      closed = true;
    }
    failing_place& place;
    std::string name;
    bool closed = false;
  };
  bool fails() { return operation_++ == fail_at_; }
  static bw::error_info error() { return {.code = bw::errc::no_space, .message = "no room"}; }
  int operation_ = 0, fail_at_;
};

}  // namespace

TEST_CASE("rows come as a struct, a designated initializer, and in ranges") {
  to_memory<article_schema> t;
  article const a{.id = 1, .v = {1, 2, 3, 4}, .title = "one"};
  t.writer.append_row(a);
  t.writer.append_row({.id = 2, .title = "two", .score = 0.5, .extra = R"({"claps":1100})"});
  CHECK(t.writer.append_rows(std::list<article>{a, a}) == 2);
  CHECK(t.writer.row_count() == 4);
  CHECK(t.commit() ==
        "{\"rows\":[\n"
        R"({"id":1,"v":[1,2,3,4],"title":"one","score":null},)"
        "\n"
        R"({"id":2,"v":[0,0,0,0],"title":"two","score":0.5,"claps":1100},)"
        "\n"
        R"({"id":1,"v":[1,2,3,4],"title":"one","score":null},)"
        "\n"
        R"({"id":1,"v":[1,2,3,4],"title":"one","score":null})"
        "\n"
        "]}\n");
}

TEST_CASE("rows come by name and by position; undeclared names go to the dynamic field") {
  to_memory<tag_schema> t;
  std::string const tag = "cats";
  t.writer.append_row("n"_f = 5, "tag"_f = tag);
  t.writer.append_row("tag"_f = "dogs", "lang"_f = std::string_view("de"), "claps"_f = 1100,
                      "a\"b"_f = std::vector<double>{0.5, 1}, "none"_f = std::optional<int>());
  t.writer.append_row("tag"_f = "fish", "$meta"_f = R"({"k":true})", "x"_f = nullptr);
  t.writer.append_row(std::tuple{"birds", std::nullopt, "fr"});
  t.writer.append_row(std::tuple{"bees", std::optional<std::int16_t>(7), nullptr, R"({"z":[]})"});
  CHECK(t.commit() ==
        "{\"rows\":[\n"
        R"({"tag":"cats","n":5,"lang":"en"},)"
        "\n"
        R"({"tag":"dogs","n":null,"lang":"de","claps":1100,"a\"b":[0.5,1.0]},)"
        "\n"
        R"({"tag":"fish","n":null,"lang":"en","x":null,"k":true},)"
        "\n"
        R"({"tag":"birds","n":null,"lang":"fr"},)"
        "\n"
        R"({"tag":"bees","n":7,"lang":"en","z":[]})"
        "\n"
        "]}\n");
}

TEST_CASE("a refused row leaves no trace and the next good one is accepted") {
  auto const write = [](auto format, bool with_bad) {
    auto const memory = std::make_shared<bw::output::memory>();
    bw::bulk_writer<article_schema, decltype(format)> writer{memory, format};
    for (int i = 0; i < 50; ++i) {
      if (with_bad) {
        auto const r = writer.try_append_row({.id = i,
                                              .v = {1, std::numeric_limits<float>::quiet_NaN()},
                                              .title = "much too long",
                                              .extra = R"({"id":1})"});
        REQUIRE(!r);
        CHECK(r.error().row == 2 * i);
        CHECK(r.error().problems.size() == 3);
      }
      writer.append_row({.id = i, .title = "good"});
    }
    writer.commit();
    return memory->files();
  };
  CHECK(write(bw::format::json{}, true) == write(bw::format::json{}, false));
  CHECK(write(bw::format::parquet{}, true) == write(bw::format::parquet{}, false));
}

TEST_CASE("append_rows stops at the first refused row, keeps those before it and throws bw::error") {
  to_memory<article_schema> t;
  std::vector<article> rows(3);
  rows[1].title = "much too long";
  try {
    t.writer.append_rows(rows);
    FAIL("no error");
  } catch (bw::error const& e) {
    CHECK(e.code() == bw::errc::varchar_too_long);
    CHECK(e.info().row == 1);
    CHECK(std::string(e.what()) ==
          "row 1, field 'title': 13 bytes exceed max_length 8: 'much too long' [bulkwriter.varchar_too_long]");
  }
  CHECK(t.writer.row_count() == 1);
  t.writer.commit();
}

TEST_CASE("values that only a run can judge: undeclared ones too") {
  to_memory<tag_schema> t;
  CHECK(code_of(t.writer.try_append_row("tag"_f = "a", "n"_f = 40000)) == bw::errc::out_of_range);
  CHECK(code_of(t.writer.try_append_row("tag"_f = "a", "x"_f = std::numeric_limits<double>::infinity())) ==
        bw::errc::invalid_json);
  CHECK(code_of(t.writer.try_append_row("tag"_f = "a", "x"_f = "\xff")) == bw::errc::invalid_json);
  CHECK(code_of(t.writer.try_append_row("tag"_f = "a", "x"_f = 1, "$meta"_f = R"({"x":2})")) ==
        bw::errc::duplicate_key);
  CHECK(code_of(t.writer.try_append_row("tag"_f = "a", "x"_f = 1, "$meta"_f = "[1]")) == bw::errc::invalid_json);
  CHECK(code_of(t.writer.try_append_row("tag"_f = std::optional<std::string>())) == bw::errc::null_not_allowed);
  CHECK(code_of(t.writer.try_append_row("tag"_f = "a", "n"_f = std::numeric_limits<std::uint64_t>::max())) ==
        bw::errc::out_of_range);
  char const* const null = nullptr;
  CHECK(code_of(t.writer.try_append_row("tag"_f = null)) == bw::errc::null_not_allowed);
  auto const not_finite = t.writer.try_append_row("tag"_f = "a", "x"_f = std::numeric_limits<float>::quiet_NaN());
  REQUIRE(!not_finite);
  CHECK(not_finite.error().message.find("a number that is not finite at byte 5") != std::string::npos);
  CHECK(t.writer.commit().empty());
  CHECK(t.memory->files().empty());
}

TEST_CASE("what is given for the dynamic field itself is never lost beside undeclared names") {
  to_memory<tag_schema> t;
  t.writer.append_row("tag"_f = "a", "$meta"_f = std::optional<std::string>(R"({"a":1})"), "x"_f = 2);
  t.writer.append_row("tag"_f = "a", "$meta"_f = nullptr, "x"_f = 2);
  t.writer.append_row("tag"_f = "a", "$meta"_f = std::optional<std::string>(), "x"_f = 3.0);
  CHECK(t.commit() ==
        "{\"rows\":[\n"
        R"({"tag":"a","n":null,"lang":"en","x":2,"a":1},)"
        "\n"
        R"({"tag":"a","n":null,"lang":"en","x":2},)"
        "\n"
        R"({"tag":"a","n":null,"lang":"en","x":3.0})"
        "\n"
        "]}\n");
}

TEST_CASE("null and empty text for the dynamic field is an object without keys, however it is given") {
  to_memory<tag_schema> t;
  char const* const null = nullptr;
  t.writer.append_row("tag"_f = "a", "$meta"_f = null);
  t.writer.append_row("tag"_f = "a", "$meta"_f = std::optional<std::string>(""));
  t.writer.append_row("tag"_f = "a", "$meta"_f = std::optional<char const*>(null),
                      "lang"_f = std::optional<char const*>(null));
  t.writer.append_row("tag"_f = "a", "$meta"_f = "");
  std::string const row = R"({"tag":"a","n":null,"lang":"en"})";
  CHECK(t.commit() == "{\"rows\":[\n" + row + ",\n" + row + ",\n" + row + ",\n" + row + "\n]}\n");
}

TEST_CASE("a char array is text up to its first NUL, or its end") {
  to_memory<tag_schema> t;
  char const full[3] = {'a', 'b', 'c'}, part[8] = "de";
  t.writer.append_row("tag"_f = full, "lang"_f = part);
  CHECK(t.commit() == "{\"rows\":[\n{\"tag\":\"abc\",\"n\":null,\"lang\":\"de\"}\n]}\n");
}

TEST_CASE("pointers to text may be null where the field may") {
  to_memory<tag_schema> t;
  char const* const null = nullptr;
  t.writer.append_row("tag"_f = "a", "lang"_f = null, "x"_f = null, "n"_f = std::size_t{7});
  CHECK(t.commit() == "{\"rows\":[\n{\"tag\":\"a\",\"n\":7,\"lang\":\"en\",\"x\":null}\n]}\n");
}

TEST_CASE_TEMPLATE("no file is larger than chunk_size, and none of the rows is lost", Format, bw::format::json,
                   bw::format::jsonl, bw::format::csv, bw::format::parquet) {
  auto const memory = std::make_shared<bw::output::memory>();
  bw::bulk_writer<tag_schema, Format> writer{memory, Format{}, {.chunk_size = 4096}};
  std::uint64_t rows = 0;
  for (int i = 0; i < 1000; ++i)
    writer.append_row("tag"_f = std::string(static_cast<std::size_t>(i % 64), 'x'), "k"_f = i), ++rows;
  auto const files = writer.commit();
  REQUIRE(files.size() > 5);
  for (std::size_t i = 0; i < files.size(); ++i) {
    std::string const name = std::to_string(i + 1) + '.' + std::string(Format::extension);
    CHECK(files[i].paths == std::vector<std::string>{name});
    CHECK(files[i].bytes <= 4096);
    CHECK(files[i].bytes == memory->files().at(name).size());
    rows -= files[i].rows;
  }
  CHECK(rows == 0);
}

TEST_CASE("what a format cannot hold is refused with all else that is wrong with the row") {
  auto const memory = std::make_shared<bw::output::memory>();
  bw::format::csv const csv{.separator = '|', .nullkey = "none"};
  bw::bulk_writer<tag_schema, bw::format::csv> writer{memory, csv};
  auto const one = writer.try_append_row("tag"_f = "a\r\nb");
  REQUIRE_FALSE(one);
  CHECK(one.error().to_string() ==
        "row 0, field 'tag': \\r\\n at offset 1 would be read as \\n from a CSV file [bulkwriter.format_cannot_hold]");
  auto const several = writer.try_append_row("tag"_f = "a\r\nb", "n"_f = 40000, "lang"_f = "none");
  REQUIRE_FALSE(several);
  CHECK(several.error().code == bw::errc::several_problems);
  std::vector<std::pair<bw::errc, std::string>> found;
  for (auto const& p : several.error().problems) found.emplace_back(p.code, p.field);
  CHECK(found == std::vector<std::pair<bw::errc, std::string>>{{bw::errc::out_of_range, "n"},
                                                               {bw::errc::format_cannot_hold, "tag"},
                                                               {bw::errc::format_cannot_hold, "lang"}});
  writer.append_row("tag"_f = "a|b");
  auto const files = writer.commit();
  CHECK(text_of(*memory, "1.csv") == "tag|n|lang|$meta\n\"a|b\"|none|en|{}\n");
  CHECK(files.options == bw::import_options{{"sep", "|"}, {"nullkey", "none"}});
  CHECK(writer.batch_files() == files);
  CHECK(to_memory<tag_schema>{}.writer.batch_files().options.empty());
}

TEST_CASE("a vector that an initializer left out is refused by row and field where that is asked for") {
  auto const memory = std::make_shared<bw::output::memory>();
  bw::bulk_writer<article_schema, bw::format::json> asked{memory, {}, {.refuse_zero_vectors = true}};
  asked.append_row({.id = 1, .v = {0, 0, 0, 1}, .title = "a"});
  CHECK(asked.try_append_row({.id = 2, .title = "b"}).error().to_string() ==
        "row 1, field 'v': a vector of zeros only, which this writer refuses [bulkwriter.zero_vector]");
  asked.commit();
  CHECK(text_of(*memory).find("\"id\":2") == std::string::npos);
  to_memory<article_schema> silent;
  silent.writer.append_row({.id = 2, .title = "b"});
  CHECK(silent.commit().find("[0,0,0,0]") != std::string::npos);

  // a local writer hands the option on
  fs::path const folder = fs::temp_directory_path() / "bulkwriter-zero-vectors";
  {
    bw::local_bulk_writer<article_schema, bw::format::parquet> local{
        {.local_path = folder.string(), .refuse_zero_vectors = true}};
    CHECK(code_of(local.try_append_row({.id = 2, .title = "b"})) == bw::errc::zero_vector);
  }
  fs::remove_all(folder);
}

TEST_CASE("options of a format that cannot be are no writer's") {
  using writer = bw::bulk_writer<tag_schema, bw::format::csv>;
  CHECK(code_of(writer::try_open(std::make_shared<bw::output::memory>(), {.separator = '"'})) ==
        bw::errc::invalid_option);
}

TEST_CASE("a row that alone is larger than chunk_size is refused, the file before it is kept") {
  auto const memory = std::make_shared<bw::output::memory>();
  bw::bulk_writer<tag_schema, bw::format::json> writer{memory, {}, {.chunk_size = 1024}};
  writer.append_row("tag"_f = "a");
  auto const r = writer.try_append_row("tag"_f = "b", "x"_f = std::string(1100, 'x'));
  REQUIRE(!r);
  CHECK(r.error().code == bw::errc::row_too_large);
  CHECK(r.error().row == 1);
  REQUIRE(r.error().problems.size() == 1);  // as for every refused row
  CHECK(r.error().problems[0].code == bw::errc::row_too_large);
  CHECK(r.error().message == "row 1: " + r.error().problems[0].message);
  writer.append_row("tag"_f = "c");
  CHECK(writer.commit().size() == 1);  // the refused row has not cut the file
  CHECK(text_of(*memory).find("\"c\"") != std::string::npos);
}

TEST_CASE("commit returns the files since the last one, batch_files all, numbering goes on") {
  to_memory<tag_schema> t;
  CHECK(t.writer.commit().empty());
  t.writer.append_row("tag"_f = "a");
  auto const first = t.writer.commit();
  CHECK(first.groups == std::vector<bw::file_group>{{{"1.json"}, 1, text_of(*t.memory).size()}});
  CHECK(t.writer.commit().empty());
  t.writer.append_row("tag"_f = "b");
  t.writer.append_row("tag"_f = "c");
  auto const second = t.writer.commit();
  REQUIRE(second.size() == 1);
  CHECK(second[0][0] == "2.json");
  CHECK(second[0].rows == 2);
  CHECK(t.writer.batch_files().size() == 2);
  CHECK(t.memory->files().size() == 2);
}

TEST_CASE("a failure at any operation surfaces at append or commit, names its rows, and stays") {
  bool succeeded = false;
  for (int n = 0; !succeeded; ++n) {
    REQUIRE(n < 1000);
    auto const place = std::make_shared<failing_place>(n);
    bw::bulk_writer<tag_schema, bw::format::parquet> writer{
        place, {.row_group_size = 4096, .page_size = 1024}, {.chunk_size = 8192}};
    bw::result<void> outcome;
    for (int i = 0; i < 1000 && outcome; ++i) outcome = writer.try_append_row("tag"_f = "some text", "k"_f = i);
    auto const committed = writer.try_commit();
    succeeded = committed.has_value();
    if (succeeded) {
      CHECK(outcome);
      break;
    }
    bw::error_info const& e = outcome ? committed.error() : outcome.error();
    CHECK(e.code == bw::errc::no_space);
    CHECK(e.message.find("rows ") == 0);
    CHECK(e.message.find("are not in 'place/" + std::to_string(writer.batch_files().size() + 1) +
                         ".parquet': no room") != std::string::npos);
    CHECK(committed.error().message == e.message);
    CHECK(writer.try_append_row("tag"_f = "x").error().message == e.message);
    CHECK(place->open == 0);
    CHECK(place->visible.size() == writer.batch_files().size());
  }
}

TEST_CASE("a group that fails at any operation is gone as a whole, or the error names what is left") {
  for (bool const keeps : {false, true}) {
    bool succeeded = false;
    int kept = 0;
    for (int n = 0; !succeeded; ++n) {
      REQUIRE(n < 1000);
      auto const place = std::make_shared<failing_place>(n);
      place->keeps_finished = keeps;
      bw::bulk_writer<vector_schema, bw::format::npy> writer{place};
      std::vector<float> const v(1000);
      bw::result<void> outcome;
      for (int i = 0; i < 200 && outcome; ++i) outcome = writer.try_append_row("id"_f = i, "title"_f = "t", "v"_f = v);
      auto const committed = writer.try_commit();
      succeeded = committed.has_value();
      CHECK(place->open == 0);
      if (succeeded) {
        CHECK(committed.value()[0].paths ==
              std::vector<std::string>{"place/1/id.npy", "place/1/title.npy", "place/1/v.npy"});
        CHECK(place->visible == committed.value()[0].paths);
        break;
      }
      bw::error_info const& e = outcome ? committed.error() : outcome.error();
      CHECK(e.code == bw::errc::no_space);
      CHECK(e.message.find("are not in 'place/1/id.npy' and its group: no room") != std::string::npos);
      CHECK(writer.batch_files().empty());
      if (!keeps) CHECK(place->visible.empty());
      for (std::string const& path : place->visible) {
        CHECK(e.message.find("'" + path + "' is left behind: ") != std::string::npos);
        ++kept;
      }
    }
    CHECK(kept == (keeps ? 3 : 0));  // one where the second file fails in the end, two where the third does
  }
}

TEST_CASE("a place that cannot rewrite the beginning of a file refuses NumPy's numbers") {
  struct plain_place final : bw::output::place {
    bw::output::memory files;
    bw::result<std::unique_ptr<bw::output::file>> create(std::string_view name, std::uint64_t size) override {
      return files.create(name, size);
    }
    std::string path_of(std::string_view name) const override { return std::string(name); }
    std::string data_path() const override { return {}; }
  };
  bw::bulk_writer<vector_schema, bw::format::npy> writer{std::make_shared<plain_place>()};
  writer.append_row("id"_f = 1, "title"_f = "t", "v"_f = std::vector<float>(1000));
  auto const committed = writer.try_commit();
  CHECK(code_of(committed) == bw::errc::invalid_option);
  CHECK(committed.error().message.find("'1/id.npy' needs a place whose files can be rewritten at the beginning") !=
        std::string::npos);
}

TEST_CASE("an exception out of a place ends the writer, in order") {
  struct throwing_place final : bw::output::place {
    struct file final : bw::output::file {
      bw::result<void> write(std::span<bw::output::bytes const>) override { throw std::runtime_error("elsewhere"); }
      bw::result<void> finish() override { return {}; }
      bw::result<void> discard() override { return {}; }
    };
    bw::result<std::unique_ptr<bw::output::file>> create(std::string_view, std::uint64_t) override {
      return std::unique_ptr<bw::output::file>(std::make_unique<file>());
    }
    std::string path_of(std::string_view name) const override { return std::string(name); }
    std::string data_path() const override { return {}; }
  };
  bw::bulk_writer<tag_schema, bw::format::parquet> writer{std::make_shared<throwing_place>()};
  writer.append_row("tag"_f = "a");
  CHECK_THROWS_AS(writer.commit(), std::runtime_error);
  CHECK(code_of(writer.try_append_row("tag"_f = "b")) == bw::errc::invalid_state);
  CHECK(code_of(writer.try_commit()) == bw::errc::invalid_state);
  CHECK(code_of(bw::bulk_writer<tag_schema, bw::format::json>::try_open(nullptr)) == bw::errc::invalid_option);
}

TEST_CASE("members of a base class belong to the row") {
  struct base {
    std::int64_t id = {};
  };
  struct row : base {
    std::string tag = {};
  };
  struct row_schema : bw::schema<bw::field<"id", &row::id, bw::int64{.is_primary = true}>,
                                 bw::field<"tag", &row::tag, bw::varchar{.max_length = 8}>> {};
  static_assert(std::is_same_v<row_schema::row_type, row>);
  to_memory<row_schema> t;
  t.writer.append_row(row{{1}, "a"});
  CHECK(t.commit() == "{\"rows\":[\n{\"id\":1,\"tag\":\"a\"}\n]}\n");
}

TEST_CASE("a writer destroyed with uncommitted rows says so, once, and not while an exception flies") {
  std::vector<bw::abandoned_rows> told;
  auto const memory = std::make_shared<bw::output::memory>();
  bw::writer_options const options{.on_abandoned = [&](bw::abandoned_rows const& a) { told.push_back(a); }};
  {
    bw::bulk_writer<tag_schema, bw::format::json> writer{memory, {}, options};
    writer.append_row("tag"_f = "a");
    auto moved = std::move(writer);
    moved.append_row("tag"_f = "b");
    CHECK(code_of(writer.try_commit()) == bw::errc::invalid_state);
    CHECK(writer.batch_files().empty());
    CHECK(writer.row_count() == 0);
    CHECK(writer.data_path().empty());
  }
  REQUIRE(told.size() == 1);
  CHECK(told[0].rows == 2);
  CHECK(memory->files().empty());
  {
    bw::bulk_writer<tag_schema, bw::format::json> writer{memory, {}, options};
    writer.append_row("tag"_f = "a");
    writer.commit();
  }
  try {
    bw::bulk_writer<tag_schema, bw::format::json> writer{memory, {}, options};
    writer.append_row("tag"_f = "a");
    throw std::runtime_error("elsewhere");
  } catch (std::runtime_error const&) {
  }
  CHECK(told.size() == 1);
}

TEST_CASE("local files lie in a folder of their own and are numbered") {
  fs::path const base = fs::temp_directory_path() / "bulkwriter-local-test";
  fs::remove_all(base);
  {
    bw::local_bulk_writer<tag_schema, bw::format::parquet> writer{
        {.local_path = (base / "deep/er").string(), .chunk_size = 1_MiB}};
    writer.append_row("tag"_f = "a");
    auto const files = writer.commit();
    fs::path const folder = writer.data_path();
    CHECK(folder.parent_path() == base / "deep/er");
    CHECK(folder.filename().string().size() == 36);
    CHECK(folder.filename().string()[14] == '4');
    CHECK(files[0][0] == (folder / "1.parquet").string());
    CHECK(fs::file_size(files[0][0]) == files[0].bytes);
    auto const other =
        bw::local_bulk_writer<tag_schema, bw::format::parquet>::try_open({}, {.local_path = base.string()});
    REQUIRE(other);
    CHECK(other->data_path() != writer.data_path());
  }
  CHECK(code_of(bw::local_bulk_writer<tag_schema, bw::format::json>::try_open(
            {.local_path = base.string(), .chunk_size = 10})) == bw::errc::invalid_option);
  CHECK_FALSE(bw::local_bulk_writer<tag_schema, bw::format::json>::try_open({.local_path = "/dev/null/x"}));
  fs::remove_all(base);
}
