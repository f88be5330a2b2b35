#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/import/jobs.hpp>
#include <bulkwriter/import/targets.hpp>

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

template <class Target>
inline constexpr bool is_import_target =
    std::is_same_v<Target, milvus> || std::is_same_v<Target, zilliz_cloud> || std::is_same_v<Target, zilliz_cloud_v1>;
template <class Target>
struct request_of {
  struct type {};  // of what is no target: one message is enough
};
template <class Target>
  requires is_import_target<Target>
struct request_of<Target> {
  using type = typename Target::request_type;
};

// All that any target is asked: what is a request for another one comes out as this, with a message in place of a list of
// overloads.
struct request_of_another_target {
  std::string collection_name = {};
  batch_files files = {};
  std::string object_url = {}, access_key = {}, secret_key = {}, token = {};
  std::vector<std::string> object_urls = {};
  std::string partition_name = {}, db_name = {}, volume_name = {};
  std::vector<std::string> data_paths = {};
  import_options options = {};
  std::optional<std::string> idempotency_key = {};
};
template <class Target>
struct request_check {
  static_assert(!std::is_same_v<Target, milvus>,
                "bulkwriter: this request is for another target: bw::milvus is asked with .collection_name and .files = "
                "writer.batch_files(), keys in its own bucket; .object_url and its keys are for bw::zilliz_cloud");
  static_assert(!std::is_same_v<Target, zilliz_cloud>,
                "bulkwriter: this request is for another target: bw::zilliz_cloud is asked with .collection_name, "
                ".object_url = bw::object_url(writer) and the keys of the bucket, or with .volume_name and .data_paths; "
                ".files and .idempotency_key are for bw::milvus");
  static_assert(!std::is_same_v<Target, zilliz_cloud_v1>,
                "bulkwriter: this request is for another target: bw::zilliz_cloud_v1 is asked with .collection_name, "
                ".object_url = bw::object_url(writer), .access_key, .secret_key and .partition_name only; .files is for "
                "bw::milvus, all else for bw::zilliz_cloud");
};

// What all targets share, without templates: the typed shell below keeps requests and targets apart.
class import_backend {
 public:
  explicit import_backend(milvus const& target);
  explicit import_backend(zilliz_cloud const& target);
  explicit import_backend(zilliz_cloud_v1 const& target);

  result<void> usable() const;
  result<job_id> create(milvus_import_request const& request) const;
  result<job_id> create(zilliz_cloud_import_request const& request) const;
  result<job_id> create(zilliz_cloud_v1_import_request const& request) const;
  result<import_progress> progress(job_id const& id) const;
  result<import_progress> wait(job_id const& id, wait_options const& options) const;
  result<import_jobs> list(list_request const& request) const;
  result<void> finish(job_id const& id, bool commit) const;

 private:
  struct impl;  // detail/import_client.ipp
  std::shared_ptr<impl> impl_;
};

}  // namespace detail

/// Runs imports on a target: `milvus`, `zilliz_cloud` or `zilliz_cloud_v1`.
///
///     bw::import_client db{bw::milvus{.uri = "http://127.0.0.1:19530", .token = "root:Milvus"}};
///     bw::job_id job = db.bulk_import({.collection_name = "articles", .files = writer.batch_files()});
///     db.wait(job, {.on_progress = [](bw::import_progress const& p) { std::cout << p.percent << "%\n"; }});
///
/// Nothing is sent before the first call; a missing member of the target is that call's error. Copies share their
/// connections. Thread-safe: calls from several threads do not wait for one another.
///
/// Success is an HTTP status 2xx with `code` 0 or 200 in the body; nearly all refusals come as HTTP 200 with another
/// code. Errors of every call: those of http::client; unauthenticated, access_denied, collection_not_found,
/// job_not_found, server_error (see server_code and server_error), http_error, invalid_response; invalid_option before
/// anything is sent. Calls that only read, and `commit`, are repeated as the target's
/// retry options say.
template <class Target>
class import_client {
  static_assert(
      detail::is_import_target<Target>,
      "bulkwriter: import_client takes one of the targets bw::milvus{…}, bw::zilliz_cloud{…}, bw::zilliz_cloud_v1{…}");

