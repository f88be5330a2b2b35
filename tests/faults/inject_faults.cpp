// One fault at every point where there can be one: at every call of a place and of its files (an error, an error from
// then on, an exception, bad_alloc), at every allocation, and in a folder at every system call (an error, errors from
// then on), from the making of a writer to the end of its second commit. After each fault the writer is used on. What has
// a final name must hold the rows that it should, to the last byte; what a commit calls a success must be all rows.
//
//   inject_faults FOLDER        for files on disk: is made, and empty in the end

#include <bulkwriter/local.hpp>
#include <bulkwriter/writer/runtime_bulk_writer.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/system_calls.hpp"

namespace bw = bulkwriter;
namespace fs = std::filesystem;
using namespace bw::literals;

// --- where a fault comes ---

namespace {

// interrupted: each system call that can be, and each that moves bytes moves half of them.
enum class fault { none, error, errors, exception, bad_alloc, allocation, system_error, system_errors, interrupted };
constexpr char const* fault_names[] = {"none",       "error",        "errors",        "exception",  "bad_alloc",
                                       "allocation", "system_error", "system_errors", "interrupted"};
constexpr bool is_of_place(fault what) { return what >= fault::error && what <= fault::bad_alloc; }
constexpr bool is_of_system(fault what) { return what >= fault::system_error; }

struct injector {
  bool armed = false;
  fault what = fault::none;
  long at = 0;  // of the calls, of the allocations or of the system calls
  long calls = 0, allocations = 0, system_calls = 0;

