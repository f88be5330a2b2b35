#pragma once

// What is checked of a request before it is sent, and what is made from it.

#include <bulkwriter/import/targets.hpp>
#include <bulkwriter/text/ascii.hpp>
#include <bulkwriter/text/hex.hpp>
#include <bulkwriter/text/sha256.hpp>

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

BULKWRITER_DECL error_info bad_request(std::string const& what, std::string text) {
  return {.code = errc::invalid_option, .message = what + ": " + std::move(text)};
}

BULKWRITER_DECL std::string extension_of(std::string_view path) {
  std::size_t const dot = path.rfind('.');
  if (dot == std::string_view::npos || path.find('/', dot) != std::string_view::npos) return {};
  return std::string(path.substr(dot));
}

BULKWRITER_DECL bool is_drive_path(std::string_view path) noexcept {
  return path.size() >= 2 && path[1] == ':' &&
         ((path[0] >= 'A' && path[0] <= 'Z') || (path[0] >= 'a' && path[0] <= 'z'));
}

// Why a path cannot be a key in the server's bucket; empty if it can. (An absolute local path looks like a key.)
BULKWRITER_DECL std::string why_not_a_key(std::string_view path) {
  if (path.empty()) return "is empty";
  if (std::size_t const scheme = path.find("://"); scheme != std::string_view::npos && scheme < path.find('/'))
    return "is a URL; Milvus takes keys in the bucket that it is configured with, such as uuid/1.parquet";
  if (is_drive_path(path)) return "is a path on this machine; upload the file and give its key";
  if (path.find('\\') != std::string_view::npos) return "has backslashes; keys are separated by '/'";
  if (path.starts_with("./") || path.starts_with("../") || path.starts_with("~/") ||
      path.find("/../") != std::string_view::npos)
    return "is a path on this machine; upload the file and give its key";
  return {};
}

// Servers do not tell names of options apart by case.
BULKWRITER_DECL bool same_option(std::string_view a, std::string_view b) noexcept {
  return bulkwriter::detail::equal_without_case(a, b);
}

BULKWRITER_DECL result<void> check_options(std::string const& what, import_options const& options) {
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (options[i].first.empty()) return bad_request(what, "an option has no name");
    for (std::size_t k = 0; k < i; ++k)
      if (same_option(options[k].first, options[i].first))
        return bad_request(what, "option " + quoted_name(options[i].first) + " is given twice");
  }
  return {};
}

// An option that the files bring along may be repeated, not contradicted.
BULKWRITER_DECL result<void> check_options_of_files(std::string const& what, milvus_import_request const& request) {
  if (auto good = check_options(what, request.files.options); !good) return good;
  for (auto const& [name, value] : request.options)
    for (auto const& of_files : request.files.options)
      if (same_option(name, of_files.first) && value != of_files.second)
        return bad_request(what, "option " + quoted_name(name) + " is " + quoted_name(value) + ", but the files were written with " + quoted_name(of_files.second));
  return {};
}

BULKWRITER_DECL import_options with_options_of_files(milvus_import_request const& request) {
  import_options all = request.options;
  for (auto const& of_files : request.files.options)
    if (std::none_of(all.begin(), all.end(), [&](auto const& o) { return same_option(o.first, of_files.first); }))
      all.push_back(of_files);
  return all;
}

BULKWRITER_DECL bool option_is_set(import_options const& options, std::string_view name) {
  return std::any_of(options.begin(), options.end(),
                     [&](auto const& o) { return o.first == name && o.second == "true"; });
}

BULKWRITER_DECL void add_options(boost::json::object& body, import_options const& options) {
  if (options.empty()) return;
  boost::json::object map;
  for (auto const& [name, value] : options) map[name] = value;
  body["options"] = std::move(map);
}

