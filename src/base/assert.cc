#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace gp {

void assertion_failed(const char* condition, const char* what, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: assertion failed: %s (%s)\n", file, line, condition, what);
  std::fflush(stderr);
  std::abort();
}

}  // namespace gp
