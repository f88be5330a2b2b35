#include "environment.hpp"

#include <bulkwriter/auth/aws_credentials.hpp>
#include <bulkwriter/auth/azure_token.hpp>
#include <bulkwriter/auth/google_token.hpp>
#include <bulkwriter/storage/azure_blob.hpp>
#include <bulkwriter/storage/gcs.hpp>
#include <bulkwriter/storage/s3.hpp>

#include <cstdlib>
#include <functional>
#include <stop_token>
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

// A bucket that can be opened once nothing is missing, and what Zilliz Cloud reads it with; nothing if it cannot.
struct bucket {
  std::function<bw::object_store()> open;
  bw::auth::provider<bw::auth::credentials> keys = {};
};

bucket read_s3(variables& in) {
  bool const keys =
      is_set("BULKWRITER_ACCESS_KEY") || is_set("BULKWRITER_SECRET_KEY") || is_set("BULKWRITER_SESSION_TOKEN");
  need const key = keys ? need::required : need::optional;
  bw::s3_connect_param param;
  bw::auth::credentials fixed;
  in.read("BULKWRITER_ENDPOINT", param.endpoint, need::required);
  in.read("BULKWRITER_ACCESS_KEY", fixed.access_key, key);
  in.read("BULKWRITER_SECRET_KEY", fixed.secret_key, key);
  in.read("BULKWRITER_BUCKET", param.bucket_name, need::required);
  in.read("BULKWRITER_REGION", param.region, need::optional);
  in.read("BULKWRITER_SESSION_TOKEN", fixed.session_token, need::optional);
  param.credentials = keys ? fixed : bw::auth::default_aws_credentials();
  return {[param] { return bw::open_store(param); }, param.credentials};
}

bucket read_gcs(variables& in) {
  bw::gcs_connect_param param;
  std::string token, file;
  in.read("BULKWRITER_BUCKET", param.bucket_name, need::required);
  in.read("BULKWRITER_ENDPOINT", param.endpoint, need::optional);
  in.read("BULKWRITER_ACCESS_TOKEN", token, need::optional);
  in.read("BULKWRITER_GOOGLE_CREDENTIALS_FILE", file, need::optional);
  param.token = !token.empty()  ? bw::auth::bearer_token{token}
                : !file.empty() ? bw::auth::google_file({.credentials_file = file})
                                : bw::auth::default_google_token();
  auto const as_keys = [from = param.token](std::stop_token stop) -> bw::result<bw::auth::credentials> {
    auto now = from.try_get(stop);
    if (!now) return now.error();
    return bw::auth::credentials{.session_token = now->token, .expires = now->expires};
  };
  return {[param] { return bw::open_store(param); }, {"Google Cloud", as_keys}};
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
  if (std::size_t const scheme = url.find("://"); scheme != std::string::npos) url.erase(0, scheme + 3);
  std::size_t const slash = url.find('/');
  bool const in_path = slash != std::string::npos && slash + 1 != url.size();
  return in_path ? url.substr(slash + 1) : url.substr(0, url.find('.'));
}

// An account and its key, or a shared access signature. Zilliz Cloud takes no token of Microsoft Entra ID.
bw::auth::provider<bw::auth::credentials> keys_of(bw::azure_connect_param const& param) {
  bool const is_sas = param.credential.find("sig=") != std::string::npos;
  std::string const sas = is_sas ? param.credential : setting(param.conn_str, "SharedAccessSignature");
  if (!sas.empty()) return bw::auth::credentials{.session_token = sas.substr(sas.starts_with('?') ? 1 : 0)};
  bool const by_name = !param.conn_str.empty();
  bw::auth::credentials const keys = {by_name ? setting(param.conn_str, "AccountName") : account_of(param.account_url),
                                      by_name ? setting(param.conn_str, "AccountKey") : param.credential};
  if (keys.secret_key.empty() || keys.secret_key.starts_with("Bearer ") || keys.secret_key.starts_with("eyJ"))
    return {};
  return keys;
}

bucket read_azure(variables& in) {
  bw::azure_connect_param param;
  bool const by_url = is_set("BULKWRITER_AZURE_ACCOUNT_URL") || is_set("BULKWRITER_AZURE_CREDENTIAL");
  in.read("BULKWRITER_AZURE_CONNECTION_STRING", param.conn_str, by_url ? need::optional : need::required);
  in.read("BULKWRITER_AZURE_ACCOUNT_URL", param.account_url, by_url ? need::required : need::optional);
  in.read("BULKWRITER_AZURE_CREDENTIAL", param.credential, need::optional);
  in.read("BULKWRITER_CONTAINER", param.container_name, need::required);
  if (by_url && param.credential.empty()) param.token = bw::auth::default_azure_token();
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
  if (cloud && !there.keys)
    throw usage_error("Zilliz Cloud reads a container with the account's key or a shared access signature alone");
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
