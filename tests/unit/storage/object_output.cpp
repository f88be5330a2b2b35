#include "support/error_of.hpp"

#include <bulkwriter/local.hpp>
#include <bulkwriter/storage/object_output.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace bw = bulkwriter;
using bw::errc;
using bw::error_info;
using namespace bw::literals;

namespace {

// A store in memory that can be told to fail.
class memory_store final : public bw::storage::backend {
 public:
  enum class failure { before, answer_lost };  // nothing was done, or all was done and nobody heard of it

  int fail_at = -1;  // the operation of this number fails, and `also_fail` behind it, or all if `for_ever`
  int also_fail = 0;
  bool for_ever = false;
  failure how = failure::before;
  int status = 0;           // of the failures: 0 is a connection that broke
  bool doubtful = false;    // nothing was done, but nobody knows that
  bool hang_parts = false;  // put_part waits until it is stopped or released
  int hang_only = 0;        // 0: of all parts, otherwise of this one
  int part_limit = 10000;

  std::map<std::string, std::string> objects;
  std::map<std::string, std::map<int, std::string>> uploads;
  std::vector<int> arrived;  // parts, in their order
  int operations = 0, puts = 0, creations = 0, aborts = 0, parts_begun = 0, parts_now = 0, most_parts = 0;
  std::mutex mutex;
  std::condition_variable changed;

  bw::result<bw::object_info> put(std::string const& key, std::span<std::byte const> body) override {
    return perform<bw::object_info>([&] {
      ++puts;
      objects[key] = text(body);
      return bw::object_info{.key = key, .size = body.size()};
    });
  }
  bw::result<std::string> create_multipart(std::string const& key) override {
    return perform<std::string>([&] {
      std::string id = key + '#' + std::to_string(++creations);
      uploads[id];
      return id;
    });
  }
  bw::result<bw::uploaded_part> put_part(std::string const&, std::string const& id, int number,
                                         std::span<std::byte const> body, std::stop_token stop) override {
    {
      std::unique_lock lock(mutex);
      ++parts_begun;
      most_parts = std::max(most_parts, ++parts_now);
      changed.notify_all();
      std::stop_callback const wake(stop, [this] { changed.notify_all(); });
      auto const patience = std::chrono::steady_clock::now() + std::chrono::seconds(10);
      while (hang_parts && (hang_only == 0 || hang_only == number) && !stop.stop_requested() &&
             std::chrono::steady_clock::now() < patience) {
        changed.wait_for(lock, std::chrono::milliseconds(5));
      }
      --parts_now;
      if (stop.stop_requested()) return error_info{.code = errc::cancelled, .message = "cancelled"};
    }
    return perform<bw::uploaded_part>([&] {
      auto& upload = uploads.at(id);
      upload[number] = text(body);
      arrived.push_back(number);
      return bw::uploaded_part{.number = number, .etag = "e" + std::to_string(number), .size = body.size()};
    });
  }
  bw::result<bw::object_info> complete_multipart(std::string const& key, std::string const& id,
                                                 std::span<bw::uploaded_part const> parts) override {
    return perform<bw::object_info>([&] {
      std::string whole;
      int last = 0;
      for (auto const& part : parts) {
        CHECK(part.number == ++last);
        CHECK(part.etag == "e" + std::to_string(part.number));
        whole += uploads.at(id).at(part.number);
      }
      uploads.erase(id);
      objects[key] = whole;
      return bw::object_info{.key = key, .size = whole.size()};
    });
  }
  bw::result<void> abort_multipart(std::string const&, std::string const& id) override {
    auto const done = perform<int>([&] {
      ++aborts;
      uploads.erase(id);
      return 0;
    });
    if (!done) return done.error();
    return {};
  }
  bw::result<bw::object_info> head(std::string const&) override { return unexpected(); }
  bw::result<std::vector<bw::object_info>> list(std::string const&) override { return unexpected(); }
  bw::result<void> remove(std::string const& key) override {
    std::lock_guard const lock(mutex);
    return objects.erase(key) == 1 ? bw::result<void>() : unexpected();
  }
  std::string object_url(std::string_view key) const override { return "memory://" + std::string(key); }
  std::uint64_t min_part_size() const noexcept override { return 10; }
  int max_parts() const noexcept override { return part_limit; }

