#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "coralline/tflite/model.h"

namespace coralline::cli {

/// A network on so many emulated devices, cut in one way.
struct EmulatedPoint {
  int devices = 0;       ///< that it may use
  std::string cut;       ///< "compiler" or "Coralline"
  int used_devices = 0;  ///< 0 where there is no such cut
  int stages = 0;
  int split_layers = 0;      ///< computed in parts
  std::string why_not;       ///< where there is no such cut
  double predicted_rps = 0;  ///< simulated: of the slowest stage
  /// Emulated in wall-clock time, while all devices are at work.
  double throughput_rps = 0;

  bool has_plan() const { return used_devices > 0; }
};

/// A network on more and more devices. The first point is the whole model on
/// one device, which speed-ups are against.
struct EmulatedNet {
  std::string model;
  std::string title;  ///< "the paper's fully connected network"
  int layers = 0;
  std::int64_t parameter_bytes = 0;
  std::vector<EmulatedPoint> points;
  /// Inputs on which each of Coralline's plans gave the whole model's outputs,
  /// computed by the CPU; 0 where that was not tried.
  std::int64_t verified_inputs = 0;

  double SpeedUp(const EmulatedPoint& point) const;
  double PredictedSpeedUp(const EmulatedPoint& point) const;
};

inline constexpr const char* kCompilersCut = "compiler";
inline constexpr const char* kOurCut = "Coralline";

struct EmulationOptions {
  std::string spec = "edgetpu-pcie";
  int most_devices = 4;
  std::chrono::nanoseconds duration{0};  ///< of each run
  std::int64_t verified_inputs = 0;
  std::function<void(const std::string& what)> progress;
};

/// Plans, runs and verifies. Throws Error(kFailed) where outputs differ. Ends
/// early, with points that have no throughput, on Ctrl-C.
EmulatedNet EmulateNet(const Model& model, std::string title,
                       const EmulationOptions& options);

}  // namespace coralline::cli
