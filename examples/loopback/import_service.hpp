#pragma once

// A loopback import service: the REST calls of Milvus (v2) and of Zilliz Cloud (v1 and v2) that a bulk load needs,
// answered as those servers answer, refusals included (HTTP 200 with a code in the body). It reads the files that a job
// names and COUNTS THEIR ROWS: it stores none, searches nothing, and checks no value. For examples and tests.

#include "http_server.hpp"

#include <boost/json.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loopback {

/// The files behind a key ("uuid/1.parquet", "/uuid/1.parquet"), a URL of an object, or a URL of a folder, which ends
/// with a slash. None: there is nothing of this name. Called from the service's threads.
using find_files = std::function<std::vector<std::filesystem::path>(std::string const& key_or_url)>;

/// For objects that are kept as files `<root>/<bucket>/<key>`: keys are looked for in `bucket`, URLs ("s3://other/…",
/// "gs://other/…", "https://account.blob.core.windows.net/other/…") in the bucket or container that they name.
find_files files_below(std::filesystem::path root, std::string bucket);

struct import_service_options {
  std::string token = "root:Milvus";  // user and password, or API key
  std::string cluster_id = {};        // not empty: the only one that Zilliz Cloud's calls may name
  bool knows_describe = true;         // false: jobs as Milvus before 2.4.13 has them, with get_progress alone
  bool knows_idempotency_key = true;  // false: as Milvus before 2.6.24
  std::size_t max_files = 1024;       // groups of a request
  std::uint16_t port = 0;
};

class import_service {
 public:
  explicit import_service(find_files find, import_service_options options = {});

  /// "http://127.0.0.1:40123"
  std::string url() const { return server_->url(); }
  import_service_options const& options() const noexcept { return options_; }

  /// Rows that completed jobs have brought into a collection; none if there is no such collection.
  std::optional<std::uint64_t> row_count(std::string const& name) const;

 private:
  struct collection {
    boost::json::object schema;  // as it was sent
    boost::json::array indexes;
    std::string description;
    std::int64_t id = 0;
    std::uint64_t rows = 0;
    int load_polls = -1;  // -1: not loaded; else how often the state was asked for
  };
  struct job_file {
    std::string name;
    std::uint64_t size = 0, rows = 0;
  };
  struct job {
    std::string id, collection_name;
    std::vector<std::vector<std::string>> groups;
    std::vector<job_file> files;
    int polls = 0;  // what moves a job on
    std::uint64_t size = 0, rows = 0;
    std::string reason, complete_time;
    bool v1 = false;

    bool failed() const { return !reason.empty(); }
    bool completed() const { return !failed() && polls >= 4; }
  };

  response handle(request const& what);
  boost::json::value dispatch(request const& what, std::string_view path, std::string_view query);
  boost::json::value collections_call(std::string_view verb, boost::json::object const& body);
  boost::json::value jobs_call(std::string_view verb, boost::json::object const& body, request const& what);

  void create_collection(boost::json::object const& body);
  boost::json::object describe_collection(std::string const& name, collection const& c) const;
  job& create_job(boost::json::object const& body, request const& what, bool v1);
  job& job_of(std::string const& id);
  void move_on(job& j);
  void read_files(job& j) const;
  boost::json::object progress_v2(job const& j) const;
  boost::json::object progress_v1(job const& j) const;
  collection& collection_of(boost::json::object const& body);
  void check_cluster(std::string const& cluster_id) const;

  find_files find_;
  import_service_options options_;
  mutable std::mutex mutex_;
  std::map<std::string, collection> collections_;  // guarded by mutex_, as all below
  std::vector<job> jobs_;
  std::map<std::string, std::string> idempotent_;  // key: job
  std::int64_t next_id_ = 453120000000000001;      // beyond 2^53, as Milvus' are
  std::optional<http_server> server_;              // last: its threads end before what they use
};

}  // namespace loopback

#include "import_service.ipp"
