#include "scripted_server.hpp"

#include "support/error_of.hpp"

#include <bulkwriter/import/collections.hpp>
#include <bulkwriter/import/import_client.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace bulkwriter;
using namespace std::chrono_literals;
using boost::json::parse;

namespace {

http::retry_options const once{.max_attempts = 1};
http::retry_options const quick{.max_attempts = 3, .base_delay = 1ms, .max_delay = 2ms};

batch_files one_file() { return {.groups = {{.paths = {"u/1.parquet"}}}}; }

milvus milvus_at(scripted_server const& server) { return {.uri = server.url(), .token = "root:Milvus", .retry = once}; }
zilliz_cloud cloud_at(scripted_server const& server) {
  return {.endpoint = server.url(), .api_key = "api-key-123", .cluster_id = "in01-abc", .retry = once};
}
zilliz_cloud_v1 cloud_v1_at(scripted_server const& server) {
  return {.cloud_region = "gcp-us-west1",
          .api_key = "api-key-123",
          .cluster_id = "in01-abc",
          .endpoint = server.url(),
          .retry = once};
}

// The examples of the reference pages.
constexpr char job_answer[] = R"({"code":0,"data":{"jobId":"job-xxxxxxxxxxxxxxxxxxxxx"}})";

template <class Client, class Request>
concept takes = requires(Client& c, Request const& r) { c.bulk_import(r); };
static_assert(takes<import_client<milvus>, milvus_import_request>);
static_assert(takes<import_client<zilliz_cloud>, zilliz_cloud_import_request>);
static_assert(!takes<import_client<zilliz_cloud>, milvus_import_request>);
static_assert(!takes<import_client<zilliz_cloud_v1>, zilliz_cloud_import_request>);
static_assert(!takes<import_client<milvus>, zilliz_cloud_import_request>);
template <class Client>
concept has_two_phases = requires(Client& c, job_id const& id) { c.commit(id); };
static_assert(has_two_phases<import_client<milvus>> && !has_two_phases<import_client<zilliz_cloud_v1>>);

}  // namespace

// ---- what is sent ----

TEST_CASE("milvus: create sends files as groups, and nothing that was not given") {
  scripted_server server(job_answer);
  import_client db{milvus_at(server)};
  job_id const job = db.bulk_import({.collection_name = "articles", .files = one_file()});
  CHECK(job.value == "job-xxxxxxxxxxxxxxxxxxxxx");

  auto const sent = server.only();
  CHECK(sent.method == "POST");
  CHECK(sent.target == "/v2/vectordb/jobs/import/create");
  CHECK(sent.authorization == "Bearer root:Milvus");
  CHECK(sent.content_type == "application/json");
  CHECK(sent.db_name == "");
  CHECK(sent.json() == parse(R"({"collectionName":"articles","files":[["u/1.parquet"]]})"));
}

TEST_CASE("milvus: create with everything; NumPy files share a group; a leading slash is kept") {
  scripted_server server(job_answer);
  milvus target = milvus_at(server);
  target.db_name = "news";
  target.headers = {{"X-Custom", "yes"}};
  import_client db{target};
  batch_files const files{
      .groups = {{.paths = {"/d1782fa1/1.json"}},
                 {.paths = {"/2a12dea7/1/id.npy", "/2a12dea7/1/vector.npy", "/2a12dea7/1/$meta.npy"}},
                 {.paths = {"/a6fb2d1c/1.parquet"}}}};
  db.bulk_import({.collection_name = "quick_setup",
                  .files = files,
                  .partition_name = "p1",
                  .options = {{"timeout", "300s"}, {"auto_commit", "false"}}});
  auto const sent = server.only();
  CHECK(sent.db_name == "news");
  CHECK(sent.custom == "yes");
  CHECK(sent.json() == parse(R"({"dbName":"news","collectionName":"quick_setup","partitionName":"p1",
    "files":[["/d1782fa1/1.json"],["/2a12dea7/1/id.npy","/2a12dea7/1/vector.npy","/2a12dea7/1/$meta.npy"],["/a6fb2d1c/1.parquet"]],
    "options":{"timeout":"300s","auto_commit":"false"}})"));
}

