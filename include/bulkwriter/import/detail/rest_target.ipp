#pragma once

#include <bulkwriter/import/detail/rest.hpp>
#include <bulkwriter/import/targets.hpp>

#include <string>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

template <class Target>
rest_options rest_options_of(Target const& target, std::string url, std::string url_name, std::string token) {
  rest_options options;
  options.url = std::move(url);
  options.url_name = std::move(url_name);
  options.token = std::move(token);
  options.guarded = true;
  options.client.timeouts = target.timeouts;
  options.client.tls = {.ca_file = target.ca_file, .ca_path = target.ca_path};
  options.client.proxy = target.proxy;
  options.client.on_exchange = target.on_exchange;
  options.retry = target.retry;
  options.headers = target.headers;
  return options;
}

BULKWRITER_DECL rest_options rest_options_of(milvus const& target) {
  rest_options options = rest_options_of(target, target.uri, "milvus.uri", target.token);
  options.guarded = false;         // within clusters http is usual, and whoever writes it means it
  options.scheme_required = true;  // http and https are both usual here: a guess could send the token in the clear
  options.db_name = target.db_name;
  return options;
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
