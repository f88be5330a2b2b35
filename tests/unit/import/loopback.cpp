// The clients against the loopback service of the examples, which counts what it is given.

#include "support/error_of.hpp"

#include <bulkwriter/import/collections.hpp>
#include <bulkwriter/import/import_client.hpp>

#include <doctest/doctest.h>

#include <unistd.h>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <loopback/import_service.hpp>
#include <string>
#include <vector>

using namespace bulkwriter;
using namespace std::chrono_literals;

namespace {

struct article_schema
    : schema<column<"id", int64{.is_primary = true}>, column<"v", float_vector{.dim = 2}>,
             column<"title", varchar{.max_length = 64, .nullable = true, .default_value = "x"}>,
             column<"tags", array{.element_type = int32{}, .max_capacity = 4}>,
             column<"clips",
                    struct_array<column<"frame", int64{}>, column<"w", float_vector{.dim = 4}>>{.max_capacity = 8}>,
             function_output<"sparse", sparse_float_vector{}, bm25{.input_field_name = "title"}>, dynamic_field<>> {};

// <folder>/bucket/… with a few objects, gone at the end.
struct objects {
  objects() {
    put("u/1.json", R"({"rows":[{"id":1,"v":[1,2]},{"id":2,"v":[1,2]},{"id":3,"v":[1,2]}]})");
    put("u/2.json", R"([{"id":4},{"id":5}])");
    put("u/broken.json", R"({"rows":[{"id":4})");
    put("u/3.jsonl", "{\"id\":1}\n{\"id\":2}\n");
    put("u/4.parquet", "PAR1 this is no footer");
  }
  ~objects() { std::filesystem::remove_all(folder); }
  void put(std::string const& key, std::string const& bytes) const {
    auto const file = folder / "bucket" / key;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
  }
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("bulkwriter_import_" + std::to_string(::getpid()));
};

struct world {
  objects files;
  loopback::import_service service;
  milvus target;
  explicit world(loopback::import_service_options options = {})
      : service(loopback::files_below(files.folder, "bucket"), options),
        target{.uri = service.url(), .token = "root:Milvus"} {}
};

wait_options const fast{.poll_interval = 1ms, .timeout = 20s};

batch_files groups(std::vector<std::string> const& keys) {
  batch_files files;
  for (auto const& key : keys) files.groups.push_back({.paths = {key}});
  return files;
}

}  // namespace

TEST_CASE("loopback: create, import, wait, count, drop") {
  world w;
  collections c{w.target};
  CHECK_FALSE(c.has("articles"));
  c.create<article_schema>("articles", {.index = {{"v", "AUTOINDEX", "IP"}}, .description = "d"});
  CHECK(c.has("articles"));
  CHECK(c.list() == std::vector<std::string>{"articles"});

  import_client db{w.target};
  std::vector<int> percents;
  job_id const job =
      db.bulk_import({.collection_name = "articles", .files = groups({"u/1.json", "/u/2.json", "u/3.jsonl"})});
  auto options = fast;
  options.on_progress = [&](import_progress const& p) { percents.push_back(p.percent); };
  import_progress const done = db.wait(job, options);
  CHECK(percents == std::vector<int>{10, 40, 70, 100});
  CHECK(done.imported_rows == 7);
  CHECK(done.total_rows == 7);
  CHECK(done.details.size() == 3);
  CHECK(done.collection_name == "articles");
  CHECK(done.id == job);
  CHECK(w.service.row_count("articles") == 7);

  CHECK(c.row_count("articles") == 7);
  c.refresh_load("articles");
  while (c.load_state("articles").state != load_state::loaded) {
  }
  CHECK(c.row_count("articles", count_by::query) == 7);
  import_jobs const jobs = db.list_import_jobs({.collection_name = "articles"});
  REQUIRE(jobs.size() == 1);
  CHECK(jobs[0].id == job);
  CHECK(jobs[0].state == import_state::completed);
  c.drop("articles");
  CHECK_FALSE(c.has("articles"));
}

TEST_CASE("loopback: the files behind the keys and URLs of every store") {
  objects const files;
  auto const find = loopback::files_below(files.folder, "bucket");
  std::filesystem::path const first = files.folder / "bucket/u/1.json";
  for (std::string const place :
       {"", "/", "s3://bucket/", "gs://bucket/", "https://account.blob.core.windows.net/bucket/",
        "http://127.0.0.1:10000/account/bucket/"}) {
    CAPTURE(place);
    CHECK(find(place + "u/1.json") == std::vector{first});
    CHECK(find(place + "u/").size() == 5);
    CHECK(find(place + "u/9.json").empty());
    CHECK(find(place + "../bucket/u/1.json").empty());
  }
  CHECK(find("s3://other/u/1.json").empty());
  CHECK(find("https://account.blob.core.windows.net/other/u/1.json").empty());
  CHECK(find("https://account.blob.core.windows.net").empty());
}