 private:
  static std::string text(std::span<std::byte const> body) {
    return {reinterpret_cast<char const*>(body.data()), body.size()};
  }
  static error_info unexpected() {
    return {.code = errc::storage_error, .message = "an operation that no upload needs"};
  }

  template <class T, class F>
  bw::result<T> perform(F const& what) {
    std::lock_guard const lock(mutex);
    int const number = operations++;
    bool const fails =
        fail_at >= 0 && (for_ever ? number >= fail_at : number >= fail_at && number <= fail_at + also_fail);
    error_info why{.code = errc::connection_lost,
                   .message = "operation " + std::to_string(number) + " fails",
                   .http_status = status,
                   .may_have_happened = doubtful || how == failure::answer_lost};
    if (fails && how == failure::before) return why;
    T done = what();
    if (fails) return why;
    return done;
  }
};

struct pair_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"title", bw::varchar{.max_length = 20}>> {
};

std::string pattern(std::size_t size) {
  std::string out(size, '\0');
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>('a' + i * 7 % 26);
  return out;
}

bw::result<void> write(bw::output::file& file, std::string_view text) {
  bw::output::bytes const piece[] = {std::as_bytes(std::span(text.data(), text.size()))};
  return file.write(piece);
}

// An abort that has to be repeated takes seconds: for several of them together.
void at_the_same_time(int count, std::function<void(int)> const& what) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([&what, i] { what(i); });
  for (auto& t : threads) t.join();
}

// Writes in steps of seven bytes and finishes; the first error ends it.
bw::result<void> write_all(bw::output::file& file, std::string_view text) {
  for (std::size_t at = 0; at < text.size(); at += 7) {
    if (auto ok = write(file, text.substr(at, 7)); !ok) return ok;
  }
  return file.finish();
}

}  // namespace

TEST_CASE("object output: every size arrives whole; up to one part it is one PUT") {
  for (std::size_t const size : {0u, 1u, 9u, 10u, 11u, 19u, 20u, 21u, 100u, 1001u}) {
    CAPTURE(size);
    auto const store = std::make_shared<memory_store>();
    bw::storage::object_place place(bw::object_store(store), "/run/1/", {.connections = 3, .part_size = 10});
    auto file = place.create("1.parquet", 2000).value();
    CHECK(write_all(*file, pattern(size)).has_value());
    CHECK(store->objects.size() == 1);
    CHECK(store->objects["run/1/1.parquet"] == pattern(size));
    CHECK(store->puts == (size <= 10 ? 1 : 0));
    CHECK(store->creations == (size <= 10 ? 0 : 1));
    CHECK(store->uploads.empty());
    CHECK(store->aborts == 0);
    CHECK(store->most_parts <= 3);
    // A finished file is finished.
    CHECK(file->discard().has_value());
    CHECK(error_of(file->finish()).code == errc::invalid_state);
    CHECK(error_of(write(*file, "x")).code == errc::invalid_state);
    CHECK(store->objects.size() == 1);
  }
}

TEST_CASE("object output: names and paths") {
  auto const store = std::make_shared<memory_store>();
  auto const paths = [&](std::string_view prefix) {
    bw::storage::object_place const place(bw::object_store(store), prefix);
    return place.data_path() + ' ' + place.path_of("1.json");
  };
  CHECK(paths("") == "/ 1.json");
  CHECK(paths("/") == "/ 1.json");
  CHECK(paths("a") == "/a a/1.json");
  CHECK(paths("/a/b/") == "/a/b a/b/1.json");
  CHECK(paths("//a") == "/a a/1.json");
}

