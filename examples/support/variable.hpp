#pragma once

#include <cstdlib>
#include <stdexcept>
#include <string>

/// A variable of the environment, where secrets do not show in a list of processes. Throws if it is not set.
inline std::string variable(char const* name) {
  char const* const value = std::getenv(name);
  if (value == nullptr) throw std::runtime_error(std::string("set ") + name);
  return value;
}
