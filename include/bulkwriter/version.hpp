#pragma once

namespace bulkwriter {
inline namespace v1 {

/// The library's version. The build files read it from this line: it is told nowhere else.
inline constexpr char version[] = "0.1.0";

}  // namespace v1
}  // namespace bulkwriter