TEST_CASE("milvus: what the files bring along is sent with them, and cannot be contradicted") {
  batch_files files{.options = {{"sep", "|"}, {"nullkey", "NULL"}}};
  for (char const* const path : {"u/1.csv", "u/2.csv"}) files.groups.push_back({.paths = {path}});
  auto const sent = [&](import_options options) {
    scripted_server server(job_answer);
    import_client{milvus_at(server)}.bulk_import(
        {.collection_name = "c", .files = split_batch_files(files, 1).at(1), .options = std::move(options)});
    return server.only().json().at("options");
  };
  CHECK(sent({}) == parse(R"({"sep":"|","nullkey":"NULL"})"));
  CHECK(sent({{"timeout", "300s"}, {"SEP", "|"}}) == parse(R"({"timeout":"300s","SEP":"|","nullkey":"NULL"})"));

  import_client db{milvus{.uri = "http://127.0.0.1:1"}};  // nothing is sent
  auto const refused = db.try_bulk_import({.collection_name = "c", .files = files, .options = {{"nullkey", ""}}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::invalid_option);
  CHECK(refused.error().message.find("option 'nullkey' is '', but the files were written with 'NULL'") !=
        std::string::npos);
}

TEST_CASE("milvus: the request's database goes before the target's") {
  scripted_server server(job_answer);
  milvus target = milvus_at(server);
  target.db_name = "news";
  import_client{target}.bulk_import({.collection_name = "c", .files = one_file(), .db_name = "other"});
  CHECK(server.only().db_name == "other");
  CHECK(server.only().json().at("dbName") == "other");
}

TEST_CASE("milvus: the idempotency key is made from the request, settable, and can be left out") {
  scripted_server server(job_answer);
  import_client db{milvus_at(server)};
  auto const key_of = [&](milvus_import_request const& request) {
    db.bulk_import(request);
    return server.seen().back();
  };
  // sha256 of {"collectionName":"articles","files":[["u/1.parquet"]]}
  std::string const derived = "bulkwriter-b9bfda432c26d967c3a10aa01fef19bf8a66cd172d52582560dd8b0c4c476746";
  CHECK(key_of({.collection_name = "articles", .files = one_file()}).idempotency_key == derived);
  CHECK(key_of({.collection_name = "articles", .files = one_file()}).idempotency_key == derived);
  CHECK(key_of({.collection_name = "articles2", .files = one_file()}).idempotency_key != derived);
  CHECK(key_of({.collection_name = "articles", .files = {.groups = {{.paths = {"u/2.parquet"}}}}}).idempotency_key !=
        derived);
  CHECK(key_of({.collection_name = "articles", .files = one_file(), .partition_name = "p"}).idempotency_key != derived);
  CHECK(key_of({.collection_name = "articles", .files = one_file(), .idempotency_key = "run 7"}).idempotency_key ==
        "run 7");
  CHECK_FALSE(key_of({.collection_name = "articles", .files = one_file(), .idempotency_key = ""}).has_idempotency_key);

  auto const sent_so_far = server.seen().size();
  for (std::string const& bad : {std::string(257, 'k'), std::string("a\nb"), std::string("\xc3\xa9")})
    CHECK(error_of(db.try_bulk_import({.collection_name = "c", .files = one_file(), .idempotency_key = bad})).code ==
          errc::invalid_option);
  CHECK(server.seen().size() == sent_so_far);
}

TEST_CASE("zilliz cloud: object_url, object_urls, volumes, on-demand compute") {
  scripted_server server(job_answer);
  import_client cloud{cloud_at(server)};

  cloud.bulk_import({.collection_name = "medium_articles",
                     .object_url = "s3://bucket/folder/",
                     .access_key = "ak",
                     .secret_key = "sk"});
  CHECK(server.seen()[0].target == "/v2/vectordb/jobs/import/create");
  CHECK(server.seen()[0].authorization == "Bearer api-key-123");
  CHECK_FALSE(server.seen()[0].has_idempotency_key);
  CHECK(server.seen()[0].json() == parse(R"({"clusterId":"in01-abc","collectionName":"medium_articles",
    "objectUrl":"s3://bucket/folder/","accessKey":"ak","secretKey":"sk"})"));

  cloud.bulk_import({.collection_name = "medium_articles",
                     .access_key = "ak",
                     .secret_key = "sk",
                     .token = "t",
                     .object_urls = {"s3://bucket/folder-1/1.parquet", "s3://bucket/folder-2/"},
                     .partition_name = "p",
                     .db_name = "default"});
  CHECK(server.seen()[1].json() ==
        parse(R"({"clusterId":"in01-abc","dbName":"default","collectionName":"medium_articles",
    "partitionName":"p","objectUrls":[["s3://bucket/folder-1/1.parquet"],["s3://bucket/folder-2/"]],
    "accessKey":"ak","secretKey":"sk","token":"t"})"));

  zilliz_cloud on_demand{
      .endpoint = server.url(), .api_key = "k", .project_id = "proj-1", .region_id = "aws-us-west-2"};
  import_client{on_demand}.bulk_import({.collection_name = "medium_articles",
                                        .volume_name = "my_volume",
                                        .data_paths = {"json-folder/1.json", "parquet-folder/"}});
  CHECK(server.seen()[2].json() ==
        parse(R"({"projectId":"proj-1","regionId":"aws-us-west-2","collectionName":"medium_articles",
    "volumeName":"my_volume","dataPaths":[["json-folder/1.json"],["parquet-folder/"]]})"));
}

TEST_CASE("zilliz cloud v1: the guide's three calls") {
  scripted_server server(
      {{.body = R"({"code":200,"data":{"jobId":"0f7fe853-d93e-4681-99f2-4719c63585cc"}})"},
       {.body = R"({"code":200,"data":{"collectionName":"medium_articles","fileName":"1af7/1.parquet",
                            "fileSize":19599887,"readyPercentage":0.5,"completeTime":null,"errorMessage":null,"jobId":"job-1",
                            "details":[{"fileName":"1af7/1.parquet","fileSize":19599887,"readyPercentage":0.5,
                            "completeTime":null,"errorMessage":null}]}})"},
       {.body = R"({"code":200,"data":{"tasks":[{"collectionName":"medium_aritlces",
                            "jobId":"0f7fe853","state":"ImportCompleted"},{"collectionName":"b","jobId":"2","state":"ImportRunning"},
                            {"collectionName":"b","jobId":"3","state":"ImportFailed"}],"count":3,"currentPage":1,"pageSize":10}})"}});
  import_client guide{cloud_v1_at(server)};
  job_id const job = guide.bulk_import({.collection_name = "medium_articles",
                                        .object_url = "gs://docs-demo/1af78216/",
                                        .access_key = "xx",
                                        .secret_key = "yy"});
  CHECK(job.value == "0f7fe853-d93e-4681-99f2-4719c63585cc");
  CHECK(server.seen()[0].method == "POST");
  CHECK(server.seen()[0].target == "/v1/vector/collections/import");
  CHECK(server.seen()[0].authorization == "Bearer api-key-123");
  CHECK(server.seen()[0].json() == parse(R"({"clusterId":"in01-abc","collectionName":"medium_articles",
    "objectUrl":"gs://docs-demo/1af78216/","accessKey":"xx","secretKey":"yy"})"));

  import_progress const p = guide.get_import_progress({"a b/c"});
  CHECK(server.seen()[1].method == "GET");
  CHECK(server.seen()[1].target == "/v1/vector/collections/import/get?jobId=a%20b%2Fc&clusterId=in01-abc");
  CHECK(server.seen()[1].body == "");
  CHECK(p.state == import_state::importing);
  CHECK(p.percent == 50);
  CHECK(p.file_size == 19599887);
  CHECK(p.id.value == "job-1");
  CHECK(p.reason == "");
  REQUIRE(p.details.size() == 1);
  CHECK(p.details[0].percent == 50);

  import_jobs const page = guide.list_import_jobs({.page_size = 10, .current_page = 2});
  CHECK(server.seen()[2].target == "/v1/vector/collections/import/list?clusterId=in01-abc&pageSize=10&currentPage=2");
  CHECK(page.total == 3);
  REQUIRE(page.size() == 3);
  CHECK(page[0].collection_name == "medium_aritlces");
  CHECK(page[0].state == import_state::completed);
  CHECK(page[1].state == import_state::importing);
  CHECK(page[2].state == import_state::failed);
}

