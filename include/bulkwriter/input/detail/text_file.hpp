#pragma once

#include <bulkwriter/input/csv_reader.hpp>

#include <string>

namespace bulkwriter {
inline namespace v1 {
namespace input {
namespace detail {

/// The bytes of a file, unbuffered: readers have a buffer of their own. Errors, of the source too: `io_error`.
result<text_source> try_open_text_file(std::string const& path);

}  // namespace detail
}  // namespace input
}  // namespace v1
}  // namespace bulkwriter
