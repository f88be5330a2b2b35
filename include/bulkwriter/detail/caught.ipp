#pragma once

#include <bulkwriter/text/quoted.hpp>
#include <bulkwriter/detail/caught.hpp>

#include <string>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

BULKWRITER_DECL error_info thrown_by(char const* whose, char const* what) {
  std::string message = std::string("an exception came out of ") + whose;
  if (what != nullptr) message += ": " + in_quotes(what, 200);
  return {.code = errc::invalid_state, .message = std::move(message)};
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
