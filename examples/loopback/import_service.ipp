#pragma once

#include "import_service.hpp"
#include "row_count.hpp"

#include <algorithm>
#include <ctime>

namespace loopback {
namespace detail {

// A refusal: HTTP 200 unless the servers say otherwise.
struct refusal {
  std::int64_t code;
  std::string message;
  http::status status = http::status::ok;
};

inline boost::json::object const* object_at(boost::json::object const& in, std::string_view name) {
  auto const* found = in.if_contains(name);
  return found == nullptr ? nullptr : found->if_object();
}
inline boost::json::array const& array_at(boost::json::object const& in, std::string_view name) {
  static boost::json::array const none;
  auto const* found = in.if_contains(name);
  return found != nullptr && found->is_array() ? found->get_array() : none;
}
inline std::string text_at(boost::json::object const& in, std::string_view name) {
  auto const* found = in.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(std::string_view(found->get_string())) : std::string();
}
inline bool flag_at(boost::json::object const& in, std::string_view name) {
  auto const* found = in.if_contains(name);
  return found != nullptr && found->is_bool() && found->get_bool();
}
inline std::string required(boost::json::object const& in, std::string_view name) {
  std::string text = text_at(in, name);
  if (text.empty()) throw refusal{1802, "missing required parameters, error: Key: '" + std::string(name) + "'"};
  return text;
}

inline boost::json::value success(boost::json::value data, std::int64_t code = 0) {
  return boost::json::object{{"code", code}, {"data", std::move(data)}};
}

inline std::string now_text() {
  std::time_t const now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

inline std::string percent_decoded(std::string_view text) {
  auto const digit = [](char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && std::isxdigit(static_cast<unsigned char>(text[i + 1])) != 0 &&
        std::isxdigit(static_cast<unsigned char>(text[i + 2])) != 0) {
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

inline std::string query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    std::size_t const end = std::min(query.find('&'), query.size());
    std::string_view const pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
      return percent_decoded(pair.substr(name.size() + 1));
  }
  return {};
}

// The parameters of a type as the server lists them: [{"key": "dim", "value": "768"}].
inline boost::json::array type_params(boost::json::object const& field, std::string_view member) {
  boost::json::array list;
  if (auto const* params = object_at(field, member))
    for (auto const& p : *params)
      list.emplace_back(boost::json::object{
          {"key", p.key()},
          {"value", p.value().is_string() ? p.value() : boost::json::value(boost::json::serialize(p.value()))}});
  return list;
}

// A default value is shown as the union that the server keeps: {"Data": {"LongData": 5}}.
inline boost::json::value default_value(boost::json::value const& given, std::string_view type) {
  std::string_view const member = type == "Bool"            ? "BoolData"
                                  : type == "Int64"         ? "LongData"
                                  : type.starts_with("Int") ? "IntData"
                                  : type == "Float"         ? "FloatData"
                                  : type == "Double"        ? "DoubleData"
                                                            : "StringData";
  return boost::json::object{{"Data", boost::json::object{{member, given}}}};
}

inline bool is_data_type(std::string_view name) {
  for (std::string_view const known : {"Bool",
                                       "Int8",
                                       "Int16",
                                       "Int32",
                                       "Int64",
                                       "Float",
                                       "Double",
                                       "VarChar",
                                       "Text",
                                       "JSON",
                                       "Array",
                                       "Geometry",
                                       "Timestamptz",
                                       "FloatVector",
                                       "Float16Vector",
                                       "BFloat16Vector",
                                       "BinaryVector",
                                       "Int8Vector",
                                       "SparseFloatVector",
                                       "ArrayOfVector"})
    if (name == known) return true;
  return false;
}

inline void check_field(boost::json::object const& field) {
  required(field, "fieldName");
  std::string const type = required(field, "dataType");
  if (!is_data_type(type)) throw refusal{1100, "data type " + type + " is invalid(case sensitive).: invalid parameter"};
  std::string const element = text_at(field, "elementDataType");
  bool const list = type == "Array" || type == "ArrayOfVector";
  if (list && !is_data_type(element))
    throw refusal{1100, "element data type " + element + " is invalid(case sensitive).: invalid parameter"};
  auto const* params = object_at(field, "elementTypeParams");
  std::string const& held = list ? element : type;
  if (held == "VarChar" && (params == nullptr || params->if_contains("max_length") == nullptr))
    throw refusal{1100, "type param(max_length) should be specified for the field(" + text_at(field, "fieldName") +
                            "): invalid parameter"};
  if (held.ends_with("Vector") && held != "SparseFloatVector" &&
      (params == nullptr || params->if_contains("dim") == nullptr))
    throw refusal{1100, "dimension is not defined in field type params of field " + text_at(field, "fieldName") +
                            ": invalid parameter"};
}

}  // namespace detail

inline find_files files_below(std::filesystem::path root, std::string bucket) {
  return [root = std::move(root), bucket = std::move(bucket)](std::string const& name) {
    namespace fs = std::filesystem;
    std::string place = bucket, key = name;
    if (std::size_t const scheme = name.find("://"); scheme != std::string::npos) {
      key.erase(0, scheme + 3);
      auto const take = [&] {
        std::size_t const slash = std::min(key.find('/'), key.size());
        std::string const first = key.substr(0, slash);
        key.erase(0, slash + 1);
        return first;
      };
      place = take();
      if (name.starts_with("http")) {
        // A container of Azure stands behind the host; where that is a bare address, behind the account.
        if (place.find_first_not_of("0123456789.:") == std::string::npos) take();
        place = take();
      }
    }
    key.erase(0, std::min(key.find_first_not_of('/'), key.size()));
    std::vector<fs::path> found;
    if (place.empty()) return found;
    for (auto const& part : fs::path(key))
      if (part == "..") return found;
    fs::path const path = root / place / key;
    std::error_code failed;
    if (key.empty() || key.ends_with('/')) {
      for (auto const& entry : fs::recursive_directory_iterator(path, failed))
        if (entry.is_regular_file()) found.push_back(entry.path());
      std::sort(found.begin(), found.end());
    } else if (fs::is_regular_file(path, failed)) {
      found.push_back(path);
    }
    return found;
  };
}

inline import_service::import_service(find_files find, import_service_options options)
    : find_(std::move(find)), options_(std::move(options)) {
  server_.emplace([this](request const& what) { return std::optional(handle(what)); }, options_.port);
}

inline std::optional<std::uint64_t> import_service::row_count(std::string const& name) const {
  std::lock_guard const lock(mutex_);
  auto const found = collections_.find(name);
  if (found == collections_.end()) return std::nullopt;
  return found->second.rows;
}

inline response import_service::handle(request const& what) {
  auto const answer = [](http::status status, boost::json::value const& body) {
    return make_response(status, boost::json::serialize(body), "application/json; charset=utf-8");
  };
  try {
    if (what[http::field::authorization] != "Bearer " + options_.token)
      throw detail::refusal{1800, "user hasn't authenticated", http::status::unauthorized};
    std::string_view const target = what.target();
    std::size_t const question = std::min(target.find('?'), target.size());
    std::string_view const query = target.substr(std::min(question + 1, target.size()));
    std::lock_guard const lock(mutex_);
    boost::json::value const body = dispatch(what, target.substr(0, question), query);
    if (body.is_null()) return make_response(http::status::not_found, "404 page not found", "text/plain");
    return answer(http::status::ok, body);
  } catch (detail::refusal const& no) {
    return answer(no.status, boost::json::object{{"code", no.code}, {"message", no.message}});
  }
}

inline boost::json::value import_service::dispatch(request const& what, std::string_view path, std::string_view query) {
  static constexpr std::string_view v1 = "/v1/vector/collections/import", v2 = "/v2/vectordb/";
  if (what.method() == http::verb::get && path == "/v1/vector/collections/import/get") {
    check_cluster(detail::query_value(query, "clusterId"));
    job& j = job_of(detail::query_value(query, "jobId"));
    move_on(j);
    return detail::success(progress_v1(j), 200);
  }
  if (what.method() == http::verb::get && path == "/v1/vector/collections/import/list") {
    check_cluster(detail::query_value(query, "clusterId"));
    boost::json::array tasks;
    for (auto const& j : jobs_)
      tasks.emplace_back(boost::json::object{{"collectionName", j.collection_name},
                                             {"jobId", j.id},
                                             {"state", j.failed()      ? "ImportFailed"
                                                       : j.completed() ? "ImportCompleted"
                                                                       : "ImportRunning"}});
    return detail::success(
        boost::json::object{{"tasks", tasks}, {"count", tasks.size()}, {"currentPage", 1}, {"pageSize", 10}}, 200);
  }
  if (what.method() != http::verb::post) return nullptr;

  boost::system::error_code failed;
  boost::json::value const parsed = boost::json::parse(what.body(), failed);
  if (failed || !parsed.is_object())
    throw detail::refusal{1801, "can only accept json format request, error: " + failed.message()};
  boost::json::object const& body = parsed.get_object();
  if (path == v1) {
    check_cluster(detail::required(body, "clusterId"));
    return detail::success(boost::json::object{{"jobId", create_job(body, what, true).id}}, 200);
  }
  if (!path.starts_with(v2)) return nullptr;
  std::string_view const call = path.substr(v2.size());
  if (call.starts_with("jobs/import/")) return jobs_call(call.substr(12), body, what);
  return collections_call(call, body);
}

// ---- collections ----

inline import_service::collection& import_service::collection_of(boost::json::object const& body) {
  std::string const name = detail::required(body, "collectionName");
  auto const found = collections_.find(name);
  if (found == collections_.end())
    throw detail::refusal{100,
                          "can't find collection[database=default][collection=" + name + "]: collection not found"};
  return found->second;
}

inline boost::json::value import_service::collections_call(std::string_view call, boost::json::object const& body) {
  using boost::json::object;
  if (call == "collections/create") {
    create_collection(body);
    return detail::success(object());
  }
  if (call == "collections/has")
    return detail::success(object{{"has", collections_.contains(detail::required(body, "collectionName"))}});
  if (call == "collections/list") {
    boost::json::array names;
    for (auto const& [name, c] : collections_) names.emplace_back(name);
    return detail::success(std::move(names));
  }
  if (call == "collections/drop") {  // of none is a success as well
    collections_.erase(detail::required(body, "collectionName"));
    return detail::success(object());
  }
  bool const known = call == "collections/describe" || call == "collections/load" || call == "collections/release" ||
                     call == "collections/refresh_load" || call == "collections/get_load_state" ||
                     call == "collections/get_stats" || call == "indexes/create" || call == "entities/query";
  if (!known) return nullptr;

  collection& c = collection_of(body);
  if (call == "collections/describe")
    return detail::success(describe_collection(detail::text_at(body, "collectionName"), c));
  if (call == "collections/get_stats") return detail::success(object{{"rowCount", c.rows}});
  if (call == "collections/get_load_state") {
    if (c.load_polls < 0) return detail::success(object{{"loadState", "LoadStateNotLoad"}, {"message", ""}});
    bool const loaded = ++c.load_polls > 1;
    return detail::success(object{{"loadProgress", loaded ? 100 : 50},
                                  {"loadState", loaded ? "LoadStateLoaded" : "LoadStateLoading"},
                                  {"message", ""}});
  }
  if (call == "entities/query") {
    auto const& fields = detail::array_at(body, "outputFields");
    if (fields.size() != 1 || fields[0] != "count(*)")
      throw detail::refusal{1100, "this service only counts: invalid parameter"};
    if (c.load_polls < 0) throw detail::refusal{101, "collection not loaded"};
    return object{
        {"code", 0}, {"cost", 0}, {"data", boost::json::array{boost::json::value(object{{"count(*)", c.rows}})}}};
  }
  if (call == "indexes/create") {
    for (auto const& index : detail::array_at(body, "indexParams")) {
      std::string const field = detail::required(index.as_object(), "fieldName");
      auto const& fields = detail::array_at(c.schema, "fields");
      if (std::none_of(fields.begin(), fields.end(),
                       [&](auto const& f) { return detail::text_at(f.as_object(), "fieldName") == field; }))
        throw detail::refusal{1802, "missing required parameters, error: `" + field + "` hasn't defined in schema"};
      c.indexes.push_back(index);
    }
    return detail::success(object());
  }
  if (call == "collections/load" || call == "collections/refresh_load") {
    if (c.indexes.empty()) throw detail::refusal{700, "there is no vector index on the collection: index not found"};
    c.load_polls = std::max(c.load_polls, 0);
  } else {
    c.load_polls = -1;
  }
  return detail::success(object());
}

inline void import_service::create_collection(boost::json::object const& body) {
  std::string const name = detail::required(body, "collectionName");
  auto const* schema = detail::object_at(body, "schema");
  if (schema == nullptr) throw detail::refusal{1802, "missing required parameters, error: Key: 'schema'"};
  std::size_t primary = 0;
  std::vector<std::string> names;
  for (auto const& one : detail::array_at(*schema, "fields")) {
    detail::check_field(one.as_object());
    primary += detail::flag_at(one.as_object(), "isPrimary");
    names.push_back(detail::text_at(one.as_object(), "fieldName"));
  }
  if (primary != 1)
    throw detail::refusal{1100, "there are " + std::to_string(primary) + " primary keys: invalid parameter"};
  for (auto const& s : detail::array_at(*schema, "structFields"))
    for (auto const& one : detail::array_at(s.as_object(), "fields")) {
      detail::check_field(one.as_object());
      names.push_back(detail::text_at(s.as_object(), "fieldName") + '[' +
                      detail::text_at(one.as_object(), "fieldName") + ']');
    }
  auto const& indexes = detail::array_at(body, "indexParams");
  for (auto const& index : indexes)
    if (std::string const field = detail::required(index.as_object(), "fieldName");
        std::find(names.begin(), names.end(), field) == names.end())
      throw detail::refusal{1802, "missing required parameters, error: `" + field + "` hasn't defined in schema"};
  if (auto const old = collections_.find(name); old != collections_.end()) {
    if (old->second.schema != *schema)
      throw detail::refusal{
          1100, "create duplicate collection with different parameters, collection: " + name + ": invalid parameter"};
    return;
  }
  collection& c = collections_[name];
  c.schema = *schema;
  c.indexes = indexes;
  c.description = detail::text_at(body, "description");
  c.id = next_id_++;
  if (!indexes.empty()) c.load_polls = 0;
}

inline boost::json::object import_service::describe_collection(std::string const& name, collection const& c) const {
  using boost::json::array;
  using boost::json::object;
  bool const auto_id = detail::flag_at(c.schema, "autoID");
  std::int64_t id = 100;
  auto const field_detail = [&](object const& f) {
    std::string const type = detail::text_at(f, "dataType");
    object d{{"name", detail::text_at(f, "fieldName")},
             {"id", id++},
             {"type", type},
             {"primaryKey", detail::flag_at(f, "isPrimary")},
             {"partitionKey", detail::flag_at(f, "isPartitionKey")},
             {"clusteringKey", detail::flag_at(f, "isClusteringKey")},
             {"autoId", auto_id && detail::flag_at(f, "isPrimary")},
             {"nullable", detail::flag_at(f, "nullable")},
             {"description", ""}};
    if (auto const* value = f.if_contains("defaultValue")) d["defaultValue"] = detail::default_value(*value, type);
    if (array params = detail::type_params(f, "elementTypeParams"); !params.empty()) d["params"] = std::move(params);
    if (type == "Array" || type == "ArrayOfVector") d["elementType"] = detail::text_at(f, "elementDataType");
    return d;
  };
  array fields, structs, functions, indexes;
  for (auto const& f : detail::array_at(c.schema, "fields")) fields.emplace_back(field_detail(f.as_object()));
  for (auto const& s : detail::array_at(c.schema, "structFields")) {
    array subs;
    for (auto const& f : detail::array_at(s.as_object(), "fields")) subs.emplace_back(field_detail(f.as_object()));
    structs.emplace_back(object{{"name", detail::text_at(s.as_object(), "fieldName")},
                                {"id", id++},
                                {"description", ""},
                                {"nullable", detail::flag_at(s.as_object(), "nullable")},
                                {"type", "ArrayOfStruct"},
                                {"fields", std::move(subs)},
                                {"params", detail::type_params(s.as_object(), "typeParams")}});
  }
  for (auto const& one : detail::array_at(c.schema, "functions")) {
    object const& f = one.as_object();
    std::string const type = detail::text_at(f, "type");
    functions.emplace_back(object{{"name", detail::text_at(f, "name")},
                                  {"description", ""},
                                  {"type", type == "BM25"            ? 1
                                           : type == "TextEmbedding" ? 2
                                                                     : 4},  // the number of the enum
                                  {"id", id++},
                                  {"inputFieldNames", detail::array_at(f, "inputFieldNames")},
                                  {"outputFieldNames", detail::array_at(f, "outputFieldNames")},
                                  {"params", detail::type_params(f, "params")}});
  }
  for (auto const& index : c.indexes) {
    object const& i = index.as_object();
    indexes.emplace_back(object{{"fieldName", detail::text_at(i, "fieldName")},
                                {"indexName", detail::text_at(i, "indexName")},
                                {"metricType", detail::text_at(i, "metricType")}});
  }
  return object{
      {"collectionName", name},
      {"collectionID", c.id},
      {"description", c.description.empty() ? "loopback service: rows are counted, not stored" : c.description},
      {"autoId", auto_id},
      {"enableDynamicField", detail::flag_at(c.schema, "enableDynamicField")},
      {"fields", std::move(fields)},
      {"structFields", std::move(structs)},
      {"functions", std::move(functions)},
      {"aliases", array()},
      {"indexes", std::move(indexes)},
      {"load", c.load_polls < 0   ? "LoadStateNotLoad"
               : c.load_polls > 1 ? "LoadStateLoaded"
                                  : "LoadStateLoading"},
      {"shardsNum", 1},
      {"partitionsNum", 1},
      {"consistencyLevel", "Bounded"},
      {"properties", array()}};
}

// ---- jobs ----

inline void import_service::check_cluster(std::string const& cluster_id) const {
  if (!options_.cluster_id.empty() && cluster_id != options_.cluster_id)
    throw detail::refusal{80020, "Cluster does not exist or you don't have permission to access it."};
}

inline boost::json::value import_service::jobs_call(std::string_view verb, boost::json::object const& body,
                                                    request const& what) {
  using boost::json::object;
  if (body.contains("clusterId")) check_cluster(detail::text_at(body, "clusterId"));
  if (verb == "create") return detail::success(object{{"jobId", create_job(body, what, false).id}});
  if (verb == "get_progress" || (verb == "describe" && options_.knows_describe)) {
    job& j = job_of(detail::required(body, "jobId"));
    move_on(j);
    return detail::success(progress_v2(j));
  }
  if (verb == "list") {
    boost::json::array records;
    std::string const wanted = detail::text_at(body, "collectionName");
    for (auto const& j : jobs_) {
      if (!wanted.empty() && wanted != j.collection_name) continue;
      object const p = progress_v2(j);
      object record{{"jobId", j.id},
                    {"collectionName", j.collection_name},
                    {"state", p.at("state")},
                    {"progress", p.at("progress")}};
      if (j.failed()) record["reason"] = j.reason;
      records.emplace_back(std::move(record));
    }
    return detail::success(object{{"records", std::move(records)}});
  }
  return nullptr;
}

inline import_service::job& import_service::create_job(boost::json::object const& body, request const& what, bool v1) {
  std::string const key(what["Idempotency-Key"]);
  if (!key.empty() && options_.knows_idempotency_key)
    if (auto const known = idempotent_.find(key); known != idempotent_.end()) return job_of(known->second);

  collection_of(body);
  job j;
  j.v1 = v1;
  j.collection_name = detail::text_at(body, "collectionName");
  for (std::string_view const name : {"files", "objectUrls"})
    for (auto const& group : detail::array_at(body, name)) {
      std::vector<std::string>& paths = j.groups.emplace_back();
      for (auto const& path : group.as_array()) paths.emplace_back(std::string_view(path.as_string()));
    }
  if (std::string url = detail::text_at(body, "objectUrl"); !url.empty()) j.groups.push_back({std::move(url)});
  if (j.groups.empty()) throw detail::refusal{2100, "import request is empty: importing data failed"};
  if (j.groups.size() > options_.max_files)
    throw detail::refusal{2100, "The max number of import files should not exceed " +
                                    std::to_string(options_.max_files) + ", but got " +
                                    std::to_string(j.groups.size()) + ": importing data failed"};
  j.id = std::to_string(next_id_++);
  if (v1) j.id = "job-" + j.id;
  if (!key.empty()) idempotent_[key] = j.id;
  return jobs_.emplace_back(std::move(j));
}

inline import_service::job& import_service::job_of(std::string const& id) {
  for (auto& j : jobs_)
    if (j.id == id) return j;
  throw detail::refusal{2100, "import job does not exist, jobID=" + id + ": importing data failed"};
}

// Pending, then two times Importing, then done; the files are looked at in the second step, as servers look at them
// later.
inline void import_service::move_on(job& j) {
  if (j.failed() || j.completed()) return;
  ++j.polls;
  if (j.polls == 2) read_files(j);
  if (j.failed() || j.completed()) j.complete_time = detail::now_text();
  if (j.completed())
    if (auto const c = collections_.find(j.collection_name); c != collections_.end()) c->second.rows += j.rows;
}

inline void import_service::read_files(job& j) const {
  for (auto const& group : j.groups) {
    std::optional<std::uint64_t> group_rows;  // of NumPy files, which share their rows
    for (auto const& name : group) {
      auto const files = find_(name);
      if (files.empty()) {
        j.reason = "The specified key does not exist: " + name;
        return;
      }
      for (auto const& file : files) {
        try {
          std::uint64_t const rows = count_rows(file);
          std::uint64_t const size = std::filesystem::file_size(file);
          bool const column = file.extension() == ".npy";
          if (column && group_rows && *group_rows != rows) {
            j.reason = "imported rows are not aligned, file '" + name + "' with '" + std::to_string(rows) +
                       "' rows, others with '" + std::to_string(*group_rows) + "' rows";
            return;
          }
          bool const counts = !column || !group_rows;
          if (column) group_rows = rows;
          j.files.push_back(
              {name + (files.size() > 1 ? file.filename().string() : std::string()), size, counts ? rows : 0});
          j.size += size;
          j.rows += counts ? rows : 0;
        } catch (std::exception const& bad) {
          j.reason = "file '" + name + "' " + bad.what();
          return;
        }
      }
    }
  }
}

inline boost::json::object import_service::progress_v2(job const& j) const {
  using boost::json::object;
  static constexpr int shares[] = {0, 10, 40, 70, 100};
  bool const reading = j.polls >= 2 && !j.failed();
  std::uint64_t const done = j.completed() ? j.rows : j.polls == 3 ? j.rows / 2 : 0;
  object p{{"jobId", j.id},
           {"collectionName", j.collection_name},
           {"completeTime", j.complete_time},
           {"state", j.failed()      ? "Failed"
                     : j.completed() ? "Completed"
                     : j.polls < 2   ? "Pending"
                                     : "Importing"},
           {"progress", j.failed() ? 0 : shares[std::min(j.polls, 4)]},
           {"importedRows", done},
           {"totalRows", reading ? j.rows : 0},
           {"fileSize", j.size}};
  if (j.failed()) p["reason"] = j.reason;
  boost::json::array details;
  if (reading)
    for (auto const& f : j.files)
      details.emplace_back(object{{"fileName", '[' + f.name + ']'},
                                  {"fileSize", f.size},
                                  {"progress", j.completed() ? 100 : 50},
                                  {"completeTime", j.complete_time},
                                  {"state", j.completed() ? "Completed" : "InProgress"},
                                  {"importedRows", j.completed() ? f.rows : 0},
                                  {"totalRows", f.rows}});
  p["details"] = std::move(details);
  return p;
}

inline boost::json::object import_service::progress_v1(job const& j) const {
  using boost::json::object;
  boost::json::value const time = j.complete_time.empty() ? boost::json::value() : boost::json::value(j.complete_time);
  boost::json::value const message = j.failed() ? boost::json::value(j.reason) : boost::json::value();
  boost::json::value const share = j.completed() ? boost::json::value(1)
                                   : j.polls < 2 ? boost::json::value(0.01)
                                                 : boost::json::value(0.5);
  boost::json::array details;
  for (auto const& f : j.files)
    details.emplace_back(object{{"fileName", f.name},
                                {"fileSize", f.size},
                                {"readyPercentage", share},
                                {"completeTime", time},
                                {"errorMessage", nullptr}});
  return object{{"collectionName", j.collection_name},
                {"fileName", j.groups.front().front()},
                {"fileSize", j.size},
                {"readyPercentage", share},
                {"completeTime", time},
                {"errorMessage", message},
                {"jobId", j.id},
                {"details", std::move(details)}};
}

}  // namespace loopback