TEST_CASE("object output: it fails at operation n, for every n, and nothing is left or it is named") {
  // Whether there was a failure.
  auto const run = [](memory_store::failure how, bool for_ever, std::size_t size, int n) {
    CAPTURE(n);
    CAPTURE(for_ever);
    CAPTURE(size);
    std::string const text = pattern(size);
    auto const store = std::make_shared<memory_store>();
    store->fail_at = n;
    store->for_ever = for_ever;
    store->how = how;
    bw::storage::object_place place(bw::object_store(store), "p", {.connections = 2, .part_size = 10});
    auto file = place.create("f", 100).value();
    auto const done = write_all(*file, text);
    if (done) {
      CHECK(store->operations <= n);
      CHECK(store->objects["p/f"] == text);
      CHECK(store->uploads.empty());
      return false;
    }
    auto const& why = done.error();
    CHECK(why.message.find(" fails") != std::string::npos);  // the cause, not what came of it
    bool const object_doubted = why.message.find("'p/f' may or may not exist") != std::string::npos;
    bool const upload_doubted = why.message.find("'p/f' without parts may be left behind") != std::string::npos;
    CHECK(object_doubted == !store->objects.empty());
    CHECK(why.code == errc::connection_lost);
    CHECK(upload_doubted == (!store->uploads.empty() && why.left_behind.empty()));
    if (!store->uploads.empty()) {
      if (!why.left_behind.empty()) {
        CHECK(why.left_behind == "'p/f' (upload id " + store->uploads.begin()->first + ')');
      } else {
        // The answer with the upload's id was lost: empty, and of a name that nobody knows.
        CHECK(store->uploads.begin()->second.empty());
      }
    }
    // Given up once and for all.
    int const before = store->operations;
    auto const is_over = [](bw::result<void> const& got) { return !got && error_of(got).code == errc::invalid_state; };
    CHECK(is_over(write(*file, "x")));
    CHECK(is_over(file->finish()));
    CHECK(file->discard().has_value());
    file.reset();
    CHECK(store->operations == before);
    return true;
  };
  for (auto const how : {memory_store::failure::before, memory_store::failure::answer_lost}) {
    for (bool const for_ever : {false, true}) {
      for (std::size_t const size : {8u, 55u}) {
        std::atomic<int> failed = 0;
        at_the_same_time(12, [&](int n) { failed += run(how, for_ever, size, n); });
        CHECK(failed == (size == 8 ? 1 : 8));  // create, six parts, complete
      }
    }
  }
}

TEST_CASE("object output: a part that may have arrived does not make an object") {
  auto const store = std::make_shared<memory_store>();
  store->hang_parts = true;
  store->hang_only = 2;  // until `finish` waits for it
  store->fail_at = 2;
  store->how = memory_store::failure::answer_lost;
  bw::storage::object_place place(bw::object_store(store), "p", {.connections = 2, .part_size = 10});
  auto file = place.create("f", 100).value();
  std::thread release([&] {
    std::unique_lock lock(store->mutex);
    CHECK(store->changed.wait_for(lock, std::chrono::seconds(10), [&] { return store->parts_begun == 2; }));
    lock.unlock();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    lock.lock();
    store->hang_parts = false;
  });
  auto const done = write_all(*file, pattern(15));
  release.join();
  REQUIRE(!done);
  CHECK(done.error().message == "operation 2 fails");
  CHECK(!done.error().may_have_happened);
  CHECK(store->objects.empty());
  CHECK(store->uploads.empty());
}

TEST_CASE("object output: an abort that fails is tried once more") {
  for (int const aborts_failing : {0, 1, 2}) {
    auto const store = std::make_shared<memory_store>();
    store->fail_at = 4;  // create, three parts, complete, then the aborts
    store->also_fail = aborts_failing;
    bw::storage::object_place place(bw::object_store(store), "p", {.connections = 1, .part_size = 10});
    auto file = place.create("f", 100).value();
    auto const done = write_all(*file, pattern(25));
    REQUIRE(!done);
    CHECK(store->uploads.empty() == (aborts_failing < 2));
    CHECK(done.error().code == errc::connection_lost);
    CHECK(done.error().left_behind == (aborts_failing < 2 ? "" : "'p/f' (upload id p/f#1)"));
    CHECK(done.error().message.starts_with("operation 4 fails"));
    if (aborts_failing == 2) CHECK(done.error().message.find("'p/f' (upload id p/f#1)") != std::string::npos);
  }
}

TEST_CASE("object output: a server that cannot abort while it has a part in hand is asked again, later") {
  at_the_same_time(2, [](int number) {
    int const aborts_failing = 4 + number;
    auto const store = std::make_shared<memory_store>();
    store->fail_at = 2;  // create, a part, and the part that is cut off; then the aborts
    store->also_fail = aborts_failing;
    store->status = 500;
    store->doubtful = true;
    bw::storage::object_place place(bw::object_store(store), "p", {.connections = 1, .part_size = 10});
    auto file = place.create("f", 100).value();
    auto const done = write_all(*file, pattern(25));
    CHECK_FALSE(done);
    if (done) return;
    CHECK(store->operations == 3 + 5);
    CHECK(store->uploads.empty() == (aborts_failing < 5));
    CHECK(done.error().code == errc::connection_lost);
    CHECK(done.error().left_behind.empty() == (aborts_failing < 5));
    CHECK(done.error().message.starts_with("operation 2 fails"));
  });
  // Nobody there: asking for long would not help.
  auto const store = std::make_shared<memory_store>();
  store->fail_at = 2;
  store->for_ever = true;
  store->doubtful = true;
  bw::storage::object_place place(bw::object_store(store), "p", {.connections = 1, .part_size = 10});
  auto file = place.create("f", 100).value();
  auto const left = error_of(write_all(*file, pattern(25)));
  CHECK(left.code == errc::connection_lost);
  CHECK_FALSE(left.left_behind.empty());
  CHECK(store->operations == 3 + 2);
}

