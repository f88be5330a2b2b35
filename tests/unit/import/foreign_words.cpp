// What a server writes, wherever it writes it, in the messages about it; and answers that each have their own words.

#include "scripted_server.hpp"

#include "support/error_of.hpp"

#include <bulkwriter/import/collections.hpp>
#include <bulkwriter/import/import_client.hpp>
#include <bulkwriter/text/utf8.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace bulkwriter;
using namespace std::chrono_literals;

namespace {

constexpr auto token = "root:Top<Secret", access_key = "AKIAEXAMPLE", secret_key = "store/secret+key";

bool says(error_info const& error, std::string_view part) { return error.message.find(part) != std::string::npos; }

// For a person, and without anything to hide.
void check_fit(std::string const& text) {
  CAPTURE(text);
  CHECK(detail::find_utf8_fault(text) == std::string_view::npos);
  CHECK(text.size() < 8000);
  for (char const c : text) CHECK((static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
  for (char const* const part : {"Secret", "store/", "store%2", "SIGNED"}) CHECK(text.find(part) == std::string::npos);
}
void check_fit(error_info const& error) {
  check_fit(error.message);
  check_fit(error.server_error);
  check_fit(error.to_string());
}

// As a server repeats them, and what else it may write.
std::string hostile(std::vector<std::string> const& more = {}) {
  std::string out("a\r\nb\x1b[31mc\0d\xff\xe2\x80\xae ", 17);
  std::vector<std::string> words = {token, "root%3ATop%3CSecret", "root:Top&lt;Secret", "root:Top\\u003cSecret",
                                    "http://h/p?SIG=SIGNED&x", "X-Amz-Security-Token=SIGNED", "Authorization: Bearer SIGNED"};
  words.insert(words.end(), more.begin(), more.end());
  for (auto const& word : words) (out += word) += " \n";
  return out + std::string(20'000, 'x');
}

// JSON is UTF-8.
std::string json_string(std::string text) {
  std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  return boost::json::serialize(boost::json::value(text));
}

struct client_calls {
  milvus target;
  import_client<milvus> db{target};
  collections all{target};

  explicit client_calls(std::string const& url) : target{.uri = url, .token = token, .retry = {.max_attempts = 1}} {}

  std::vector<std::pair<std::string, std::function<error_info()>>> list() {
    return {{"bulk_import", [&] { return error_of(db.try_bulk_import({.collection_name = "c", .files = {.groups = {{.paths = {"a.parquet"}}}}})); }},
            {"progress", [&] { return error_of(db.try_get_import_progress({"1"})); }},
            {"wait", [&] { return error_of(db.try_wait({"1"}, {.poll_interval = 1ms, .timeout = 300ms})); }},
            {"list", [&] { return error_of(db.try_list_import_jobs()); }},
            {"commit", [&] { return error_of(db.try_commit({"1"})); }},
            {"abort", [&] { return error_of(db.try_abort({"1"})); }},
            {"has", [&] { return error_of(all.try_has("c")); }},
            {"describe", [&] { return error_of(all.try_describe("c")); }},
            {"drop", [&] { return error_of(all.try_drop("c")); }}};
  }
};

}  // namespace

TEST_CASE("import: whatever a server writes, and wherever, a message is one line without secrets") {
  std::string const text = hostile();
  std::string clean;
  for (char const c : text)
    if (static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f) clean += c;
  for (scripted_answer const& answer : {
           scripted_answer{.status = 200, .body = text},
           scripted_answer{.status = 500, .body = text},
           scripted_answer{.status = 200, .body = R"({"code":1,"message":)" + json_string(text) + "}"},
           scripted_answer{.status = 403, .body = R"({"code":1401,"message":)" + json_string(text) + "}"},
           scripted_answer{.status = 302, .headers = {{"Location", clean.substr(0, 4000)}, {"X-Request-Id", clean.substr(0, 2000)}}},
       }) {
    scripted_server server(std::vector<scripted_answer>{answer});
    client_calls calls(server.url());
    for (auto const& [name, call] : calls.list()) {
      CAPTURE(name);
      CAPTURE(answer.status);
      error_info const error = call();
      CHECK(error.code != errc::none);
      check_fit(error);
    }
  }
}

TEST_CASE("import: the reason of a failed job is one line without secrets, those of the request included") {
  std::vector<std::string> const sent = {secret_key, "store%2Fsecret%2Bkey"};
  std::string const text = json_string(hostile(sent)), other = json_string("other " + hostile(sent));
  std::string const failed = R"({"code":0,"data":{"jobId":)" + text + R"(,"collectionName":)" + text +
                             R"(,"state":"Failed","progress":3,"reason":)" + text +
                             R"(,"details":[{"fileName":)" + text + R"(,"reason":)" + other + "}]}}";
  scripted_server server(std::vector<scripted_answer>{{.body = R"({"code":0,"data":{"jobId":"1"}})"}, {.body = failed}});
  import_client cloud{zilliz_cloud{.endpoint = server.url(), .api_key = token, .cluster_id = "c"}};
  auto const job = cloud.bulk_import(
      {.collection_name = "c", .object_url = "s3://b/k", .access_key = access_key, .secret_key = secret_key});
  auto const error = error_of(cloud.try_wait(job, {.poll_interval = 1ms}));
  CHECK(error.code == errc::import_failed);
  CHECK(says(error, "failed: a\\r\\nb\\x1b[31mc\\x00d"));
  check_fit(error);
}

TEST_CASE("import: a job in a state that is unknown, and what it is called in") {
  auto const state = [](std::string const& word, int percent) {
    return scripted_answer{.body = R"({"code":0,"data":{"jobId":"1","state":)" + json_string(word) + R"(,"progress":)" +
                                   std::to_string(percent) + "}}"};
  };
  scripted_server server({state("Gone\x1b[1m", 1), state("Gone", 1), state("Gone", 2), state("Gone", 2)});
  import_client db{milvus{.uri = server.url()}};
  auto const stuck = error_of(db.try_wait({"1"}, {.poll_interval = 1ms, .unknown_limit = 50ms}));
  CHECK(stuck.code == errc::invalid_response);
  CHECK(stuck.message ==
        "waiting for import job '1': its state is 'Gone', which is none that is known here, and 50 ms have changed nothing "
        "in what the server says (unknown_limit); the job runs on");
  auto const late = error_of(db.try_wait({"1"}, {.poll_interval = 1ms, .timeout = 100ms}));
  CHECK(late.code == errc::timeout);
  CHECK(says(late, "last seen: Gone 2 %"));
  scripted_server moving({state("Gone", 1), state("Gone", 2), state("Gone", 3), state("Completed", 100)});
  CHECK(import_client{milvus{.uri = moving.url()}}.try_wait({"1"}, {.poll_interval = 1ms, .unknown_limit = 0ms}));
}

TEST_CASE("import: answers that are none each have their own words") {
  auto const told = [](scripted_answer answer) {
    scripted_server server(std::vector<scripted_answer>{std::move(answer)});
    return error_of(import_client{milvus{.uri = server.url(), .retry = {.max_attempts = 1}}}.try_get_import_progress({"1"}));
  };
  CHECK(says(told({.status = 302}), "HTTP 302 with an empty body (a redirect that does not say where to)"));
  CHECK(says(told({.status = 307, .headers = {{"Location", "http://other.example/x?y=z"}}}),
             "(it redirects to 'http://other.example/x', which is not followed)"));
  CHECK(says(told({.body = std::string(50, '[') + std::string(50, ']')}), "which is nested too deeply for an answer"));
  auto const missing = told({.status = 404, .body = "404 page not found"});
  CHECK(missing.code == errc::http_error);
  CHECK(says(missing, "is /v2/vectordb/jobs/import/get_progress known to the server's version"));
  for (char const* const nothing : {R"({"code":0,"data":{}})", R"({"code":0,"data":{"jobId":"1"}})"}) {
    auto const error = told({.body = nothing});
    CHECK(error.code == errc::invalid_response);
    CHECK(says(error, "the answer does not say how far the job is"));
  }
  auto const large = told({.body = R"({"code":0,"data":{"state":")" + std::string(9'000'000, 'x') + "\"}}"});
  CHECK(large.code == errc::invalid_response);
}

TEST_CASE("import: what was tried several times says how often") {
  scripted_server server(std::vector<scripted_answer>{{.status = 503, .body = "busy"}});
  import_client db{milvus{.uri = server.url(), .retry = {.max_attempts = 3, .base_delay = 1ms}}};
  CHECK(error_of(db.try_list_import_jobs()).message.ends_with("with 'busy' (3 attempts)"));
  scripted_server lost(std::vector<scripted_answer>{{.lost = true}});
  import_client gone{milvus{.uri = lost.url(), .retry = {.max_attempts = 2, .base_delay = 1ms}}};
  CHECK(error_of(gone.try_list_import_jobs()).message.ends_with("(2 attempts)"));
}

TEST_CASE("import: what must not come twice is repeated only where nothing was sent") {
  auto const import = [](std::string const& url) {
    import_client db{milvus{.uri = url, .retry = {.max_attempts = 3, .base_delay = 1ms}}};
    return error_of(db.try_bulk_import({.collection_name = "c", .files = {.groups = {{.paths = {"a.parquet"}}}}}));
  };
  auto const nobody = import("http://127.0.0.1:1");
  CHECK(nobody.code == errc::connect_failed);
  CHECK_FALSE(nobody.may_have_happened);
  CHECK(nobody.message.ends_with("(3 attempts)"));
  scripted_server lost(std::vector<scripted_answer>{{.lost = true}});
  CHECK(import(lost.url()).code == errc::outcome_unknown);
  CHECK(lost.seen().size() == 1);
}

TEST_CASE("import: a call does not wait for another one's answer") {
  scripted_server server(std::vector<scripted_answer>{{.delay = 120s}, {.body = R"({"code":0,"data":{"jobId":"1","state":"Completed","progress":100}})"}});
  import_client db{milvus{.uri = server.url(), .retry = {.max_attempts = 1}}};
  std::stop_source stop;
  std::atomic<bool> over = false;
  std::jthread const silent([&] {
    CHECK(error_of(db.try_wait({"1"}, {.stop = stop.get_token()})).code == errc::cancelled);
    over = true;
  });
  while (server.seen().empty()) std::this_thread::sleep_for(1ms);
  CHECK(db.try_get_import_progress({"1"}));
  CHECK(db.try_wait({"1"}));
  CHECK_FALSE(over);
  stop.request_stop();
}

TEST_CASE("import: durations that no clock can count") {
  scripted_server server(std::vector<scripted_answer>{{.body = R"({"code":0,"data":{"jobId":"1","state":"Pending","progress":1}})"}});
  import_client db{milvus{.uri = server.url()}};
  for (auto const interval : {(std::chrono::milliseconds::max)(), std::chrono::milliseconds(std::chrono::hours(24 * 365 * 200))}) {
    std::size_t const before = server.seen().size();
    auto const error = error_of(db.try_wait({"1"}, {.poll_interval = interval, .timeout = 200ms}));
    CHECK(error.code == errc::timeout);
    CHECK(server.seen().size() - before == 1);
    std::stop_source stop;
    std::jthread const later([&] { std::this_thread::sleep_for(50ms), stop.request_stop(); });
    CHECK(error_of(db.try_wait({"1"}, {.poll_interval = interval, .timeout = interval, .unknown_limit = interval, .stop = stop.get_token()}))
              .code == errc::cancelled);
  }
}
