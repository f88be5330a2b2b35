// Answers and limits at the edges: of time, of numbers, of paths.

#include "scripted_server.hpp"

#include "support/error_of.hpp"

#include <bulkwriter/import/collections.hpp>
#include <bulkwriter/import/import_client.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

using namespace bulkwriter;
using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

namespace {

http::retry_options const once{.max_attempts = 1};

milvus milvus_at(scripted_server const& server) { return {.uri = server.url(), .retry = once}; }
zilliz_cloud_v1 cloud_v1_at(scripted_server const& server) {
  return {.api_key = "api-key-123", .cluster_id = "in01-abc", .endpoint = server.url(), .retry = once};
}
scripted_answer state(std::string const& word) {
  return {.body = R"({"code":0,"data":{"jobId":"1","state":")" + word + R"("}})"};
}
bool says(error_info const& error, std::string_view part) { return error.message.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("wait: a server that asks for more patience than there is left") {
  scripted_server server({{.status = 503, .headers = {{"Retry-After", "9"}}}});
  milvus target = milvus_at(server);
  target.retry = {.max_attempts = 2, .base_delay = 9s, .max_delay = 9s, .budget = 1h};
  auto const start = steady::now();
  auto const got = import_client{target}.try_wait({"1"}, {.poll_interval = 1ms, .timeout = 300ms});
  auto const took = steady::now() - start;
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::timeout);
  CHECK(says(got.error(), "503"));
  CHECK(took >= 300ms);
  CHECK(took < 8s);
}

TEST_CASE("wait: past its deadline it asks no more, and without one it goes on") {
  std::vector<scripted_answer> script(60, state("Importing"));
  script.push_back(state("Completed"));
  {
    // Whoever goes on past the deadline finds the job's end, or is stopped.
    scripted_server server(script);
    std::stop_source stop;
    std::promise<void> over;
    std::thread watch([&] {
      if (over.get_future().wait_for(15s) != std::future_status::ready) stop.request_stop();
    });
    auto const got = import_client{milvus_at(server)}.try_wait(
        {"1"}, {.poll_interval = 20ms, .timeout = 200ms, .stop = stop.get_token()});
    over.set_value();
    watch.join();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::timeout);
  }
  for (auto const none : {0ms, (std::chrono::milliseconds::max)(), std::chrono::milliseconds(24h * 366)}) {
    CAPTURE(none.count());
    scripted_server server({state("Importing"), state("Importing"), state("Completed")});
    auto const got = import_client{milvus_at(server)}.try_wait({"1"}, {.poll_interval = 1ms, .timeout = none});
    REQUIRE_MESSAGE(got, got.error().message);
    CHECK(got->state == import_state::completed);
  }
}

TEST_CASE("abort: whose answer was lost is not sent again, commit is") {
  for (bool const commit : {false, true}) {
    CAPTURE(commit);
    scripted_server server({{.lost = true}, {.body = R"({"code":0,"data":{}})"}});
    milvus target = milvus_at(server);
    target.retry = {.max_attempts = 3, .base_delay = 1ms, .max_delay = 2ms};
    import_client db{target};
    auto const got = commit ? db.try_commit({"1"}) : db.try_abort({"1"});
    CHECK(got.has_value() == commit);
    CHECK(server.seen().size() == (commit ? 2u : 1u));
    if (got) continue;
    CHECK(got.error().code == errc::outcome_unknown);
    CHECK(got.error().may_have_happened);
    CHECK(says(got.error(), "get_import_progress"));
  }
}

TEST_CASE("commit and abort: a job that the server does not know") {
  for (char const* const answer :
       {R"({"code":2101,"message":"job 7 not found"})", R"({"code":2100,"message":"job not found after lock, jobID=7"})",
        R"({"code":2100,"message":"import job does not exist, jobID=7"})"}) {
    CAPTURE(answer);
    scripted_server server{std::string(answer)};
    import_client db{milvus_at(server)};
    for (auto const& got : {db.try_commit({"7"}), db.try_abort({"7"})}) {
      REQUIRE_FALSE(got);
      CHECK(got.error().code == errc::job_not_found);
      CHECK_FALSE(got.error().may_have_happened);
    }
    CHECK(server.seen().size() == 2);
  }
}

TEST_CASE("wait: refusals of the moment, by their codes") {
  for (int const code : {1, 2, 4, 8, 12, 106, 1807, 10001}) {
    CAPTURE(code);
    scripted_server server({{.body = R"({"code":)" + std::to_string(code) + R"(,"message":"not now"})"}, state("Completed")});
    auto const got = import_client{milvus_at(server)}.try_wait({"1"}, {.poll_interval = 1ms});
    REQUIRE_MESSAGE(got, got.error().message);
    CHECK(server.seen().size() == 2);
  }
}