TEST_CASE("zilliz cloud v1: readyPercentage and errorMessage") {
  struct row {
    std::string share, message;
    int percent;
    import_state state;
  };
  for (auto const& [share, message, percent, state] :
       std::vector<row>{{"0", "null", 0, import_state::importing},
                        {"0.01", "null", 1, import_state::importing},
                        {"0.29", "null", 29, import_state::importing},
                        {"0.999", "null", 99, import_state::importing},
                        {"1", "null", 100, import_state::completed},
                        {"1.0", "\"\"", 100, import_state::completed},
                        {"\"1\"", "null", 100, import_state::completed},
                        {"-3", "null", 0, import_state::importing},
                        {"0.7", "\"no such object\"", 70, import_state::failed}}) {
    CAPTURE(share);
    scripted_server server(R"({"code":200,"data":{"readyPercentage":)" + share + R"(,"errorMessage":)" + message +
                           "}}");
    import_progress const p = import_client{cloud_v1_at(server)}.get_import_progress({"j"});
    CHECK(p.percent == percent);
    CHECK(p.state == state);
    CHECK(p.id.value == "j");
  }
}

TEST_CASE("progress: the example of the reference page, and the same with numbers as text") {
  std::string const page = R"({"code":0,"data":{"jobId":"448761313698322011","collectionName":"medium_articles",
    "fileName":"...json","fileSize":3279917,"state":"Completed","progress":100,"completeTime":"2024-04-01T06:17:55Z","reason":"",
    "totalRows":100000,"importedRows":100000,"details":[{"fileName":"[a.json]","fileSize":3279917,"state":"Completed",
    "progress":100,"completeTime":"2024-04-01T06:17:55Z","reason":"","importedRows":100000,"totalRows":100000}]}})";
  std::string const texts = R"({"code":"0","data":{"jobId":448761313698322011,"collectionName":"medium_articles",
    "fileName":"...json","fileSize":"3279917","state":"Completed","progress":"100","completeTime":"2024-04-01T06:17:55Z",
    "reason":null,"totalRows":"100000","importedRows":"100000","details":[{"fileName":"[a.json]","fileSize":"3279917",
    "state":"Completed","progress":"100","completeTime":"2024-04-01T06:17:55Z","importedRows":"100000","totalRows":"100000"}]}})";
  for (auto const& text : {page, texts}) {
    scripted_server server(text);
    import_progress const p = import_client{milvus_at(server)}.get_import_progress({"448761313698322011"});
    CHECK(server.only().target == "/v2/vectordb/jobs/import/describe");
    CHECK(server.only().json() == parse(R"({"jobId":"448761313698322011"})"));
    CHECK(p.id.value == "448761313698322011");
    CHECK(p.state == import_state::completed);
    CHECK(p.state_text == "Completed");
    CHECK(p.percent == 100);
    CHECK(p.imported_rows == 100000);
    CHECK(p.total_rows == 100000);
    CHECK(p.file_size == 3279917);
    CHECK(p.collection_name == "medium_articles");
    CHECK(p.complete_time == "2024-04-01T06:17:55Z");
    CHECK(p.reason == "");
    CHECK(p.raw == text);
    REQUIRE(p.details.size() == 1);
    CHECK(p.details[0].file_name == "[a.json]");
    CHECK(p.details[0].state == import_state::completed);
    CHECK(p.details[0].imported_rows == 100000);
  }
}

