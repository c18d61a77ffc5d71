#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "coralline/graph/segment.h"
#include "coralline/paper/experiments.h"
#include "coralline/sim/device_spec.h"
#include "coralline/tflite/model.h"

namespace coralline::paper {

/// A network in segments, each on a device of its own, or on several in turn.
struct CutNetwork {
  std::vector<Segment> segments;
  std::vector<int> replicas;  ///< of each segment
  std::string certificate;    ///< of kOptimal: ClaimText

  /// Layers of each segment, and its devices where they are several:
  /// "2-1x2-2".
  std::string text() const;
};

/// Cuts a network of five layers, one op each, as the experiment does. Where
/// times decide, they are simulated with the experiment's host.
CutNetwork CutFor(const Experiment& experiment, const Model& model, int width,
                  const DeviceSpec& spec);

}  // namespace coralline::paper
