#pragma once

#include <bulkwriter/config.hpp>

#include <cstddef>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// Where a text stops being what it should be, and which rule it breaks there.
struct text_fault {
  std::size_t offset = 0;
  char const* what = "";
};

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