TEST_CASE("progress: percent is clamped, states are told apart, files_done") {
  auto const get = [](std::string const& members) {
    bool const has_state = members.find("\"state\"") != std::string::npos;
    scripted_server server(R"({"code":0,"data":{)" + members + (has_state ? "" : R"(,"state":"Importing")") + "}}");
    return import_client{milvus_at(server)}.get_import_progress({"1"});
  };
  CHECK(get(R"("progress":-2147483648)").percent == 0);
  CHECK(get(R"("progress":4294967295)").percent == 100);
  CHECK(get(R"("progress":99.9)").percent == 99);
  CHECK(get(R"("progress":true)").percent == 0);
  CHECK(get(R"("totalRows":-5)").total_rows == 0);
  CHECK(get(R"("fileSize":9223372036854775807)").file_size == 9223372036854775807u);
  for (auto const& [word, state] :
       std::vector<std::pair<std::string, import_state>>{{"Pending", import_state::pending},
                                                         {"Importing", import_state::importing},
                                                         {"InProgress", import_state::importing},
                                                         {"Uncommitted", import_state::uncommitted},
                                                         {"Committing", import_state::committing},
                                                         {"Completed", import_state::completed},
                                                         {"Failed", import_state::failed},
                                                         {"Dreaming", import_state::unknown}}) {
    CAPTURE(word);
    CHECK(get(R"("state":")" + word + '"').state == state);
  }
  CHECK(get(R"("state":"Importing","details":[{"state":"Completed"},{"state":"Completed"}])").files_done());
  CHECK_FALSE(get(R"("state":"Importing","details":[{"state":"Completed"},{"state":"InProgress"}])").files_done());
  CHECK_FALSE(get(R"("state":"Importing","details":[])").files_done());
}

TEST_CASE("progress: servers before 2.4.13 know get_progress alone; asked once, remembered") {
  scripted_server server({{.status = 404, .body = "404 page not found"},
                          {.body = R"({"code":0,"data":{"state":"Pending","progress":10}})"}});
  milvus target = milvus_at(server);
  target.db_name = "news";
  import_client db{target};
  CHECK(db.get_import_progress({"7"}).percent == 10);
  CHECK(db.get_import_progress({"7"}).percent == 10);
  auto const seen = server.seen();
  REQUIRE(seen.size() == 3);
  CHECK(seen[0].target == "/v2/vectordb/jobs/import/describe");
  CHECK(seen[1].target == "/v2/vectordb/jobs/import/get_progress");
  CHECK(seen[2].target == "/v2/vectordb/jobs/import/get_progress");
  CHECK(seen[2].json() == parse(R"({"dbName":"news","jobId":"7"})"));
  CHECK(seen[2].db_name == "news");
}

TEST_CASE("zilliz cloud: describe and list carry the cluster; commit and abort") {
  scripted_server server({{.body = R"({"code":0,"data":{"state":"Pending"}})"},
                          {.body = R"({"code":0,"data":{"count":21,"currentPage":3,"pageSize":10,"records":[
                            {"collectionName":"test","jobId":"job-1","state":"InProgress"}]}})"},
                          {.body = R"({"code":0,"data":{}})"}});
  import_client cloud{cloud_at(server)};
  cloud.get_import_progress({"job-1"});
  import_jobs const page = cloud.list_import_jobs({.collection_name = "test", .page_size = 10, .current_page = 3});
  cloud.commit({"job-1"});
  cloud.abort({"job-1"});
  auto const seen = server.seen();
  REQUIRE(seen.size() == 4);
  CHECK(seen[0].json() == parse(R"({"clusterId":"in01-abc","jobId":"job-1"})"));
  CHECK(seen[1].target == "/v2/vectordb/jobs/import/list");
  CHECK(seen[1].json() == parse(R"({"clusterId":"in01-abc","collectionName":"test","pageSize":10,"currentPage":3})"));
  CHECK(page.total == 21);
  CHECK(page.current_page == 3);
  CHECK(page[0].state == import_state::importing);
  CHECK(seen[2].target == "/v2/vectordb/jobs/import/commit");
  CHECK(seen[2].json() == parse(R"({"clusterId":"in01-abc","jobId":"job-1"})"));
  CHECK(seen[3].target == "/v2/vectordb/jobs/import/abort");
}

TEST_CASE("milvus: list has no pages on the server; the page is cut out") {
  std::string records;
  for (int i = 1; i <= 25; ++i)
    records += (i > 1 ? "," : "") +
               (R"({"jobId":")" + std::to_string(i) + R"(","collectionName":"c","state":"Importing","progress":40})");
  scripted_server server(R"({"code":0,"data":{"records":[)" + records + "]}}");
  import_client db{milvus_at(server)};
  CHECK(db.list_import_jobs().size() == 10);
  CHECK(server.only().json() == parse("{}"));
  import_jobs const last = db.list_import_jobs({.collection_name = "c", .page_size = 10, .current_page = 3});
  CHECK(server.seen().back().json() == parse(R"({"collectionName":"c"})"));
  CHECK(last.total == 25);
  REQUIRE(last.size() == 5);
  CHECK(last[0].id.value == "21");
  CHECK(last[0].percent == 40);
  CHECK(db.list_import_jobs({.page_size = 10, .current_page = 4}).empty());
  CHECK(db.list_import_jobs({.page_size = 10, .current_page = ~std::uint64_t(0)}).empty());
  CHECK(db.list_import_jobs({.page_size = ~std::uint64_t(0)}).size() == 25);
  CHECK(error_of(db.try_list_import_jobs({.page_size = 0})).code == errc::invalid_option);
}

// ---- what is refused before anything is sent ----

TEST_CASE("milvus: what cannot be a key is refused with a reason") {
  scripted_server server(job_answer);
  import_client db{milvus_at(server)};
  for (auto const& [path, reason] :
       std::vector<std::pair<std::string, std::string>>{{"s3://bucket/u/1.parquet", "is a URL"},
                                                        {"https://b.s3.amazonaws.com/u/1.parquet", "is a URL"},
                                                        {"u\\1.parquet", "backslashes"},
                                                        {"C:\\out\\1.parquet", "on this machine"},
                                                        {"C:/out/1.parquet", "on this machine"},
                                                        {"./out/1.parquet", "on this machine"},
                                                        {"../out/1.parquet", "on this machine"},
                                                        {"~/out/1.parquet", "on this machine"},
                                                        {"", "is empty"}}) {
    CAPTURE(path);
    auto const got = db.try_bulk_import(
        {.collection_name = "c", .files = {.groups = {{.paths = {"u/0.parquet"}}, {.paths = {path}}}}});
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::invalid_option);
    CHECK(got.error().message.find("files[1]") != std::string::npos);
    CHECK(got.error().message.find(reason) != std::string::npos);
  }
  CHECK(server.seen().empty());
}

