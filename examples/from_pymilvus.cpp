// The calls of pymilvus, and what they are here: Python above, C++ below. Makes a collection, fills a bucket, imports.
//
//   from_pymilvus      with BULKWRITER_CLUSTER_ENDPOINT, _TOKEN, _ENDPOINT, _ACCESS_KEY, _SECRET_KEY and _BUCKET in the
//                      environment; the bucket must be the one that the Milvus server itself reads
//
// What differs: a bad value is refused when it is appended, not by the server hours later; lengths are counted in
// bytes, as the server does; no file exceeds chunk_size; a row is a struct, which the compiler checks.

#include "support/variable.hpp"

#include <bulkwriter/bulkwriter.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <optional>
#include <string>

namespace bw = bulkwriter;
using namespace bw::literals;          // "id"_f, 512_MiB
using namespace std::chrono_literals;  // 5s, 2h

struct article {
  std::int64_t id = {};
  std::array<float, 4> vector = {};
  std::string title = {};
  std::optional<std::string> lang = {};
  std::string extra = {};  // JSON text
};

// schema = CollectionSchema([
//     FieldSchema("id", DataType.INT64, is_primary=True),
//     FieldSchema("vector", DataType.FLOAT_VECTOR, dim=4),
//     FieldSchema("title", DataType.VARCHAR, max_length=512),
//     FieldSchema("lang", DataType.VARCHAR, max_length=8, default_value="en"),
// ], enable_dynamic_field=True)
//
// With auto_id=True a field has no member: bw::column<"id", bw::int64{.is_primary = true, .auto_id = true}>. With
// nullable=True it has .nullable = true, and its member is a std::optional.
// clang-format off
struct article_schema : bw::schema<
  bw::field<"id",     &article::id,     bw::int64{.is_primary = true}>,
  bw::field<"vector", &article::vector, bw::float_vector{.dim = 4}>,
  bw::field<"title",  &article::title,  bw::varchar{.max_length = 512}>,
  bw::field<"lang",   &article::lang,   bw::varchar{.max_length = 8, .default_value = "en"}>,
  bw::dynamic_field<&article::extra>> {};
// clang-format on

int main() try {
  // client = MilvusClient(uri=URI, token=TOKEN)
  bw::milvus const milvus{.uri = variable("BULKWRITER_CLUSTER_ENDPOINT"), .token = variable("BULKWRITER_TOKEN")};
  bw::collections client{milvus};

  // client.create_collection("articles", schema=schema, index_params=index_params)
  client.create<article_schema>("articles", {.index = {{"vector", "AUTOINDEX", "IP"}}});

  // connect = RemoteBulkWriter.S3ConnectParam(endpoint=…, access_key=…, secret_key=…, bucket_name=…)
  // RemoteBulkWriter.AzureConnectParam(conn_str=…, container_name=…) is
  // bw::azure_connect_param{.conn_str = …, .container_name = …}
  bw::s3_connect_param const connect{.endpoint = variable("BULKWRITER_ENDPOINT"),
                                     .access_key = variable("BULKWRITER_ACCESS_KEY"),
                                     .secret_key = variable("BULKWRITER_SECRET_KEY"),
                                     .bucket_name = variable("BULKWRITER_BUCKET")};

  // writer = RemoteBulkWriter(schema, "/", connect, chunk_size=512 * 1024 * 1024, file_type=BulkFileType.PARQUET)
  // LocalBulkWriter(schema, "out", …) is
  // bw::local_bulk_writer<article_schema, bw::format::parquet> writer{{.local_path = "out", .chunk_size = 512_MiB}}
  bw::remote_bulk_writer<article_schema, bw::format::parquet> writer{connect,
                                                                     {.remote_path = "/", .chunk_size = 512_MiB}};

  // writer.append_row({"id": 1, "vector": [1, 0, 0, 0], "title": "by name", "claps": 7})
  std::array<float, 4> const vector{1, 0, 0, 0};
  writer.append_row("id"_f = 1, "vector"_f = vector, "title"_f = "by name", "claps"_f = 7);
  writer.append_row({.id = 2, .vector = vector, .title = "the struct", .extra = R"({"claps": 8})"});

  // try: writer.append_row(row) except MilvusException as e: print(e)
  if (auto done = writer.try_append_row({.id = 3, .title = std::string(600, 't')}); !done)
    std::cout << done.error().to_string() << '\n';

  // writer.commit(); print(writer.data_path, writer.batch_files)
  writer.commit();
  std::cout << writer.data_path() << ' ' << writer.batch_files() << '\n';

  // job_id = bulk_import(URI, collection_name="articles", files=writer.batch_files).json()["data"]["jobId"]
  bw::import_client importer{milvus};
  bw::job_id const job = importer.bulk_import({.collection_name = "articles", .files = writer.batch_files()});
  // bulk_import(url, api_key=…, cluster_id=…, collection_name=…, object_url=…, access_key=…, secret_key=…) is
  // bw::import_client{bw::zilliz_cloud{.api_key = …, .cluster_id = …}}.bulk_import({.collection_name = …,
  //     .object_url = bw::object_url(writer), .access_key = …, .secret_key = …})

  // get_import_progress(URI, job_id)
  bw::import_progress progress = importer.get_import_progress(job);
  std::cout << progress.percent << " %\n";

  // while progress < 100: time.sleep(5)
  progress = importer.wait(job, {.poll_interval = 5s, .timeout = 2h});
  std::cout << progress.imported_rows << " rows imported\n";

  // list_import_jobs(URI, page_size=10, current_page=1)
  for (bw::import_progress const& one : importer.list_import_jobs({.page_size = 10, .current_page = 1}))
    std::cout << one.id << ' ' << to_string(one.state) << '\n';

  // client.refresh_load("articles"); client.describe_collection("articles"); client.drop_collection("articles")
  client.refresh_load("articles");
  std::cout << client.describe("articles").schema.size() << " fields\n";
  client.drop("articles");
  return 0;
} catch (std::exception const& e) {
  std::cerr << e.what() << '\n';
  return 1;
}
