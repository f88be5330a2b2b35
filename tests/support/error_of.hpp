#pragma once

#include <bulkwriter/error.hpp>

#include <doctest/doctest.h>

#include <source_location>

/// The reason of a failure; of a call that succeeds against expectation the case fails here, where `error()` would crash
/// the program.
template <class T>
bulkwriter::error_info error_of(bulkwriter::result<T> const& got,
                                std::source_location at = std::source_location::current()) {
  if (got.has_value()) ADD_FAIL_AT(at.file_name(), static_cast<int>(at.line()), "a success, where a failure was expected");
  return got.error();
}
