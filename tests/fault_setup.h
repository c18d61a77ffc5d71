#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <random>
#include <vector>

#include "coralline/runtime/runner.h"
#include "coralline/zoo/synthetic.h"

/// What tests/fault_runs_test.cc runs: a small model, and seeded faults of
/// emulated devices.
namespace coralline::fault_runs {

using Random = std::mt19937_64;

inline constexpr std::chrono::milliseconds kWatchdog(80);
inline constexpr int kLayers = 5;
inline constexpr int kNumInputs = 6;

inline int Pick(Random& random, int least, int most) {
  return std::uniform_int_distribution<int>(least, most)(random);
}

inline const Model& SmallModel() {
  static const Model model =
      GenerateFullyConnected({.width = 48, .layers = kLayers});
  return model;
}

inline const std::vector<TensorData>& Input(int number) {
  static const auto inputs = [] {
    Random random(1);
    std::vector<std::vector<TensorData>> data;
    for (int i = 0; i < kNumInputs; ++i) {
      data.push_back(
          RandomData(InterfaceOf(SmallModel().graph).inputs, random));
    }
    return data;
  }();
  return inputs[number];
}

// By one core, whole.
inline const std::vector<TensorData>& Expected(int input) {
  static const auto outputs = [] {
    const auto whole = CpuDevice({}, CpuKernels::kBuiltin).Load(SmallModel());
    std::vector<std::vector<TensorData>> data;
    for (int i = 0; i < kNumInputs; ++i) {
      data.push_back(RunOnce(*whole, Input(i)));
    }
    return data;
  }();
  return outputs[input];
}

// One or two faults, within the first inferences of a device. Two are often of
// the same device, or of the only ones.
inline Fault RandomFault(Random& random, int num_devices) {
  Fault fault{.device = Pick(random, 0, num_devices - 1),
              .kind = static_cast<FaultKind>(Pick(random, 0, 3))};
  if (Pick(random, 0, 3) == 0) {
    fault.at_time = std::chrono::milliseconds(Pick(random, 0, 20));
  } else {
    fault.at_request = Pick(random, 0, 40);
  }
  if (fault.kind == FaultKind::kStall && Pick(random, 0, 1) == 0) {
    fault.duration = std::chrono::milliseconds(Pick(random, 20, 300));
  }
  if (fault.kind == FaultKind::kLost && Pick(random, 0, 1) == 0) {
    fault.duration = std::chrono::milliseconds(Pick(random, 5, 150));
  }
  if (fault.kind == FaultKind::kSlow) fault.factor = Pick(random, 2, 10);
  return fault;
}

struct RunSetup {
  RunnerOptions options;
  std::vector<Fault> faults;  // of the options, or of devices that are fakes
  int num_requests = 0;
  bool ends_without_devices = false;  // all are lost for good
};

inline bool AllAreLost(const std::vector<Fault>& faults, int num_devices) {
  std::vector<bool> is_lost(num_devices);
  for (const Fault& fault : faults) {
    if (fault.kind == FaultKind::kLost && !fault.duration) {
      is_lost[fault.device] = true;
    }
  }
  return std::count(is_lost.begin(), is_lost.end(), false) == 0;
}

inline RunSetup RandomSetup(Random& random) {
  const int num_devices = Pick(random, 2, 4);
  RunSetup setup{.num_requests = Pick(random, 100, 300)};
  RunnerOptions& options = setup.options;
  options = {.devices = {fmt::format("emulated:edgetpu-pcie:{}", num_devices)},
             .kernels = CpuKernels::kBuiltin,
             .compute = true};
  // Often enough all of two devices.
  const int num_faults = Pick(random, 1, 2);
  for (int i = 0; i < num_faults; ++i) {
    options.faults.push_back(RandomFault(random, num_devices));
  }
  if (num_devices == 2 && Pick(random, 0, 1) == 0) {
    for (int d = 0; d < 2; ++d) {
      Fault fault = RandomFault(random, num_devices);
      fault.device = d;
      fault.kind = FaultKind::kLost;
      fault.duration = std::nullopt;
      if (Pick(random, 0, 1) == 0)
        fault.duration = std::chrono::milliseconds(60);
      options.faults.push_back(fault);
    }
  }
  setup.faults = options.faults;
  setup.ends_without_devices = AllAreLost(options.faults, num_devices);
  if (Pick(random, 0, 1) == 0) {
    std::vector<int> cuts(kLayers - 1);
    std::iota(cuts.begin(), cuts.end(), 1);
    std::shuffle(cuts.begin(), cuts.end(), random);
    cuts.resize(num_devices - 1);
    std::sort(cuts.begin(), cuts.end());
    options.segments = SegmentsAt(kLayers, cuts);
  }
  options.pipeline = {.max_in_flight = 4 << Pick(random, 0, 3),
                      .watchdog = kWatchdog};
  if (Pick(random, 0, 1) == 0)
    options.pipeline.rebalance = std::chrono::milliseconds(10);
  return setup;
}

}  // namespace coralline::fault_runs
