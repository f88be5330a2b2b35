#pragma once

#include <bulkwriter/config.hpp>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// The library's version. The build files read it from this line: it is told nowhere else.
inline constexpr char version[] = "0.1.0";

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