TEST_CASE("loopback: describe gives the schema back") {
  world w;
  collections c{w.target};
  c.create<article_schema>("articles", {.index = {{"v", "AUTOINDEX", "IP"}}});
  runtime_schema const back = c.describe("articles").schema;
  std::span<field_info const> const there = article_schema::infos;
  REQUIRE(back.size() == there.size());
  for (auto const& want : there) {
    CAPTURE(want.name);
    field_info const* f = back.find(want.name);
    REQUIRE(f != nullptr);
    CHECK(f->type == want.type);
    CHECK(f->element == want.element);
    CHECK(f->dim == want.dim);
    CHECK(f->max_length == want.max_length);
    CHECK(f->max_capacity == want.max_capacity);
    CHECK(f->is_primary == want.is_primary);
    CHECK(f->nullable == want.nullable);
    CHECK(f->has_default == want.has_default);
    CHECK(f->default_text == want.default_text);
    CHECK(f->is_dynamic == want.is_dynamic);
    CHECK(f->function == want.function);
    CHECK(f->function_input == want.function_input);
    REQUIRE(f->sub_count == want.sub_count);
    for (std::size_t i = 0; i < f->sub_count; ++i) {
      CHECK(f->sub[i].name == want.sub[i].name);
      CHECK(f->sub[i].type == want.sub[i].type);
      CHECK(f->sub[i].dim == want.sub[i].dim);
    }
  }
  c.create("again", back, {.index = {{"v", "AUTOINDEX", "IP"}}});
  CHECK(c.has("again"));
}

TEST_CASE("loopback: what is wrong with the files shows as a failed job") {
  world w;
  collections{w.target}.create<article_schema>("articles");
  import_client db{w.target};
  for (auto const& [key, reason] : std::vector<std::pair<std::string, std::string>>{
           {"u/none.json", "usual causes"}, {"u/broken.json", "is not JSON"}, {"u/4.parquet", "magic"}}) {
    CAPTURE(key);
    job_id const job = db.bulk_import({.collection_name = "articles", .files = groups({"u/1.json", key})});
    auto const got = db.try_wait(job, fast);
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::import_failed);
    CHECK(got.error().message.find(reason) != std::string::npos);
  }
  CHECK(w.service.row_count("articles") == 0);
}

TEST_CASE("loopback: refusals") {
  world w({.max_files = 2});
  import_client db{w.target};
  collections c{w.target};
  CHECK(error_of(db.try_bulk_import({.collection_name = "nowhere", .files = groups({"u/1.json"})})).code ==
        errc::collection_not_found);
  CHECK(error_of(db.try_get_import_progress({"17"})).code == errc::job_not_found);
  CHECK(error_of(c.try_row_count("nowhere")).code == errc::collection_not_found);
  c.create<article_schema>("articles");
  CHECK(error_of(c.try_load("articles")).server_code == 700);
  auto const many =
      db.try_bulk_import({.collection_name = "articles", .files = groups({"1.json", "2.json", "3.json"})});
  CHECK(error_of(many).server_code == 2100);

  milvus stranger = w.target;
  stranger.token = "root:wrong";
  auto const got =
      import_client{stranger}.try_bulk_import({.collection_name = "articles", .files = groups({"u/1.json"})});
  CHECK(error_of(got).code == errc::unauthenticated);
  CHECK(error_of(got).http_status == 401);
  CHECK(error_of(got).server_code == 1800);
}

TEST_CASE("loopback: the same request makes one job, another key makes another") {
  world w;
  collections{w.target}.create<article_schema>("articles");
  import_client db{w.target};
  milvus_import_request request{.collection_name = "articles", .files = groups({"u/1.json"})};
  job_id const first = db.bulk_import(request);
  CHECK(db.bulk_import(request) == first);
  request.idempotency_key = "once more";
  CHECK(db.bulk_import(request) != first);
}

TEST_CASE("loopback: a server before 2.4.13") {
  world w({.knows_describe = false});
  collections{w.target}.create<article_schema>("articles");
  import_client db{w.target};
  CHECK(db.wait(db.bulk_import({.collection_name = "articles", .files = groups({"u/1.json"})}), fast).imported_rows ==
        3);
}

TEST_CASE("loopback: Zilliz Cloud, v2 and v1, import a folder by its URL") {
  world w({.token = "api-key", .cluster_id = "in01-abc"});
  std::filesystem::remove(w.files.folder / "bucket/u/broken.json");
  std::filesystem::remove(w.files.folder / "bucket/u/4.parquet");
  w.target.token = "api-key";
  collections{w.target}.create<article_schema>("articles");

  import_client cloud{zilliz_cloud{.endpoint = w.service.url(), .api_key = "api-key", .cluster_id = "in01-abc"}};
  job_id const job = cloud.bulk_import(
      {.collection_name = "articles", .object_url = "s3://bucket/u/", .access_key = "a", .secret_key = "s"});
  CHECK(cloud.wait(job, fast).imported_rows == 7);

  import_client guide{zilliz_cloud_v1{.api_key = "api-key", .cluster_id = "in01-abc", .endpoint = w.service.url()}};
  std::vector<int> percents;
  auto options = fast;
  options.on_progress = [&](import_progress const& p) { percents.push_back(p.percent); };
  job_id const old = guide.bulk_import({.collection_name = "articles", .object_url = "s3://bucket/u/1.json"});
  CHECK(guide.wait(old, options).state == import_state::completed);
  CHECK(percents == std::vector<int>{1, 50, 50, 100});  // as the guide prints them
  CHECK(w.service.row_count("articles") == 10);
  CHECK(guide.list_import_jobs().total == 2);

  import_client other{zilliz_cloud{.endpoint = w.service.url(), .api_key = "api-key", .cluster_id = "in01-other"}};
  CHECK(error_of(other.try_bulk_import({.collection_name = "articles", .object_url = "s3://bucket/u/"})).server_code ==
        80020);
}
