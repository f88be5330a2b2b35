#pragma once

#include <bulkwriter/detail/process.hpp>

#include <unistd.h>

#include <string>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

BULKWRITER_DECL int process_id() noexcept { return static_cast<int>(::getpid()); }

BULKWRITER_DECL error_info made_elsewhere(std::string_view what) {
  return {.code = errc::invalid_state, .message = std::string(what) + " is another process' work: this one is a fork of it"};
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
