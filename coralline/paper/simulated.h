#pragma once

#include <string>
#include <vector>

#include "coralline/paper/cuts.h"
#include "coralline/paper/experiments.h"
#include "coralline/sim/device_spec.h"

namespace coralline::paper {

/// One network of one experiment, as the simulator has it.
struct SimulatedRow {
  std::string experiment;  ///< Experiment::series
  std::string kind;
  int width = 0;
  int devices = 0;
  int batch = 0;
  std::string cut;
  std::string host;
  std::string split;  ///< CutNetwork::text
  /// Milliseconds per inference of the batch, fill and drain included, and
  /// where that may lie in truth.
  double ms = 0;
  double low_ms = 0;
  double high_ms = 0;
  /// With our own host, which adds nothing: between two results in steady
  /// state, and of one request alone.
  double period_ms = 0;
  double latency_ms = 0;
  double speedup = 0;  ///< against one inference on one device
  double gmacs_per_s = 0;
  std::vector<double> on_chip_mib;  ///< of each segment
  std::vector<double> off_chip_mib;
  std::string certificate;  ///< of our plans

  template <typename Row, typename Visitor>
  static void Visit(Row& row, Visitor&& visit) {
    visit("experiment", row.experiment);
    visit("kind", row.kind);
    visit("width", row.width);
    visit("devices", row.devices);
    visit("batch", row.batch);
    visit("cut", row.cut);
    visit("host", row.host);
    visit("split", row.split);
    visit("ms", row.ms);
    visit("low_ms", row.low_ms);
    visit("high_ms", row.high_ms);
    visit("period_ms", row.period_ms);
    visit("latency_ms", row.latency_ms);
    visit("speedup", row.speedup);
    visit("gmacs_per_s", row.gmacs_per_s);
    visit("on_chip_mib", row.on_chip_mib);
    visit("off_chip_mib", row.off_chip_mib);
    visit("certificate", row.certificate);
  }
};

/// A row for each width. The paper's convolutional pipelines load the
/// parameters within the batch, its fully connected ones and ours before.
std::vector<SimulatedRow> SimulateExperiment(const Experiment& experiment,
                                             const DeviceSpec& spec,
                                             const std::vector<int>& widths);

}  // namespace coralline::paper
