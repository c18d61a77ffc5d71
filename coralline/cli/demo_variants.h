#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "coralline/pipeline/pipeline.h"
#include "coralline/tflite/model.h"

namespace coralline::cli {

/// One way to run a network on CPU cores, and what its runs gave.
struct DemoVariant {
  std::string name;
  std::vector<std::string> devices;  ///< one per stage
  std::unique_ptr<Pipeline> pipeline;
  /// Where there is one stage only: it is measured without a pipeline, which
  /// would cost it time.
  std::unique_ptr<Executable> whole;
  std::string description;  ///< of the first stage's Executable
  std::vector<double> throughputs_rps;
  /// Time in which any stage computes, per inference, all stages together.
  std::vector<double> busy_ns;
};

/// The whole on one core, the whole on two threads, and pipelines of two and
/// four stages, as far as the cores go; loaded. Requires a core or more.
std::vector<DemoVariant> LoadDemoVariants(const Model& model,
                                          const std::vector<int>& cores);

/// Throws Error(kFailed) when a variant's outputs differ from the whole
/// model's on so many random inputs.
void VerifyDemoVariants(const Model& model, std::vector<DemoVariant>& variants,
                        std::int64_t inputs);

/// Runs each variant `repeats` times for `duration`. The variants take turns,
/// so that a change of the machine's speed meets all. Ends early, with what is
/// measured, on Ctrl-C.
void MeasureDemoVariants(const Model& model, int repeats,
                         std::chrono::nanoseconds duration,
                         std::vector<DemoVariant>& variants);

}  // namespace coralline::cli
