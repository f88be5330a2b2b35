#pragma once

// The calls by which the library reaches files, seen one by one, and failed at will. These functions take the place of
// the C library's in the program that includes this, in one of its units: nothing of the library is told of it.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdlib>

namespace test {

struct system_call {
  char const* name;
  char const* path = nullptr;  // where the call has one
  char const* to = nullptr;    // and a second
  int file = -1;               // where it has none
  std::size_t pieces = 0;
};

// What becomes of a call: 0, it is made; a number of an error, which it gives without being made (but a file is
// closed); `part`, a call that moves bytes moves some of them only; `done`, it gives 0 without being made.
inline constexpr int part = -1, done = -2;

// Is asked before each call, if set; must neither allocate nor call any of these.
inline int (*on_system_call)(system_call const& call) noexcept = nullptr;

inline int verdict_of(system_call const& call) noexcept { return on_system_call == nullptr ? 0 : on_system_call(call); }

template <class Function>
Function* made_by_libc(Function*, char const* name) noexcept {
  auto* const found = reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
  if (found == nullptr) std::abort();
  return found;
}

// `f`: the interposed function itself, for its type.
template <class Function, class... Arguments>
auto pass_on(Function* f, system_call const& call, Arguments... arguments) noexcept -> decltype(f(arguments...)) {
  int const verdict = verdict_of(call);
  if (verdict > 0) return errno = verdict, -1;
  return verdict == done ? 0 : made_by_libc(f, call.name)(arguments...);
}

// The same, of calls with so many bytes.
template <class Function, class Buffer, class... Offset>
ssize_t pass_on_bytes(Function* f, system_call const& call, Buffer* bytes, std::size_t size,
                      Offset... offset) noexcept {
  int const verdict = verdict_of(call);
  if (verdict > 0) return errno = verdict, -1;
  return made_by_libc(f, call.name)(call.file, bytes, verdict == part ? (size + 1) / 2 : size, offset...);
}

}  // namespace test

extern "C" {

int open(char const* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t const mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return test::pass_on(&open, {.name = "open", .path = path}, path, flags, mode);
}
int close(int file) {
  int const verdict = test::verdict_of({.name = "close", .file = file});
  int const closed = test::made_by_libc(&close, "close")(file);
  return verdict > 0 ? (errno = verdict, -1) : closed;
}
int mkdir(char const* path, mode_t mode) noexcept {
  return test::pass_on(&mkdir, {.name = "mkdir", .path = path}, path, mode);
}
int rmdir(char const* path) noexcept { return test::pass_on(&rmdir, {.name = "rmdir", .path = path}, path); }
int unlink(char const* path) noexcept { return test::pass_on(&unlink, {.name = "unlink", .path = path}, path); }
int link(char const* from, char const* to) noexcept {
  return test::pass_on(&link, {.name = "link", .path = from, .to = to}, from, to);
}
int rename(char const* from, char const* to) noexcept {
  return test::pass_on(&rename, {.name = "rename", .path = from, .to = to}, from, to);
}
int mkostemp(char* path, int flags) {
  return test::pass_on(&mkostemp, {.name = "mkostemp", .path = path}, path, flags);
}
int fsync(int file) { return test::pass_on(&fsync, {.name = "fsync", .file = file}, file); }
int fdatasync(int file) { return test::pass_on(&fdatasync, {.name = "fdatasync", .file = file}, file); }
ssize_t read(int file, void* to, std::size_t size) {
  return test::pass_on_bytes(&read, {.name = "read", .file = file}, to, size);
}
ssize_t write(int file, void const* from, std::size_t size) {
  return test::pass_on_bytes(&write, {.name = "write", .file = file}, from, size);
}
ssize_t pread(int file, void* to, std::size_t size, off_t offset) {
  return test::pass_on_bytes(&pread, {.name = "pread", .file = file}, to, size, offset);
}
ssize_t pwrite(int file, void const* from, std::size_t size, off_t offset) {
  return test::pass_on_bytes(&pwrite, {.name = "pwrite", .file = file}, from, size, offset);
}
ssize_t writev(int file, iovec const* pieces, int count) {
  int const verdict =
      test::verdict_of({.name = "writev", .file = file, .pieces = static_cast<std::size_t>(count)});
  if (verdict > 0) return errno = verdict, -1;
  if (verdict != test::part) return test::made_by_libc(&writev, "writev")(file, pieces, count);
  // whole pieces, and half of another
  auto const* const half = pieces + count / 2;
  iovec const last{half->iov_base, (half->iov_len + 1) / 2};
  ssize_t const whole = count / 2 == 0 ? 0 : test::made_by_libc(&writev, "writev")(file, pieces, count / 2);
  return whole + test::made_by_libc(&writev, "writev")(file, &last, 1);
}
// renameat2 comes this way: not every C library has a name for it.
long syscall(long number, ...) noexcept {
  va_list arguments;
  va_start(arguments, number);
  long given[6];
  for (long& argument : given) argument = va_arg(arguments, long);
  va_end(arguments);
  auto const made = [&] {
    return test::made_by_libc(&syscall, "syscall")(number, given[0], given[1], given[2], given[3], given[4], given[5]);
  };
  if (number != SYS_renameat2) return made();
  int const verdict = test::verdict_of({.name = "renameat2",
                                        .path = reinterpret_cast<char const*>(given[1]),
                                        .to = reinterpret_cast<char const*>(given[3])});
  return verdict > 0 ? (errno = verdict, -1) : made();
}

}  // extern "C"
