#include "coralline/cli/demo_emulated.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "coralline/base/error.h"
#include "coralline/cli/interrupt.h"
#include "coralline/device/cpu_device.h"
#include "coralline/pipeline/run.h"
#include "coralline/pipeline/verify.h"
#include "coralline/plan/baselines.h"
#include "coralline/planning/plan_document.h"
#include "coralline/planning/split_planning.h"
#include "coralline/runtime/runner.h"
#include "coralline/tflite/writer.h"

namespace coralline::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct PlannedPoint {
  EmulatedPoint point;
  std::optional<PlanDocument> document;
};

// Plans one network for more and more devices.
class PointPlanner {
 public:
  PointPlanner(const Model& model, const std::string& spec)
      : model_(model), spec_(spec), device_(ReadDeviceSpec(spec)) {}

  PlannedPoint Compilers(int count) const {
    PlannedPoint planned{.point = {.devices = count, .cut = kCompilersCut}};
    const ModelProblem problem(model_, {Group(count)}, {});
    try {
      const auto segments = SegmentsBy(Strategy::kCompiler, problem.problem(),
                                       model_.graph, count);
      auto plan = segments ? PlanOfSegments(problem.problem(), *segments)
                           : std::optional<Plan>();
      if (plan) {
        Fill(problem, std::move(*plan), {}, planned);
        planned.document->strategy = Strategy::kCompiler;
      }
    } catch (const Error& error) {
      planned.point.why_not = error.what();
    }
    return planned;
  }

  PlannedPoint Ours(int count) const {
    SplitPlan best =
        PlanWithSplits(model_, {Group(count)}, {}, {}, SplitMode::kAuto);
    PlannedPoint planned{.point = {.devices = count, .cut = kOurCut}};
    if (!best.plan) return planned;
    const ModelProblem problem(best.model, {Group(count)}, {});
    Fill(problem, std::move(*best.plan), best.splits, planned);
    return planned;
  }

 private:
  DeviceGroup Group(int count) const {
    return {.name = spec_, .count = count, .spec = device_};
  }

  void Fill(const ModelProblem& problem, Plan plan,
            const std::vector<LayerSplit>& splits,
            PlannedPoint& planned) const {
    EmulatedPoint& point = planned.point;
    point.used_devices = NumDevices(plan, problem);
    point.stages = static_cast<int>(plan.stages.size());
    point.split_layers = static_cast<int>(splits.size());
    point.predicted_rps = 1e9 / static_cast<double>(plan.period.count());
    planned.document = DocumentOf(problem, {}, std::move(plan),
                                  {{spec_, ReadDeviceSpecText(spec_)}});
    planned.document->splits = splits;
    planned.document->model_hash = StructureHash(model_.graph);
  }

  const Model& model_;
  const std::string& spec_;
  const DeviceSpec device_;
};

std::vector<PlannedPoint> PlanPoints(const Model& model,
                                     const EmulationOptions& options) {
  const PointPlanner planner(model, options.spec);
  std::vector<PlannedPoint> points;
  for (int count = 1; count <= options.most_devices; ++count) {
    points.push_back(planner.Compilers(count));
    points.push_back(planner.Ours(count));
  }
  return points;
}

// The pace while all devices are at work: from the last of the results with
// which the pipeline fills. A run of few inferences would tell little
// otherwise.
double SteadyRate(const std::vector<Clock::time_point>& results,
                  std::size_t filling) {
  if (results.size() <= filling) return 0;
  const std::chrono::duration<double> time =
      results.back() - results[filling - 1];
  return static_cast<double>(results.size() - filling) / time.count();
}

double Measure(const Model& model, const PlannedPoint& planned,
               std::chrono::nanoseconds duration) {
  const int devices = planned.point.used_devices;
  const Runner runner = OpenRunner(model, {.plan = planned.document});
  std::mt19937_64 random(1);
  const std::vector<std::vector<TensorData>> inputs = {
      RandomData(runner.pipeline->interface().inputs, random)};
  std::vector<Clock::time_point> results;
  RunOptions run{.duration = duration,
                 // The first inference of a device loads its parameters.
                 .warmup_requests = devices,
                 .in_flight = 2 * devices,
                 .stop = &Interrupted()};
  run.on_done = [&results](const ResultView&, std::size_t) {
    results.push_back(Clock::now());
  };
  const RunStats stats = RunRequests(*runner.pipeline, inputs, run);
  if (stats.error) throw *stats.error;
  // Of warming up, and as many again.
  return SteadyRate(results, 2 * devices);
}

std::unique_ptr<Pipeline> OnCpu(const Model& model,
                                const std::vector<Segment>& segments,
                                const PipelineInterface& interface) {
  std::vector<std::unique_ptr<Executable>> stages;
  for (const Model& segment : SplitModel(model, segments)) {
    stages.push_back(CpuDevice({}).Load(segment));
  }
  return std::make_unique<Pipeline>(std::move(stages), interface);
}

void Verify(const Model& model, const PlanDocument& document,
            std::int64_t inputs) {
  const auto whole = CpuDevice({}).Load(model);
  const auto pipeline =
      OnCpu(ModelOf(document, model), document.plan.segments(),
            InterfaceOf(model.graph));
  const auto mismatch = FindMismatch(*whole, *pipeline, inputs, 1);
  if (!mismatch) return;
  throw Error(ErrorKind::kFailed,
              fmt::format("{}: the plan's output differs from the whole "
                          "model's at byte {} of '{}'",
                          model.name, mismatch->byte, mismatch->tensor));
}

bool HasSameSegments(const PlanDocument& a, const PlanDocument& b) {
  return a.splits == b.splits && a.plan.segments() == b.plan.segments();
}

// Ours, those with the same segments once.
void VerifyPoints(const Model& model, const std::vector<PlannedPoint>& points,
                  const EmulationOptions& options) {
  std::vector<const PlanDocument*> verified;
  for (const PlannedPoint& planned : points) {
    if (planned.point.cut != kOurCut || !planned.document) continue;
    const bool is_known = std::any_of(
        verified.begin(), verified.end(), [&](const PlanDocument* other) {
          return HasSameSegments(*other, *planned.document);
        });
    if (is_known || Interrupted()) continue;
    options.progress(fmt::format("{}: verifying the plan for {}", model.name,
                                 planned.point.devices));
    Verify(model, *planned.document, options.verified_inputs);
    verified.push_back(&*planned.document);
  }
}

}  // namespace

double EmulatedNet::SpeedUp(const EmulatedPoint& point) const {
  return point.throughput_rps / points[0].throughput_rps;
}

double EmulatedNet::PredictedSpeedUp(const EmulatedPoint& point) const {
  return point.predicted_rps / points[0].predicted_rps;
}

EmulatedNet EmulateNet(const Model& model, std::string title,
                       const EmulationOptions& options) {
  EmulatedNet net{.model = model.name,
                  .title = std::move(title),
                  .layers = model.graph.num_ops(),
                  .parameter_bytes = ParameterBytes(model.graph),
                  .verified_inputs = options.verified_inputs};
  options.progress(fmt::format("{}: planning", model.name));
  auto points = PlanPoints(model, options);
  if (options.verified_inputs > 0) VerifyPoints(model, points, options);
  for (PlannedPoint& planned : points) {
    EmulatedPoint& point = planned.point;
    if (point.has_plan() && !Interrupted()) {
      options.progress(fmt::format("{}: emulating the cut by {} for {}",
                                   model.name, point.cut, point.devices));
      point.throughput_rps = Measure(model, planned, options.duration);
    }
    net.points.push_back(std::move(point));
  }
  return net;
}

}  // namespace coralline::cli