TEST_CASE("milvus: groups and options are checked") {
  scripted_server server(job_answer);
  import_client db{milvus_at(server)};
  auto const code = [&](milvus_import_request const& request) {
    auto const got = db.try_bulk_import(request);
    return got ? errc::none : got.error().code;
  };
  CHECK(code({.files = one_file()}) == errc::invalid_option);
  CHECK(code({.collection_name = "c"}) == errc::invalid_option);
  CHECK(code({.collection_name = "c", .files = {.groups = {{}}}}) == errc::invalid_option);
  CHECK(code({.collection_name = "c", .files = {.groups = {{.paths = {"1.parquet", "2.parquet"}}}}}) ==
        errc::invalid_option);
  CHECK(code({.collection_name = "c", .files = {.groups = {{.paths = {"id.npy", "v.parquet"}}}}}) ==
        errc::invalid_option);
  CHECK(code({.collection_name = "c", .files = one_file(), .options = {{"sep", ","}, {"SEP", ";"}}}) ==
        errc::invalid_option);
  CHECK(server.seen().empty());
  CHECK(code({.collection_name = "c",
              .files = {.groups = {{.paths = {"insert/", "delta/"}}}},
              .options = {{"backup", "true"}}}) == errc::none);

  batch_files many;
  for (int i = 0; i < 1025; ++i) many.groups.push_back({.paths = {std::to_string(i) + ".parquet"}});
  auto const got = db.try_bulk_import({.collection_name = "c", .files = many});
  REQUIRE_FALSE(got);
  CHECK(got.error().message.find("1025 groups") != std::string::npos);
  CHECK(got.error().message.find("1024") != std::string::npos);
  auto const parts = split_batch_files(many);
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].size() == 1024);
  CHECK(parts[1].size() == 1);
  CHECK(parts[1][0][0] == "1024.parquet");
  CHECK(code({.collection_name = "c", .files = parts[0]}) == errc::none);
}

TEST_CASE("zilliz cloud: sources, URLs and keys are checked") {
  scripted_server server(job_answer);
  import_client cloud{cloud_at(server)};
  auto const message = [&](zilliz_cloud_import_request const& request) {
    auto const got = cloud.try_bulk_import(request);
    return got ? std::string("sent") : error_of(got).message;
  };
  auto const says = [](std::string const& text, std::string_view part) { return text.find(part) != std::string::npos; };
  CHECK(says(message({.collection_name = "c"}), "nothing to import"));
  CHECK(says(message({.collection_name = "c", .object_url = "s3://b/", .object_urls = {"s3://b/"}}),
             "more than one source"));
  CHECK(says(message({.collection_name = "c", .object_url = "/uuid"}), "is not a URL"));
  CHECK(says(message({.collection_name = "c", .object_url = "file:///out/1.json"}), "on this machine"));
  CHECK(says(message({.collection_name = "c", .object_url = "s3://b\\k"}), "backslashes"));
  CHECK(says(message({.collection_name = "c", .object_urls = {"s3://b/1", "uuid/2"}}), "object_urls[1]"));
  CHECK(says(message({.collection_name = "c", .volume_name = "v"}), "belong together"));
  CHECK(says(message({.collection_name = "c", .volume_name = "v", .data_paths = {"/a"}}), "relative to the volume"));
  CHECK(says(message({.collection_name = "c", .object_url = "s3://b/", .access_key = "a"}), "without secret_key"));
  CHECK(says(message({.collection_name = "c", .object_urls = std::vector<std::string>(1001, "s3://b/k")}),
             "at most 1000"));
  CHECK(says(message({.object_url = "s3://b/"}), "collection_name is empty"));
  std::string const with_sas = message({.collection_name = "c", .object_urls = {"https\\://a/c?sig=SECRETSECRET"}});
  CHECK_FALSE(says(with_sas, "SECRET"));
  CHECK(server.seen().empty());

  import_client nowhere{zilliz_cloud{.endpoint = server.url(), .api_key = "k"}};
  auto const got = nowhere.try_bulk_import({.collection_name = "c", .object_url = "s3://b/"});
  CHECK(error_of(got).code == errc::invalid_option);
  CHECK(says(error_of(got).message, "cluster_id"));
}

TEST_CASE("targets: URLs") {
  auto const list = [](auto target) { return import_client{target}.try_list_import_jobs(); };
  auto const made = [](auto target) { return error_of(import_client<decltype(target)>::try_make(target)); };
  CHECK(made(milvus{}).message == "milvus.uri is empty");
  CHECK(made(milvus{.uri = "127.0.0.1:19530"}).message.find("no scheme") != std::string::npos);
  for (char const* const uri : {"", "127.0.0.1:19530", "http://127.0.0.1:1/?a=b", "ftp://127.0.0.1"}) {
    CHECK(made(milvus{.uri = uri}).code == errc::invalid_url);
    CHECK_THROWS_AS(import_client{milvus{.uri = uri}}, error);
    CHECK_THROWS_AS(collections{milvus{.uri = uri}}, error);
  }
  CHECK(made(zilliz_cloud_v1{.cloud_region = "", .api_key = "k", .cluster_id = "c"}).message.find("cloud_region") !=
        std::string::npos);
  // A key does not cross a network in clear; to a Milvus of one's own it may.
  for (char const* const host : {"api.example.com", "10.0.0.1", "127.0.0.1.example.com"}) {
    std::string const url = std::string("http://") + host + ":1";
    CHECK(made(zilliz_cloud{.endpoint = url, .api_key = "k"}).message ==
          "zilliz_cloud.endpoint is http: an API key is sent over https or within this machine only");
    CHECK(made(zilliz_cloud_v1{.api_key = "k", .endpoint = url}).code == errc::invalid_url);
    CHECK(import_client<milvus>::try_make({.uri = url, .token = "k"}));
  }
  CHECK(import_client<zilliz_cloud>::try_make({.endpoint = "http://localhost:1", .api_key = "k"}));
  CHECK(list(zilliz_cloud_v1{.cloud_region = "evil.com/", .api_key = "k", .cluster_id = "c"})
            .error()
            .message.find("evil.com/") != std::string::npos);
  // The host is made from the region; the reserved domain makes sure that nothing answers.
  auto const v1 = list(zilliz_cloud_v1{.cloud_region = "no-such-region",
                                       .api_key = "k",
                                       .cluster_id = "c",
                                       .timeouts = {.total = 200ms},
                                       .retry = once});
  CHECK(error_of(v1).message.find("https://controller.api.no-such-region.zillizcloud.com") != std::string::npos);
  auto const bare = list(zilliz_cloud{.endpoint = "127.0.0.1:1", .api_key = "k", .cluster_id = "c", .retry = once});
  CHECK(error_of(bare).message.find("https://127.0.0.1:1") != std::string::npos);

  scripted_server server(R"({"code":0,"data":{"records":[]}})");
  CHECK(list(milvus{.uri = server.url() + "/behind/a/proxy/"}));
  CHECK(server.only().target == "/behind/a/proxy/v2/vectordb/jobs/import/list");
  CHECK(server.only().authorization == "");
  scripted_server missing({{.status = 404, .body = "404 page not found"}});
  CHECK(list(milvus{.uri = missing.url() + "/behind/a/proxy/"})
            .error()
            .message.find(missing.url() + "/behind/a/proxy: HTTP 404") != std::string::npos);
}

