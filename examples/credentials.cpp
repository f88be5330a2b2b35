// Keys and tokens as a cloud gives them to its programs: none in the program's text. Lists the objects of a bucket.
//
//   credentials aws BUCKET [ENDPOINT]          AWS' environment, profile, web identity, container or instance
//   credentials google BUCKET [ENDPOINT]       GOOGLE_APPLICATION_CREDENTIALS, gcloud's login or the metadata service
//   credentials azure CONTAINER ACCOUNT_URL    client secret, workload identity or managed identity
//   credentials file BUCKET ENDPOINT           a source of your own: key and secret, the two lines of the file KEYS

#include <bulkwriter/auth/aws_credentials.hpp>
#include <bulkwriter/auth/azure_token.hpp>
#include <bulkwriter/auth/google_token.hpp>
#include <bulkwriter/auth/provider.hpp>
#include <bulkwriter/storage/azure_blob.hpp>
#include <bulkwriter/storage/gcs.hpp>
#include <bulkwriter/storage/s3.hpp>

#include <fstream>
#include <iostream>
#include <stop_token>
#include <string>

namespace bw = bulkwriter;

// Called when a secret is first needed and again before it expires, by one thread while the others go on with the old
// one. Copies of the provider share what it has.
bw::result<bw::auth::credentials> read_keys(std::stop_token) {
  bw::auth::credentials keys;
  std::ifstream file("KEYS");
  if (!getline(file, keys.access_key) || !getline(file, keys.secret_key))
    return bw::error_info{.code = bw::errc::credentials_unavailable, .message = "no two lines in the file KEYS"};
  return keys;
}

bw::object_store open(std::string const& cloud, std::string const& bucket, std::string const& endpoint) {
  if (cloud == "aws")
    return bw::s3_connect_param{.endpoint = endpoint.empty() ? "s3.amazonaws.com" : endpoint,
                                .bucket_name = bucket,
                                .region = bw::auth::aws_region(),
                                .credentials = bw::auth::default_aws_credentials()};
  if (cloud == "google")
    return bw::gcs_connect_param{.bucket_name = bucket,
                                 .endpoint = endpoint.empty() ? "https://storage.googleapis.com" : endpoint,
                                 .token = bw::auth::default_google_token()};
  if (cloud == "azure")
    return bw::azure_connect_param{
        .account_url = endpoint, .container_name = bucket, .token = bw::auth::default_azure_token()};
  return bw::s3_connect_param{
      .endpoint = endpoint, .bucket_name = bucket, .credentials = {"the file KEYS", read_keys}};
}

int main(int argc, char** argv) try {
  if (argc < 3) return std::cerr << "usage: credentials aws|google|azure|file BUCKET [ENDPOINT]\n", 2;
  bw::object_store store = open(argv[1], argv[2], argc > 3 ? argv[3] : "");
  for (bw::object_info const& object : store.list()) std::cout << object.key << ' ' << object.size << '\n';
  return 0;
} catch (bw::error const& e) {  // where nothing was found: who was asked, and what each said
  std::cerr << e.what() << '\n';
  return 1;
}
