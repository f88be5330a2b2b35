#pragma once

#include <bulkwriter/http/detail/countable.hpp>
#include <bulkwriter/import/detail/import_paths.ipp>
#include <bulkwriter/import/detail/import_progress.ipp>
#include <bulkwriter/import/detail/rest.hpp>
#include <bulkwriter/import/detail/rest.ipp>
#include <bulkwriter/import/detail/rest_json.ipp>
#include <bulkwriter/import/detail/rest_target.ipp>
#include <bulkwriter/import/import_client.hpp>

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

struct import_backend::impl {
  enum class api : std::uint8_t { milvus, cloud, cloud_v1 };

  impl(api which_, rest_options options) : which(which_), channel(std::move(options)) {}

  api which;
  rest_channel channel;
  std::string cluster_id = {}, project_id = {}, region_id = {};
  std::string cloud_region = {};        // v1, to tell that it is missing
  std::atomic<bool> old_route = false;  // Milvus before 2.4.13 knows get_progress, not describe

  // What is missing of the target itself.
  result<void> check_target(std::string const& what) const {
    auto const missing = [&](std::string text) {
      return error_info{.code = errc::invalid_option, .message = what + ": " + std::move(text)};
    };
    if (which == api::cloud && !channel.has_token()) return missing("zilliz_cloud.api_key is empty");
    if (which == api::cloud_v1 && !channel.has_token()) return missing("zilliz_cloud_v1.api_key is empty");
    if (which == api::cloud && cluster_id.empty() && (project_id.empty() || region_id.empty()))
      return missing("zilliz_cloud.cluster_id is empty; on-demand compute takes project_id and region_id in its place");
    if (which == api::cloud_v1 && cluster_id.empty()) return missing("zilliz_cloud_v1.cluster_id is empty");
    if (which == api::cloud_v1 && !cloud_region.empty() &&
        cloud_region.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos)
      return missing("zilliz_cloud_v1.cloud_region " + quoted_name(cloud_region) + " is not the name of a region such as gcp-us-west1");
    return {};
  }

  void add_place(boost::json::object& body) const {
    if (!cluster_id.empty()) body["clusterId"] = cluster_id;
    if (!project_id.empty()) body["projectId"] = project_id;
    if (!region_id.empty()) body["regionId"] = region_id;
  }

  // The database goes into the body, which old servers read, and into the header, which their access control reads.
  void add_database(rest_call& call, boost::json::object& body, std::string const& db_name) const {
    std::string const& name = db_name.empty() ? channel.db_name() : db_name;
    if (name.empty()) return;
    body["dbName"] = name;
    call.headers.push_back({"DB-Name", name});
  }

  result<job_id> start(rest_call call, boost::json::object const& body) {
    if (auto good = check_target(call.what); !good) return std::move(good).error();
    call.body = boost::json::serialize(body);
    call.advice = "look for the job with list_import_jobs before you send the request again";
    auto reply = channel.send(call);
    if (!reply) return std::move(reply).error();
    boost::json::value const root = boost::json::parse(reply->body);
    if (auto const* data = data_object(root)) {
      for (std::string_view const name : {"jobId", "jobID", "job_id"})
        if (std::string id = string_at(*data, name); !id.empty()) return job_id{std::move(id)};
    }
    error_info unknown = channel.unusable(call, *reply, "the answer says success and names no job");
    unknown.code = errc::outcome_unknown;
    unknown.message += "; " + call.advice;
    unknown.may_have_happened = true;
    return unknown;
  }

  result<import_progress> progress(job_id const& id, std::stop_token stop = {},
                                   std::optional<rest_channel::clock::time_point> deadline = {});
};

BULKWRITER_DECL import_backend::import_backend(milvus const& target)
    : impl_(std::make_shared<impl>(impl::api::milvus, rest_options_of(target))) {}

BULKWRITER_DECL import_backend::import_backend(zilliz_cloud const& target)
    : impl_(std::make_shared<impl>(impl::api::cloud,
                                   rest_options_of(target, target.endpoint, "zilliz_cloud.endpoint", target.api_key))) {
  impl_->cluster_id = target.cluster_id;
  impl_->project_id = target.project_id;
  impl_->region_id = target.region_id;
}

