// Runs a program and kills it in front of its n-th system call that changes files, from 0.
//
//   kill_at N PROGRAM ARGUMENT...  ->  exit code 0: it was killed; 1: it has ended before; 77: it cannot be traced here

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace {

bool changes_files(unsigned long long call) {
  switch (call) {
#ifdef SYS_open
    case SYS_open:
    case SYS_mkdir:
    case SYS_rmdir:
    case SYS_unlink:
    case SYS_rename:
    case SYS_link:
#endif
    case SYS_openat:
    case SYS_mkdirat:
    case SYS_unlinkat:
    case SYS_linkat:
    case SYS_renameat2:
    case SYS_write:
    case SYS_writev:
    case SYS_pwrite64:
    case SYS_fdatasync:
    case SYS_fsync:
    case SYS_close: return true;
    default: return false;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  long left = std::strtol(argv[1], nullptr, 10);
  pid_t const child = ::fork();
  if (child == 0) {
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(77);
    ::execv(argv[2], argv + 2);
    ::_exit(2);
  }
  int status = 0;
  if (::waitpid(child, &status, 0) != child) return 2;
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  if (::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) != 0) return 77;
  for (int signal = 0;;) {
    if (::ptrace(PTRACE_SYSCALL, child, nullptr, signal) != 0) return 77;
    if (::waitpid(child, &status, 0) != child) return 2;
    if (WIFEXITED(status)) return WEXITSTATUS(status) == 0 ? 1 : 2;
    if (!WIFSTOPPED(status)) return 2;
    signal = WSTOPSIG(status) == (SIGTRAP | 0x80) || WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
    if (WSTOPSIG(status) != (SIGTRAP | 0x80)) continue;
    __ptrace_syscall_info call{};
    if (::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof call, &call) <= 0) return 77;
    if (call.op != PTRACE_SYSCALL_INFO_ENTRY || !changes_files(call.entry.nr) || left-- != 0) continue;
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? 0 : 2;
  }
}