 public:
  /// What this target can be asked: a request made for another one does not compile.
  using request_type = typename detail::request_of<Target>::type;

  /// Sends nothing. Error: invalid_url, where the target's URL is none of a service.
  /// @{
  static result<import_client> try_make(Target const& target) {
    detail::import_backend backend(target);
    if (auto good = backend.usable(); !good) return std::move(good).error();
    return import_client(std::move(backend));
  }
  import_client(Target const& target) : import_client(try_make(target).value()) {}
  /// @}

  /// Starts an import and returns at once. The server looks at the files later: what is wrong with them shows as a
  /// failed job. Repeated by itself only where nothing was sent, as the target's retry options say: where it is not known
  /// whether the server has made a job (the answer was lost, or was a status 408 or 5xx other than 501 and 505), the
  /// error is outcome_unknown, and `list_import_jobs` tells. Before anything is sent a request that no server would take
  /// is refused: `invalid_option`.
  /// @{
  result<job_id> try_bulk_import(request_type const& request) { return backend_.create(request); }
  job_id bulk_import(request_type const& request) { return try_bulk_import(request).value(); }
  template <class Request = detail::request_of_another_target>
  result<job_id> try_bulk_import(std::type_identity_t<Request> const&) {
    static_assert(sizeof(Request) != 0 && sizeof(detail::request_check<Target>) != 0);
    return job_id{};
  }
  template <class Request = detail::request_of_another_target>
  job_id bulk_import(std::type_identity_t<Request> const& request) {
    return try_bulk_import<Request>(request).value();
  }
  /// @}

  /// Where a job is now. A failed job is no error here. Milvus forgets a job three hours after its end (job_not_found).
  /// @{
  result<import_progress> try_get_import_progress(job_id const& id) { return backend_.progress(id); }
  import_progress get_import_progress(job_id const& id) { return try_get_import_progress(id).value(); }
  /// @}

  /// Polls until the job is completed, or uncommitted if it was started with auto_commit = "false". Errors that pass
  /// (no connection, rate limits, 408, 5xx other than 501 and 505) do not end the wait. Errors: import_failed with the
  /// server's reason, timeout, cancelled; invalid_response where the job is in no known state (wait_options::unknown_limit).
  /// @{
  result<import_progress> try_wait(job_id const& id, wait_options const& options = {}) {
    return backend_.wait(id, options);
  }
  import_progress wait(job_id const& id, wait_options const& options = {}) { return try_wait(id, options).value(); }
  /// @}

  /// A page of the jobs that the server remembers. API v1 lists those of all collections.
  /// @{
  result<import_jobs> try_list_import_jobs(list_request const& request = {}) { return backend_.list(request); }
  import_jobs list_import_jobs(list_request const& request = {}) { return try_list_import_jobs(request).value(); }
  /// @}

  /// Makes the rows of an uncommitted job visible. A job that is completed already is a success.
  /// @{
  result<void> try_commit(job_id const& id)
    requires(!std::is_same_v<Target, zilliz_cloud_v1>)
  {
    return backend_.finish(id, true);
  }
  void commit(job_id const& id)
    requires(!std::is_same_v<Target, zilliz_cloud_v1>)
  {
    try_commit(id).value();
  }
  /// @}

  /// Ends a job; it will show as failed. Not repeated by itself: a lost answer is outcome_unknown.
  /// @{
  result<void> try_abort(job_id const& id)
    requires(!std::is_same_v<Target, zilliz_cloud_v1>)
  {
    return backend_.finish(id, false);
  }
  void abort(job_id const& id)
    requires(!std::is_same_v<Target, zilliz_cloud_v1>)
  {
    try_abort(id).value();
  }
  /// @}

 private:
  explicit import_client(detail::import_backend backend) : backend_(std::move(backend)) {}

  detail::import_backend backend_;
};

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/import/detail/import_client.ipp>
#endif
