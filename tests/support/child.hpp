#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

// Forked children of the test's process, to try what only a process of its own can.

namespace test {

// Whether every other thread of this process waits for something.
inline bool others_sleep() {
  for (auto const& task : std::filesystem::directory_iterator("/proc/self/task")) {
    if (task.path().filename() == std::to_string(::gettid())) continue;
    std::ifstream file(task.path() / "stat");
    std::string const stat{std::istreambuf_iterator<char>(file), {}};
    auto const name_end = stat.rfind(')');
    if (name_end != stat.npos && stat.substr(name_end + 2, 1) != "S") return false;
  }
  return true;
}

// A child of this process: what a thread of the peer holds at that moment, as the lock of a sanitizer's allocator, would
// be held there for ever.
inline ::pid_t forked() {
  for (int quiet = 0; quiet < 3; quiet = others_sleep() ? quiet + 1 : 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return ::fork();
}

// Exit code of `work`, run in a forked child.
template <class Work>
int in_child(Work const& work) {
  ::pid_t const child = forked();
  if (child == 0) ::_exit(work());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace test
