#pragma once

#include <bulkwriter/storage/azure_blob.hpp>
#include <bulkwriter/storage/detail/azure_address.hpp>
#include <bulkwriter/storage/detail/azure_backend.hpp>

#include <memory>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

BULKWRITER_DECL result<object_store> try_open_store(azure_connect_param const& param) {
  if (param.idle_connections < 0 || param.retry.max_attempts < 1)
    return storage::detail::bad_azure_option("idle_connections is below 0 or .retry.max_attempts below 1");
  if (param.api_version.empty() || storage::detail::has_blank(param.api_version))
    return storage::detail::bad_azure_option("api_version is not a version such as 2021-12-02");
  auto address = storage::detail::try_azure_address(param);
  if (!address) return std::move(address).error();
  return object_store(std::make_shared<storage::detail::azure_backend>(param, *std::move(address)));
}

BULKWRITER_DECL object_store open_store(azure_connect_param const& param) { return try_open_store(param).value(); }

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
