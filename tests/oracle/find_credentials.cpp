// Finds credentials as its environment and its arguments say, and prints what it has found: one line a value, in
// hexadecimal digits, so that nobody mistakes it for a log.
//
//     find_credentials aws|aws_profile|aws_web_identity|aws_instance|google|azure [OPTION=VALUE...]
#include <bulkwriter/auth/aws_credentials.hpp>
#include <bulkwriter/auth/azure_token.hpp>
#include <bulkwriter/auth/digest.hpp>
#include <bulkwriter/auth/google_token.hpp>

#include <chrono>
#include <iostream>
#include <map>
#include <string>

namespace auth = bulkwriter::auth;

namespace {

void print(std::string const& name, std::string const& value) {
  std::cout << name << ' ' << auth::to_hex(auth::as_bytes(value)) << '\n';
}
void print_time(std::chrono::system_clock::time_point expires) {
  if (expires == std::chrono::system_clock::time_point::max()) return;
  auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(expires.time_since_epoch()).count();
  print("expires", std::to_string(seconds));
}
void print(auth::credentials const& found) {
  print("access_key", found.access_key);
  print("secret_key", found.secret_key);
  print("session_token", found.session_token);
  print_time(found.expires);
}
void print(auth::bearer_token const& found) {
  print("token", found.token);
  print_time(found.expires);
}

template <class Secret>
void print(auth::provider<Secret> const& from) {
  auto const got = from.try_get();
  if (got) return print(*got);
  print("error", got.error().to_string());
  print("code", std::string(bulkwriter::to_string(got.error().code)));
}

}  // namespace

int main(int count, char** arguments) {
  std::string const kind = count > 1 ? arguments[1] : "";
  std::map<std::string, std::string> options;
  for (int i = 2; i < count; ++i) {
    std::string const text = arguments[i];
    options[text.substr(0, text.find('='))] = text.substr(text.find('=') + 1);
  }
  auth::service_options const service = {.client = {.proxy = {.url = "none"}}};
  if (kind.starts_with("aws")) {
    auth::aws_options const aws = {.profile = options["profile"],
                                   .sts_endpoint = options["sts_endpoint"],
                                   .metadata_endpoint = options["metadata_endpoint"],
                                   .service = service};
    print(kind == "aws"                ? auth::default_aws_credentials(aws)
          : kind == "aws_profile"      ? auth::aws_profile(aws)
          : kind == "aws_web_identity" ? auth::aws_web_identity(aws)
                                       : auth::aws_instance(aws));
    print("region", auth::aws_region(aws));
  } else if (kind == "google") {
    print(auth::default_google_token({.credentials_file = options["credentials_file"],
                                      .metadata_endpoint = options["metadata_endpoint"],
                                      .service = service}));
  } else if (kind == "azure") {
    print(auth::default_azure_token({.client_id = options["client_id"],
                                     .authority_host = options["authority_host"],
                                     .metadata_endpoint = options["metadata_endpoint"],
                                     .service = service}));
  } else {
    std::cerr << "find_credentials KIND [OPTION=VALUE...]\n";
    return 2;
  }
  return 0;
}
