#include "coralline/device/emulated_device.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "coralline/base/check.h"
#include "coralline/base/error.h"
#include "coralline/base/hash.h"
#include "coralline/device/precise_wait.h"
#include "coralline/sim/operator_support.h"
#include "coralline/sim/segment_cost.h"
#include "coralline/tflite/bias.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

nanoseconds Nanoseconds(double ms) {
  return nanoseconds(std::llround(ms * 1e6));
}

class EmulatedExecutable : public Executable {
 public:
  // `compute` may be null.
  EmulatedExecutable(const Model& segment, const SegmentCost& cost,
                     std::string description,
                     std::unique_ptr<Executable> compute)
      : first_(Nanoseconds(cost.first_ms())),
        warm_(Nanoseconds(cost.warm_ms())),
        description_(std::move(description)),
        compute_(std::move(compute)),
        inputs_(compute_ ? compute_->inputs()
                         : SpecsOf(segment.graph, segment.graph.inputs)),
        outputs_(compute_ ? compute_->outputs()
                          : SpecsOf(segment.graph, segment.graph.outputs)) {
    last_run_.computes = compute_ != nullptr;
  }

  const std::vector<TensorSpec>& inputs() const override { return inputs_; }
  const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  std::string description() const override { return description_; }
  const EmulatedRun* last_emulated_run() const override { return &last_run_; }

  void BindThread() override {
    SleepPunctually();
    if (compute_) compute_->BindThread();
  }

  void Run(std::span<const ConstBytes> inputs,
           std::span<const MutableBytes> outputs) override {
    const auto start = steady_clock::now();
    CORALLINE_CHECK(inputs.size() == inputs_.size());
    CORALLINE_CHECK(outputs.size() == outputs_.size());
    last_run_.simulated = std::exchange(is_first_, false) ? first_ : warm_;
    const auto deadline = start + last_run_.simulated;
    Fill(inputs, outputs);
    last_run_.overshoot.reset();
    if (compute_ && steady_clock::now() > deadline) return;
    last_run_.overshoot = WaitUntil(deadline) - deadline;
  }

  void ResetState() override {
    if (compute_) compute_->ResetState();
  }

 private:
  void Fill(std::span<const ConstBytes> inputs,
            std::span<const MutableBytes> outputs) {
    if (compute_) return compute_->Run(inputs, outputs);
    for (const MutableBytes output : outputs) {
      std::fill(output.begin(), output.end(), std::byte{0});
    }
  }

  nanoseconds first_;
  nanoseconds warm_;
  bool is_first_ = true;
  EmulatedRun last_run_;
  std::string description_;
  std::unique_ptr<Executable> compute_;
  std::vector<TensorSpec> inputs_;
  std::vector<TensorSpec> outputs_;
};

SegmentCost CostOfModel(const Model& segment, const DeviceSpec& spec) {
  const auto layers = MakeLayers(segment.graph, spec, OpsWithBias(segment));
  const Segment all = OpRange(0, segment.graph.num_ops());
  return CostOf(segment.graph, all, layers, spec);
}

void CheckMapped(const Model& segment, const DeviceSpec& spec) {
  const auto mappings = MapOps(segment.graph);
  for (std::size_t i = 0; i < mappings.size(); ++i) {
    if (mappings[i].is_mapped()) continue;
    throw Error(
        ErrorKind::kModel,
        fmt::format("{}: op {} ({}) does not run on {}: {} ({}); cut before "
                    "it, and give the ops from there a device cpu",
                    segment.name, i, OpName(segment.graph.ops[i]), spec.name,
                    MappingText(mappings[i].mapping), mappings[i].detail));
  }
}

std::string HashNumbers(const DeviceSpec& spec) {
  const SystolicArray& array = spec.array;
  const ParameterMemory& memory = spec.memory;
  std::string text = fmt::format(
      "{} {} {} {} {} {} {} {} {} {}", array.tile_rows, array.tile_columns,
      array.input_channels, array.output_channels, memory.num_banks,
      memory.bank_bytes, memory.reserve_per_input_byte,
      memory.overflow_reserve_per_input_pixel, spec.few_outputs_multiple,
      spec.activation_tile_bytes);
  for (const double number :
       {spec.clock_hz, spec.cycles_factor, spec.fill_cycles, spec.fixed_ms,
        spec.streaming_fixed_ms, spec.upload_fixed_ms, spec.upload_bytes_per_s,
        spec.streaming_bytes_per_s, spec.small_bytes_per_s,
        static_cast<double>(spec.large_tensor_bytes),
        spec.large_input_bytes_per_s, spec.large_output_bytes_per_s,
        spec.relayout_bytes_per_s}) {
    text += fmt::format(" {}", number);
  }
  return HashText(text);
}

}  // namespace

EmulatedDevice::EmulatedDevice(DeviceSpec spec, int number,
                               std::optional<CpuKernels> compute)
    : spec_(std::move(spec)), number_(number), compute_(compute) {}

std::string EmulatedDevice::name() const { return "emulated:" + spec_.name; }

std::string EmulatedDevice::runtime() const {
  std::string text = fmt::format("Coralline {}, emulated, spec {}",
                                 CORALLINE_VERSION, HashNumbers(spec_));
  if (compute_) text += "; outputs by " + CpuDevice({}, *compute_).runtime();
  return text;
}

std::unique_ptr<Executable> EmulatedDevice::Load(const Model& segment) const {
  CheckMapped(segment, spec_);
  std::string description =
      fmt::format("{} #{}, emulated", spec_.name, number_);
  std::unique_ptr<Executable> compute;
  if (compute_) {
    compute = CpuDevice({}, *compute_).Load(segment);
    description += fmt::format("; outputs by {}", compute->description());
  }
  return std::make_unique<EmulatedExecutable>(
      segment, CostOfModel(segment, spec_), std::move(description),
      std::move(compute));
}

}  // namespace coralline
