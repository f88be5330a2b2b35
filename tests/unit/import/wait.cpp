#include "scripted_server.hpp"

#include "support/error_of.hpp"

#include <bulkwriter/import/import_client.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

using namespace bulkwriter;
using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

namespace {

// What lasts for ever unless it is cut off, and what has been cut off for sure, however busy the machine is.
constexpr auto for_ever = 120s, soon = 60s;

milvus target_at(scripted_server const& server) { return {.uri = server.url(), .retry = {.max_attempts = 1}}; }

scripted_answer state(std::string const& word, int percent, std::string const& more = {}) {
  return {.body = R"({"code":0,"data":{"jobId":"1","collectionName":"articles","state":")" + word + R"(","progress":)" +
                  std::to_string(percent) + more + "}}"};
}

// Ends what would go on for ever: it is told to stop, and that is another error than the one that is expected.
class watchdog {
 public:
  std::stop_token token() const { return stop_.get_token(); }

 private:
  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable_any over_;
  std::jthread thread_{[this](std::stop_token gone) {
    std::unique_lock lock(mutex_);
    over_.wait_for(lock, gone, 15s, [] { return false; });
    if (!gone.stop_requested()) stop_.request_stop();
  }};
};

bool says(error_info const& error, std::string_view part) { return error.message.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("wait: polls until completed and tells every step") {
  scripted_server server(
      {state("Pending", 10), state("Importing", 40), state("Importing", 70), state("Completed", 100)});
  import_client db{target_at(server)};
  std::vector<int> seen;
  auto const start = steady::now();
  import_progress const done = db.wait(
      {"1"}, {.poll_interval = 30ms, .on_progress = [&](import_progress const& p) { seen.push_back(p.percent); }});
  CHECK(steady::now() - start >= 90ms);
  CHECK(done.state == import_state::completed);
  CHECK(seen == std::vector<int>{10, 40, 70, 100});
  CHECK(server.seen().size() == 4);
}

TEST_CASE("wait: a failed job is import_failed with the server's reasons") {
  scripted_server server(
      {state("Importing", 40),
       state("Failed", 0, R"(,"reason":"schema not equal","details":[{"fileName":"[u/2.parquet]","state":"Failed",
                            "reason":"field 'v' type mis-match"}])")});
  int last = -1;
  auto const got = import_client{target_at(server)}.try_wait(
      {"1"}, {.poll_interval = 1ms, .on_progress = [&](import_progress const& p) { last = p.percent; }});
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::import_failed);
  CHECK(got.error().server_error == "schema not equal");
  CHECK(says(got.error(), "job '1'"));
  CHECK(says(got.error(), "'articles'"));
  CHECK(says(got.error(), "schema not equal"));
  CHECK(says(got.error(), "[u/2.parquet]: field 'v' type mis-match"));
  CHECK_FALSE(says(got.error(), "usual causes"));
  CHECK(last == 0);
}

TEST_CASE("wait: a file that the server cannot find is explained") {
  scripted_server server({state("Failed", 0, R"(,"reason":"stat file failed: The specified key does not exist.")")});
  auto const got = import_client{target_at(server)}.try_wait({"1"});
  CHECK(says(error_of(got), "usual causes"));
  CHECK(says(error_of(got), "another bucket"));
  CHECK(says(error_of(got), "rootPath"));
}

TEST_CASE("wait: a v1 job fails by its errorMessage, where the guide's loop would never end") {
  scripted_server server(
      {{.body = R"({"code":200,"data":{"readyPercentage":0.5,"errorMessage":null}})"},
       {.body = R"({"code":200,"data":{"readyPercentage":0.5,"errorMessage":"no access to the object"}})"}});
  import_client guide{zilliz_cloud_v1{.api_key = "k", .cluster_id = "c", .endpoint = server.url()}};
  auto const got = guide.try_wait({"job-1"}, {.poll_interval = 1ms});
  CHECK(error_of(got).code == errc::import_failed);
  CHECK(says(error_of(got), "no access to the object"));
}

TEST_CASE("wait: uncommitted is an end, committing and words not known are none") {
  scripted_server server(
      {state("Planning", 60), state("Uncommitted", 99), state("Committing", 99), state("Completed", 100)});
  import_client db{target_at(server)};
  CHECK(db.wait({"1"}, {.poll_interval = 1ms}).state == import_state::uncommitted);
  CHECK(db.wait({"1"}, {.poll_interval = 1ms}).state == import_state::completed);
  CHECK(server.seen().size() == 4);
}

TEST_CASE("wait: errors that pass do not end it") {
  scripted_server server({{.status = 503, .body = "later"},
                          {.lost = true},
                          {.body = R"({"code":8,"message":"rate limit exceeded"})"},
                          {.status = 502, .body = "<html>"},
                          {.status = 507, .body = ""},
                          {.status = 520, .body = "<html>"},
                          {.body = R"({"code":10001,"message":"request timeout"})"},
                          state("Completed", 100)});
  CHECK(import_client{target_at(server)}.wait({"1"}, {.poll_interval = 1ms}).state == import_state::completed);
  CHECK(server.seen().size() == 8);
}

TEST_CASE("wait: errors that stay end it") {
  for (auto const& [answer, code] : std::vector<std::pair<scripted_answer, errc>>{
           {{.body = R"({"code":2100,"message":"import job does not exist, jobID=1"})"}, errc::job_not_found},
           {{.status = 401, .body = R"({"code":1800,"message":"user hasn't authenticated"})"}, errc::unauthenticated},
           {{.status = 501, .body = "<html>Unsupported method"}, errc::http_error},
           {{.status = 505, .body = ""}, errc::http_error},
           {{.body = "<html>"}, errc::invalid_response}}) {
    scripted_server server({answer});
    CHECK(error_of(import_client{target_at(server)}.try_wait({"1"}, {.poll_interval = 1ms, .timeout = 20s})).code ==
          code);
    CHECK(server.seen().size() == 1);
  }
  scripted_server server({state("Pending", 0)});
  import_client db{target_at(server)};
  CHECK(error_of(db.try_wait({""})).code == errc::invalid_option);
  CHECK(error_of(db.try_wait({"1"}, {.poll_interval = 0ms})).code == errc::invalid_option);
  CHECK(error_of(db.try_wait({"1"}, {.timeout = -1ms})).code == errc::invalid_option);
  CHECK(server.seen().empty());
}

TEST_CASE("wait: the deadline holds, and says what was seen last") {
  scripted_server server(
      {state("Importing", 80, R"(,"importedRows":1000,"totalRows":1000,"details":[{"state":"Completed"}])")});
  auto const start = steady::now();
  watchdog const patience;
  auto const got = import_client{target_at(server)}.try_wait(
      {"1"}, {.poll_interval = 1h, .timeout = 2000ms, .stop = patience.token()});
  auto const took = steady::now() - start;
  CHECK(error_of(got).code == errc::timeout);
  CHECK(took >= 2000ms);
  CHECK(took < soon);
  CHECK(says(error_of(got), "2000 ms"));
  CHECK(says(error_of(got), "Importing 80 %, 1000 of 1000 rows"));
  CHECK(says(error_of(got), "builds indexes"));
}

TEST_CASE("wait: the deadline cuts a request short, and a server that is not there") {
  scripted_server slow({{.body = "{}", .delay = for_ever}});
  milvus target = target_at(slow);
  target.retry = {};
  watchdog const first;
  auto start = steady::now();
  CHECK(error_of(import_client{target}.try_wait({"1"}, {.poll_interval = 1ms, .timeout = 200ms, .stop = first.token()})).code == errc::timeout);
  CHECK(steady::now() - start < soon);

  // The deadline leaves time for the refusal, which is all that is known then.
  watchdog const second;
  start = steady::now();
  auto const got =
      import_client{milvus{.uri = "http://127.0.0.1:1"}}.try_wait(
      {"1"}, {.poll_interval = 20ms, .timeout = 2s, .stop = second.token()});
  CHECK(error_of(got).code == errc::timeout);
  CAPTURE(error_of(got).message);
  CHECK(says(error_of(got), "refused"));
  CHECK(steady::now() - start < soon);
}

TEST_CASE("wait: the stop token ends sleep and request at once") {
  for (auto const delay : {0s, for_ever}) {
    auto answer = state("Importing", 40);
    answer.delay = delay;
    scripted_server server({answer});
    std::stop_source source;
    std::jthread const stopper([&] {
      std::this_thread::sleep_for(150ms);
      source.request_stop();
    });
    auto const start = steady::now();
    auto const got =
        import_client{target_at(server)}.try_wait({"1"}, {.poll_interval = 1h, .stop = source.get_token()});
    CHECK(steady::now() - start < soon);
    CHECK(error_of(got).code == errc::cancelled);
  }
  scripted_server server({state("Importing", 40)});
  std::stop_source stopped;
  stopped.request_stop();
  CHECK(error_of(import_client{target_at(server)}.try_wait({"1"}, {.stop = stopped.get_token()})).code ==
        errc::cancelled);
  CHECK(server.seen().empty());
}

TEST_CASE("wait: what on_progress throws goes through, and the client stays usable") {
  scripted_server server({state("Importing", 40), state("Completed", 100)});
  import_client db{target_at(server)};
  CHECK_THROWS_WITH_AS(
      (void)db.try_wait({"1"},
                        {.poll_interval = 1ms, .on_progress = [](auto const&) { throw std::runtime_error("enough"); }}),
      "enough", std::runtime_error);
  CHECK(db.wait({"1"}).state == import_state::completed);
}

TEST_CASE("wait: throws bw::error") {
  scripted_server server({state("Failed", 0, R"(,"reason":"bad")")});
  import_client db{target_at(server)};
  try {
    db.wait({"1"});
    FAIL("no exception");
  } catch (error const& x) {
    CHECK(x.code() == errc::import_failed);
    CHECK(std::string(x.what()).ends_with("[bulkwriter.import_failed]"));
  }
}

TEST_CASE("wait: goes on while a proxy says that it may pass, and ends when it refuses") {
  scripted_server proxy({{.status = 502}, {.status = 503}, {.status = 403}});
  milvus const target{
      .uri = "http://milvus.example:19530", .retry = {.max_attempts = 1}, .proxy = {.url = proxy.url()}};
  auto const start = steady::now();
  auto const got = import_client{target}.try_wait({"1"}, {.poll_interval = 1ms, .timeout = for_ever});
  CHECK(steady::now() - start < soon);
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::connect_failed);
  CHECK(got.error().http_status == 403);
  CHECK(proxy.seen().size() == 3);
}
