// doctest's main, compiled once for all rooms.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "support/asked_locale.hpp"

// Forked children start threads, which the thread sanitizer would end them for.
extern "C" char const* __tsan_default_options() { return "die_after_fork=0"; }

int main(int argc, char** argv) {
  if (!take_asked_locale()) return 1;
  return doctest::Context(argc, argv).run();
}