TEST_CASE("object output: discard and the destructor abort") {
  for (bool const destroyed : {false, true}) {
    auto const store = std::make_shared<memory_store>();
    bw::storage::object_place place(bw::object_store(store), "p", {.connections = 2, .part_size = 10});
    auto file = place.create("f", 100).value();
    CHECK(write(*file, pattern(35)).has_value());
    if (destroyed) {
      file.reset();
    } else {
      CHECK(file->discard().has_value());
      CHECK(file->discard().has_value());
      CHECK(error_of(write(*file, "x")).code == errc::invalid_state);
    }
    CHECK(store->uploads.empty());
    CHECK(store->objects.empty());
    CHECK(store->aborts >= 1);
  }
  // What is finished stays.
  for (std::size_t const size : {5u, 35u}) {
    auto const done = std::make_shared<memory_store>();
    bw::storage::object_place finished(bw::object_store(done), "p", {.part_size = 10});
    auto kept = finished.create("f", 100).value();
    CHECK(write(*kept, pattern(size)).has_value());
    CHECK(kept->finish().has_value());
    int const operations = done->operations;
    CHECK(kept->discard().has_value());
    CHECK(done->operations == operations);
    CHECK(error_of(kept->finish()).message.find("finished") != std::string::npos);
    CHECK(done->objects.at("p/f").size() == size);
  }
  // Nothing was sent yet: nothing to abort.
  auto const store = std::make_shared<memory_store>();
  bw::storage::object_place place(bw::object_store(store), "p", {.part_size = 10});
  auto file = place.create("f", 100).value();
  CHECK(write(*file, pattern(10)).has_value());
  CHECK(file->discard().has_value());
  CHECK(store->operations == 0);
}

TEST_CASE("object output: parts in flight and no more; giving up does not wait for them") {
  auto const store = std::make_shared<memory_store>();
  store->hang_parts = true;
  bw::storage::object_place place(bw::object_store(store), "p", {.connections = 3, .part_size = 10});
  auto file = place.create("f", 1000).value();
  std::atomic<int> accepted = 0;
  std::atomic<bool> ended = false;
  std::thread writer([&] {
    for (int i = 0; i < 500; ++i) {
      if (!write(*file, "x")) break;
      ++accepted;
    }
    ended = true;
  });
  {
    std::unique_lock lock(store->mutex);
    CHECK(store->changed.wait_for(lock, std::chrono::seconds(10), [&] { return store->parts_now == 3; }));
  }
  // Three are being sent, one waits, one is being filled; the byte that would begin another part blocks.
  for (int i = 0; i < 200 && accepted < 50; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK(accepted == 50);
  CHECK(!ended);
  {
    std::lock_guard const lock(store->mutex);
    store->hang_parts = false;
  }
  store->changed.notify_all();
  writer.join();
  CHECK(accepted == 500);
  {
    std::lock_guard const lock(store->mutex);  // parts are on their way
    CHECK(store->most_parts == 3);
  }
  CHECK(file->finish().has_value());
  CHECK(store->objects["p/f"] == std::string(500, 'x'));

  store->hang_parts = true;
  auto second = place.create("g", 1000).value();
  CHECK(write(*second, pattern(45)).has_value());
  {
    std::unique_lock lock(store->mutex);
    CHECK(store->changed.wait_for(lock, std::chrono::seconds(10), [&] { return store->parts_now == 3; }));
  }
  auto const began = std::chrono::steady_clock::now();
  CHECK(second->discard().has_value());
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(5));
  CHECK(store->uploads.empty());
}

