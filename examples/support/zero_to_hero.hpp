#pragma once

// What surrounds the user's part of zero_to_hero: options, environment, the loopback default, and what is printed.

#include <bulkwriter/auth/provider.hpp>
#include <bulkwriter/import/jobs.hpp>
#include <bulkwriter/input/csv_reader.hpp>
#include <bulkwriter/schema/field_info.hpp>
#include <bulkwriter/storage/object_store.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>

namespace zero_to_hero {

namespace bw = bulkwriter;

struct settings {
  bw::object_store bucket;  // of S3, Azure or Google Cloud
  bw::auth::provider<bw::auth::credentials> bucket_keys =
      {};  // what Zilliz Cloud reads it with: keys, or a token alone
  std::string remote_path = "/";

  std::string csv_file = {};
  std::uint64_t max_rows = std::numeric_limits<std::uint64_t>::max();
  std::string file_type = "parquet";  // or json, jsonl, csv, npy

  std::string collection_name = "medium_articles";
  std::string cluster_endpoint = {}, token = {};  // of a Milvus server, or of a cluster of Zilliz Cloud
  std::string cloud_endpoint = "https://api.cloud.zilliz.com", api_key = {}, cluster_id = {};  // Zilliz Cloud only
  std::chrono::milliseconds poll_interval = std::chrono::seconds(5);

  std::string announcement = {};  // what was prepared, to be printed once nothing is wrong with the input
};

/// Reads the options, prepares what they ask for, calls `job` and gives the exit code: 0 if it returned true; 1 and a
/// message for an error; 2 for a mistake in the options.
int run(int argc, char** argv, std::function<bool(settings const&)> const& job);

/// Opens a file and checks its header. An error of the header asks for the slip that is likeliest.
bw::csv_reader open_csv(std::string const& path, bw::csv_options options);

void show(std::span<bw::field_info const> schema);
void show(bw::import_jobs const& jobs);

/// On a terminal one line that moves; elsewhere a new line for every change.
class progress_bar {
 public:
  progress_bar();
  void operator()(bw::import_progress const& now);

 private:
  bool terminal_;
  std::string last_ = {};
};

/// Writes a CSV file of the guide's shape: the same bytes for the same number of rows, everywhere.
void write_sample_csv(std::string const& path, std::uint64_t rows);

}  // namespace zero_to_hero