TEST_CASE("zilliz cloud: nothing is sent without a key") {
  scripted_server server(job_answer);
  auto const refused = [](auto const& got, std::string_view member) {
    return !got && error_of(got).code == errc::invalid_option && error_of(got).message.find(member) != std::string::npos;
  };
  import_client cloud{zilliz_cloud{.endpoint = server.url(), .cluster_id = "in01-abc", .retry = once}};
  CHECK(refused(cloud.try_bulk_import({.collection_name = "c", .object_url = "s3://b/"}), "zilliz_cloud.api_key"));
  CHECK(refused(cloud.try_get_import_progress({"1"}), "zilliz_cloud.api_key"));
  CHECK(refused(cloud.try_wait({"1"}, {.poll_interval = 1ms, .timeout = 1s}), "zilliz_cloud.api_key"));
  CHECK(refused(cloud.try_list_import_jobs(), "zilliz_cloud.api_key"));
  CHECK(refused(cloud.try_commit({"1"}), "zilliz_cloud.api_key"));
  CHECK(refused(cloud.try_abort({"1"}), "zilliz_cloud.api_key"));
  import_client guide{zilliz_cloud_v1{.cluster_id = "in01-abc", .endpoint = server.url(), .retry = once}};
  CHECK(refused(guide.try_bulk_import({.collection_name = "c", .object_url = "s3://b/"}), "zilliz_cloud_v1.api_key"));
  CHECK(refused(guide.try_get_import_progress({"1"}), "zilliz_cloud_v1.api_key"));
  CHECK(refused(guide.try_list_import_jobs(), "zilliz_cloud_v1.api_key"));
  CHECK(server.seen().empty());
}

// ---- odd answers ----

TEST_CASE("create: job ids of every spelling, exact to 64 bits") {
  for (auto const& [data, id] :
       std::vector<std::pair<std::string, std::string>>{{R"({"jobId":"453120000000000001"})", "453120000000000001"},
                                                        {R"({"jobId":453120000000000001})", "453120000000000001"},
                                                        {R"({"jobID":9223372036854775807})", "9223372036854775807"},
                                                        {R"({"jobId":18446744073709551615})", "18446744073709551615"},
                                                        {R"([{"jobId":"job-1"}])", "job-1"}}) {
    for (std::string const code : {"0", "200", "\"0\""}) {
      CAPTURE(data);
      CAPTURE(code);
      scripted_server server(R"({"code":)" + code + R"(,"data":)" + data + "}");
      CHECK(import_client{milvus_at(server)}.bulk_import({.collection_name = "c", .files = one_file()}).value == id);
    }
  }
}

