#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#include <fcntl.h>
#include <sys/syscall.h>
#endif

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

// The system's calls, not std::filesystem, which alone would cost a unit as much to compile as all of the writer.

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace output {
namespace detail {

inline error_info file_error(char const* doing, std::string const& path, int error) {
  bool const full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  return {.code = full ? errc::no_space : errc::io_error,
          .message = std::string("cannot ") + doing + ' ' + bulkwriter::detail::in_quotes(path, 400) + ": " +
                     std::generic_category().message(error)};
}

inline bool is_folder(std::string const& path) noexcept {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}
/// Whether anything has this name, a link to nowhere too.
inline bool is_taken(std::string const& path) noexcept {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

/// Makes a folder and its parents where they are missing. 0, or the system's error number.
inline int make_folders(std::string const& path) {
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    std::string const part = path.substr(0, end);
    // another writer may make it at the same moment
    if (!is_folder(part) && ::mkdir(part.c_str(), 0777) != 0 && (errno != EEXIST || !is_folder(part))) return errno;
  }
  return 0;
}

/// A temporary name for what will be `path`, in the same folder: the first that `make(name)` can have, which gives
/// whether it could and otherwise sets errno. EEXIST is the name of another writer, or of one that was killed.
template <class Make>
result<std::string> try_make_temporary(std::string const& path, Make&& make) {
  std::size_t const base = path.rfind('/') + 1;
  for (int number = 1;; ++number) {
    std::string name = path.substr(0, base) + '.' + path.substr(base) +
                       (number == 1 ? std::string() : '.' + std::to_string(number)) + ".partial";
    errno = 0;
    if (make(name)) return name;
    if (int const why = errno; why != EEXIST || number == 1000) return file_error("create", name, why);
  }
}

/// Renames what nothing may take the place of and what may take no other's place. 0, or the system's error number:
/// EEXIST, for a folder also ENOTEMPTY, where the new name is taken.
inline int rename_to_new(std::string const& from, std::string const& to) noexcept {
#if defined(__linux__) && defined(SYS_renameat2)
  constexpr unsigned no_replace = 1;  // RENAME_NOREPLACE, which not every C library has
  if (::syscall(SYS_renameat2, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), no_replace) == 0) return 0;
  // old kernels, file systems without it, and sandboxes that know of no such call
  if (errno != ENOSYS && errno != EINVAL && errno != EPERM) return errno;
#endif
  if (!is_folder(from)) {
    if (::link(from.c_str(), to.c_str()) == 0) {
      (void)::unlink(from.c_str());
      return 0;
    }
    if (errno == EEXIST) return errno;
    // a file system without hard links; of what a look cannot see comes the error now
    if (is_taken(to)) return EEXIST;
  }
  // of folders only an empty one is replaced
  return std::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

}  // namespace detail
}  // namespace output
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
