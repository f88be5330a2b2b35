#include "environment.hpp"

#include <bulkwriter/storage/azure_blob.hpp>
#include <bulkwriter/storage/gcs.hpp>
#include <bulkwriter/storage/s3.hpp>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <string_view>
#include <utility>

namespace zero_to_hero {

namespace {

std::string value_of(char const* name) {
  char const* const value = std::getenv(name);
  return value ? value : "";
}

bool is_set(char const* name) { return !value_of(name).empty(); }

enum class need { optional, required };

// Reads variables and keeps count of what is there and what should be.
class variables {
 public:
  void read(char const* name, std::string& value, need how) {
    std::string const given = value_of(name);
    std::string& list = given.empty() ? missing_ : set_;
    if (!given.empty() || how == need::required) (list += list.empty() ? "" : ", ") += name;
    if (!given.empty()) value = given;
  }
  std::string const& set() const noexcept { return set_; }
  std::string const& missing() const noexcept { return missing_; }

 private:
  std::string set_, missing_;
};

// A bucket that can be opened once nothing is missing, and what Zilliz Cloud reads it with.
struct bucket {
  std::function<bw::object_store()> open;
  bw::auth::provider<bw::auth::credentials> keys = {};
};

bucket read_s3(variables& in) {
  bw::s3_connect_param param;
  in.read("BULKWRITER_ENDPOINT", param.endpoint, need::required);
  in.read("BULKWRITER_ACCESS_KEY", param.access_key, need::required);
  in.read("BULKWRITER_SECRET_KEY", param.secret_key, need::required);
  in.read("BULKWRITER_BUCKET", param.bucket_name, need::required);
  in.read("BULKWRITER_REGION", param.region, need::optional);
  in.read("BULKWRITER_SESSION_TOKEN", param.session_token, need::optional);
  return {[param] { return bw::open_store(param); },
          bw::auth::credentials{param.access_key, param.secret_key, param.session_token}};
}

bucket read_gcs(variables& in) {
  bw::gcs_connect_param param;
  in.read("BULKWRITER_BUCKET", param.bucket_name, need::required);
  in.read("BULKWRITER_ENDPOINT", param.endpoint, need::optional);
  bool const file = is_set("BULKWRITER_GOOGLE_CREDENTIALS_FILE");
  in.read("BULKWRITER_ACCESS_TOKEN", param.access_token, file ? need::optional : need::required);
  in.read("BULKWRITER_GOOGLE_CREDENTIALS_FILE", param.credentials_file, need::optional);
  return {[param] { return bw::open_store(param); }, bw::auth::credentials{.session_token = param.access_token}};
}

// "AccountName=a;AccountKey=…;…"
std::string setting(std::string_view connection_string, std::string const& name) {
  std::string const text = ';' + std::string(connection_string) + ';';
  std::size_t const at = text.find(';' + name + '=');
  if (at == std::string::npos) return {};
  std::size_t const first = at + name.size() + 2;
  return text.substr(first, text.find(';', first) - first);
}

// "https://account.blob.core.windows.net", and of addresses "http://127.0.0.1:10000/account".
std::string account_of(std::string url) {
  url.erase(0, std::min(url.find("://"), url.size() - 3) + 3);
  std::size_t const slash = url.find('/');
  bool const in_path = slash != std::string::npos && slash + 1 != url.size();
  return in_path ? url.substr(slash + 1) : url.substr(0, url.find('.'));
}

// An account and its key, or a shared access signature.
bw::auth::credentials keys_of(bw::azure_connect_param const& param) {
  std::string const sas = param.credential.find("sig=") != std::string::npos
                              ? param.credential
                              : setting(param.conn_str, "SharedAccessSignature");
  if (!sas.empty()) return {.session_token = sas};
  if (!param.conn_str.empty()) return {setting(param.conn_str, "AccountName"), setting(param.conn_str, "AccountKey")};
  return {account_of(param.account_url), param.credential};
}

bucket read_azure(variables& in) {
  bw::azure_connect_param param;
  bool const by_url = is_set("BULKWRITER_AZURE_ACCOUNT_URL") || is_set("BULKWRITER_AZURE_CREDENTIAL");
  need const url = by_url ? need::required : need::optional;
  in.read("BULKWRITER_AZURE_CONNECTION_STRING", param.conn_str, by_url ? need::optional : need::required);
  in.read("BULKWRITER_AZURE_ACCOUNT_URL", param.account_url, url);
  in.read("BULKWRITER_AZURE_CREDENTIAL", param.credential, url);
  in.read("BULKWRITER_CONTAINER", param.container_name, need::required);
  return {[param] { return bw::open_store(param); }, keys_of(param)};
}

}  // namespace

std::optional<settings> read_environment(std::string const& store) {
  variables in;
  bucket const there = store == "azure" ? read_azure(in) : store == "gcs" ? read_gcs(in) : read_s3(in);
  std::string cluster_endpoint, token, cloud_endpoint = "https://api.cloud.zilliz.com", api_key, cluster_id;
  in.read("BULKWRITER_CLUSTER_ENDPOINT", cluster_endpoint, need::required);
  in.read("BULKWRITER_TOKEN", token, need::optional);
  bool const cloud =
      is_set("BULKWRITER_CLOUD_ENDPOINT") || is_set("BULKWRITER_API_KEY") || is_set("BULKWRITER_CLUSTER_ID");
  in.read("BULKWRITER_CLOUD_ENDPOINT", cloud_endpoint, need::optional);
  in.read("BULKWRITER_API_KEY", api_key, cloud ? need::required : need::optional);
  in.read("BULKWRITER_CLUSTER_ID", cluster_id, cloud ? need::required : need::optional);
  if (in.set().empty()) return std::nullopt;
  if (!in.missing().empty())
    throw usage_error("for --store " + store + " the environment has " + in.set() + ", but not " + in.missing());
  return settings{.bucket = there.open(),
                  .bucket_keys = there.keys,
                  .cluster_endpoint = cluster_endpoint,
                  .token = cloud && token.empty() ? api_key : token,
                  .cloud_endpoint = cloud_endpoint,
                  .api_key = api_key,
                  .cluster_id = cluster_id};
}

void read_names(settings& my) {
  if (is_set("BULKWRITER_COLLECTION")) my.collection_name = value_of("BULKWRITER_COLLECTION");
  if (is_set("BULKWRITER_REMOTE_PATH")) my.remote_path = value_of("BULKWRITER_REMOTE_PATH");
}

}  // namespace zero_to_hero
