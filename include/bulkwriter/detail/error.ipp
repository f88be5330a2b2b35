#pragma once

#include <bulkwriter/error.hpp>

#include <unistd.h>

#include <cstdlib>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

BULKWRITER_DECL std::string error_info::to_string() const {
  std::string text = message;
  text += " [bulkwriter.";
  text += bulkwriter::to_string(code);
  text += ']';
  return text;
}

BULKWRITER_DECL error::error(error_info info)
    : std::runtime_error(info.to_string()), info_(std::make_shared<error_info const>(std::move(info))) {}
BULKWRITER_DECL error::error(error const& other) noexcept = default;
BULKWRITER_DECL error& error::operator=(error const& other) noexcept = default;
BULKWRITER_DECL error::~error() = default;

namespace detail {

[[noreturn]] BULKWRITER_DECL void throw_error(error_info const& info) {
#if defined(__cpp_exceptions)
  throw error(info);
#else
  write_to_stderr(info.to_string());
  std::abort();
#endif
}

BULKWRITER_DECL void write_to_stderr(std::string line) {
  line += '\n';
  [[maybe_unused]] auto const written = ::write(STDERR_FILENO, line.data(), line.size());
}

BULKWRITER_DECL error_box::error_box(error_info&& info) : p_(new error_info(std::move(info))) {}
BULKWRITER_DECL error_box::error_box(error_box const& other)
    : p_(other.p_ != nullptr ? new error_info(*other.p_) : nullptr) {}
BULKWRITER_DECL void error_box::destroy() noexcept { delete p_; }

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