BULKWRITER_DECL import_backend::import_backend(zilliz_cloud_v1 const& target)
    : impl_(std::make_shared<impl>(
          impl::api::cloud_v1,
          target.endpoint.empty() && !target.cloud_region.empty()
              ? rest_options_of(target, "https://controller.api." + target.cloud_region + ".zillizcloud.com",
                                "the URL made from zilliz_cloud_v1.cloud_region", target.api_key)
              : rest_options_of(target, target.endpoint, "zilliz_cloud_v1.cloud_region (or endpoint)",
                                target.api_key))) {
  impl_->cluster_id = target.cluster_id;
  if (target.endpoint.empty()) impl_->cloud_region = target.cloud_region;
}

BULKWRITER_DECL result<void> import_backend::usable() const { return impl_->channel.usable(); }

BULKWRITER_DECL result<job_id> import_backend::create(milvus_import_request const& request) const {
  rest_call call;
  call.what = "bulk_import into collection " + quoted_name(request.collection_name);
  call.path = "/v2/vectordb/jobs/import/create";
  if (auto good = check_request(call.what, request); !good) return std::move(good).error();

  boost::json::object body;
  impl_->add_database(call, body, request.db_name);
  body["collectionName"] = request.collection_name;
  if (!request.partition_name.empty()) body["partitionName"] = request.partition_name;
  boost::json::array files;
  for (auto const& group : request.files) files.emplace_back(boost::json::array(group.begin(), group.end()));
  body["files"] = std::move(files);
  add_options(body, with_options_of_files(request));

  std::string const key =
      request.idempotency_key ? *request.idempotency_key : idempotency_key_of(boost::json::serialize(body));
  if (!key.empty()) call.headers.push_back({"Idempotency-Key", key});
  return impl_->start(std::move(call), body);
}

BULKWRITER_DECL result<job_id> import_backend::create(zilliz_cloud_import_request const& request) const {
  rest_call call;
  call.what = "bulk_import into collection " + quoted_name(request.collection_name);
  call.path = "/v2/vectordb/jobs/import/create";
  call.secrets = {request.secret_key, request.token};
  if (auto good = check_request(call.what, request); !good) return std::move(good).error();

  auto const one_each = [](std::vector<std::string> const& paths) {
    boost::json::array list;
    for (auto const& path : paths) list.emplace_back(boost::json::array{boost::json::value(path)});
    return list;
  };
  boost::json::object body;
  impl_->add_place(body);
  impl_->add_database(call, body, request.db_name);
  body["collectionName"] = request.collection_name;
  if (!request.partition_name.empty()) body["partitionName"] = request.partition_name;
  if (!request.object_url.empty()) body["objectUrl"] = request.object_url;
  if (!request.object_urls.empty()) body["objectUrls"] = one_each(request.object_urls);
  if (!request.volume_name.empty()) body["volumeName"] = request.volume_name;
  if (!request.data_paths.empty()) body["dataPaths"] = one_each(request.data_paths);
  if (!request.access_key.empty()) body["accessKey"] = request.access_key;
  if (!request.secret_key.empty()) body["secretKey"] = request.secret_key;
  if (!request.token.empty()) body["token"] = request.token;
  add_options(body, request.options);
  return impl_->start(std::move(call), body);
}

BULKWRITER_DECL result<job_id> import_backend::create(zilliz_cloud_v1_import_request const& request) const {
  rest_call call;
  call.what = "bulk_import into collection " + quoted_name(request.collection_name);
  call.path = "/v1/vector/collections/import";
  call.secrets = {request.secret_key};
  if (auto good = check_request(call.what, request); !good) return std::move(good).error();

  boost::json::object body;
  impl_->add_place(body);
  body["collectionName"] = request.collection_name;
  if (!request.partition_name.empty()) body["partitionName"] = request.partition_name;
  body["objectUrl"] = request.object_url;
  if (!request.access_key.empty()) body["accessKey"] = request.access_key;
  if (!request.secret_key.empty()) body["secretKey"] = request.secret_key;
  return impl_->start(std::move(call), body);
}

