#pragma once

#include <bulkwriter/http/client.hpp>
#include <bulkwriter/http/message.hpp>
#include <bulkwriter/http/retry.hpp>
#include <bulkwriter/manifest/batch_files.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

// Where an import runs, and what may be asked of it. Each target has a request type of its own: Milvus reads keys of
// its own bucket, Zilliz Cloud reads URLs, so a request for the one does not compile with the other.
//
// An address is called what its product's own documentation calls it: `uri` with `token` of Milvus, `endpoint` with
// `api_key` of Zilliz Cloud. So is what an import client does: `commit` ends a job whose rows are not visible yet, as
// POST /jobs/import/commit does, and has nothing to do with a writer's.

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// What Milvus is asked to import (POST /v2/vectordb/jobs/import/create).
struct milvus_import_request {
  std::string collection_name = {};  ///< must be there
  /// Keys in the bucket that *the server* is configured with, with or without a leading slash: no URL, no path on this
  /// machine. One group becomes one list of paths. At most 1,024 groups (see `split_batch_files`).
  batch_files files = {};
  std::string partition_name = {};  ///< empty: the default one; must be empty where the collection has a partition key
  std::string db_name = {};         ///< empty: the target's
  import_options options = {};      ///< timeout, auto_commit, …; those of the files are sent with them
  /// Sent as `Idempotency-Key` (printable ASCII, at most 256 bytes): servers that know it (2.6.24, 3.0.2) answer a
  /// repeated request with the first one's job. Not set: made from database, collection, partition, files and options,
  /// so that to import the same files once more on purpose needs another key. Set but empty: not sent.
  std::optional<std::string> idempotency_key = {};
};

/// What Zilliz Cloud is asked to import (v2). The files are named in one of three ways: `object_url`, `object_urls`, or
/// `volume_name` with `data_paths`.
struct zilliz_cloud_import_request {
  std::string collection_name = {};  ///< must be there
  std::string object_url = {};  ///< s3://bucket/folder/, gs://…, https://…: a file, or a folder if it ends with a slash
  std::string access_key = {};                ///< Azure: the account's name
  std::string secret_key = {};                ///< Azure: the account's key
  std::string token = {};                     ///< of temporary credentials; GCS: an access token; Azure: a SAS token
  std::vector<std::string> object_urls = {};  ///< at most 1,000
  std::string partition_name = {};            ///< empty: the default one
  std::string db_name = {};                   ///< empty: the default database
  std::string volume_name = {};               ///< a volume of Zilliz Cloud, in place of a bucket
  std::vector<std::string> data_paths = {};   ///< relative to the volume; at most 1,000
  import_options options = {};  ///< timeout, auto_commit, …; of CSV also `batch_files::options` of the writer's files
};

/// What Zilliz Cloud is asked to import through the API of the guide (v1).
struct zilliz_cloud_v1_import_request {
  std::string collection_name = {};  ///< must be there
  std::string object_url = {};       ///< must be there: a file, or a folder if it ends with a slash
  std::string access_key = {};       ///< of the bucket; both keys or neither
  std::string secret_key = {};       ///< never part of a message
  std::string partition_name = {};   ///< empty: the default one
};

namespace detail {
// An import API answers within seconds or not at all; pymilvus waits 20 s.
inline constexpr http::timeouts rest_timeouts{.first_byte = std::chrono::seconds(60), .total = std::chrono::minutes(2)};
}  // namespace detail

/// A Milvus server, standalone or cluster; or, for `collections`, a cluster endpoint of Zilliz Cloud.
struct milvus {
  using request_type = milvus_import_request;      ///< what `bulk_import` takes
  static constexpr std::size_t max_groups = 1024;  ///< of one request (dataCoord.import.maxImportFileNumPerReq)

  std::string uri = {};      ///< "http://127.0.0.1:19530"; the scheme decides about TLS and must be there
  std::string token = {};    ///< "user:password", or an API key; empty: no Authorization header
  std::string db_name = {};  ///< empty: the default database
  std::string ca_file = {};  ///< PEM bundle; empty, and ca_path too: the system's store
  std::string ca_path = {};  ///< hashed directory of PEM files
  http::timeouts timeouts = detail::rest_timeouts;  ///< total: 2 minutes; else as http::timeouts has it
  http::retry_options retry = {};                   ///< of calls that are safe to repeat
  std::vector<http::header> headers = {};           ///< sent with every request
  http::proxy_options proxy = {};                   ///< from HTTPS_PROXY and its kin, unless it says otherwise
  http::exchange_hook on_exchange = {};             ///< for logs and metrics; retries: retry.on_retry
};

/// Zilliz Cloud's import API v2.
struct zilliz_cloud {
  using request_type = zilliz_cloud_import_request;  ///< what `bulk_import` takes
  static constexpr std::size_t max_files = 1000;     ///< of one request

  std::string endpoint = "https://api.cloud.zilliz.com";  ///< https is assumed if the scheme is left out; http for this machine only
  std::string api_key = {};                               ///< must be there
  std::string cluster_id = {};  ///< "in01-…"; on-demand compute has project_id and region_id in its place
  std::string project_id = {};  ///< with region_id, in place of cluster_id
  std::string region_id = {};   ///< "gcp-us-west1"
  std::string ca_file = {};     ///< PEM bundle; empty, and ca_path too: the system's store
  std::string ca_path = {};     ///< hashed directory of PEM files
  http::timeouts timeouts = detail::rest_timeouts;  ///< total: 2 minutes; else as http::timeouts has it
  http::retry_options retry = {};                   ///< of calls that are safe to repeat
  std::vector<http::header> headers = {};           ///< sent with every request
  http::proxy_options proxy = {};                   ///< from HTTPS_PROXY and its kin, unless it says otherwise
  http::exchange_hook on_exchange = {};             ///< for logs and metrics; retries: retry.on_retry
};

/// Zilliz Cloud's import API v1, as in the guide: https://controller.api.{cloud_region}.zillizcloud.com.
struct zilliz_cloud_v1 {
  using request_type = zilliz_cloud_v1_import_request;  ///< what `bulk_import` takes

  std::string cloud_region = {};  ///< "gcp-us-west1"
  std::string api_key = {};       ///< must be there
  std::string cluster_id = {};    ///< "in01-…"; must be there
  std::string endpoint =
      {};  ///< in place of the host made from cloud_region; https is assumed if the scheme is left out
  std::string ca_file = {};                         ///< PEM bundle; empty, and ca_path too: the system's store
  std::string ca_path = {};                         ///< hashed directory of PEM files
  http::timeouts timeouts = detail::rest_timeouts;  ///< total: 2 minutes; else as http::timeouts has it
  http::retry_options retry = {};                   ///< of calls that are safe to repeat
  std::vector<http::header> headers = {};           ///< sent with every request
  http::proxy_options proxy = {};                   ///< from HTTPS_PROXY and its kin, unless it says otherwise
  http::exchange_hook on_exchange = {};             ///< for logs and metrics; retries: retry.on_retry
};

/// Parts of a list of files that fit one request each, in order: at most `at_most` groups; 0 counts as 1. Thread-safe.
inline std::vector<batch_files> split_batch_files(batch_files const& files, std::size_t at_most = milvus::max_groups) {
  std::vector<batch_files> parts;
  for (auto const& group : files) {
    if (parts.empty() || parts.back().size() >= (at_most == 0 ? 1 : at_most))
      parts.push_back({.options = files.options});
    parts.back().groups.push_back(group);
  }
  return parts;
}

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