TEST_CASE("progress: a job that is tried again is at work") {
  scripted_server server({state("Retry"), state("Completed")});
  CHECK(import_client{milvus_at(server)}.wait({"1"}, {.poll_interval = 1ms}).state == import_state::completed);
  CHECK(server.seen().size() == 2);
  scripted_server again({state("Retry")});
  CHECK(import_client{milvus_at(again)}.get_import_progress({"1"}).state == import_state::importing);
}

TEST_CASE("progress: numbers that no count can be are none") {
  auto const code_of = [](std::string const& code) {
    scripted_server server(R"({"code":)" + code + R"(,"message":"m","data":{"state":"Importing"}})");
    auto const got = import_client{milvus_at(server)}.try_get_import_progress({"1"});
    return got ? errc::none : error_of(got).code;
  };
  CHECK(code_of("0.0") == errc::none);
  CHECK(code_of("1100.0") == errc::server_error);
  for (char const* const code : {"1e19", "-1e19", "1e300", "18446744073709551615", "\"1e19\"", "\"x\"", "true", "null"})
    CHECK(code_of(code) == errc::invalid_response);

  scripted_server server(R"({"code":0,"data":{"state":"Importing","totalRows":1e19,"importedRows":"1e19","fileSize":-1e19}})");
  auto const p = import_client{milvus_at(server)}.get_import_progress({"1"});
  CHECK(p.total_rows == 0);
  CHECK(p.imported_rows == 0);
  CHECK(p.file_size == 0);
}

TEST_CASE("zilliz cloud v1: nothing but a share of 1 is all, and a state that is told counts more than it") {
  struct row {
    std::string members;
    int percent;
    import_state state;
  };
  for (auto const& [members, percent, state] :
       std::vector<row>{{R"("readyPercentage":0.99999999999)", 99, import_state::importing},
                        {R"("readyPercentage":1,"state":"ImportRunning")", 100, import_state::importing},
                        {R"("readyPercentage":0.5,"state":"ImportCompleted")", 50, import_state::completed},
                        {R"("readyPercentage":0.5,"state":"ImportFailed")", 50, import_state::failed},
                        {R"("readyPercentage":1,"state":"ImportPending")", 100, import_state::pending},
                        {R"("readyPercentage":1,"state":"Dreaming")", 100, import_state::completed}}) {
    CAPTURE(members);
    scripted_server server(R"({"code":200,"data":{)" + members + "}}");
    auto const p = import_client{cloud_v1_at(server)}.get_import_progress({"j"});
    CHECK(p.percent == percent);
    CHECK(p.state == state);
  }
}

TEST_CASE("milvus: keys do not climb") {
  import_client db{milvus{.uri = "http://127.0.0.1:1"}};  // nothing is sent
  for (char const* const path : {"a/../b.parquet", "../b.parquet", "a/../../b.parquet", "./b.parquet", "/../b.parquet"}) {
    CAPTURE(path);
    auto const got = db.try_bulk_import({.collection_name = "c", .files = {.groups = {{.paths = {path}}}}});
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::invalid_option);
    CHECK(says(got.error(), path));
  }
  // Dots that are parts of names are nothing.
  for (char const* const path : {"a/..b.parquet", "a../b.parquet", "a/.../b.parquet"}) {
    CAPTURE(path);
    scripted_server server(R"({"code":0,"data":{"jobId":"1"}})");
    CHECK(import_client{milvus_at(server)}.try_bulk_import(
        {.collection_name = "c", .files = {.groups = {{.paths = {path}}}}}));
  }
}

TEST_CASE("describe: an autoID of the whole schema is the primary key's") {
  for (char const* const name : {"autoId", "autoID"}) {
    CAPTURE(name);
    scripted_server server(std::string(R"({"code":0,"data":{"collectionName":"c",")") + name + R"(":true,"fields":[
      {"name":"n","type":"Int64"},
      {"name":"id","type":"Int64","primaryKey":true},
      {"name":"v","type":"FloatVector","params":[{"key":"dim","value":"4"}]}]}})");
    auto const described = collections{milvus_at(server)}.describe("c");
    auto const fields = described.schema.fields();
    REQUIRE(fields.size() == 3);
    CHECK_FALSE(fields[0].auto_id);
    CHECK(fields[1].auto_id);
    CHECK(fields[1].is_primary);
    CHECK_FALSE(fields[2].auto_id);
  }
}
