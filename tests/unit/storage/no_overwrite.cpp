#include <bulkwriter/local.hpp>
#include <bulkwriter/storage/gcs.hpp>
#include <bulkwriter/storage/object_output.hpp>
#include <bulkwriter/storage/s3.hpp>

#include <doctest/doctest.h>

#include "support/small_s3.hpp"

namespace bw = bulkwriter;
using bw::errc;
using namespace bw::literals;
using request = scripted_server::request;

namespace {

struct pair_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"t", bw::varchar{.max_length = 65535}>> {};
using pair_writer = bw::bulk_writer<pair_schema, bw::format::jsonl>;

constexpr std::uint64_t part_size = 5 << 20;

// Rows of which a file takes `size` bytes and a little.
bw::result<void> fill(pair_writer& writer, char what, std::size_t size) {
  std::string const text((std::min)(size, std::size_t{60000}), what);
  for (std::size_t done = 0; done < size; done += text.size())
    if (auto ok = writer.try_append_row("id"_f = 1, "t"_f = text); !ok) return ok;
  return {};
}

pair_writer writer_of(bw::object_store store) {
  return pair_writer{
      std::make_shared<bw::storage::object_place>(
          std::move(store), "p", bw::storage::object_options{.connections = 1, .part_size = part_size}),
      {},
      {.chunk_size = 64_MiB}};
}

constexpr std::size_t sizes[] = {10, part_size + 1};  // one request, and parts

void check_refused(bw::result<bw::batch_files> const& got) {
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::precondition_failed);
  CHECK_FALSE(got.error().may_have_happened);
  CHECK(got.error().row == 0);
  CHECK(got.error().message.starts_with("rows 0 to "));
  CHECK(got.error().message.find("'p/1.jsonl'") != std::string::npos);
}

}  // namespace

TEST_CASE("no overwrite: of two writers on one prefix the second is refused, whatever the store makes of conditions") {
  using condition = small_s3::condition;
  for (auto const on_put : {condition::honoured, condition::ignored, condition::refused}) {
    for (auto const on_complete : {condition::honoured, condition::ignored, condition::refused}) {
      for (bool const keeps_metadata : {true, false}) {
        for (std::size_t const size : sizes) {
          CAPTURE(static_cast<int>(on_put));
          CAPTURE(static_cast<int>(on_complete));
          CAPTURE(keeps_metadata);
          CAPTURE(size);
          small_s3 store;
          store.on_put = on_put, store.on_complete = on_complete, store.keeps_metadata = keeps_metadata;
          // Both have begun before either is done.
          auto first = writer_of(store.param()), second = writer_of(store.param());
          REQUIRE(fill(first, 'a', size));
          REQUIRE(fill(second, 'b', size));
          auto const done = first.try_commit();
          REQUIRE_MESSAGE(done.has_value(), done.error().to_string());
          auto const kept = store.objects.at("/bucket/p/1.jsonl").body;
          CHECK(kept.find('b') == std::string::npos);
          check_refused(second.try_commit());
          CHECK(store.objects.at("/bucket/p/1.jsonl").body == kept);
          CHECK(store.uploads.empty());
        }
      }
    }
  }
}

TEST_CASE("no overwrite: a store that ignores the condition has not shown by a success that it honours it") {
  small_s3 store;
  store.on_put = small_s3::condition::ignored;
  bw::object_store there = store.param();
  std::string const text = "text";
  auto const body = std::as_bytes(std::span(text));
  REQUIRE(there.backend().put_new("a", body));
  CHECK(there.backend().put_new("a", body).error().code == errc::precondition_failed);
  REQUIRE(there.backend().put_new("b", body));
  CHECK(there.backend().put_new("b", body).error().code == errc::precondition_failed);
}

TEST_CASE("no overwrite: what another writer does behind the look is seen, and the store that let it happen is named") {
  for (std::size_t const size : sizes) {
    CAPTURE(size);
    small_s3 store;
    store.on_put = store.on_complete = small_s3::condition::ignored;
    bool made = false;
    store.before = [&](request const& r) {
      // Right behind this one, another writer's object takes its place.
      if (made && r.method == "HEAD") store.objects["/bucket/p/1.jsonl"].token = std::string(32, 'f');
      made = made || (r.method == "PUT" && size < part_size) || r.target.find("?uploadId=") != std::string::npos;
    };
    auto writer = writer_of(store.param());
    REQUIRE(fill(writer, 'a', size));
    auto const got = writer.try_commit();
    REQUIRE_FALSE(got);
    CHECK((got.error().code == errc::precondition_failed || got.error().code == errc::outcome_unknown));
    CHECK(got.error().message.find("'p/1.jsonl'") != std::string::npos);
    if (size < part_size) CHECK(got.error().message.find("does not honour If-None-Match") != std::string::npos);
  }
}

TEST_CASE("no overwrite: a lost answer is not taken for another writer's object, nor another's for it") {
  for (bool const keeps_metadata : {true, false}) {
    for (std::size_t const size : sizes) {
      CAPTURE(size);
      small_s3 store;
      store.keeps_metadata = keeps_metadata;
      store.lost = 1;
      auto writer = writer_of(store.param());
      REQUIRE(fill(writer, 'a', size));
      auto const got = writer.try_commit();  // the second attempt meets what the first has made
      CHECK(store.lost == 0);
      REQUIRE(got.has_value() == keeps_metadata);
      if (got) continue;
      CHECK(got.error().code == errc::precondition_failed);
      CHECK(got.error().may_have_happened);
    }
  }
}

TEST_CASE("no overwrite: Google has a condition for one request beside a token, and none for parts") {
  for (std::size_t const size : sizes) {
    small_s3 store;
    store.on_complete = small_s3::condition::refused;
    bw::gcs_connect_param const param{
        .bucket_name = "bucket", .endpoint = store.server.endpoint(), .access_token = "t", .retry = {.max_attempts = 1}};
    auto first = writer_of(param), second = writer_of(param);
    REQUIRE(fill(first, 'a', size));
    REQUIRE(fill(second, 'b', size));
    REQUIRE(first.try_commit());
    check_refused(second.try_commit());
    CHECK(store.objects.at("/bucket/p/1.jsonl").body.find('b') == std::string::npos);
    for (request const& r : store.server.seen()) {
      CHECK_FALSE(r.headers.contains("if-none-match"));
      CHECK_FALSE((r.method == "POST" && r.headers.contains("x-goog-if-generation-match")));
    }
  }
}
