#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "coralline/base/origin.h"
#include "coralline/graph/segment.h"
#include "coralline/sim/segment_cost.h"
#include "coralline/tflite/model.h"

namespace coralline {

/// A stage of a pipeline with all that charts say of it. Stages are numbered in
/// the order of the data.
struct ChartedStage {
  std::string device;  ///< "edgetpu-pcie", "cpu"
  int replicas = 1;    ///< devices that serve it in turn
  Segment segment;
  /// Of busy_ms.
  Origin origin = Origin::kSimulated;
  /// Of one request, from taking it to handing it on.
  double busy_ms = 0;

  /// Simulated: of those ops of the segment that an accelerator runs, layer by
  /// layer. Of a CPU stage compute_ms alone, estimated.
  SegmentCost cost;
  std::vector<int> layer_ops;  ///< that cost.layers are of
  std::vector<Layer> layers;   ///< as large as they lie in the memory

  /// How often a request leaves it.
  double period_ms() const { return busy_ms / replicas; }
  bool has_memory() const { return !layer_ops.empty(); }
  /// Whether the parts of `cost`, with what the host adds, make up busy_ms.
  bool has_parts() const {
    return origin == Origin::kSimulated || origin == Origin::kEstimated;
  }
};

/// Sets `layers` for its layer_ops; those given are of the whole graph.
void SetLayers(ChartedStage& stage, const std::vector<Layer>& layers);

/// Sets cost, layer_ops and layers of a stage on such a device, which leaves
/// some of its ops to the CPU.
void Simulate(ChartedStage& stage, const Model& model, const DeviceSpec& spec);

/// "stage 1", "stage 1, 2 devices in turn".
std::string StageTitle(const std::vector<ChartedStage>& stages,
                       std::size_t stage);
/// "edgetpu-pcie", "2 x edgetpu-pcie".
std::string DeviceTitle(const ChartedStage& stage);

/// That with the longest period. Requires one.
std::size_t SlowestStage(const std::vector<ChartedStage>& stages);

/// "Stage 1 is the bottleneck: it streams 13.1 MiB of parameters at every
/// inference, 36.1 of its 42.0 ms." What takes most of the slowest stage's
/// time, where it is simulated.
std::string BottleneckText(const std::vector<ChartedStage>& stages);

/// "13.1 MiB", "12.0 KiB", "17 B".
std::string SizeText(std::int64_t bytes);

}  // namespace coralline
