#pragma once

#include <bulkwriter/storage/detail/s3_address.hpp>
#include <bulkwriter/storage/detail/s3_backend.hpp>
#include <bulkwriter/storage/s3.hpp>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

BULKWRITER_DECL result<object_store> try_open_store(s3_connect_param const& param) {
  auto const wrong = [](std::string_view what) -> error_info {
    return {.code = errc::invalid_option, .message = "s3_connect_param" + std::string(what)};
  };
  auto const unprintable = [](std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0 ", 4)) != std::string_view::npos;
  };
  if (param.credentials) {
    if (!param.access_key.empty() || !param.secret_key.empty() || !param.session_token.empty())
      return wrong(" has both credentials and keys of its own");
  } else {
    if (param.access_key.empty()) return wrong(".access_key is empty");
    if (param.secret_key.empty()) return wrong(".secret_key is empty");
    // The usual way to get here is a key read from a file together with its line break.
    if (unprintable(param.access_key) || unprintable(param.secret_key) || unprintable(param.session_token))
      return wrong(": a key or the session token holds a blank or a line break");
  }
  if (param.idle_connections < 0 || param.retry.max_attempts < 1)
    return wrong(": idle_connections is below 0 or retry.max_attempts below 1");
  auto address = storage::detail::try_s3_address(param);
  if (!address) return std::move(address).error();
  return object_store(std::make_shared<storage::detail::s3_backend>(param, *std::move(address)));
}

BULKWRITER_DECL object_store open_store(s3_connect_param const& param) { return try_open_store(param).value(); }

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
