#pragma once

#include <bulkwriter/input/text_source.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <string_view>
#include <system_error>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

BULKWRITER_DECL result<text_source> input::detail::try_open_text_file(std::string const& path) {
  auto const io_error = [](std::string const& name, std::string_view what) {
    return error_info{
        .code = errc::io_error,
        .message = "cannot " + std::string(what) + ' ' + bulkwriter::detail::in_quotes(name, 400) + ": " +
                   std::generic_category().message(errno)};
  };
  std::shared_ptr<std::FILE> const file(std::fopen(path.c_str(), "rb"), [](std::FILE* f) {
    if (f) std::fclose(f);
  });
  if (!file) return io_error(path, "open");
  std::setvbuf(file.get(), nullptr, _IONBF, 0);
  return text_source([file, name = path, io_error](std::span<char> out) -> result<std::size_t> {
    std::size_t const n = std::fread(out.data(), 1, out.size(), file.get());
    if (n == 0 && std::ferror(file.get())) return io_error(name, "read");
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
