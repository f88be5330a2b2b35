#pragma once

// Answers about jobs: the two APIs' shapes, and how progress is spoken of.

#include <bulkwriter/import/detail/rest.hpp>
#include <bulkwriter/import/detail/rest_json.ipp>
#include <bulkwriter/import/jobs.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <algorithm>
#include <boost/json.hpp>
#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

BULKWRITER_DECL import_state state_of(std::string_view word) {
  std::string text(word);
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (text.starts_with("import") && text.size() > 6 && text != "importing") text.erase(0, 6);  // v1: "ImportRunning"
  if (text == "pending") return import_state::pending;
  if (text == "importing" || text == "inprogress" || text == "running" || text == "retry")
    return import_state::importing;
  if (text == "uncommitted") return import_state::uncommitted;
  if (text == "committing") return import_state::committing;
  if (text == "completed") return import_state::completed;
  if (text == "failed") return import_state::failed;
  return import_state::unknown;
}

BULKWRITER_DECL int percent_at(boost::json::object const& object, std::string_view name) {
  auto const* found = member(object, name);
  auto const number = found ? to_double(*found) : std::nullopt;
  if (!number || !(*number > 0)) return 0;
  return static_cast<int>((std::min)(*number, 100.0));
}

BULKWRITER_DECL import_progress read_progress(boost::json::object const& data) {
  import_progress p;
  p.id.value = string_at(data, "jobId");
  if (p.id.value.empty()) p.id.value = string_at(data, "jobID");
  p.state_text = string_at(data, "state");
  p.state = state_of(p.state_text);
  p.percent = percent_at(data, "progress");
  p.imported_rows = count_at(data, "importedRows");
  p.total_rows = count_at(data, "totalRows");
  p.file_size = count_at(data, "fileSize");
  p.collection_name = string_at(data, "collectionName");
  p.create_time = string_at(data, "createTime");
  p.complete_time = string_at(data, "completeTime");
  p.reason = string_at(data, "reason");
  if (auto const* details = member(data, "details"); details != nullptr && details->is_array()) {
    for (auto const& one : details->get_array()) {
      if (!one.is_object()) continue;
      auto const& d = one.get_object();
      file_progress& file = p.details.emplace_back();
      file.file_name = string_at(d, "fileName");
      file.file_size = count_at(d, "fileSize");
      file.state = state_of(string_at(d, "state"));
      file.percent = percent_at(d, "progress");
      file.imported_rows = count_at(d, "importedRows");
      file.total_rows = count_at(d, "totalRows");
      file.complete_time = string_at(d, "completeTime");
      file.reason = string_at(d, "reason");
    }
  }
  return p;
}

// v1 tells no state: a message means failed, a share of 1 done. 99 is the most that is shown before.
BULKWRITER_DECL void read_share(boost::json::object const& object, import_state& state, int& percent,
                                std::string& reason) {
  reason = string_at(object, "errorMessage");
  auto const* found = member(object, "readyPercentage");
  double const share = found ? to_double(*found).value_or(0.0) : 0.0;
  bool const done = share >= 1;
  percent = done ? 100 : share > 0 ? (std::min)(99, static_cast<int>(share * 100 + 1e-9)) : 0;
  state = !reason.empty() ? import_state::failed : done ? import_state::completed : import_state::importing;
}

BULKWRITER_DECL import_progress read_progress_v1(boost::json::object const& data) {
  import_progress p;
  p.id.value = string_at(data, "jobId");
  p.state_text = string_at(data, "state");
  read_share(data, p.state, p.percent, p.reason);
  if (auto const told = state_of(p.state_text); told != import_state::unknown) p.state = told;
  p.file_size = count_at(data, "fileSize");
  p.collection_name = string_at(data, "collectionName");
  p.complete_time = string_at(data, "completeTime");
  if (auto const* details = member(data, "details"); details != nullptr && details->is_array()) {
    for (auto const& one : details->get_array()) {
      if (!one.is_object()) continue;
      auto const& d = one.get_object();
      file_progress& file = p.details.emplace_back();
      file.file_name = string_at(d, "fileName");
      file.file_size = count_at(d, "fileSize");
      file.complete_time = string_at(d, "completeTime");
      read_share(d, file.state, file.percent, file.reason);
    }
  }
  return p;
}

// v2 has "records", v1 "tasks".
BULKWRITER_DECL import_jobs read_jobs(boost::json::object const& data) {
  import_jobs page;
  auto const* list = member(data, "records");
  if (list == nullptr) list = member(data, "tasks");
  if (list != nullptr && list->is_array())
    for (auto const& one : list->get_array())
      if (one.is_object()) page.jobs.push_back(read_progress(one.get_object()));
  for (auto& job : page.jobs)
    if (job.state == import_state::completed) job.percent = 100;  // where lists tell no progress
  page.total = std::max<std::uint64_t>(count_at(data, "count"), page.jobs.size());
  return page;
}

BULKWRITER_DECL std::string describe_progress(import_progress const& p) {
  std::string text = p.state_text.empty() ? std::string(to_string(p.state)) : one_line(p.state_text, 60);
  text += ' ' + std::to_string(p.percent) + " %";
  if (p.total_rows != 0)
    text += ", " + std::to_string(p.imported_rows) + " of " + std::to_string(p.total_rows) + " rows";
  if (p.files_done()) text += ", every file is read: the server sorts and builds indexes";
  return text;
}

BULKWRITER_DECL error_info job_failed(import_progress const& p, rest_channel const& channel, bool own_bucket) {
  error_info error{.code = errc::import_failed, .http_status = 200, .server_error = channel.shown(p.reason, 1000)};
  error.message = "import job '" + channel.shown(p.id.value, 255) + '\'';
  if (!p.collection_name.empty())
    error.message += " into collection '" + channel.shown(p.collection_name, 255) + '\'';
  error.message += " failed: " + (p.reason.empty() ? std::string("the server gives no reason") : error.server_error);
  std::size_t told = 0;
  for (auto const& file : p.details) {
    if (file.reason.empty() || file.reason == p.reason) continue;
    if (++told > 10) {
      error.message += "; …";
      break;
    }
    error.message += "; " + channel.shown(file.file_name, 300) + ": " + channel.shown(file.reason, 300);
  }
  // The most frequent complaint of all: the upload went well, yet the server cannot find the files.
  auto const says = [&](std::string_view words) { return error.message.find(words) != std::string::npos; };
  if (own_bucket && (says("key does not exist") || says("NoSuchKey") || says("key not found") || says("no such file")))
    error.message +=
        " (the usual causes: the files were uploaded to another bucket than the one that the server is configured "
        "with; the path repeats the bucket's name or the server's rootPath; the path is one of this machine)";
  return error;
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
