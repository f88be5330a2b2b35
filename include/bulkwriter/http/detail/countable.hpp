#pragma once

#include <bulkwriter/config.hpp>

#include <algorithm>
#include <chrono>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace http {
namespace detail {

/// A time that a user gives may be anything; this one can be added to and taken from every clock's today: no less than
/// none, and no more than a hundred years.
template <class Rep, class Period>
constexpr std::chrono::duration<Rep, Period> countable(std::chrono::duration<Rep, Period> time) noexcept {
  using duration = std::chrono::duration<Rep, Period>;
  return (std::clamp)(time, duration::zero(), std::chrono::duration_cast<duration>(std::chrono::hours(24 * 365 * 100)));
}

}  // namespace detail
}  // namespace http
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
