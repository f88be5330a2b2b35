#include "runner.hpp"

namespace refusals {
void check_special(report&) {}
}  // namespace refusals