TEST_CASE("object output: an error of a part surfaces at the next write, whichever that is") {
  auto const store = std::make_shared<memory_store>();
  store->fail_at = 1;  // the first part
  bw::storage::object_place place(bw::object_store(store), "p", {.connections = 1, .part_size = 10});
  auto file = place.create("f", 100000).value();
  bw::result<void> last;
  int writes = 0;
  while (last && writes < 10000) {
    last = write(*file, pattern(10));
    ++writes;
  }
  REQUIRE(!last);
  CHECK(last.error().code == errc::connection_lost);
  CHECK(writes < 10);
  CHECK(store->uploads.empty());
}

TEST_CASE("object output: one part that fails ends the others that are under way") {
  auto const store = std::make_shared<memory_store>();
  store->hang_parts = true;
  store->hang_only = 1;
  store->fail_at = 1;  // the second part, since the first hangs
  bw::storage::object_place place(bw::object_store(store), "p", {.connections = 2, .part_size = 10});
  auto file = place.create("f", 100).value();
  auto const began = std::chrono::steady_clock::now();
  auto const done = write_all(*file, pattern(25));
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(5));
  REQUIRE(!done);
  CHECK(done.error().code == errc::connection_lost);  // the cause, not the cancelling that it brought about
  CHECK(store->uploads.empty());
}

TEST_CASE("object output: a file keeps to the size that it was created for") {
  auto const store = std::make_shared<memory_store>();
  bw::storage::object_place place(bw::object_store(store), "p", {.part_size = 10});
  auto file = place.create("f", 25).value();
  CHECK(write(*file, pattern(25)).has_value());
  CHECK(error_of(write(*file, "x")).code == errc::invalid_state);
  CHECK(store->uploads.empty());
  CHECK(store->objects.empty());
}

TEST_CASE("object output: options out of range") {
  auto const store = std::make_shared<memory_store>();
  auto const code = [&](bw::storage::object_options options, std::uint64_t size) {
    bw::storage::object_place place(bw::object_store(store), "p", options);
    auto const file = place.create("f", size);
    return file ? errc::none : error_of(file).code;
  };
  CHECK(code({.connections = 0}, 1) == errc::invalid_option);
  CHECK(code({.connections = 65}, 1) == errc::invalid_option);
  CHECK(code({.connections = 64}, 1) == errc::none);
  CHECK(code({.part_size = 9}, 1) == errc::invalid_option);
  CHECK(code({.part_size = 10}, 100000) == errc::none);
  CHECK(code({.part_size = 10}, 100001) == errc::invalid_option);
  CHECK(store->operations == 0);
}

TEST_CASE("part size: 16 MiB unless there would be too many, in whole MiB") {
  constexpr std::uint64_t mib = 1 << 20, gib = 1 << 30;
  memory_store store;
  auto const size = [&](std::uint64_t file, std::uint64_t requested = 0) {
    auto const got = bw::storage::try_part_size(file, requested, store);
    return got ? *got : 0;
  };
  CHECK(size(0) == 16 * mib);
  CHECK(size(512 * mib) == 16 * mib);
  CHECK(size(10000 * 16 * mib) == 16 * mib);
  CHECK(size(10000 * 16 * mib + 1) == 17 * mib);
  CHECK(size(10000 * 5 * gib) == 5 * gib);
  CHECK(size(10000 * 5 * gib + 1) == 0);
  CHECK(size(UINT64_MAX) == 0);
  CHECK(size(100 * mib, 7 * mib) == 7 * mib);
  CHECK(size(100 * mib, 5 * gib + 1) == 0);
  store.part_limit = 2;
  CHECK(size(100 * mib) == 50 * mib);
  CHECK(size(100 * mib, 49 * mib) == 0);
}

