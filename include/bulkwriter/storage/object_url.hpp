#pragma once

#include <bulkwriter/storage/object_store.hpp>

#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// The URL of a folder of a bucket, as Zilliz Cloud's import wants it: `object_url(store, writer.data_path())` gives
/// "s3://bucket/5868ba87-…/". The slash at the end is what marks a folder; slashes at the beginning do not count. An
/// empty path is the whole bucket. (One file: `store.object_url(key)`.) Sends nothing; thread-safe.
inline std::string object_url(object_store const& store, std::string_view data_path) {
  std::size_t const first = data_path.find_first_not_of('/');
  std::string key(first == std::string_view::npos ? std::string_view() : data_path.substr(first));
  while (!key.empty() && key.back() == '/') key.pop_back();
  if (!key.empty()) key += '/';
  std::string url = store.object_url(key);
  if (!url.ends_with('/')) url += '/';
  return url;
}

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
