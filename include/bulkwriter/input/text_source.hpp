#pragma once

#include <bulkwriter/error.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// Fills the span from its start and returns how many bytes it wrote; 0 only at the end of the input. Its
/// errors are handed on as they are.
using text_source = std::function<result<std::size_t>(std::span<char>)>;

namespace input {
namespace detail {

/// The bytes of a file, unbuffered: readers have a buffer of their own. Errors, of the source too: `io_error`.
result<text_source> try_open_text_file(std::string const& path);

/// A read of a reader's next row. One that ends by an exception, of memory, leaves half a row, which is no row: from then
/// on there is only an error, of invalid_state. `reading`: false at first.
template <class Read>
result<bool> read_whole(bool& reading, std::string const& name, Read const& read) {
  if (reading) return error_info{.code = errc::invalid_state, .message = name + ": memory has run out in an earlier read"};
  reading = true;
  auto next = read();
  reading = false;
  return next;
}

/// Where the problem is one of a row, has it and its message count as a reader does that has read so many rows.
void count_row(error_info& problem, std::uint64_t rows);

}  // namespace detail
}  // namespace input
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/input/detail/text_source.ipp>
#endif
