#pragma once

#include <bulkwriter/detail/process.hpp>
#include <bulkwriter/format/detail/spill_file.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

inline error_info spill_error(char const* doing, int error) {
  bool const full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  return {.code = full ? errc::no_space : errc::io_error,
          .message = std::string("cannot ") + doing + " a temporary file: " + std::generic_category().message(error)};
}

// mkstemp and not std::tmpfile, which knows nothing of TMPDIR, nor std::filesystem, which costs a unit a quarter
// more than all other standard headers; nobody else may read the file in the moment that it has a name.
BULKWRITER_DECL result<void> spill_file::open() {
  char const* const given = bulkwriter::detail::from_environment("TMPDIR");
  std::string const folder = given != nullptr && *given != '\0' ? given : "/tmp";
  std::string path = folder + "/bulkwriter-XXXXXX";
  int const file = ::mkstemp(path.data());
  if (file < 0) {
    bool const no_folder = errno == ENOENT || errno == ENOTDIR;
    return spill_error(no_folder ? "find the folder (TMPDIR) of" : ("make, in " + in_quotes(folder, 400) + ",").c_str(),
                       errno);
  }
  stream_.reset(::fdopen(file, "w+b"));
  int const why = errno;
  (void)::unlink(path.c_str());
  if (!stream_) ::close(file);
  if (!stream_) return spill_error("open", why);
  std::setvbuf(stream_.get(), nullptr, _IONBF, 0);  // pieces are large already
  return {};
}

BULKWRITER_DECL result<void> spill_file::append(std::span<std::byte const> piece) {
  if (!stream_) {
    if (auto opened = open(); !opened) return opened;
  }
  errno = 0;
  if (std::fwrite(piece.data(), 1, piece.size(), stream_.get()) != piece.size()) return spill_error("write", errno);
  size_ += piece.size();
  return {};
}

BULKWRITER_DECL result<void> spill_file::rewind() {
  if (std::fseek(stream_.get(), 0, SEEK_SET) != 0) return spill_error("rewind", errno);
  return {};
}

BULKWRITER_DECL result<void> spill_file::fill(std::span<std::byte> piece) {
  errno = 0;
  if (std::fread(piece.data(), 1, piece.size(), stream_.get()) != piece.size()) return spill_error("read", errno);
  return {};
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
