#pragma once

#include <bulkwriter/detail/process.hpp>

#include <unistd.h>

#include <cstdlib>
#include <string>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

BULKWRITER_DECL int process_id() noexcept { return static_cast<int>(::getpid()); }

BULKWRITER_DECL error_info made_elsewhere(std::string_view what) {
  return {.code = errc::invalid_state, .message = std::string(what) + " is another process' work: this one is a fork of it"};
}

// A template, so that secure_getenv need not be declared: glibc and musl have it.
template <class Name>
char const* ask_environment(Name name) noexcept {
  if constexpr (requires { secure_getenv(name); })
    return secure_getenv(name);
  else
    return ::getuid() == ::geteuid() && ::getgid() == ::getegid() ? std::getenv(name) : nullptr;
}
BULKWRITER_DECL char const* from_environment(char const* name) noexcept { return ask_environment(name); }

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