BULKWRITER_DECL result<import_progress> import_backend::impl::progress(
    job_id const& id, std::stop_token stop, std::optional<rest_channel::clock::time_point> deadline) {
  rest_call call;
  call.what = "progress of import job '" + channel.shown(id.value, 255) + '\'';
  call.repeatable = true;
  if (id.value.empty()) return error_info{.code = errc::invalid_option, .message = call.what + ": the job id is empty"};
  if (auto good = check_target(call.what); !good) return std::move(good).error();
  if (which == api::cloud_v1) {
    call.method = "GET";
    call.path = "/v1/vector/collections/import/get?jobId=" + percent_encode(id.value) +
                "&clusterId=" + percent_encode(cluster_id);
  } else {
    boost::json::object body;
    if (which == api::milvus) add_database(call, body, {});
    add_place(body);
    body["jobId"] = id.value;
    call.body = boost::json::serialize(body);
    call.path = std::string("/v2/vectordb/jobs/import/") + (old_route.load() ? "get_progress" : "describe");
  }
  auto reply = channel.send(call, stop, deadline);
  if (!reply && which == api::milvus && reply.error().http_status == 404 && !old_route.load()) {
    call.path = "/v2/vectordb/jobs/import/get_progress";
    reply = channel.send(call, stop, deadline);
    if (reply) old_route.store(true);
  }
  if (!reply) return std::move(reply).error();

  boost::json::value const root = boost::json::parse(reply->body);
  auto const* data = data_object(root);
  if (data == nullptr) return channel.unusable(call, *reply, "the answer has no \"data\" object");
  if (member(*data, "state") == nullptr && (which != api::cloud_v1 || (member(*data, "readyPercentage") == nullptr &&
                                                                       member(*data, "errorMessage") == nullptr)))
    return channel.unusable(call, *reply, "the answer does not say how far the job is");
  import_progress progress = which == api::cloud_v1 ? read_progress_v1(*data) : read_progress(*data);
  if (progress.id.value.empty()) progress.id = id;
  progress.raw = std::move(reply->body);
  return progress;
}

BULKWRITER_DECL result<import_progress> import_backend::progress(job_id const& id) const { return impl_->progress(id); }

BULKWRITER_DECL result<import_progress> import_backend::wait(job_id const& id, wait_options const& options) const {
  using clock = rest_channel::clock;
  auto const refuse = [&](errc code, std::string text) {
    return error_info{.code = code, .message = "waiting for import job '" + impl_->channel.shown(id.value, 255) + "': " + std::move(text)};
  };
  if (options.poll_interval.count() <= 0) return refuse(errc::invalid_option, "poll_interval must be positive");
  if (options.timeout.count() < 0) return refuse(errc::invalid_option, "timeout must not be negative");

  std::optional<clock::time_point> deadline;
  // what the clock cannot count up to is no limit
  if (options.timeout.count() > 0 && options.timeout < std::chrono::hours(24 * 365))
    deadline = clock::now() + options.timeout;
  std::string last, unclear;  // the answer of a job in no known state
  clock::time_point unclear_since;
  std::mutex mutex;
  std::condition_variable_any sleeper;
  for (;;) {
    if (options.stop.stop_requested()) return refuse(errc::cancelled, "stopped by the caller; the job runs on");
    auto polled = impl_->progress(id, options.stop, deadline);
    if (polled) {
      if (options.on_progress) options.on_progress(*polled);
      if (polled->state == import_state::failed) return job_failed(*polled, impl_->channel, impl_->which == impl::api::milvus);
      if (polled->finished()) return polled;
      last = impl_->channel.shown(describe_progress(*polled), 300);
      if (polled->state != import_state::unknown || polled->raw != unclear) {
        unclear = polled->state == import_state::unknown ? polled->raw : std::string();
        unclear_since = clock::now();
      } else if (clock::now() - unclear_since >= http::detail::countable(options.unknown_limit)) {
        return refuse(errc::invalid_response,
                      "its state is '" + impl_->channel.shown(polled->state_text, 60) + "', which is none that is known here, and " +
                          std::to_string(options.unknown_limit.count()) +
                          " ms have changed nothing in what the server says (unknown_limit); the job runs on");
      }
    } else if (polled.error().code == errc::cancelled) {
      return refuse(errc::cancelled, "stopped by the caller; the job runs on");
    } else if (!may_pass(polled.error())) {
      return polled;
    } else if (bool const cut = deadline && clock::now() >= *deadline && polled.error().code == errc::timeout;
               !cut || last.empty()) {  // a request that the deadline cut short tells nothing new
      last = polled.error().message;
    }

    auto wake = clock::now() + http::detail::countable(options.poll_interval);
    if (deadline && clock::now() >= *deadline)
      return refuse(errc::timeout, "not finished after " + std::to_string(options.timeout.count()) +
                                       " ms, the job runs on; last seen: " + last);
    if (deadline) wake = (std::min)(wake, *deadline);
    std::unique_lock lock(mutex);
    sleeper.wait_until(lock, options.stop, wake, [] { return false; });
  }
}

