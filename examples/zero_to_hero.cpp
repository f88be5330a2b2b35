// The guide "Data Import from Zero to Hero" in C++: a CSV file becomes files in a bucket, and a collection
// from there.
//
//   ./examples/zero_to_hero.sh --help
//
// Without accounts it runs against a loopback object store and a loopback import service (examples/loopback).

#include "support/zero_to_hero.hpp"

#include <bulkwriter/bulkwriter.hpp>

#include <chrono>
#include <array>
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>

namespace bw = bulkwriter;

// 1. The schema: four columns are fields, all others go to the dynamic field.

struct article {
  std::int64_t id = {};
  std::array<float, 768> title_vector = {};
  std::string_view title = {}, link = {};
  std::string others = {};  // text of a JSON object
};

// clang-format off
struct article_schema : bw::schema<
  bw::field<"id",           &article::id,           bw::int64{.is_primary = true}>,
  bw::field<"title_vector", &article::title_vector, bw::float_vector{.dim = 768}>,
  bw::field<"title",        &article::title,        bw::varchar{.max_length = 512}>,
  bw::field<"link",         &article::link,         bw::varchar{.max_length = 512}>,
  bw::dynamic_field<&article::others>> {};
// clang-format on

// 2. The rows: read from CSV, checked, encoded and uploaded as they come; neither file nor upload is ever whole in
// memory.

template <class Writer>
void append_articles(Writer& writer, bw::csv_reader& csv, std::uint64_t max_rows) {
  auto const id = csv.column("id"), vector = csv.column("title_vector"), title = csv.column("title"),
             link = csv.column("link");
  auto const others = csv.columns_except({"id", "title_vector", "title", "link"});

  article row;
  while (writer.row_count() < max_rows && csv.next()) {
    row.id = csv[id].as<std::int64_t>();
    csv[vector].read_vector(row.title_vector);
    row.title = csv[title].text();
    row.link = csv[link].text();
    row.others = csv.json_object(others);
    if (auto appended = writer.try_append_row(row); !appended) throw bw::error(csv.in_row(appended.error()));
  }
}

// 3. The import: starts a job, shows its progress, lists the jobs of the collection.

template <class Target>
bw::import_progress import_files(Target const& target, typename Target::request_type const& request,
                                 zero_to_hero::settings const& my) {
  bw::import_client client{target};
  bw::job_id const job = client.bulk_import(request);
  std::cout << "job: " << job << std::endl;
  auto const done = client.wait(job, {.poll_interval = my.poll_interval, .on_progress = zero_to_hero::progress_bar()});
  zero_to_hero::show(client.list_import_jobs({.collection_name = my.collection_name}));
  return done;
}

// All of it: collection, files, import.

template <class Format>
bool load_articles(zero_to_hero::settings const& my) {
  bw::csv_reader csv = zero_to_hero::open_csv(my.csv_file, {.required_columns = {"id", "title_vector", "title", "link"},
                                                            .number_columns = {"reading_time", "claps", "responses"}});
  std::cout << my.announcement;
  zero_to_hero::show(article_schema::infos);
  bw::collections cluster{
      bw::milvus{.uri = my.cluster_endpoint, .token = my.token, .retry = {.budget = std::chrono::seconds(20)}}};
  if (!cluster.has(my.collection_name))
    cluster.create<article_schema>(my.collection_name, {.index = {{"title_vector", "AUTOINDEX", "IP"}}});

  bw::object_store bucket = my.bucket;  // or a bw::s3_connect_param, azure_connect_param, gcs_connect_param
  bw::remote_bulk_writer<article_schema, Format> writer{bucket, {.remote_path = my.remote_path}};
  try {
    append_articles(writer, csv, my.max_rows);
    writer.commit();
  } catch (bw::error const&) {  // half a file of rows is worse than none
    for (auto const& group : writer.batch_files())
      for (auto const& key : group) (void)bucket.try_remove(key);
    throw;
  }
  std::cout << "data_path: " << writer.data_path() << "\nbatch_files: " << writer.batch_files() << std::endl;

  bw::import_progress done;
  if (writer.row_count() == 0) {
    std::cout << "no rows, so there is nothing to import\n";
  } else if (my.cluster_id.empty()) {
    done = import_files(bw::milvus{.uri = my.cluster_endpoint, .token = my.token},
                        {.collection_name = my.collection_name, .files = writer.batch_files()}, my);
  } else {
    auto const keys = my.bucket_keys.get();
    done = import_files(
        bw::zilliz_cloud{.endpoint = my.cloud_endpoint, .api_key = my.api_key, .cluster_id = my.cluster_id},
        {.collection_name = my.collection_name,
         .object_url = bw::object_url(writer),
         .access_key = keys.access_key,
         .secret_key = keys.secret_key,
         .token = keys.session_token,
         .options = writer.batch_files().options},
        my);
  }
  if (done.imported_rows != 0) cluster.refresh_load(my.collection_name);
  std::cout << "Completed: " << done.imported_rows << " of " << writer.row_count() << " rows" << std::endl;
  return done.imported_rows == writer.row_count();
}

int main(int argc, char** argv) {
  return zero_to_hero::run(argc, argv, [](zero_to_hero::settings const& my) {
    if (my.file_type == "json") return load_articles<bw::format::json>(my);
    if (my.file_type == "jsonl") return load_articles<bw::format::jsonl>(my);
    if (my.file_type == "csv") return load_articles<bw::format::csv>(my);
    if (my.file_type == "npy") return load_articles<bw::format::npy>(my);
    return load_articles<bw::format::parquet>(my);
  });
}
