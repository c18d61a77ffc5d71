#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "bench/runner.h"
#include "coralline/base/histogram.h"

namespace coralline::bench {

/// What a stage that takes simulated time did, the same for every pipeline
/// that runs it. Read it while no request is inside.
struct StageRecord {
  std::chrono::nanoseconds simulated{0};  ///< of the last inference
  Histogram overshoot;                    ///< beyond it
  std::chrono::steady_clock::time_point first_done;
  std::chrono::steady_clock::time_point last_done;
};

/// Wraps emulated stages so that each keeps its record; `records` has one for
/// each and outlives them.
Stages Recorded(Stages stages, std::vector<StageRecord>& records);

/// A chain of emulated devices that take so long, with tensors of 64 bytes.
Stages WaitingStages(const std::vector<std::chrono::nanoseconds>& times);

/// A chain of stages that keep their core busy for so long, which may be zero,
/// and do nothing with tensors of so many bytes. `bind` is called on the thread
/// of each, with its number; it may be empty.
Stages BusyStages(int count, std::size_t bytes, std::chrono::nanoseconds busy,
                  const std::function<void(int stage)>& bind = {});

}  // namespace coralline::bench
