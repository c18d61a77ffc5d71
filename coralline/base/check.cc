#include "coralline/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace coralline::internal {

void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "coralline: bug at %s:%d: %s does not hold\n", file,
               line, condition);
  std::abort();
}

}  // namespace coralline::internal
