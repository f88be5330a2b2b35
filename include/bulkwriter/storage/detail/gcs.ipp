#pragma once

#include <bulkwriter/http/detail/this_machine.hpp>
#include <bulkwriter/auth/google_token.hpp>
#include <bulkwriter/storage/detail/s3_address.hpp>
#include <bulkwriter/storage/detail/s3_backend.hpp>
#include <bulkwriter/storage/gcs.hpp>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

BULKWRITER_DECL result<object_store> try_open_store(gcs_connect_param const& param) {
  auto const wrong = [](std::string_view what) -> error_info {
    return {.code = errc::invalid_option, .message = "gcs_connect_param" + std::string(what)};
  };
  if (!param.access_token.empty() + !param.credentials_file.empty() + bool(param.token) > 1)
    return wrong(" has more than one of access_token, credentials_file and token");
  if (param.access_token.find_first_of(std::string_view("\r\n\0 ", 4)) != std::string::npos)
    return wrong(".access_token holds a blank or a line break");
  if (param.idle_connections < 0 || param.retry.max_attempts < 1)
    return wrong(": idle_connections is below 0 or retry.max_attempts below 1");

  auto token = param.token;
  if (!param.access_token.empty()) token = auth::bearer_token{.token = param.access_token};
  if (!token) {
    // With the deadlines of metadata and token services, not those of uploads.
    auto client = storage::detail::client_options_of(param);
    client.timeouts = {};
    auth::google_options const who = {.credentials_file = param.credentials_file,
                                      .service = {.client = std::move(client)}};
    token = param.credentials_file.empty() ? auth::default_google_token(who) : auth::google_file(who);
  }

  s3_connect_param const bucket = {.endpoint = param.endpoint,
                                   .bucket_name = param.bucket_name,
                                   .addressing = s3_addressing::path,
                                   .ca_file = param.ca_file,
                                   .ca_path = param.ca_path,
                                   .hosts = param.hosts,
                                   .timeouts = param.timeouts,
                                   .retry = param.retry,
                                   .idle_connections = param.idle_connections,
                                   .proxy = param.proxy,
                                   .on_exchange = param.on_exchange};
  auto address = storage::detail::try_s3_address(bucket, "gcs_connect_param");
  if (!address) return std::move(address).error();
  if (!http::detail::keeps_secrets(address->origin)) return wrong(".endpoint is http: a token is sent over https only");
  address->provider = storage::detail::s3_provider::gcs;  // by another name, too
  return object_store(std::make_shared<storage::detail::s3_backend>(bucket, *std::move(address), std::move(token)));
}

BULKWRITER_DECL object_store open_store(gcs_connect_param const& param) { return try_open_store(param).value(); }

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
