#pragma once

#include <bulkwriter/detail/descriptor.hpp>
#include <bulkwriter/input/text_source.hpp>

#include <memory>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

BULKWRITER_DECL result<text_source> input::detail::try_open_text_file(std::string const& path) {
  bulkwriter::detail::descriptor opened;
  if (int const error = opened.open_to_read(path.c_str()); error != 0)
    return bulkwriter::detail::file_error("open", path, error);
  auto const file = std::make_shared<bulkwriter::detail::descriptor>(std::move(opened));  // a text_source is copyable
  return text_source([file, path](std::span<char> out) -> result<std::size_t> {
    std::size_t n = 0;
    if (int const error = file->read(std::as_writable_bytes(out), n); error != 0)
      return bulkwriter::detail::file_error("read", path, error);
    return n;
  });
}

BULKWRITER_DECL void input::detail::count_row(error_info& problem, std::uint64_t rows) {
  std::string const row = "row " + std::to_string(problem.row);
  if (problem.row < 0 || rows == 0 || !problem.message.starts_with(row)) return;
  problem.row = static_cast<std::int64_t>(rows - 1);
  problem.message.replace(0, row.size(), "row " + std::to_string(problem.row));
}

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