TEST_CASE("errors: what servers say becomes a code") {
  struct row {
    int status;
    std::string body;
    errc code;
    std::int64_t server_code;
    std::string said;
  };
  for (auto const& [status, body, code, server_code, said] : std::vector<row>{
           {200, R"({"code":100,"message":"can't find collection"})", errc::collection_not_found, 100,
            "can't find collection"},
           {200, R"({"code":1100,"message":"bad"})", errc::server_error, 1100, "bad"},
           {200, R"({"code":1802,"message":"missing"})", errc::server_error, 1802, "missing"},
           {200, R"({"code":1800,"message":"User hasn't authenticated"})", errc::unauthenticated, 1800,
            "User hasn't authenticated"},
           {401, R"({"code":1800,"message":"user hasn't authenticated"})", errc::unauthenticated, 1800,
            "user hasn't authenticated"},
           {200, R"({"code":80002,"message":"Token not found or unauthorized"})", errc::unauthenticated, 80002,
            "Token not found or unauthorized"},
           {200, R"({"code":21119,"message":"The apikey is illegal."})", errc::unauthenticated, 21119,
            "The apikey is illegal."},
           {403, R"({"code":65535,"message":"no privilege"})", errc::access_denied, 65535, "no privilege"},
           {200, R"({"code":2100,"message":"import job does not exist, jobID=7: importing data failed"})",
            errc::job_not_found, 2100, "import job does not exist, jobID=7: importing data failed"},
           {200, R"({"code":2100,"message":"job not found after lock, jobID=7"})", errc::job_not_found, 2100,
            "job not found after lock, jobID=7"},
           {200, R"({"code":2100,"message":"job 7 not found after lock"})", errc::job_not_found, 2100,
            "job 7 not found after lock"},
           {200, R"({"code":2101,"message":"job 7 not found"})", errc::job_not_found, 2101, "job 7 not found"},
           {200, R"({"code":2101,"message":"job 7 is Failed, file not found"})", errc::server_error, 2101,
            "job 7 is Failed, file not found"},
           {200, R"({"code":2100,"message":"import job failed: key not found"})", errc::server_error, 2100,
            "import job failed: key not found"},
           {200, R"({"code":47005,"message":"no collection"})", errc::collection_not_found, 47005, "no collection"},
           {200, R"({"code":90001,"message":"no collection"})", errc::collection_not_found, 90001, "no collection"},
           {200, R"({"code":80001,"message":"token"})", errc::unauthenticated, 80001, "token"},
           {200, R"({"code":1400,"message":"not authenticated"})", errc::unauthenticated, 1400, "not authenticated"},
           {200, R"({"code":1401,"message":"privilege not permitted"})", errc::access_denied, 1401,
            "privilege not permitted"},
           {200, R"({"code":800,"message":"database not found[database=x]"})", errc::server_error, 800,
            "database not found[database=x]"},
           {200, R"({"code":200,"message":"partition not found"})", errc::server_error, 200, "partition not found"},
           {200, R"({"code":90144,"message":"no such jobId"})", errc::job_not_found, 90144, "no such jobId"},
           {200, R"({"code":"1100","message":"as text"})", errc::server_error, 1100, "as text"},
           {500, R"({"code":500})", errc::server_error, 500, ""},
           {200, R"({"code":65535})", errc::server_error, 65535, ""},
           {401, "Unauthorized", errc::unauthenticated, 0, "Unauthorized"},
           {403, "<html>Forbidden</html>", errc::access_denied, 0, "<html>Forbidden</html>"},
           {502, "Bad Gateway", errc::http_error, 0, "Bad Gateway"},
           {418, "", errc::http_error, 0, ""},
           {204, "", errc::invalid_response, 0, ""},
           {200, "", errc::invalid_response, 0, ""},
           {200, "<html>login</html>", errc::invalid_response, 0, "<html>login</html>"},
           {200, R"({"code":0,"data":)", errc::invalid_response, 0, R"({"code":0,"data":)"},
           {200, R"([1])", errc::invalid_response, 0, "[1]"},
           {200, R"({"data":{}})", errc::invalid_response, 0, R"({"data":{}})"},
           {200, R"({"code":0})", errc::invalid_response, 0, ""},
           {200, R"({"code":0,"data":[]})", errc::invalid_response, 0, ""}}) {
    CAPTURE(status);
    CAPTURE(body);
    scripted_server server({{.status = status, .body = body}});
    auto const got = import_client{milvus_at(server)}.try_get_import_progress({"7"});
    REQUIRE_FALSE(got);
    CHECK(got.error().code == code);
    CHECK(got.error().http_status == status);
    CHECK(got.error().server_code == server_code);
    CHECK(got.error().server_error == said);
    CHECK(got.error().message.find("job '7'") != std::string::npos);
    CHECK(got.error().message.find(server.url()) != std::string::npos);
  }
}

TEST_CASE("errors: 404 is told after both routes, with the body's first bytes and the request's id") {
  scripted_server server({{.status = 404, .body = std::string(1000, 'x'), .headers = {{"X-Request-Id", "r-42"}}}});
  auto const got = import_client{milvus_at(server)}.try_get_import_progress({"7"});
  CHECK(server.seen().size() == 2);
  CHECK(error_of(got).code == errc::http_error);
  CHECK(error_of(got).http_status == 404);
  CHECK(error_of(got).message.find("xxx…") != std::string::npos);
  CHECK(error_of(got).message.find("r-42") != std::string::npos);
  CHECK(error_of(got).message.size() < 500);
}

TEST_CASE("create: where a job may have been made, the outcome is unknown and nothing is sent again") {
  for (auto const& answer :
       std::vector<scripted_answer>{{.lost = true},
                                    {.status = 408, .body = R"({"code":10001,"message":"request timeout"})"},
                                    {.status = 500, .body = R"({"code":500})"},
                                    {.status = 502, .body = "Bad Gateway"},
                                    {.status = 503, .body = ""},
                                    {.status = 504, .body = "<html>"},
                                    {.status = 200, .body = ""},
                                    {.status = 200, .body = "{\"code\":0,"},
                                    {.status = 200, .body = R"({"code":0,"data":{}})"},
                                    {.status = 200, .body = R"({"code":10001,"message":"request timeout"})"}}) {
    CAPTURE(answer.status);
    CAPTURE(answer.body);
    scripted_server server({answer});
    milvus target = milvus_at(server);
    target.retry = quick;
    auto const got = import_client{target}.try_bulk_import({.collection_name = "articles", .files = one_file()});
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::outcome_unknown);
    CHECK(got.error().may_have_happened);
    CHECK(got.error().message.find("list_import_jobs") != std::string::npos);
    CHECK(got.error().message.find("articles") != std::string::npos);
    CHECK(server.seen().size() == 1);
  }
}

TEST_CASE("create: a refusal is final, and so is a server that was never reached") {
  scripted_server server(
      {{.status = 429, .body = "slow down"}, {.body = R"({"code":2100,"message":"import request is empty"})"}});
  milvus target = milvus_at(server);
  target.retry = quick;
  import_client db{target};
  CHECK(error_of(db.try_bulk_import({.collection_name = "c", .files = one_file()})).code == errc::http_error);
  auto const refused = db.try_bulk_import({.collection_name = "c", .files = one_file()});
  CHECK(error_of(refused).code == errc::server_error);
  CHECK(error_of(refused).server_code == 2100);
  CHECK(server.seen().size() == 2);

  auto const said_of = [](std::string const& uri) {
    auto const got = import_client{milvus{.uri = uri, .timeouts = {.resolve = 500ms}, .retry = quick}}.try_bulk_import(
        {.collection_name = "c", .files = one_file()});
    REQUIRE_FALSE(got);
    CHECK_FALSE(got.error().may_have_happened);
    CHECK(got.error().message.find("may have been carried out") == std::string::npos);
    return got.error().code;
  };
  CHECK(said_of("http://127.0.0.1:1") == errc::connect_failed);
  errc const nameless = said_of("http://no-such-host.invalid");
  CHECK((nameless == errc::resolve_failed || nameless == errc::timeout));
  // Where no TLS is spoken; the server hears nothing that it could take for a request.
  CHECK(said_of("https" + server.url().substr(4)) != errc::outcome_unknown);
  CHECK(server.seen().size() == 2);
}

