#include "support/error_of.hpp"

#include <bulkwriter/storage/azure_blob.hpp>
#include <bulkwriter/storage/detail/azure_address.hpp>

#include <doctest/doctest.h>

namespace bw = bulkwriter;
namespace detail = bw::storage::detail;
using bw::errc;

namespace {

std::string const key = "c2VjcmV0LWtleS1vZi1hbi1hY2NvdW50";
std::string const other_key = "YW5vdGhlci1rZXkrLz0=";
std::string const sas = "sv=2021-12-02&se=2030-01-01T00%3A00%3A00Z&sr=c&sp=rcwl&sig=c2lnbmF0dXJl%2B%2F%3D";
std::string const jwt = "eyJhbGciOiJub25lIn0.eyJhdWQiOiJzdG9yYWdlIn0.c2ln_-";

detail::azure_address of_conn_str(std::string const& text, std::string const& credential = {}) {
  auto const got =
      detail::try_azure_address({.conn_str = text, .credential = credential, .container_name = "container"});
  REQUIRE_MESSAGE(got.has_value(), (got ? "" : got.error().message));
  return *got;
}

detail::azure_address of_url(std::string const& url, std::string const& credential) {
  auto const got =
      detail::try_azure_address({.account_url = url, .credential = credential, .container_name = "container"});
  REQUIRE_MESSAGE(got.has_value(), (got ? "" : got.error().message));
  return *got;
}

std::string refused(bw::azure_connect_param const& param, errc code = errc::invalid_option) {
  auto const got = bw::try_open_store(param);
  REQUIRE_FALSE(got);
  CHECK(got.error().code == code);
  auto const& text = got.error().message;
  for (auto const& secret : {key, other_key, sas, jwt, std::string("c2lnbmF0dXJl"), std::string("c2ln_-")})
    CHECK_MESSAGE(text.find(secret) == std::string::npos, text);
  CHECK(text.starts_with("azure_connect_param"));
  return text;
}

std::string refused_conn_str(std::string const& text, errc code = errc::invalid_option) {
  return refused({.conn_str = text, .container_name = "container"}, code);
}

bool holds(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("azure_address: connection strings as the portal shows them") {
  auto const got = of_conn_str("DefaultEndpointsProtocol=https;AccountName=acc;AccountKey=" + key +
                               ";EndpointSuffix=core.windows.net");
  CHECK(got.origin.to_string() == "https://acc.blob.core.windows.net:443");
  CHECK(got.folder.empty());
  CHECK(got.account == "acc");
  CHECK(got.container == "container");
  CHECK(got.credential.key == key);
  CHECK(detail::path_of_key(got, "a b/c") == "/container/a%20b/c");
  CHECK(detail::path_of_key(got, "") == "/container");
}

TEST_CASE("azure_address: values are split at the first equals sign, keys know no case, others are passed over") {
  auto const got = of_conn_str(" accountname=acc ;\r\nACCOUNTKEY=" + other_key +
                               ";QueueEndpoint=https://q?x=y;TableEndpoint=;FileEndpoint=f;Anything=1;\n");
  CHECK(got.origin.to_string() == "https://acc.blob.core.windows.net:443");
  CHECK(got.credential.key == other_key);
}

TEST_CASE("azure_address: protocol, suffix, endpoint") {
  std::string const account = "AccountName=acc;AccountKey=" + key;
  CHECK(of_conn_str(account + ";DefaultEndpointsProtocol=http").origin.to_string() ==
        "http://acc.blob.core.windows.net:80");
  CHECK(of_conn_str(account + ";EndpointSuffix=core.chinacloudapi.cn").origin.host == "acc.blob.core.chinacloudapi.cn");
  auto got = of_conn_str(account + ";EndpointSuffix=core.windows.net;BlobEndpoint=https://blobs.example.com:8443/");
  CHECK(got.origin.to_string() == "https://blobs.example.com:8443");
  CHECK(got.account == "acc");
  got = of_conn_str(account + ";BlobEndpoint=http://127.0.0.1:10000/acc;");
  CHECK(got.origin.to_string() == "http://127.0.0.1:10000");
  CHECK(got.folder == "/acc");
  CHECK(detail::path_of_key(got, "k") == "/acc/container/k");
}

TEST_CASE("azure_address: signatures in connection strings") {
  auto got = of_conn_str("BlobEndpoint=https://acc.blob.core.windows.net/;SharedAccessSignature=" + sas);
  CHECK(got.credential.sas == sas);
  CHECK(got.credential.key.empty());
  CHECK(got.account == "acc");
  got = of_conn_str("AccountName=acc;SharedAccessSignature=?" + sas);
  CHECK(got.credential.sas == sas);
  CHECK(got.origin.host == "acc.blob.core.windows.net");
  CHECK(of_conn_str("BlobEndpoint=https://acc.blob.core.windows.net/?" + sas).credential.sas == sas);
  // The narrower of two rights.
  got = of_conn_str("AccountName=acc;AccountKey=" + key + ";SharedAccessSignature=" + sas);
  CHECK(got.credential.sas == sas);
  CHECK(got.credential.key.empty());
  CHECK(of_conn_str("AccountName=acc", sas).credential.sas == sas);
}

TEST_CASE("azure_address: the emulator of this machine") {
  auto got = of_conn_str("UseDevelopmentStorage=true");
  CHECK(got.origin.to_string() == "http://127.0.0.1:10000");
  CHECK(got.folder == "/devstoreaccount1");
  CHECK(got.account == "devstoreaccount1");
  CHECK(got.credential.key.size() == 88);
  CHECK(of_conn_str("UseDevelopmentStorage=true;DevelopmentStorageProxyUri=http://azurite").origin.to_string() ==
        "http://azurite:10000");
  CHECK(of_conn_str("UseDevelopmentStorage=True;DevelopmentStorageProxyUri=http://10.1.2.3:7").origin.to_string() ==
        "http://10.1.2.3:7");
  CHECK(holds(refused_conn_str("UseDevelopmentStorage=perhaps"), "UseDevelopmentStorage"));
  CHECK(holds(refused_conn_str("UseDevelopmentStorage=true;DevelopmentStorageProxyUri=ftp://x"),
              "DevelopmentStorageProxyUri"));
}

TEST_CASE("azure_address: account URLs") {
  auto got = of_url("https://acc.blob.core.windows.net", key);
  CHECK(got.origin.to_string() == "https://acc.blob.core.windows.net:443");
  CHECK(got.account == "acc");
  CHECK(of_url("acc.blob.core.windows.net/", key).origin.secure);
  CHECK(of_url("https://acc-secondary.blob.core.windows.net", key).account == "acc");
  CHECK(of_url("https://acc.z01.blob.storage.azure.net", key).account == "acc");
  got = of_url("http://127.0.0.1:10000/devstoreaccount1/", key);
  CHECK(got.account == "devstoreaccount1");
  CHECK(got.folder == "/devstoreaccount1");
  CHECK(of_url("http://azurite:10000/dev", key).account == "dev");
  CHECK(of_url("http://host.docker.internal:10000/dev", key).account == "dev");
  CHECK(of_url("http://[::1]:10000/dev", key).account == "dev");
  // The portal's "Blob SAS URL" of a container.
  got = of_url("https://acc.blob.core.windows.net/container?" + sas, "");
  CHECK(got.folder.empty());
  CHECK(got.credential.sas == sas);
  CHECK(detail::path_of_key(got, "k") == "/container/k");
}

TEST_CASE("azure_address: a credential is told by its shape") {
  CHECK(detail::try_azure_credential(key).value().key == key);
  CHECK(detail::try_azure_credential(sas).value().sas == sas);
  CHECK(detail::try_azure_credential('?' + sas).value().sas == sas);
  CHECK(detail::try_azure_credential("sig=x&sv=1").value().sas == "sig=x&sv=1");
  CHECK(detail::try_azure_credential(jwt).value().token == jwt);
  CHECK(detail::try_azure_credential("Bearer " + jwt).value().token == jwt);
  CHECK(detail::try_azure_credential("bearer opaque").value().token == "opaque");
  for (std::string const bad : {"Bearer ", "?sv=1", "?sig=1", "no key at all", "abc", "", "eyJ.a", "sv=1&sig=#"})
    CHECK_FALSE(detail::try_azure_credential(bad).has_value());
  CHECK(holds(error_of(detail::try_azure_credential(key + "\n")).message, "line break"));
}

TEST_CASE("azure_address: what cannot be opened says which member or key is wrong, and no value") {
  std::string const url = "https://acc.blob.core.windows.net";
  CHECK(holds(refused({.container_name = "container"}), "conn_str and account_url are empty"));
  CHECK(holds(refused({.conn_str = "a=b", .account_url = url, .container_name = "container"}), "exclude"));
  CHECK(holds(refused({.account_url = url, .container_name = "container"}), "credential is empty"));
  CHECK(holds(refused({.account_url = url, .credential = key}), "container_name is empty"));
  for (std::string const bad : {"ab", "Upper", "a--b", "-ab", "ab-", "a/b", "a b c", "\xc3\xa4\xc3\xa4", "a`b", "a{b", "a:b"})
    CHECK(holds(refused({.account_url = url, .credential = key, .container_name = bad}), "container_name is not"));
  CHECK(holds(refused({.account_url = url, .credential = key, .container_name = std::string(64, 'a')}), "container_name is not"));
  for (std::string const& good : {std::string("$root"), std::string("az0"), std::string("9-z"), std::string(63, 'a')})
    CHECK(bw::try_open_store({.account_url = url, .credential = key, .container_name = good}).has_value());
  CHECK(holds(refused({.account_url = url, .credential = "what is this", .container_name = "container"}), "blank"));
  CHECK(holds(refused({.account_url = url, .credential = "unclear*", .container_name = "container"}), "neither"));
  CHECK(holds(refused({.account_url = url + '?' + sas, .credential = key, .container_name = "container"}), "own"));
  CHECK(holds(refused({.account_url = "http://127.0.0.1:10000", .credential = key, .container_name = "container"}),
              "does not tell the account"));
  CHECK(holds(refused({.account_url = "https://acc.dfs.core.windows.net", .credential = key, .container_name = "con"}),
              "'blob' in place of 'dfs'"));
  CHECK(holds(refused({.account_url = "http://acc.blob.core.windows.net", .credential = jwt, .container_name = "con"}),
              "https only"));
  // members mixed up
  auto const conn_str = "AccountName=acc;AccountKey=" + key;
  refused({.account_url = conn_str, .credential = key, .container_name = "con"}, errc::invalid_url);
  refused({.account_url = key, .credential = url, .container_name = "con"});  // it could be a host's name
  refused({.account_url = "https://acc@" + key, .credential = key, .container_name = "con"}, errc::invalid_url);
  refused({.conn_str = key, .container_name = "con"});
  refused({.conn_str = sas, .container_name = "con"});
  refused({.conn_str = url + '?' + sas, .container_name = "con"});
  refused({.account_url = url, .credential = conn_str, .container_name = "con"});

  CHECK(holds(refused_conn_str("AccountName=acc;nonsense"), "setting 2"));
  CHECK(holds(refused_conn_str("AccountName=acc;=x"), "setting 2"));
  CHECK(holds(refused_conn_str("AccountName=acc;AccountName=b"), "AccountName twice"));
  CHECK(holds(refused_conn_str("AccountKey=" + key), "neither AccountName nor BlobEndpoint"));
  CHECK(holds(refused_conn_str("AccountName=acc"), "neither AccountKey nor SharedAccessSignature"));
  CHECK(holds(refused_conn_str("AccountName=a/b;AccountKey=" + key), "AccountName"));
  CHECK(holds(refused_conn_str("AccountName=acc;AccountKey=" + key.substr(1)), "AccountKey is not base64"));
  CHECK(holds(refused_conn_str(conn_str + ";DefaultEndpointsProtocol=ftp"), "DefaultEndpointsProtocol"));
  CHECK(holds(refused_conn_str(conn_str + ";BlobEndpoint=ftp://x", errc::invalid_url), "BlobEndpoint"));
  CHECK(holds(refused_conn_str(conn_str + ";EndpointSuffix=a b", errc::invalid_url), "BlobEndpoint"));
  CHECK(holds(refused_conn_str("AccountName=acc;SharedAccessSignature=sv=1"), "sig="));
  CHECK(holds(refused({.conn_str = conn_str, .credential = sas, .container_name = "container"}), "own"));
  CHECK(holds(refused({.conn_str = conn_str, .container_name = "container", .idle_connections = -1}), "idle"));
  CHECK(holds(refused({.conn_str = conn_str, .container_name = "container", .api_version = ""}), "api_version"));
  CHECK(holds(
      refused({.conn_str = conn_str, .container_name = "container", .token = bw::auth::bearer_token{.token = jwt}}),
      "token is given"));
}

TEST_CASE("azure_address: URLs of objects") {
  auto const url = [](bw::azure_connect_param const& param, std::string const& name) {
    return bw::open_store(param).object_url(name);
  };
  std::string const azure = "AccountName=acc;AccountKey=" + key;
  CHECK(url({.conn_str = azure, .container_name = "con"}, "/a b/c") == "https://acc.blob.core.windows.net/con/a b/c");
  CHECK(url({.conn_str = azure, .container_name = "con"}, "") == "https://acc.blob.core.windows.net/con/");
  CHECK(url({.conn_str = "UseDevelopmentStorage=true", .container_name = "con"}, "k") ==
        "http://127.0.0.1:10000/devstoreaccount1/con/k");
  // No signature in it.
  CHECK(url({.account_url = "https://acc.blob.core.windows.net?" + sas, .container_name = "con"}, "k") ==
        "https://acc.blob.core.windows.net/con/k");
}
