// The way from rows to a collection, against the loopback servers of the examples: a little of every part of the
// network half, under whatever compiler and standard library.
//
//   whole FOLDER  ->  exit code 0; FOLDER holds the bucket

#include <bulkwriter/bulkwriter.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <loopback/import_service.hpp>
#include <loopback/object_store.hpp>
#include <stop_token>
#include <string>

namespace bw = bulkwriter;

struct row {
  std::int64_t id = {};
  std::array<float, 8> v = {};
  std::string others = {};
};
struct row_schema : bw::schema<bw::field<"id", &row::id, bw::int64{.is_primary = true}>,
                               bw::field<"v", &row::v, bw::float_vector{.dim = 8}>, bw::dynamic_field<&row::others>> {};

int complain(std::string const& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::string const folder = argv[1];
  loopback::object_store store(
      {.access_key = "testaccess", .secret_key = "testsecretkey12345", .buckets = {"b"}, .folder = folder});
  loopback::import_service service(loopback::files_below(folder, "b"));
  bw::milvus const target{.uri = service.url(), .token = "root:Milvus"};
  bw::s3_connect_param const bucket{
      .endpoint = store.url(), .access_key = "testaccess", .secret_key = "testsecretkey12345", .bucket_name = "b"};

  bw::collections cluster{target};
  auto const created = cluster.try_create<row_schema>("c", {.index = {{"v", "AUTOINDEX", "IP"}}});
  if (!created) return complain(created.error().message);
  bw::remote_bulk_writer<row_schema, bw::format::json> writer{bucket, {.remote_path = "/"}};
  row r;
  for (r.id = 0; r.id < 1000; ++r.id) {
    r.v[0] = static_cast<float>(r.id) / 7;
    r.others = "{\"n\":0.1}";
    if (auto const done = writer.try_append_row(r); !done) return complain(done.error().message);
  }
  if (auto const files = writer.try_commit(); !files) return complain(files.error().message);

  bw::import_client client{target};
  auto const job = client.try_bulk_import({.collection_name = "c", .files = writer.batch_files()});
  if (!job) return complain(job.error().message);
  auto const done = client.try_wait(*job, {.poll_interval = std::chrono::milliseconds(5)});
  if (!done) return complain(done.error().message);
  if (done->imported_rows != 1000) return complain(std::to_string(done->imported_rows) + " rows were imported");

  std::stop_source stop;
  stop.request_stop();
  auto const stopped = client.try_wait(*job, {.stop = stop.get_token()});
  if (stopped || stopped.error().code != bw::errc::cancelled) return complain("a wait was not stopped");
  try {
    client.get_import_progress(bw::job_id{"0"});
    return complain("an unknown job has progress");
  } catch (bw::error const& e) {
    if (e.code() != bw::errc::job_not_found) return complain(e.what());
  }
  return 0;
}