TEST_CASE("create: a server that does not do such things has not done it") {
  for (auto const& answer :
       std::vector<scripted_answer>{{.status = 501, .body = "<html>Unsupported method ('POST')"},
                                    {.status = 501, .body = R"({"code":1100,"message":"not implemented"})"},
                                    {.status = 505, .body = ""}}) {
    scripted_server server({answer});
    auto const got = import_client{milvus_at(server)}.try_bulk_import({.collection_name = "c", .files = one_file()});
    REQUIRE_FALSE(got);
    CHECK(got.error().code == (answer.body.starts_with('{') ? errc::server_error : errc::http_error));
    CHECK(got.error().http_status == answer.status);
    CHECK_FALSE(got.error().may_have_happened);
  }
}

TEST_CASE("create: does not travel on a kept connection, where a client could send it twice unseen") {
  scripted_server server({{.body = R"({"code":0,"data":{"records":[]}})"}, {.lost = true}});
  import_client db{milvus_at(server)};
  db.list_import_jobs();
  CHECK(error_of(db.try_bulk_import({.collection_name = "c", .files = one_file()})).code == errc::outcome_unknown);
  CHECK(server.seen().size() == 2);
  CHECK(server.connections() == 2);
}

TEST_CASE("create: an answer that is too slow is an unknown outcome") {
  scripted_server server({{.body = job_answer, .delay = 120s}});
  milvus target = milvus_at(server);
  target.timeouts.first_byte = 150ms;
  auto const start = std::chrono::steady_clock::now();
  auto const got = import_client{target}.try_bulk_import({.collection_name = "c", .files = one_file()});
  CHECK(std::chrono::steady_clock::now() - start < 60s);
  CHECK(error_of(got).code == errc::outcome_unknown);
}

TEST_CASE("reading calls are repeated, on one kept connection") {
  scripted_server server(
      {{.status = 503, .body = ""}, {.lost = true}, {.body = R"({"code":0,"data":{"state":"Pending"}})"}});
  milvus target = milvus_at(server);
  target.retry = quick;
  import_client db{target};
  CHECK(db.get_import_progress({"1"}).state == import_state::pending);
  CHECK(server.seen().size() == 3);
  auto const before = server.connections();
  for (int i = 0; i < 5; ++i) db.get_import_progress({"1"});
  CHECK(server.connections() == before);

  scripted_server down({{.status = 503, .body = "later"}});
  target.uri = down.url();
  auto const got = import_client{target}.try_get_import_progress({"1"});
  CHECK(error_of(got).http_status == 503);
  CHECK(down.seen().size() == 3);
}

TEST_CASE("secrets stay out of messages, also when a server repeats them") {
  scripted_server server(
      R"({"code":1100,"message":"cannot read s3://b/ with ACCESSKEY/SECRETKEY99 token SESSIONTOKEN9 for api-key-123, https://a/c?sv=1&sig=AbC%2F9&x=1"})");
  auto const got = import_client{cloud_at(server)}.try_bulk_import({.collection_name = "c",
                                                                    .object_url = "s3://b/",
                                                                    .access_key = "ACCESSKEY",
                                                                    .secret_key = "SECRETKEY99",
                                                                    .token = "SESSIONTOKEN9"});
  for (std::string const& text : {error_of(got).message, error_of(got).server_error}) {
    CHECK(text.find("SECRETKEY99") == std::string::npos);
    CHECK(text.find("SESSIONTOKEN9") == std::string::npos);
    CHECK(text.find("api-key-123") == std::string::npos);
    CHECK(text.find("AbC%2F9") == std::string::npos);
    CHECK(text.find("&x=1") != std::string::npos);
  }
}

TEST_CASE("a client may be used from several threads, and copied") {
  scripted_server server(R"({"code":0,"data":{"state":"Importing","progress":40}})");
  import_client db{milvus_at(server)};
  import_client copy{db};
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) good += (t % 2 ? db : copy).try_get_import_progress({"1"}).has_value();
    });
  for (auto& t : threads) t.join();
  CHECK(good == 100);
  CHECK(server.connections() <= 4);  // as many as there were calls at a time, kept for all that follow
}

TEST_CASE("targets: the given proxy is asked, and nothing of the target's is told to it") {
  auto const check = [](auto target, std::string_view origin) {
    scripted_server proxy(std::vector<scripted_answer>{{.status = 407}});
    target.proxy = {.url = proxy.url()};
    auto const got = import_client{target}.try_list_import_jobs();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::connect_failed);
    CHECK(got.error().http_status == 407);
    CHECK(got.error().message.find(std::string(origin) + " through proxy 127.0.0.1:") != std::string::npos);
    auto const asked = proxy.only();  // a missing password does not come back by itself
    CHECK(asked.method == "CONNECT");
    CHECK("https://" + asked.target == origin);
    CHECK(asked.authorization == "");
  };
  check(milvus{.uri = "https://milvus.example:19530", .token = "t"}, "https://milvus.example:19530");
  check(zilliz_cloud{.endpoint = "https://cloud.example", .api_key = "k", .cluster_id = "c"},
        "https://cloud.example:443");
  check(zilliz_cloud_v1{.api_key = "k", .cluster_id = "c", .endpoint = "https://guide.example"},
        "https://guide.example:443");
}
