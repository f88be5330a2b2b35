#pragma once

#include <bulkwriter/config.hpp>

#include <cstddef>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace input {
namespace detail {

/// How many bytes of a file's beginning foreign_format wants to see, if there are so many.
inline constexpr std::size_t foreign_format_size = 512;

/// What a file is, by its first bytes, if it is one of the well-known formats that are no text in UTF-8, and what to do
/// about it: "the file is compressed with gzip; decompress it first". Empty if it may be text.
std::string_view foreign_format(std::string_view start) noexcept;

}  // namespace detail
}  // namespace input
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/input/detail/foreign_format.ipp>
#endif
