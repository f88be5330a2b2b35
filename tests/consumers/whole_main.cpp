// What a consumer builds of the half that speaks to the network: its libraries must be found, linked and loaded.
//
//   whole PORT  ->  exit code 0; nobody listens at this port of this machine, and three errors say so
//
// The last of the three asks for TLS, so OpenSSL is set up before the refusal.

#if defined(USE_SINGLE_HEADER)
#include "bulkwriter.hpp"
#else
#include <bulkwriter/bulkwriter.hpp>
#endif

#include <iostream>
#include <string>

namespace bw = bulkwriter;

template <class T>
bool refused(bw::result<T> const& answer) {
  if (answer) return false;
  std::cout << answer.error().to_string() << '\n';
  return answer.error().code == bw::errc::connect_failed;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::string const peer = std::string("127.0.0.1:") + argv[1];
  bw::http::retry_options const once{.max_attempts = 1};

  bw::import_client importer{bw::milvus{.uri = "http://" + peer, .token = "root:Milvus", .retry = once}};
  bw::object_store plain{bw::s3_connect_param{
      .endpoint = "http://" + peer, .access_key = "k", .secret_key = "s", .bucket_name = "b", .retry = once}};
  bw::object_store tls{bw::s3_connect_param{
      .endpoint = "https://" + peer, .access_key = "k", .secret_key = "s", .bucket_name = "b", .retry = once}};

  bool const all = refused(importer.try_list_import_jobs()) & refused(plain.try_head("key")) & refused(tls.try_list());
  return all ? 0 : 1;
}