BULKWRITER_DECL result<import_jobs> import_backend::list(list_request const& request) const {
  rest_call call;
  call.what = "list_import_jobs";
  call.repeatable = true;
  if (request.page_size == 0 || request.current_page == 0)
    return error_info{.code = errc::invalid_option, .message = call.what + ": page_size and current_page count from 1"};
  if (auto good = impl_->check_target(call.what); !good) return std::move(good).error();
  bool const paged = impl_->which != impl::api::milvus;
  if (impl_->which == impl::api::cloud_v1) {
    call.method = "GET";
    call.path = "/v1/vector/collections/import/list?clusterId=" + percent_encode(impl_->cluster_id) +
                "&pageSize=" + std::to_string(request.page_size) +
                "&currentPage=" + std::to_string(request.current_page);
  } else {
    call.path = "/v2/vectordb/jobs/import/list";
    boost::json::object body;
    impl_->add_place(body);
    impl_->add_database(call, body, request.db_name);
    if (!request.collection_name.empty()) body["collectionName"] = request.collection_name;
    if (paged) {
      body["pageSize"] = request.page_size;
      body["currentPage"] = request.current_page;
    }
    call.body = boost::json::serialize(body);
  }
  auto reply = impl_->channel.send(call);
  if (!reply) return std::move(reply).error();
  boost::json::value const root = boost::json::parse(reply->body);
  auto const* data = data_object(root);
  if (data == nullptr) return impl_->channel.unusable(call, *reply, "the answer has no \"data\" object");
  import_jobs page = read_jobs(*data);
  page.current_page = request.current_page;
  page.page_size = request.page_size;
  if (!paged) {
    page.total = page.jobs.size();
    std::uint64_t const before = request.current_page - 1;
    std::uint64_t const first = before > page.total / request.page_size ? page.total : before * request.page_size;
    std::uint64_t const count = (std::min)(request.page_size, page.total - (std::min)(first, page.total));
    auto const begin = page.jobs.begin() + static_cast<std::ptrdiff_t>((std::min)(first, page.total));
    page.jobs = std::vector<import_progress>(std::make_move_iterator(begin),
                                             std::make_move_iterator(begin + static_cast<std::ptrdiff_t>(count)));
  }
  page.raw = std::move(reply->body);
  return page;
}

BULKWRITER_DECL result<void> import_backend::finish(job_id const& id, bool commit) const {
  rest_call call;
  call.what = std::string(commit ? "commit" : "abort") + " of import job '" + impl_->channel.shown(id.value, 255) + '\'';
  call.path = std::string("/v2/vectordb/jobs/import/") + (commit ? "commit" : "abort");
  // Milvus takes a second commit for none at all; a second abort it may refuse.
  call.repeatable = commit;
  call.advice = "get_import_progress tells the job's state";
  if (id.value.empty()) return error_info{.code = errc::invalid_option, .message = call.what + ": the job id is empty"};
  if (auto good = impl_->check_target(call.what); !good) return std::move(good).error();
  boost::json::object body;
  if (impl_->which == impl::api::milvus) impl_->add_database(call, body, {});
  impl_->add_place(body);
  body["jobId"] = id.value;
  call.body = boost::json::serialize(body);
  auto reply = impl_->channel.send(call);
  if (!reply) return std::move(reply).error();
  return {};
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
