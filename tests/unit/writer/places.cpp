// Places as users write them: one that counts what passes through to another, and one over a pipe, which can take nothing
// back. (One that fails at operation n: bulk_writer.cpp; at every operation and every format: tests/faults.)

#include <bulkwriter/local.hpp>

#include <doctest/doctest.h>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <thread>

namespace bw = bulkwriter;
using namespace bw::literals;

namespace {

struct vector_schema : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>,
                                  bw::column<"v", bw::float_vector{.dim = 256}>> {};

template <class Format>
bw::result<void> append(bw::bulk_writer<vector_schema, Format>& writer, int rows) {
  std::vector<float> const v(256, 0.5f);
  for (int i = 0; i < rows; ++i)
    if (auto ok = writer.try_append_row("id"_f = i, "v"_f = v); !ok) return ok;
  return {};
}

// --- counting ---

class counting_place final : public bw::output::place {
 public:
  explicit counting_place(std::shared_ptr<bw::output::place> to) : to_(std::move(to)) {}
  bw::result<std::unique_ptr<bw::output::file>> create(std::string_view name, std::uint64_t max_size) override {
    return counted(to_->create(name, max_size));
  }
  bw::result<std::unique_ptr<bw::output::file>> create_member(std::string_view name, std::uint64_t max_size,
                                                              bw::output::group_member member) override {
    return counted(to_->create_member(name, max_size, member));
  }
  std::string path_of(std::string_view name) const override { return to_->path_of(name); }
  std::string data_path() const override { return to_->data_path(); }

  std::uint64_t writes = 0, bytes = 0, rewritten = 0, finished = 0, removed = 0;
  std::size_t open = 0, most_open = 0;

 private:
  struct file final : bw::output::file {
    file(counting_place& c, std::unique_ptr<bw::output::file> t) : counts(c), to(std::move(t)) {
      counts.most_open = std::max(counts.most_open, ++counts.open);
    }
    ~file() override { --counts.open; }
    bw::result<void> write(std::span<bw::output::bytes const> pieces) override {
      ++counts.writes;
      for (auto const piece : pieces) counts.bytes += piece.size();
      return to->write(pieces);
    }
    bw::result<void> finish() override {
      ++counts.finished;
      return to->finish();
    }
    bw::result<void> discard() override { return to->discard(); }
    bw::result<void> rewrite_head(bw::output::bytes head) override {
      counts.rewritten += head.size();
      return to->rewrite_head(head);
    }
    bw::result<void> remove() override {
      ++counts.removed;
      return to->remove();
    }
    counting_place& counts;
    std::unique_ptr<bw::output::file> to;
  };
  bw::result<std::unique_ptr<bw::output::file>> counted(bw::result<std::unique_ptr<bw::output::file>> made) {
    if (!made) return made;
    return std::unique_ptr<bw::output::file>(std::make_unique<file>(*this, *std::move(made)));
  }
  std::shared_ptr<bw::output::place> to_;
};

// --- over a pipe ---

// Records, each with a head: what, which file, how many bytes.
struct record {
  enum kind : std::uint32_t { name, data, whole, given_up } what = {};
  std::uint32_t file = 0;
  std::uint64_t size = 0;
};

class pipe_place final : public bw::output::place {
 public:
  explicit pipe_place(int to) : to_(to) {}
  ~pipe_place() override { ::close(to_); }
  bw::result<std::unique_ptr<bw::output::file>> create(std::string_view name, std::uint64_t) override {
    auto made = std::make_unique<file>(*this, ++files_);
    if (auto sent = send({record::name, files_, name.size()}, std::as_bytes(std::span(name))); !sent)
      return std::move(sent).error();
    return std::unique_ptr<bw::output::file>(std::move(made));
  }
  std::string path_of(std::string_view name) const override { return "pipe:" + std::string(name); }
  std::string data_path() const override { return "pipe:"; }

