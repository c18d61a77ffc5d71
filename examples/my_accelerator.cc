// An accelerator of your own, planned for and run: a Device, its Executable and
// its costs, docs/adding-an-accelerator.md. Takes a device spec, such as
// examples/my-accelerator.json. Exit status 4: there is no TFLite library.
#include <algorithm>
#include <iostream>
#include <utility>

#include "coralline/base/error.h"
#include "coralline/device/cpu_device.h"
#include "coralline/device/precise_wait.h"
#include "coralline/pipeline/run.h"
#include "coralline/pipeline/verify.h"
#include "coralline/plan/planner.h"
#include "coralline/sim/segment_cost.h"
#include "coralline/tflite/bias.h"
#include "coralline/tflite/writer.h"
#include "coralline/zoo/synthetic.h"

namespace {

using namespace coralline;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

nanoseconds Ms(double ms) {
  return nanoseconds(static_cast<std::int64_t>(ms * 1e6));
}

// What the hardware cannot do is said once, for the device and the planner.
bool Supports(const Op& op) { return op.kind == OpKind::kFullyConnected; }

// A loaded segment. Yours hands the inputs to its driver and waits for the
// outputs; this one has the CPU compute them, and takes as long as the spec
// says.
class MyExecutable : public Executable {
 public:
  MyExecutable(std::string name, std::unique_ptr<Executable> cpu,
               const SegmentCost& cost)
      : name_(std::move(name)),
        cpu_(std::move(cpu)),
        upload_(Ms(cost.upload_ms)),
        warm_(Ms(cost.warm_ms())) {}

  const std::vector<TensorSpec>& inputs() const override {
    return cpu_->inputs();
  }
  const std::vector<TensorSpec>& outputs() const override {
    return cpu_->outputs();
  }
  std::string description() const override { return name_ + ", emulated"; }
  void BindThread() override { cpu_->BindThread(); }
  void Upload() override {
    WaitUntil(steady_clock::now() + std::exchange(upload_, nanoseconds(0)));
  }
  void Run(std::span<const ConstBytes> inputs,
           std::span<const MutableBytes> outputs) override {
    const auto end = steady_clock::now() + warm_;
    Upload();  // where nobody has
    cpu_->Run(inputs, outputs);
    WaitUntil(end);
  }
  void ResetState() override { cpu_->ResetState(); }

 private:
  std::string name_;
  std::unique_ptr<Executable> cpu_;
  nanoseconds upload_;
  nanoseconds warm_;
};

class MyAccelerator : public Device {
 public:
  explicit MyAccelerator(DeviceSpec spec) : spec_(std::move(spec)) {}

  std::string name() const override { return spec_.name; }
  // Measured times are kept under it: name all that may change them.
  std::string runtime() const override {
    return "my runtime 1.0, emulated, " + cpu_.runtime();
  }
  bool is_emulated() const override { return true; }
  std::unique_ptr<Executable> Load(const Model& segment) const override {
    for (const Op& op : segment.graph.ops) {
      if (Supports(op)) continue;
      throw Error(ErrorKind::kModel, segment.name + ": " + spec_.name +
                                         " does not run " + OpName(op) +
                                         ", give it to a CPU core");
    }
    const auto layers = MakeLayers(segment.graph, spec_, OpsWithBias(segment));
    const Segment all = OpRange(0, segment.graph.num_ops());
    return std::make_unique<MyExecutable>(
        spec_.name, cpu_.Load(segment),
        CostOf(segment.graph, all, layers, spec_));
  }

 private:
  DeviceSpec spec_;
  CpuDevice cpu_{{}};
};

// All that the planner knows of the accelerator.
class MyCosts : public SegmentCosts {
 public:
  MyCosts(const Model& model, const DeviceSpec& spec)
      : graph_(model.graph),
        spec_(spec),
        layers_(MakeLayers(graph_, spec, OpsWithBias(model))) {}

  std::optional<StageCost> Of(std::span<const int> ops, int) override {
    Segment segment{{ops.begin(), ops.end()}};
    std::sort(segment.ops.begin(), segment.ops.end());
    for (const int op : ops) {
      if (!Supports(graph_.ops[op])) return std::nullopt;
    }
    const SegmentCost cost = CostOf(graph_, segment, layers_, spec_);
    return StageCost{.busy = Ms(cost.warm_ms())};
  }

 private:
  const Graph& graph_;
  const DeviceSpec& spec_;
  std::vector<Layer> layers_;
};

int Refuses(const Device& device, const Model& model) {
  try {
    device.Load(model);
  } catch (const Error& error) {
    return error.kind() == ErrorKind::kModel ? 0 : 1;
  }
  return 1;
}

int RunOnTwo(const DeviceSpec& spec) {
  const MyAccelerator device(spec);
  const Model model = GenerateFullyConnected({.width = 1000});
  MyCosts costs(model, spec);
  const auto plan = FindPlan({.precedence = PrecedenceOf(model.graph),
                              .classes = {{.name = spec.name, .count = 2}},
                              .max_replicas = 1,
                              .costs = &costs},
                             {});
  if (!plan) return 1;
  std::vector<Segment> segments;
  for (const PlannedStage& stage : plan->stages) {
    std::cout << FormatSegment(stage.segment) << '\n';
    segments.push_back(stage.segment);
  }
  std::vector<std::unique_ptr<Executable>> stages;
  for (const Model& segment : SplitModel(model, segments)) {
    stages.push_back(device.Load(segment));
  }
  Pipeline pipeline(std::move(stages), InterfaceOf(model.graph));

  // The whole model on the CPU has the same outputs, bit for bit.
  const auto whole = CpuDevice({}).Load(model);
  if (FindMismatch(*whole, pipeline, /*num_requests=*/10, /*seed=*/1)) {
    std::cerr << "the outputs differ\n";
    return 1;
  }
  std::mt19937_64 random(1);
  const RunStats stats = RunRequests(
      pipeline, {RandomData(whole->inputs(), random)}, {.requests = 200});
  if (stats.error) throw *stats.error;
  std::cout << "bit-exact; a result every " << plan->period.count()
            << " ns planned, " << stats.wall.count() / stats.requests
            << " ns emulated\n";
  return Refuses(device, GenerateConv({.width = 8, .size = 8}));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: my_accelerator SPEC.json\n";
    return 2;
  }
  try {
    return RunOnTwo(ReadDeviceSpec(argv[1]));
  } catch (const coralline::Error& error) {
    std::cerr << error.what() << '\n';
    return static_cast<int>(error.kind());
  }
}