  void expect(fault kind, long number) {
    what = kind;
    at = number;
    calls = allocations = system_calls = 0;
  }
  // Of a place: the error that it returns, or none.
  std::optional<bw::error_info> call() {
    if (!armed) return {};
    long const number = calls++;
    if (!is_of_place(what) || number < at || (number > at && what != fault::errors))
      return {};
    if (what == fault::exception) throw std::runtime_error("thrown by the place");
    if (what == fault::bad_alloc) throw std::bad_alloc();
    return bw::error_info{.code = bw::errc::no_space, .message = "no room"};
  }
  // What becomes of a system call.
  int verdict(test::system_call const& call) noexcept {
    std::string_view const name = call.name;
    bool const syncs = name == "fsync" || name == "fdatasync";
    bool const moves = name == "writev" || name == "pwrite" || name == "pread" || name == "read";
    if (!armed) return syncs ? test::done : 0;  // that takes long, and changes nothing that is seen here
    bool const interruptible = syncs || moves || name == "open";
    if (what == fault::interrupted && !interruptible) return 0;
    long const number = system_calls++;
    if (what == fault::interrupted && number % 2 == 0) return EINTR;
    if (what == fault::interrupted && moves) return test::part;
    if (what == fault::system_error ? number == at : what == fault::system_errors && number >= at) return ENOSPC;
    return syncs ? test::done : 0;
  }
} injected;

// Counts and fails as long as it lives.
struct armed {
  armed() { injected.armed = true; }
  ~armed() { injected.armed = false; }
};

void* allocate(std::size_t size) {
  if (injected.armed && injected.allocations++ == injected.at && injected.what == fault::allocation)
    throw std::bad_alloc();
  if (void* const p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }

namespace {

// --- where files go ---

using contents = std::map<std::string, std::string>;  // by path

std::string text_of(std::span<std::byte const> bytes) {
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

struct target {
  virtual ~target() = default;
  virtual std::shared_ptr<bw::output::place> place() = 0;
  virtual contents visible() = 0;
  virtual std::size_t half() = 0;  // files that are neither visible nor gone
};

class faulty_place final : public bw::output::place {
 public:
  bw::result<std::unique_ptr<bw::output::file>> create(std::string_view name, std::uint64_t) override {
    if (auto e = injected.call()) return *e;
    return std::unique_ptr<bw::output::file>(std::make_unique<file>(*this, std::string(name)));
  }
  bw::result<std::unique_ptr<bw::output::file>> create_member(std::string_view name, std::uint64_t size,
                                                              bw::output::group_member) override {
    return create(name, size);
  }
  std::string path_of(std::string_view name) const override {
    throw_any();
    return "place/" + std::string(name);
  }
  std::string data_path() const override {
    throw_any();
    return "place";
  }
  contents visible;
  std::size_t half = 0;

 private:
  static void throw_any() {
    if (auto e = injected.call()) throw std::runtime_error(e->message);
  }
  struct file final : bw::output::file {
    file(faulty_place& p, std::string n) : place(p), name(std::move(n)) { ++place.half; }
    ~file() override { close(); }
    bw::result<void> write(std::span<bw::output::bytes const> pieces) override {
      for (auto const piece : pieces.first(pieces.size() / 2)) text += text_of(piece);  // half of it is there then
      if (auto e = injected.call()) return *e;
      for (auto const piece : pieces.subspan(pieces.size() / 2)) text += text_of(piece);
      return {};
    }
    bw::result<void> finish() override {
      if (auto e = injected.call()) return *e;
      if (!place.visible.emplace("place/" + name, text).second) std::abort();
      close();
      return {};
    }
    bw::result<void> discard() override {
      if (auto e = injected.call()) return *e;
      close();
      return {};
    }
    bw::result<void> rewrite_head(bw::output::bytes head) override {
      if (auto e = injected.call()) return *e;
      text.replace(0, head.size(), text_of(head));
      return {};
    }
    bw::result<void> remove() override {
      if (auto e = injected.call()) return *e;
      place.visible.erase("place/" + name);
      return {};
    }
    void close() {
      if (!closed) --place.half;
      closed = true;
    }
    faulty_place& place;
    std::string name, text;
    bool closed = false;
  };
};

struct place_target final : target {
  std::shared_ptr<faulty_place> files = std::make_shared<faulty_place>();
  std::shared_ptr<bw::output::place> place() override { return files; }
  contents visible() override { return files->visible; }
  std::size_t half() override { return files->half; }
};
struct memory_target final : target {
  std::shared_ptr<bw::output::memory> files = std::make_shared<bw::output::memory>();
  std::shared_ptr<bw::output::place> place() override { return files; }
  contents visible() override {
    contents out;
    for (auto const& [name, bytes] : files->files()) out[name] = text_of(bytes);
    return out;
  }
  std::size_t half() override { return 0; }
};
struct folder_target final : target {
  fs::path path;
  bw::output::folder_options options;
  folder_target(fs::path const& base, bw::output::folder_options how) : path(base / "case"), options(how) {
    fs::remove_all(path);
  }
  ~folder_target() override { fs::remove_all(path); }
  std::shared_ptr<bw::output::place> place() override {
    fs::create_directories(path);
    return bw::output::folder::try_open(path.string(), options).value();
  }
  void look(contents& whole, std::size_t& hidden) const {
    if (!fs::exists(path)) return;
    for (auto const& entry : fs::recursive_directory_iterator(path)) {
      auto const inside = fs::relative(entry.path(), path).string();
      bool const is_hidden = inside[0] == '.' || inside.find("/.") != std::string::npos;
      if (is_hidden) ++hidden;
      if (is_hidden || !entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      whole[entry.path().string()] = {std::istreambuf_iterator<char>(in), {}};
    }
  }
  contents visible() override {
    contents out;
    std::size_t hidden = 0;
    look(out, hidden);
    return out;
  }
  std::size_t half() override {
    contents out;
    std::size_t hidden = 0;
    look(out, hidden);
    return hidden;
  }
};

// --- rows ---

struct row {
  std::int64_t id = {};
  std::string title = {};
  std::vector<float> v = {};
  std::array<float, 4> w = {};
};
struct plain_schema : bw::schema<bw::field<"id", &row::id, bw::int64{.is_primary = true}>,
                                 bw::field<"title", &row::title, bw::varchar{.max_length = 200}>,
                                 bw::field<"v", &row::v, bw::float_vector{.dim = 8}>,
                                 bw::field<"w", &row::w, bw::float16_vector{.dim = 4}>> {};
struct full_row : row {
  std::optional<std::string> note = {};
  std::vector<std::string> tags = {};
  std::map<std::uint32_t, float> sparse = {};
  std::string extra = {};
};
struct full_schema
    : bw::schema<bw::field<"id", &full_row::id, bw::int64{.is_primary = true}>,
                 bw::field<"title", &full_row::title, bw::varchar{.max_length = 200}>,
                 bw::field<"v", &full_row::v, bw::float_vector{.dim = 8}>,
                 bw::field<"w", &full_row::w, bw::float16_vector{.dim = 4}>,
                 bw::field<"note", &full_row::note, bw::varchar{.max_length = 200, .nullable = true}>,
                 bw::field<"tags", &full_row::tags,
                           bw::array{.element_type = bw::varchar{.max_length = 40}, .max_capacity = 5}>,
                 bw::field<"sparse", &full_row::sparse, bw::sparse_float_vector{}>,
                 bw::dynamic_field<&full_row::extra>> {};

constexpr int row_count = 30, rows_before_first_commit = 22;

full_row make_row(int i) {
  auto const n = static_cast<std::size_t>(i);
  full_row r;
  r.id = i;
  r.title = "row " + std::to_string(i) + std::string(n * 37 % 150, 'x') + "é";
  r.v.assign(8, static_cast<float>(i) / 4);
  r.w = {1, 2, static_cast<float>(i % 100), 4};
  if (i % 3 != 0) r.note = std::string(n % 90, 'n') + '.';
  for (std::size_t k = 0; k < n % 5; ++k) r.tags.push_back("a tag that is on the heap " + std::to_string(k));
  r.sparse[static_cast<std::uint32_t>(i)] = 0.5f;
  r.extra = "{\"k\":" + std::to_string(i) + "}";
  return r;
}

// --- writers ---

// A writer whose rows are known by number.
struct subject {
  virtual ~subject() = default;
  // Row `first`, and where rows come together some behind it, as many as the second.
  virtual int together(int first) const = 0;
  virtual bw::result<void> append(int first, int count) = 0;
  virtual bw::bulk_writer_base& writer() = 0;
};

template <class Options>
void set_removes(Options& options, bool removes) {
  if constexpr (requires { options.remove_uncommitted; }) options.remove_uncommitted = removes;
}
bw::writer_options options_of(bool removes, bool* told) {
  bw::writer_options options{.chunk_size = 4096};
  options.on_abandoned = [told](bw::abandoned_rows const&) {
    if (told != nullptr) *told = true;
  };
  set_removes(options, removes);
  return options;
}

template <class Format>
Format format_of() {
  if constexpr (std::is_same_v<Format, bw::format::parquet>)
    return {.row_group_size = 4096, .page_size = 1024};  // the smallest, so that pages are handed over between rows
  else
    return {};
}

template <class Schema, class Format>
struct typed_subject final : subject {
  using row_type = typename Schema::row_type;
  using writer_type = bw::bulk_writer<Schema, Format>;
  std::vector<row_type> rows;
  std::vector<std::int64_t> ids;
  std::vector<std::string> titles;
  std::vector<std::vector<float>> vs;
  std::vector<std::array<float, 4>> ws;
  std::optional<writer_type> made;

  typed_subject(std::shared_ptr<bw::output::place> place, bool removes, bool* told) {
    for (int i = 0; i < row_count; ++i) {
      rows.push_back(make_row(i));
      ids.push_back(rows.back().id);
      titles.push_back(rows.back().title);
      vs.push_back(rows.back().v);
      ws.push_back(rows.back().w);
    }
    auto options = options_of(removes, told);
    armed const now;
    if (auto opened = writer_type::try_open(std::move(place), format_of<Format>(), std::move(options)))
      made.emplace(*std::move(opened));
  }
  bw::bulk_writer_base& writer() override { return *made; }
  int together(int first) const override { return first % 5 >= 3 ? 3 : 1; }

  bw::result<void> append(int first, int count) override {
    auto const i = static_cast<std::size_t>(first), n = static_cast<std::size_t>(count);
    row_type const& r = rows[i];
    armed const now;
    if (first % 5 == 3) return outcome(made->try_append_rows(std::span(rows).subspan(i, n)));
    if constexpr (std::is_same_v<Schema, plain_schema>) {
      if (first % 5 == 1) return made->try_append_row("id"_f = r.id, "title"_f = r.title, "v"_f = r.v, "w"_f = r.w);
      if (first % 5 == 2) return made->try_append_row(std::tuple{r.id, std::string_view(r.title), std::span(r.v), r.w});
      if (first % 5 == 4)
        return outcome(made->try_append_columns(
            "id"_f = std::span(ids).subspan(i, n), "title"_f = std::span(titles).subspan(i, n),
            "v"_f = std::span(vs).subspan(i, n), "w"_f = std::span(ws).subspan(i, n)));
    } else {
      if (first % 5 == 1)
        return made->try_append_row("id"_f = r.id, "title"_f = r.title, "v"_f = r.v, "w"_f = r.w, "note"_f = r.note,
                                    "tags"_f = r.tags, "sparse"_f = r.sparse, "k"_f = first);
      if (first % 5 == 2)
        return made->try_append_row(std::tuple{r.id, std::string_view(r.title), std::span(r.v), r.w,
                                               std::optional<std::string_view>(r.note), std::span(r.tags),
                                               std::cref(r.sparse).get(), std::string_view(r.extra)});
    }
    return made->try_append_row(r);
  }
  static bw::result<void> outcome(bw::result<std::uint64_t> r) {
    if (r) return {};
    return std::move(r).error();
  }
};

template <class Schema>
struct runtime_subject final : subject {
  using writer_type = bw::bulk_writer<bw::runtime_schema, bw::format::any>;
  std::vector<std::string> jsons, names;
  std::vector<std::vector<std::string>> texts;
  std::vector<full_row> rows;
  std::optional<writer_type> made;
  std::optional<bw::text_columns> columns;

  runtime_subject(std::string const& format, std::shared_ptr<bw::output::place> place, bool removes, bool* told) {
    constexpr bool full = std::is_same_v<Schema, full_schema>;
    names = {"id", "title", "v", "w"};
    if (full) names.insert(names.end(), {"note", "tags", "sparse", "k"});
    for (int i = 0; i < row_count; ++i) {
      full_row const& r = rows.emplace_back(make_row(i));
      std::string v = "[", w = "[", tags = "[";
      for (float const f : r.v) v += (v.size() > 1 ? "," : "") + std::to_string(f);
      for (float const f : r.w) w += (w.size() > 1 ? "," : "") + std::to_string(f);
      for (auto const& t : r.tags) tags += (tags.size() > 1 ? ",\"" : "\"") + t + '"';
      texts.push_back({std::to_string(r.id), r.title, v + ']', w + ']'});
      std::string const sparse = "{\"" + std::to_string(i) + "\":0.5}";
      if (full)
        texts.back().insert(texts.back().end(), {r.note.value_or(""), tags + ']', sparse, std::to_string(i)});
      std::string json = "{\"id\":" + texts.back()[0] + ",\"title\":\"" + r.title + "\",\"v\":" + v + "],\"w\":" + w + "]";
      if (full) {
        if (r.note) json += ",\"note\":\"" + *r.note + '"';
        json += ",\"tags\":" + tags + "],\"sparse\":" + sparse + ",\"k\":" + std::to_string(i);
      }
      jsons.push_back(json + '}');
    }
    auto options = options_of(removes, told);
    auto schema = bw::runtime_schema::of<Schema>();
    auto type = format == "parquet" ? bw::format::any(format_of<bw::format::parquet>()) : bw::format::any::named(format);
    {
      armed const now;
      if (auto opened =
              writer_type::try_open(std::move(schema), std::move(place), std::move(type), std::move(options)))
        made.emplace(*std::move(opened));
    }
    if (made) columns.emplace(made->schema().fields(), names);
  }
  bw::bulk_writer_base& writer() override { return *made; }
  int together(int first) const override { return first % 4 == 3 ? 3 : 1; }
  bw::result<void> append(int first, int count) override {
    auto const i = static_cast<std::size_t>(first);
    if (first % 4 == 1) {
      std::vector<std::string_view> const views(texts[i].begin(), texts[i].end());
      armed const now;
      return made->try_append_row(*columns, views);
    }
    if constexpr (std::is_same_v<Schema, plain_schema>) {
      if (first % 4 == 2) {
        full_row const& r = rows[i];
        bw::cell const cells[] = {bw::cell::integer(r.id), bw::cell::text(r.title), bw::cell::floats(r.v),
                                  bw::cell::floats(r.w)};
        armed const now;
        return made->try_append_row(std::span<bw::cell const>(cells));
      }
    }
    std::vector<bw::json_text> given;
    for (int k = first; k < first + count; ++k) given.emplace_back(jsons[static_cast<std::size_t>(k)]);
    armed const now;
    if (count == 1) return made->try_append_row(given.front());
    auto appended = made->try_append_rows(given);
    if (appended) return {};
    return std::move(appended).error();
  }
};

// --- what must be ---

struct scenario {
  std::string format, rows_as;
  std::function<std::unique_ptr<subject>(std::shared_ptr<bw::output::place>, bool, bool*)> make;
  std::map<std::vector<int>, contents> expected;  // of a chunk of these rows: files by name behind the number

  // By a writer that nothing happens to: what the files of one chunk hold. Whether that is right is for the readers of
  // others to say (tests/readers).
  contents const& files_of(std::vector<int> const& rows) {
    auto const known = expected.find(rows);
    if (known != expected.end()) return known->second;
    auto const kept = injected;
    injected.expect(fault::none, 0);
    memory_target memory;
    auto const w = make(memory.place(), false, nullptr);
    for (int const i : rows) w->append(i, 1).value();
    auto const files = w->writer().commit();
    if (files.size() != 1) std::printf("%s: %zu chunks of %zu rows\n", format.c_str(), files.size(), rows.size());
    injected = kept;
    contents out;
    for (auto const& [name, text] : memory.visible()) out[name.substr(1)] = text;
    return expected[rows] = out;
  }
};

struct tally {
  long points = 0, absorbed = 0, errors = 0, bad_allocs = 0, false_successes = 0, failures = 0;
};

class check {
 public:
  check(scenario& s, target& t, bool removes, tally& counts) : s_(s), t_(t), removes_(removes), counts_(counts) {}

  // Rows in two commits, with the fault somewhere; then what the writer is still good for.
  void run() {
    bool told = false;
    {
      std::unique_ptr<subject> w;
      if (!attempt("making", [&]() -> bw::result<void> {
            w = s_.make(t_.place(), removes_, &told);
            if (static_cast<bool>(w) && opened(*w)) return {};
            return bw::error_info{.code = bw::errc::no_space, .message = "no writer"};
          }))
        return end();
      for (int i = 0; i < row_count;) {
        if (i == rows_before_first_commit) commit(*w);
        int const n = std::min(w->together(i), (i < rows_before_first_commit ? rows_before_first_commit : row_count) - i);
        append(*w, i, n);
        i += n;
      }
      commit(*w);
      if (!failed_) commit(*w);  // where only memory was short
      look(*w);
      if (!failed_ && committed_ != accepted_) fail("a writer that goes on has not committed all of its rows");
      // after the fault, once more
      injected.what = fault::none;
      append(*w, 7, 1);
      append(*w, 11, 1);
      look(*w);
      kept_ = w->writer().batch_files();
      leave_ = t_.visible();
    }
    if (t_.half() != 0 && message_.find("; cannot remove ") == std::string::npos)
      fail("half files are left, and nobody says so");
    contents const after = t_.visible();
    if (removes_) {
      std::set<std::string> committed;
      for (std::size_t g = 0; g < committed_groups_; ++g)
        for (auto const& path : kept_[g]) committed.insert(path);
      for (auto const& [path, text] : after)
        if (!committed.contains(path) && message_.find(path) == std::string::npos) fail("not removed: " + path);
      for (auto const& path : committed)
        if (!after.contains(path)) fail("committed, and removed: " + path);
    } else if (after != leave_) {
      fail("the destructor has changed files");
    }
    end();
  }

 private:
  static bool opened(subject& w) {
    // of both kinds of subject: an optional writer
    try {
      (void)w.writer();
      return true;
    } catch (...) {
      return false;
    }
  }

  template <class F>
  bool attempt(char const* doing, F const& f) {
    try {
      auto r = f();
      if (r) return true;
      note_error(r.error());
    } catch (std::bad_alloc const&) {
      injected.armed = false;
      if (!first_) first_ = "bad_alloc";
    } catch (std::exception const& e) {
      injected.armed = false;
      fail(std::string("an exception out of ") + doing + ": " + e.what());
    }
    return false;
  }
  void note_error(bw::error_info const& e) {
    injected.armed = false;
    std::string const& message = e.message;
    if (!first_) first_ = "error";
    if (failed_ && message != message_ && message_.size() != 0 && message.find("rows ") != 0)
      fail("another error than before: " + message);
    message_ = message;
    if (message.find("rows ") == 0 || e.code == bw::errc::invalid_state) failed_ = true;
    if (message.empty()) fail("an error without words");
  }

  void append(subject& w, int first, int count) {
    auto const before = w.writer().row_count();
    bool const good = attempt("append", [&] { return w.append(first, count); });
    auto const n = static_cast<int>(w.writer().row_count() - before);
    if (good && n != count) fail("rows are missing from a successful append");
    if (failed_ && good) fail("a failed writer takes rows");
    for (int i = first; i < first + n; ++i) rows_.push_back(i);
    accepted_ += static_cast<std::uint64_t>(n);
  }
  void commit(subject& w) {
    bool const was_failed = failed_;
    bw::batch_files files;
    bool const good = attempt("commit", [&]() -> bw::result<void> {
      armed const now;
      auto r = w.writer().try_commit();
      if (!r) return r.error();
      files = *std::move(r);
      return {};
    });
    if (!good) return;
    if (was_failed) return fail("a failed writer commits");
    for (auto const& group : files) committed_ += group.rows;
    committed_groups_ += files.size();
    if (committed_ != accepted_) {
      ++counts_.false_successes;
      fail("FALSE SUCCESS: " + std::to_string(committed_) + " of " + std::to_string(accepted_) + " rows");
    }
  }
  // All that has a final name is whole, and what the writer says.
  void look(subject& w) {
    auto const all = w.writer().batch_files();
    contents visible = t_.visible();
    std::size_t row = 0;
    for (auto const& group : all) {
      if (row + group.rows > rows_.size()) return fail("more rows in files than there are");
      std::vector<int> const rows(rows_.begin() + static_cast<std::ptrdiff_t>(row),
                                  rows_.begin() + static_cast<std::ptrdiff_t>(row + group.rows));
      row += group.rows;
      contents const& files = s_.files_of(rows);
      if (files.size() != group.size()) return fail("a group of the wrong size");
      std::uint64_t bytes = 0;
      for (auto const& path : group) {
        auto const found = visible.find(path);
        if (found == visible.end()) return fail("not there: " + path);
        std::string name = path;  // behind the number of the chunk
        for (auto const& [tail, text] : files)
          if (path.ends_with(tail)) name = tail;
        auto const wanted = files.find(name);
        if (wanted == files.end() || wanted->second != found->second) return fail("other bytes than it should: " + path);
        bytes += found->second.size();
        visible.erase(found);
      }
      if (bytes != group.bytes) fail("the wrong number of bytes");
    }
    for (auto const& [path, text] : visible)
      if (message_.find(path) == std::string::npos) fail("half a chunk: " + path);
  }

  void fail(std::string const& what) {
    ++counts_.failures;
    if (counts_.failures <= 3)
      std::printf("FAILED %s %s, %s %ld: %s\n", s_.format.c_str(), s_.rows_as.c_str(),
                  fault_names[static_cast<int>(injected_)], injected.at, what.c_str());
  }
  void end() {
    ++counts_.points;
    (!first_ ? counts_.absorbed : *first_ == "error" ? counts_.errors : counts_.bad_allocs) += 1;
  }

  scenario& s_;
  target& t_;
  bool removes_;
  tally& counts_;
  fault injected_ = injected.what;
  std::vector<int> rows_;  // accepted
  std::uint64_t accepted_ = 0, committed_ = 0;
  std::size_t committed_groups_ = 0;
  bool failed_ = false;
  std::optional<std::string> first_;
  std::string message_;
  bw::batch_files kept_;
  contents leave_;
};

template <class Schema, class Format>
scenario typed(char const* as) {
  return {std::string(Format::extension), as, [](std::shared_ptr<bw::output::place> place, bool removes, bool* told) {
            return std::make_unique<typed_subject<Schema, Format>>(std::move(place), removes, told);
          }, {}};
}
template <class Schema>
scenario runtime(std::string const& format) {
  return {format, "run-time", [format](std::shared_ptr<bw::output::place> place, bool removes, bool* told) {
            return std::make_unique<runtime_subject<Schema>>(format, std::move(place), removes, told);
          }, {}};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  fs::path const base = argv[1];
  fs::create_directories(base);

  scenario scenarios[] = {typed<plain_schema, bw::format::parquet>("plain"), typed<full_schema, bw::format::parquet>("full"),
                          typed<full_schema, bw::format::json>("full"),      typed<plain_schema, bw::format::jsonl>("plain"),
                          typed<full_schema, bw::format::csv>("full"),       typed<plain_schema, bw::format::npy>("plain"),
                          runtime<full_schema>("parquet"),                   runtime<full_schema>("json"),
                          runtime<full_schema>("jsonl"),                     runtime<plain_schema>("csv"),
                          runtime<plain_schema>("npy")};
  std::pair<char const*, std::function<std::unique_ptr<target>()>> const targets[] = {
      {"place", [] { return std::make_unique<place_target>(); }},
      {"memory", [] { return std::make_unique<memory_target>(); }},
      {"folder", [&] { return std::make_unique<folder_target>(base, bw::output::folder_options{}); }},
      {"durable", [&] { return std::make_unique<folder_target>(base, bw::output::folder_options{.durable = true}); }}};
  test::on_system_call = [](test::system_call const& call) noexcept { return injected.verdict(call); };

  tally all;
  std::printf("%-8s %-9s %-7s %-13s %8s %8s %8s %10s %14s %6s\n", "format", "rows", "target", "fault", "points", "absorbed",
              "error", "bad_alloc", "false success", "wrong");
  for (scenario& s : scenarios)
    for (auto const& [name, make_target] : targets) {
      injected.expect(fault::none, 0);
      tally plain;
      {
        auto const t = make_target();
        check(s, *t, false, plain).run();
      }
      if (plain.failures != 0 || plain.absorbed != 1) return std::printf("FAILED without any fault\n"), 1;
      long const calls = injected.calls, allocations = injected.allocations, system_calls = injected.system_calls;
      for (fault const what : {fault::error, fault::errors, fault::exception, fault::bad_alloc, fault::allocation,
                               fault::system_error, fault::system_errors, fault::interrupted}) {
        bool const of_place = is_of_place(what), on_disk = system_calls != 0;
        if (of_place && std::string_view(name) != "place") continue;
        if (is_of_system(what) ? !on_disk : std::string_view(name) == "durable") continue;
        long const points = of_place                     ? calls
                            : what == fault::allocation  ? allocations
                            : what == fault::interrupted ? 1
                                                         : system_calls;
        if (s.rows_as != "plain" && std::string_view(name) == "memory") continue;
        tally counts;
        for (long at = 0; at < points; ++at)
          for (bool const removes : {false, true}) {
            if (removes && what == fault::allocation && at % 3 != 1) continue;
            injected.expect(what, at);
            auto const t = make_target();
            check(s, *t, removes, counts).run();
          }
        if (what == fault::interrupted && (counts.absorbed != counts.points || injected.system_calls <= system_calls))
          ++counts.failures, std::printf("FAILED %s: an interruption, or a part, is an error\n", s.format.c_str());
        std::printf("%-8s %-9s %-7s %-13s %8ld %8ld %8ld %10ld %14ld %6ld\n", s.format.c_str(), s.rows_as.c_str(), name,
                    fault_names[static_cast<int>(what)], counts.points, counts.absorbed, counts.errors,
                    counts.bad_allocs, counts.false_successes, counts.failures);
        all.points += counts.points;
        all.absorbed += counts.absorbed;
        all.errors += counts.errors;
        all.bad_allocs += counts.bad_allocs;
        all.false_successes += counts.false_successes;
        all.failures += counts.failures;
      }
    }
  std::printf("%ld faults: %ld absorbed, %ld clear errors, %ld bad_alloc, %ld false successes, %ld wrong\n", all.points,
              all.absorbed, all.errors, all.bad_allocs, all.false_successes, all.failures);
  test::on_system_call = nullptr;
  std::error_code ignored;
  fs::remove(base, ignored);
  return all.failures != 0 || all.points < 1000;
}