 private:
  struct file final : bw::output::file {
    file(pipe_place& p, std::uint32_t n) : place(p), number(n) {}
    ~file() override { (void)discard(); }
    bw::result<void> write(std::span<bw::output::bytes const> pieces) override {
      for (auto const piece : pieces)
        if (auto sent = place.send({record::data, number, piece.size()}, piece); !sent) return sent;
      return {};
    }
    bw::result<void> finish() override { return end(record::whole); }
    bw::result<void> discard() override { return end(record::given_up); }
    bw::result<void> end(record::kind how) {
      if (std::exchange(ended, true)) return {};
      return place.send({how, number, 0}, {});
    }
    pipe_place& place;
    std::uint32_t number;
    bool ended = false;
  };
  bw::result<void> send(record head, bw::output::bytes body) {
    for (auto rest : {std::as_bytes(std::span(&head, 1)), body})
      while (!rest.empty()) {
        auto const sent = ::write(to_, rest.data(), rest.size());
        if (sent < 0 && errno != EINTR)
          return bw::error_info{.code = bw::errc::io_error, .message = std::string("the pipe: ") + std::strerror(errno)};
        if (sent > 0) rest = rest.subspan(static_cast<std::size_t>(sent));
      }
    return {};
  }
  int to_;
  std::uint32_t files_ = 0;
};

// What the other end makes of it: whole files by name.
std::map<std::string, std::string> received(int from) {
  auto const take = [from](char* to, std::size_t size) {
    while (size != 0) {
      auto const n = ::read(from, to, size);
      if (n <= 0) return false;
      to += n;
      size -= static_cast<std::size_t>(n);
    }
    return true;
  };
  std::map<std::uint32_t, std::pair<std::string, std::string>> open;
  std::map<std::string, std::string> whole;
  for (record head; take(reinterpret_cast<char*>(&head), sizeof head);) {
    std::string body(head.size, '\0');
    if (!take(body.data(), body.size())) break;
    auto& file = open[head.file];
    if (head.what == record::name) file.first = std::move(body);
    if (head.what == record::data) file.second += body;
    if (head.what == record::whole) whole[file.first] = file.second;
    if (head.what == record::whole || head.what == record::given_up) open.erase(head.file);
  }
  ::close(from);
  if (!open.empty()) whole["half files"];
  return whole;
}

std::map<std::string, std::string> as_texts(bw::output::memory const& memory) {
  std::map<std::string, std::string> texts;
  for (auto const& [name, bytes] : memory.files())
    texts[name] = {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
  return texts;
}

}  // namespace

TEST_CASE("a place that counts: every byte passes once, a page in one call, one group of files at a time") {
  auto const memory = std::make_shared<bw::output::memory>();
  auto const place = std::make_shared<counting_place>(memory);
  {
    bw::bulk_writer<vector_schema, bw::format::parquet> writer{place, {}, {.chunk_size = 4_MiB}};
    REQUIRE(append(writer, 10000));
    std::uint64_t bytes = 0, groups = 0;
    for (auto const& group : writer.commit()) bytes += group.bytes, ++groups;
    CHECK(groups == 3);  // 10,000 vectors of a KiB
    CHECK(place->bytes == bytes);
    CHECK(place->finished == groups);
    CHECK(place->most_open == 1);
    CHECK(place->open == 0);
    // a file: magic, pages of v of a MiB at least but for the last, one page of id, footer
    CHECK(place->writes <= groups * 8);
  }
  bw::bulk_writer<vector_schema, bw::format::npy> writer{place, {}, {.remove_uncommitted = true}};
  place->bytes = place->finished = 0;
  REQUIRE(append(writer, 1000));
  auto const files = writer.commit();
  CHECK(place->bytes == files[0].bytes);
  CHECK(place->most_open == 2);
  CHECK(place->rewritten == 128);  // the head of v: that of id is written when all of it is known
  CHECK(place->removed == 0);
}

TEST_CASE("a place over a pipe: the other end has the same files; what it cannot do is refused when a file is made") {
  auto const memory = std::make_shared<bw::output::memory>();
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  std::map<std::string, std::string> got;
  std::thread reader([&] { got = received(ends[0]); });
  {
    auto const place = std::make_shared<pipe_place>(ends[1]);
    bw::bulk_writer<vector_schema, bw::format::parquet> sent{place, {}, {.chunk_size = 1_MiB}};
    bw::bulk_writer<vector_schema, bw::format::parquet> kept{memory, {}, {.chunk_size = 1_MiB}};
    CHECK(append(sent, 3000));
    CHECK(append(kept, 3000));
    CHECK(sent.commit().size() == kept.commit().size());
    CHECK(sent.data_path() == "pipe:");
    CHECK(sent.batch_files()[1][0] == "pipe:2.parquet");
    bw::bulk_writer<vector_schema, bw::format::npy> group{place};
    CHECK(append(group, 1));
    auto const refused = group.try_commit();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == bw::errc::invalid_option);
    CHECK(refused.error().message.find("needs a place whose files can be rewritten") != std::string::npos);
  }
  reader.join();
  CHECK(got.size() > 2);
  CHECK(got == as_texts(*memory));
}

TEST_CASE("a place over a pipe that nobody reads: the writer's error names the rows, and later ones say the same") {
  std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  ::close(ends[0]);
  bw::bulk_writer<vector_schema, bw::format::jsonl> writer{std::make_shared<pipe_place>(ends[1])};
  CHECK(append(writer, 10));
  auto const refused = writer.try_commit();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == bw::errc::io_error);
  CHECK(refused.error().message.find("rows 0 to 9 are not in 'pipe:1.jsonl': the pipe: Broken pipe") == 0);
  CHECK(append(writer, 1).error().message == refused.error().message);
  std::signal(SIGPIPE, SIG_DFL);
}

TEST_CASE("a place over a pipe: finished files that nobody committed stay, and are named") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  std::map<std::string, std::string> got;
  std::thread reader([&] { got = received(ends[0]); });
  bw::abandoned_rows told;
  {
    bw::bulk_writer<vector_schema, bw::format::jsonl> writer{
        std::make_shared<pipe_place>(ends[1]),
        {},
        {.chunk_size = 1_MiB,
         .on_abandoned = [&](bw::abandoned_rows const& a) { told = a; },
         .remove_uncommitted = true}};
    CHECK(append(writer, 3000));
  }
  reader.join();
  CHECK(told.rows == 3000);
  REQUIRE(got.size() == told.files.size());
  REQUIRE(!got.empty());
  CHECK(told.files[0][0] == "pipe:1.jsonl");
}