TEST_CASE(
    "object output: of a file of a group the beginning may change until the end, so part 1 is the last to travel") {
  for (std::size_t const size : {4u, 9u, 10u, 11u, 20u, 21u, 100u, 1001u}) {
    CAPTURE(size);
    auto const store = std::make_shared<memory_store>();
    bw::storage::object_place place(bw::object_store(store), "p", {.connections = 1, .part_size = 10});
    auto file = place.create_member("1/id.npy", 2000, {.files = 3, .head_size = 4}).value();
    for (std::size_t at = 0; at < size; at += 7) CHECK(write(*file, pattern(size).substr(at, 7)));
    auto const head = [](std::string_view text) { return std::as_bytes(std::span(text)); };
    CHECK(file->rewrite_head(head("head")));
    CHECK(file->rewrite_head(head("HE")));
    CHECK(error_of(file->rewrite_head(head("five5"))).code == errc::invalid_state);
    CHECK(file->finish().has_value());
    CHECK(store->objects.at("p/1/id.npy") == "HEad" + pattern(size).substr(4));
    CHECK(store->puts == (size <= 10 ? 1 : 0));
    std::vector<int> order;
    for (std::size_t part = 2; part <= (size + 9) / 10; ++part) order.push_back(static_cast<int>(part));
    if (!order.empty()) order.push_back(1);
    CHECK(store->arrived == order);

    CHECK(error_of(file->rewrite_head(head("x"))).code == errc::invalid_state);
    CHECK(file->remove().has_value());
    CHECK(store->objects.empty());
  }
  auto const store = std::make_shared<memory_store>();
  bw::storage::object_place place(bw::object_store(store), "p", {.part_size = 10});
  for (auto member : {bw::output::group_member{.files = 2, .head_size = 4}, bw::output::group_member{.files = 2}}) {
    auto file = place.create_member("f", 100, member).value();
    CHECK(write(*file, "abc"));
    CHECK(error_of(file->rewrite_head(std::as_bytes(std::span("four", 4)))).code == errc::invalid_state);
    CHECK(error_of(file->remove()).code == errc::invalid_state);
    CHECK(file->discard());
  }
}

TEST_CASE("object output: the files of a group share the parts under way") {
  auto const store = std::make_shared<memory_store>();
  store->hang_parts = true;
  bw::storage::object_place place(bw::object_store(store), "p", {.connections = 2, .part_size = 10});
  std::vector<std::unique_ptr<bw::output::file>> files;
  for (int i = 0; i < 4; ++i) files.push_back(place.create_member(std::to_string(i), 1000, {.files = 4}).value());
  std::atomic<int> accepted = 0;
  std::thread writer([&] {
    for (int i = 0; i < 100; ++i) {
      for (auto& file : files) {
        if (!write(*file, "x")) return;
        ++accepted;
      }
    }
    for (auto& file : files)
      if (!file->finish()) return;
    accepted = -1;
  });
  // Ten bytes of each fill a part; the eleventh sends it. Three parts are under way when the fourth has to wait.
  for (int i = 0; i < 500 && accepted < 43; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK(accepted == 43);
  {
    std::lock_guard const lock(store->mutex);
    CHECK(store->parts_now == 3);
    store->hang_parts = false;
  }
  store->changed.notify_all();
  writer.join();
  CHECK(accepted == -1);
  CHECK(store->most_parts == 3);
  for (int i = 0; i < 4; ++i) CHECK(store->objects.at("p/" + std::to_string(i)) == std::string(100, 'x'));
}

TEST_CASE("object output: a group fails at operation n, for every n, and nothing is left or it is named") {
  bool succeeded = false;
  for (int n = 0; !succeeded; ++n) {
    REQUIRE(n < 100);
    CAPTURE(n);
    auto const store = std::make_shared<memory_store>();
    store->fail_at = n;
    auto const place = std::make_shared<bw::storage::object_place>(
        bw::object_store(store), "p", bw::storage::object_options{.connections = 2, .part_size = 4096});
    bw::bulk_writer<pair_schema, bw::format::npy> writer{place, {}, {.chunk_size = 1 << 20}};
    bw::result<void> outcome;
    for (int i = 0; i < 1000 && outcome; ++i) outcome = writer.try_append_row("id"_f = i, "title"_f = "some text");
    auto const committed = writer.try_commit();
    succeeded = committed.has_value();
    std::lock_guard const lock(store->mutex);
    CHECK(store->uploads.empty());
    CHECK(store->objects.size() == (succeeded ? 2u : 0u));
  }
}

TEST_CASE("what a store of a user's own does not bring is an error that says so") {
  bw::object_store store(std::make_shared<memory_store>());
  CHECK(error_of(store.try_put_if_absent("a", {})).message == "this kind of store has no conditional requests");
  CHECK(error_of(store.try_presign_get("a", std::chrono::seconds(1))).message ==
        "this kind of store has no presigned URLs");
  CHECK(error_of(store.try_presign_put("a", std::chrono::seconds(1))).code == errc::storage_error);
  CHECK(error_of(store.try_list_uploads()).message == "this kind of store has no list of unfinished uploads");
  CHECK(error_of(store.try_abort_stale(std::chrono::seconds(1))).code == errc::storage_error);
}
