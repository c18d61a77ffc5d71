#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "coralline/plan/libcoral_partitioner.h"
#include "coralline/plan/planner.h"
#include "coralline/plan/strategy.h"
#include "coralline/planning/model_problem.h"
#include "coralline/planning/split_planning.h"
#include "coralline/tflite/model.h"

namespace coralline {

/// A model to sweep. It is in memory only while its cells run.
struct SweepModel {
  std::string name;  ///< in the rows; no two alike
  /// May throw Error. Called by any thread, by one at a time.
  std::function<Model()> load;
};

/// What is the same for every cell of a sweep.
struct SweepOptions {
  /// Simulated; the sweep sets the count.
  DeviceGroup device;
  std::vector<int> counts;  ///< of devices, each once and at least 1
  std::vector<Strategy> strategies;
  ProblemOptions problem;
  /// Throughput or latency. Its max_devices and should_stop are not used.
  PlanOptions plan;
  LibcoralOptions libcoral;
  /// Of optimal plans: whether layers too large for a device are in parts.
  SplitMode split_layers = SplitMode::kAuto;
  /// After which the search of one plan gives the best so far; 0: none.
  std::chrono::duration<double> time_limit{0};
  int jobs = 1;  ///< threads
};

/// What one plan comes to: simulated, for one request at a time per stage.
struct SweptPlan {
  int stages = 0;
  int devices = 0;  ///< that it uses, CPU cores apart
  std::chrono::nanoseconds period{0};
  std::chrono::nanoseconds latency{0};
  /// Where the period may lie in truth; docs/model.md.
  std::chrono::nanoseconds low{0};
  std::chrono::nanoseconds high{0};
  int split_layers = 0;  ///< layers that are in parts
  /// Of parameters, over all stages; what is off the chip is streamed at every
  /// inference.
  std::int64_t on_chip_bytes = 0;
  std::int64_t off_chip_bytes = 0;
  std::int64_t worst_off_chip_bytes = 0;  ///< of the stage with the most
  /// ClaimText, and Certificate::bound; empty and 0 for another's method.
  std::string certificate;
  std::int64_t bound_ns = 0;

  bool operator==(const SweptPlan&) const = default;
};

/// What a model is, whatever the plan.
struct SweptModel {
  std::string name;
  std::string hash;  ///< HashModel
  int ops = 0;
  int cpu_ops = 0;  ///< among them, that the device leaves to its host
  std::int64_t parameter_bytes = 0;
  std::int64_t macs = 0;
  /// In one segment on one device: what a speed-up is against. Absent where it
  /// does not run so.
  std::optional<SweptPlan> alone;

  bool operator==(const SweptModel&) const = default;
};

/// One cell: a model on at most `count` devices, cut by one method.
struct SweepRow {
  SweptModel model;
  int count = 0;
  Strategy strategy = Strategy::kOptimal;
  std::optional<SweptPlan> plan;
  std::string why_not;  ///< where there is no plan

  bool operator==(const SweepRow&) const = default;
};

/// Between the sweep and who watches it. Called by one thread at a time, but
/// `should_stop`, which any thread asks often.
struct SweepCallbacks {
  /// The row of a cell that is finished already; nullopt: it is to be planned.
  std::function<std::optional<SweepRow>(const SweptModel& model, int count,
                                        Strategy strategy)>
      find;
  /// A cell was planned, or found: so many of all.
  std::function<void(const SweepRow& row, bool was_found, std::int64_t done,
                     std::int64_t of)>
      finished;
  /// True ends the sweep. What was at work then gives no row.
  std::function<bool()> should_stop;
};

/// Plans every cell, in as many threads as there are jobs, and gives the rows
/// by model, count and strategy in the given order: the same whatever the
/// number of threads, unless a time limit is met. Incomplete only where it was
/// stopped. Throws the first error of loading a model, once the other threads
/// have finished their cells.
std::vector<SweepRow> RunSweep(const std::vector<SweepModel>& models,
                               const SweepOptions& options,
                               const SweepCallbacks& callbacks);

}  // namespace coralline
