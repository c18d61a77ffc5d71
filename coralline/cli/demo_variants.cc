#include "coralline/cli/demo_variants.h"

#include <fmt/format.h>

#include "coralline/base/error.h"
#include "coralline/cli/interrupt.h"
#include "coralline/cli/progress.h"
#include "coralline/device/cpu_device.h"
#include "coralline/graph/balance.h"
#include "coralline/pipeline/run.h"
#include "coralline/pipeline/verify.h"
#include "coralline/tflite/writer.h"

namespace coralline::cli {
namespace {

std::vector<DemoVariant> MakeVariants(const std::vector<int>& cores) {
  const auto core = [&](std::size_t i) {
    return fmt::format("cpu:{}", cores[i % cores.size()]);
  };
  std::vector<DemoVariant> variants;
  variants.push_back({.name = "whole, 1 core", .devices = {core(0)}});
  if (cores.size() > 1 && cores[1] == cores[0] + 1) {
    variants.push_back(
        {.name = "whole, 2 threads",
         .devices = {fmt::format("cpu:{}-{}", cores[0], cores[1])}});
  }
  for (const std::size_t stages : {2U, 4U}) {
    if (stages > 2 && cores.size() < stages) break;
    DemoVariant variant{.name = fmt::format("pipeline, {} stages", stages)};
    for (std::size_t i = 0; i < stages; ++i) variant.devices.push_back(core(i));
    variants.push_back(std::move(variant));
  }
  return variants;
}

void Load(const Model& model, DemoVariant& variant) {
  const auto cuts =
      EqualParameterCuts(model.graph, static_cast<int>(variant.devices.size()));
  std::vector<std::unique_ptr<Executable>> stages;
  for (const Model& segment :
       SplitModel(model, SegmentsAt(model.graph.num_ops(), cuts))) {
    stages.push_back(
        MakeDevice(variant.devices[stages.size()], CpuKernels::kAuto)
            ->Load(segment));
  }
  if (stages.size() == 1) {
    variant.whole =
        MakeDevice(variant.devices[0], CpuKernels::kAuto)->Load(model);
  }
  variant.description = stages[0]->description();
  variant.pipeline =
      std::make_unique<Pipeline>(std::move(stages), InterfaceOf(model.graph));
}

double Nanoseconds(const Histogram& histogram) {
  return static_cast<double>(histogram.mean().count());
}

using Inputs = std::vector<std::vector<TensorData>>;

// Returns false when the user interrupts it.
bool MeasureOnce(const Inputs& inputs, std::chrono::nanoseconds duration,
                 DemoVariant& variant) {
  const RunOptions options{.duration = duration,
                           .warmup_requests = 200,
                           .in_flight = variant.pipeline->max_in_flight(),
                           .stop = &Interrupted()};
  const RunStats stats =
      variant.whole ? RunWithoutPipeline(*variant.whole, inputs, options)
                    : RunRequests(*variant.pipeline, inputs, options);
  if (stats.error) throw *stats.error;
  if (stats.stopped) return false;
  double busy = variant.whole ? Nanoseconds(stats.latency) : 0;
  for (const StageStats& stage : stats.stages) {
    busy += Nanoseconds(stage.busy());
  }
  variant.throughputs_rps.push_back(stats.throughput_rps);
  variant.busy_ns.push_back(busy);
  return true;
}

}  // namespace

std::vector<DemoVariant> LoadDemoVariants(const Model& model,
                                          const std::vector<int>& cores) {
  std::vector<DemoVariant> variants = MakeVariants(cores);
  for (DemoVariant& variant : variants) Load(model, variant);
  return variants;
}

void VerifyDemoVariants(const Model& model, std::vector<DemoVariant>& variants,
                        std::int64_t inputs) {
  for (DemoVariant& variant : variants) {
    const auto whole = CpuDevice({}).Load(model);
    const auto mismatch = FindMismatch(*whole, *variant.pipeline, inputs, 1);
    if (!mismatch) continue;
    throw Error(ErrorKind::kFailed,
                fmt::format("{}: output differs from the whole model at byte "
                            "{} of '{}'",
                            variant.name, mismatch->byte, mismatch->tensor));
  }
}

void MeasureDemoVariants(const Model& model, int repeats,
                         std::chrono::nanoseconds duration,
                         std::vector<DemoVariant>& variants) {
  std::mt19937_64 random(1);
  const auto specs = InterfaceOf(model.graph).inputs;
  const Inputs inputs = {RandomData(specs, random), RandomData(specs, random)};
  Progress progress("measuring: run",
                    repeats * static_cast<std::int64_t>(variants.size()));
  std::int64_t runs = 0;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    for (DemoVariant& variant : variants) {
      progress.Update(++runs);
      if (!MeasureOnce(inputs, duration, variant)) return;
    }
  }
}

}  // namespace coralline::cli
