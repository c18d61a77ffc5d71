#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/runner.h"
#include "bench/spread.h"

namespace coralline::bench {

/// Emulated stages that every variant is to run.
struct Comparison {
  std::string name;
  std::function<Stages()> stages;
  int requests = 2000;
  /// Counts the time from the first to the last result, and not that of filling
  /// and draining.
  bool is_steady = false;
  /// One device with the whole model, which runs so many requests in each
  /// repetition too; empty where there is none.
  std::function<std::unique_ptr<Executable>()> whole;
  int whole_requests = 30;
};

/// What a variant reached in all repetitions.
struct Outcome {
  std::string variant;
  Spread share;    ///< of the throughput of one per slowest stage
  Spread speedup;  ///< against the whole on one device; 0 where there is none
  /// By how much the emulation of the slowest stage was late, in microseconds.
  Spread late_median_us;
  Spread late_p90_us;
};

/// Each repetition runs every variant once, on devices and threads of its own.
std::vector<Outcome> Compare(const Comparison& comparison,
                             const std::vector<Variant>& variants,
                             int repetitions);

/// The waiting profiles of our pipeline, and its peers.
std::vector<Variant> OurVariants();
std::vector<Variant> AllVariants();

/// Medians that ours has to reach in its throughput profile; 0: none.
struct Targets {
  double share = 0;
  double speedup = 0;
};
void PrintOutcomes(const Comparison& comparison,
                   const std::vector<Outcome>& outcomes,
                   const Targets& targets);

}  // namespace coralline::bench
