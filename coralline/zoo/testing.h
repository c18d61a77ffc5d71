#pragma once

#include <ostream>

#include "coralline/base/error.h"
#include "coralline/zoo/networks.h"

namespace coralline {

/// For the names of tests.
inline void PrintTo(const Architecture& architecture, std::ostream* out) {
  *out << architecture.name;
}

namespace testing_util {

/// The smallest multiple of 32 pixels at which no layer vanishes: time grows
/// with its square.
inline int SmallestSize(std::string_view name) {
  constexpr int kStep = 32;
  constexpr int kEnough = 512;
  for (int size = kStep;; size += kStep) {
    try {
      DescribeNetwork(name, {.size = size});
      return size;
    } catch (const Error&) {
      if (size >= kEnough) throw;
    }
  }
}

}  // namespace testing_util
}  // namespace coralline
