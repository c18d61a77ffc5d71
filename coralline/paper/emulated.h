#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "coralline/paper/experiments.h"
#include "coralline/sim/device_spec.h"

namespace coralline::paper {

/// One network of one experiment, run by our pipeline on emulated devices in
/// wall-clock time. Its host is our runtime, whatever the paper's was.
struct EmulatedRow {
  std::string experiment;  ///< Experiment::series
  std::string kind;
  int width = 0;
  int devices = 0;
  int batch = 0;
  std::string cut;
  std::string split;
  int inferences = 0;  ///< of all repetitions
  int repetitions = 0;
  /// Medians over the repetitions. Of a batch of 1 the time of a request
  /// alone, of others the time between two results in steady state.
  double ms = 0;
  double min_ms = 0;
  double max_ms = 0;
  double simulated_ms = 0;  ///< what that should take, without any host

  template <typename Row, typename Visitor>
  static void Visit(Row& row, Visitor&& visit) {
    visit("experiment", row.experiment);
    visit("kind", row.kind);
    visit("width", row.width);
    visit("devices", row.devices);
    visit("batch", row.batch);
    visit("cut", row.cut);
    visit("split", row.split);
    visit("inferences", row.inferences);
    visit("repetitions", row.repetitions);
    visit("ms", row.ms);
    visit("min_ms", row.min_ms);
    visit("max_ms", row.max_ms);
    visit("simulated_ms", row.simulated_ms);
  }
};

struct EmulationOptions {
  double seconds = 0.3;  ///< of each network, in about
  int repetitions = 3;   ///< at most 10; one of networks that are slow
  const std::atomic<bool>* stop = nullptr;
};

/// A row for each width, each with four inferences or more; nullopt where it
/// was stopped. Throws Error as devices and pipelines do.
std::optional<std::vector<EmulatedRow>> EmulateExperiment(
    const Experiment& experiment, const DeviceSpec& spec,
    const std::vector<int>& widths, const EmulationOptions& options);

}  // namespace coralline::paper
