#pragma once

#include <bulkwriter/auth/provider.hpp>
#include <bulkwriter/http/client.hpp>
#include <bulkwriter/http/retry.hpp>

#include <chrono>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace auth {

/// How a service that hands out secrets is asked. Metadata services, which are part of the machine or container, are
/// asked without a proxy and with deadlines of seconds, whatever stands here.
struct service_options {
  http::client_options client = {};  ///< whom to trust, proxy, deadlines
  http::retry_options retry = {.max_attempts = 3,
                               .base_delay = std::chrono::milliseconds(200),
                               .max_delay = std::chrono::seconds(2),
                               .budget = std::chrono::seconds(30)};  ///< of every question
  refresh_options refresh = {};                                      ///< when to ask again
};

}  // namespace auth
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
