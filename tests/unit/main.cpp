// doctest's main, compiled once for all rooms.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "support/asked_locale.hpp"

int main(int argc, char** argv) {
  if (!take_asked_locale()) return 1;
  return doctest::Context(argc, argv).run();
}
