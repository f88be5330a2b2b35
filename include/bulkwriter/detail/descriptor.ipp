#pragma once

#include <bulkwriter/detail/descriptor.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <fcntl.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// What the system gives, which is negative for an error.
template <class Call>
auto uninterrupted(Call const& call) noexcept {
  auto done = call();
  while (done < 0 && errno == EINTR) done = call();
  return done;
}

BULKWRITER_DECL int descriptor::open(char const* path, int flags) noexcept {
  number_ = uninterrupted([&] { return ::open(path, flags | O_CLOEXEC, 0666); });
  return is_open() ? 0 : errno;
}
BULKWRITER_DECL int descriptor::open_new(char const* path) noexcept { return open(path, O_WRONLY | O_CREAT | O_EXCL); }
BULKWRITER_DECL int descriptor::open_to_read(char const* path) noexcept { return open(path, O_RDONLY); }
BULKWRITER_DECL int descriptor::open_folder(char const* path) noexcept { return open(path, O_RDONLY | O_DIRECTORY); }

// Once: after an interruption, too, the number may be that of another file already.
BULKWRITER_DECL int descriptor::close() noexcept { return ::close(std::exchange(number_, -1)) == 0 ? 0 : errno; }

BULKWRITER_DECL int descriptor::write(std::span<std::span<std::byte const> const> pieces) noexcept {
  constexpr std::size_t most = 1024;  // IOV_MAX of Linux
  ::iovec batch[most];
  for (std::size_t next = 0, written = 0;;) {  // the piece to go on with, and how much of it is written
    std::size_t n = 0;
    for (std::size_t i = next; i < pieces.size() && n < most; ++i) {
      auto const rest = pieces[i].subspan(i == next ? written : 0);
      if (!rest.empty()) batch[n++] = {const_cast<std::byte*>(rest.data()), rest.size()};
    }
    if (n == 0) return 0;
    auto const now = uninterrupted([&] { return ::writev(number_, batch, static_cast<int>(n)); });
    if (now < 0) return errno;
    if (now == 0) return EIO;  // it would go on for ever
    written += static_cast<std::size_t>(now);
    while (next < pieces.size() && written >= pieces[next].size()) written -= pieces[next++].size();
  }
}

BULKWRITER_DECL int descriptor::write_at(std::uint64_t offset, std::span<std::byte const> piece) noexcept {
  while (!piece.empty()) {
    auto const now = uninterrupted(
        [&] { return ::pwrite(number_, piece.data(), piece.size(), static_cast<::off_t>(offset)); });
    if (now < 0) return errno;
    if (now == 0) return EIO;
    offset += static_cast<std::uint64_t>(now);
    piece = piece.subspan(static_cast<std::size_t>(now));
  }
  return 0;
}

BULKWRITER_DECL int descriptor::read(std::span<std::byte> out, std::size_t& count) noexcept {
  auto const now = uninterrupted([&] { return ::read(number_, out.data(), out.size()); });
  count = now < 0 ? 0 : static_cast<std::size_t>(now);
  return now < 0 ? errno : 0;
}

BULKWRITER_DECL int descriptor::read_at(std::uint64_t offset, std::span<std::byte> out) noexcept {
  while (!out.empty()) {
    auto const now = uninterrupted(
        [&] { return ::pread(number_, out.data(), out.size(), static_cast<::off_t>(offset)); });
    if (now < 0) return errno;
    if (now == 0) return EIO;
    offset += static_cast<std::uint64_t>(now);
    out = out.subspan(static_cast<std::size_t>(now));
  }
  return 0;
}

// A second try after a real error would succeed although what could not be written is gone: none is made.
BULKWRITER_DECL int descriptor::sync_data() noexcept {
#if defined(__APPLE__)
  return sync();
#else
  return uninterrupted([&] { return ::fdatasync(number_); }) == 0 ? 0 : errno;
#endif
}
BULKWRITER_DECL int descriptor::sync() noexcept {
#if defined(F_FULLFSYNC)
  // there fsync leaves it in the drive's own memory; file systems without this call have only fsync
  if (uninterrupted([&] { return ::fcntl(number_, F_FULLFSYNC); }) == 0) return 0;
#endif
  return uninterrupted([&] { return ::fsync(number_); }) == 0 ? 0 : errno;
}

BULKWRITER_DECL error_info system_error(std::string doing, int error) {
  bool const full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  return {.code = full ? errc::no_space : errc::io_error,
          .message = "cannot " + std::move(doing) + ": " + std::generic_category().message(error)};
}

BULKWRITER_DECL error_info file_error(char const* doing, std::string const& path, int error) {
  return system_error(std::string(doing) + ' ' + in_quotes(path, 400), error);
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