BULKWRITER_DECL result<void> check_request(std::string const& what, milvus_import_request const& request) {
  if (request.collection_name.empty()) return bad_request(what, "collection_name is empty");
  if (request.files.empty()) return bad_request(what, "files is empty; commit() of a writer gives them");
  if (request.files.size() > milvus::max_groups)
    return bad_request(what, std::to_string(request.files.size()) + " groups of files; a request takes at most " +
                                 std::to_string(milvus::max_groups) +
                                 ": send the parts of split_batch_files(files) one by one");
  if (auto good = check_options(what, request.options); !good) return good;
  if (auto good = check_options_of_files(what, request); !good) return good;
  // Backups and deletes are folders of the server's own files; the rules for data files are not theirs.
  bool const own_files = option_is_set(request.options, "backup") || option_is_set(request.options, "l0_import");
  for (std::size_t i = 0; i < request.files.size(); ++i) {
    auto const& group = request.files[i];
    std::string const place = "files[" + std::to_string(i) + "]";
    if (group.paths.empty()) return bad_request(what, place + " is an empty group");
    for (auto const& path : group)
      if (auto const why = why_not_a_key(path); !why.empty())
        return bad_request(what, place + ": " + in_quotes(path, 1024) + " " + why);
    if (own_files || group.size() == 1) continue;
    for (auto const& path : group)
      if (extension_of(path) != ".npy")
        return bad_request(what,
                           place + ": " + in_quotes(path, 1024) + " shares a group with other files; only the .npy files of one chunk do, every other "
                               "file is a group of its own");
  }
  if (request.idempotency_key) {
    auto const& key = *request.idempotency_key;
    bool const printable = std::all_of(key.begin(), key.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
    if (key.size() > 256 || !printable)
      return bad_request(what, "idempotency_key must be printable ASCII of at most 256 bytes");
  }
  return {};
}

BULKWRITER_DECL std::string why_not_a_url(std::string_view url) {
  if (url.find('\\') != std::string_view::npos) return "has backslashes";
  std::size_t const scheme = url.find("://");
  if (scheme == std::string_view::npos || scheme == 0)
    return "is not a URL; Zilliz Cloud reads s3://bucket/key, gs://bucket/key or https://…: object_url(writer) gives "
           "one";
  if (url.starts_with("file://")) return "is a file on this machine; upload it and give the URL of the object";
  if (scheme + 3 == url.size()) return "has no bucket";
  return {};
}

// A signature, if there is one, stands in the query; a password before an '@'.
BULKWRITER_DECL std::string without_secrets(std::string_view url) {
  url = url.substr(0, url.find('?'));
  std::size_t const at = url.rfind('@');
  return std::string(at == std::string_view::npos ? url : url.substr(at + 1));
}

BULKWRITER_DECL result<void> check_url(std::string const& what, std::string const& name, std::string const& url) {
  if (auto const why = why_not_a_url(url); !why.empty())
    return bad_request(what, name + " " + in_quotes(without_secrets(url), 1024) + " " + why);
  return {};
}

BULKWRITER_DECL result<void> check_keys(std::string const& what, std::string const& access_key,
                                        std::string const& secret_key) {
  if (access_key.empty() != secret_key.empty())
    return bad_request(
        what, access_key.empty() ? "secret_key is given without access_key" : "access_key is given without secret_key");
  return {};
}

BULKWRITER_DECL result<void> check_request(std::string const& what, zilliz_cloud_import_request const& request) {
  if (request.collection_name.empty()) return bad_request(what, "collection_name is empty");
  int const ways = int(!request.object_url.empty()) + int(!request.object_urls.empty()) +
                   int(!request.volume_name.empty() || !request.data_paths.empty());
  if (ways != 1)
    return bad_request(what, std::string(ways == 0 ? "nothing to import" : "more than one source") +
                                 "; give one of object_url, object_urls, volume_name with data_paths");
  if (!request.object_url.empty())
    if (auto good = check_url(what, "object_url", request.object_url); !good) return good;
  for (std::size_t i = 0; i < request.object_urls.size(); ++i)
    if (auto good = check_url(what, "object_urls[" + std::to_string(i) + "]", request.object_urls[i]); !good)
      return good;
  if (request.volume_name.empty() != request.data_paths.empty())
    return bad_request(what, "volume_name and data_paths belong together");
  for (std::size_t i = 0; i < request.data_paths.size(); ++i) {
    auto const& path = request.data_paths[i];
    std::string why = why_not_a_key(path);
    if (why.empty() && path.starts_with('/')) why = "begins with '/'; paths are relative to the volume";
    if (!why.empty()) return bad_request(what, "data_paths[" + std::to_string(i) + "] " + in_quotes(path, 1024) + " " + why);
  }
  if (std::size_t const files = (std::max)(request.object_urls.size(), request.data_paths.size());
      files > zilliz_cloud::max_files)
    return bad_request(what, std::to_string(files) + " files; a request takes at most " +
                                 std::to_string(zilliz_cloud::max_files) +
                                 ": name their folder, or send several requests");
  if (auto good = check_keys(what, request.access_key, request.secret_key); !good) return good;
  return check_options(what, request.options);
}

BULKWRITER_DECL result<void> check_request(std::string const& what, zilliz_cloud_v1_import_request const& request) {
  if (request.collection_name.empty()) return bad_request(what, "collection_name is empty");
  if (request.object_url.empty()) return bad_request(what, "object_url is empty");
  if (auto good = check_url(what, "object_url", request.object_url); !good) return good;
  return check_keys(what, request.access_key, request.secret_key);
}

// The same request makes the same key in every process and on every machine.
BULKWRITER_DECL std::string idempotency_key_of(std::string_view body) {
  return "bulkwriter-" + to_hex(sha256(body));
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
