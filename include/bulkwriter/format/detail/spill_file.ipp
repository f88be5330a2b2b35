#pragma once

#include <bulkwriter/detail/process.hpp>
#include <bulkwriter/format/detail/spill_file.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

inline error_info spill_error(std::string const& doing, int error) {
  return system_error(doing + " a temporary file", error);
}

// mkostemp and not std::tmpfile, which knows nothing of TMPDIR, nor std::filesystem, which costs a unit a quarter
// more than all other standard headers; nobody else may read the file in the moment that it has a name.
BULKWRITER_DECL result<void> spill_file::open() {
  char const* const given = bulkwriter::detail::from_environment("TMPDIR");
  std::string const folder = given != nullptr && *given != '\0' ? given : "/tmp";
  std::string path = folder + "/bulkwriter-XXXXXX";
  file_ = descriptor(::mkostemp(path.data(), O_CLOEXEC));
  if (!file_.is_open()) {
    int const why = errno;
    bool const no_folder = why == ENOENT || why == ENOTDIR;
    return spill_error(no_folder ? "find the folder (TMPDIR) of" : "make, in " + in_quotes(folder, 400) + ",", why);
  }
  (void)::unlink(path.c_str());
  return {};
}

BULKWRITER_DECL result<void> spill_file::append(std::span<std::byte const> piece) {
  if (!file_.is_open()) {
    if (auto opened = open(); !opened) return opened;
  }
  if (int const error = file_.write({&piece, 1}); error != 0) return spill_error("write", error);
  size_ += piece.size();
  return {};
}

BULKWRITER_DECL result<void> spill_file::fill(std::uint64_t offset, std::span<std::byte> piece) {
  if (int const error = file_.read_at(offset, piece); error != 0) return spill_error("read", error);
  return {};
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
