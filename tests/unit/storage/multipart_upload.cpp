// Uploads in parts whose store says or does something unexpected, through the files of an object_place.

#include "support/parts_store.hpp"

#include "support/error_of.hpp"

#include <bulkwriter/storage/object_output.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <thread>

namespace bw = bulkwriter;
using bw::errc;

namespace {

// Far above what anything takes here: what is later than this has not come.
constexpr auto patience = std::chrono::seconds(15);

// Whether it comes to that.
bool until(std::function<bool()> const& come) {
  auto const end = std::chrono::steady_clock::now() + patience;
  while (!come() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return come();
}

bw::result<void> write(bw::output::file& file, std::string_view text) {
  bw::output::bytes const piece[] = {std::as_bytes(std::span(text))};
  return file.write(piece);
}

}  // namespace

TEST_CASE("multipart: an object of another size than what was sent is an error") {
  for (int const off : {-1, +1}) {
    auto const store = std::make_shared<parts_store>();
    store->on_complete = [&](bw::object_info& told) { told.size = static_cast<std::uint64_t>(25 + off); };
    bw::storage::object_place place(bw::object_store(store), "p", {.connections = 1, .part_size = 10});
    auto file = place.create("f", 100).value();
    CHECK(write(*file, std::string(25, 'x')));
    auto const done = file->finish();
    REQUIRE_FALSE(done);
    CHECK(done.error().code == errc::storage_error);
    CHECK(done.error().message.find("'p/f'") != std::string::npos);
    CHECK(done.error().message.find(std::to_string(25 + off) + " bytes") != std::string::npos);
    CHECK(done.error().message.find("25") != std::string::npos);
    CHECK(error_of(file->finish()).code == errc::invalid_state);  // given up for good
  }
}

TEST_CASE("multipart: what an upload that was given up brings back is aborted again") {
  auto const store = std::make_shared<parts_store>();
  store->parts_may_come_again = true;
  std::atomic<int> returns = 1;
  store->on_abort = [&](std::string const& id) {
    if (returns-- > 0) store->uploads.push_back({id, {.key = "p/f", .parts = {{1, "late"}}}});
  };
  bw::storage::object_place place(bw::object_store(store), "p", {.connections = 1, .part_size = 10});
  auto file = place.create("f", 100).value();
  CHECK(write(*file, std::string(25, 'x')));
  CHECK(until([&] {
    std::lock_guard const lock(store->mutex);
    return !store->sent.empty();
  }));
  CHECK(file->discard());
  CHECK(store->uploads.empty());
  CHECK(store->objects.empty());
}

// Two parts may be under way in this group. A file that fails with one waiting must not keep it for ever.
TEST_CASE("multipart: a file of a group that fails leaves the others as many parts as before") {
  auto const store = std::make_shared<parts_store>();
  std::atomic<bool> hold = true, fail = false;
  std::atomic<int> begun = 0;
  store->on_part = [&](std::string const& key, int) -> std::optional<bw::error_info> {
    ++begun;
    auto const end = std::chrono::steady_clock::now() + patience;
    while (hold && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (fail && key == "p/bad") return bw::error_info{.code = errc::storage_error, .message = "not this one"};
    return std::nullopt;
  };
  bw::storage::object_place place(bw::object_store(store), "p", {.connections = 1, .part_size = 10});
  auto bad = place.create_member("bad", 1000, {.files = 2}).value();
  auto good = place.create_member("good", 1000, {.files = 2}).value();

  // One part travels, one waits, and the next has no slot until the first has failed.
  std::atomic<int> accepted = 0;
  std::thread writer([&] {
    for (int i = 0; i < 40 && write(*bad, "x"); ++i) ++accepted;
  });
  bool const waits = until([&] { return begun == 1 && accepted == 30; });
  fail = true;
  hold = false;
  writer.join();
  CHECK(waits);
  CHECK(accepted < 40);
  bad.reset();
  CHECK(begun == 1);  // what waited is not sent any more

  // Both slots are there again: one part of the other file is held, and a second one is taken all the same.
  hold = true;
  accepted = 0;
  std::thread other([&] {
    for (int i = 0; i < 30 && write(*good, "y"); ++i) ++accepted;
  });
  bool const taken = until([&] { return accepted == 30; });
  hold = false;
  other.join();
  CHECK(taken);
  CHECK(good->finish());
  CHECK(store->objects.at("p/good") == std::string(30, 'y'));
}
