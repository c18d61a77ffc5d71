#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "coralline/device/device.h"

namespace coralline::bench {

using Stages = std::vector<std::unique_ptr<Executable>>;

/// A way to run requests through a chain of stages.
class Runner {
 public:
  virtual ~Runner() = default;
  /// Runs so many requests, at most `in_flight` of them inside, and returns the
  /// time from the first push to the last result. Inputs are handed over as
  /// they are, never filled.
  virtual std::chrono::nanoseconds Run(int requests, int in_flight) = 0;
};

/// One of the ways that are compared.
struct Variant {
  std::string name;
  std::function<std::unique_ptr<Runner>(Stages)> make;
};

/// How requests are fed to what has Push(), WaitForResults(int) and Pop():
/// results are taken by the half of what is inside, so that the last stage
/// seldom has to wake this thread.
template <typename Queued>
std::chrono::nanoseconds Feed(Queued& queued, int requests, int in_flight) {
  const auto start = std::chrono::steady_clock::now();
  for (int pushed = 0, popped = 0; popped < requests;) {
    for (; pushed < requests && pushed - popped < in_flight; ++pushed) {
      queued.Push();
    }
    const int taken = std::min(pushed - popped, std::max(1, in_flight / 2));
    queued.WaitForResults(taken);
    for (int i = 0; i < taken; ++i, ++popped) queued.Pop();
  }
  return std::chrono::steady_clock::now() - start;
}

}  // namespace coralline::bench
