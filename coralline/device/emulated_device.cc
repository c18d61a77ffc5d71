#include "coralline/device/emulated_device.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "coralline/base/error.h"
#include "coralline/base/hash.h"
#include "coralline/device/internal/emulated_executable.h"
#include "coralline/device/internal/joined_executable.h"
#include "coralline/sim/operator_support.h"
#include "coralline/sim/segment_cost.h"
#include "coralline/tflite/bias.h"
#include "coralline/tflite/writer.h"

namespace coralline {
namespace {

using std::chrono::steady_clock;

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
  for (const double number : {spec.clock_hz,
                              spec.cycles_factor,
                              spec.fill_cycles,
                              spec.fixed_ms,
                              spec.streaming_fixed_ms,
                              spec.upload_fixed_ms,
                              spec.upload_bytes_per_s,
                              spec.streaming_bytes_per_s,
                              spec.small_bytes_per_s,
                              static_cast<double>(spec.large_tensor_bytes),
                              spec.large_input_bytes_per_s,
                              spec.large_output_bytes_per_s,
                              spec.relayout_bytes_per_s,
                              memory.overflow_reserve_limit,
                              spec.int8_cycles_factor,
                              spec.depthwise_cycles_factor,
                              spec.vector_bytes_per_s,
                              spec.softmax_table_bytes,
                              spec.softmax_program_bytes,
                              spec.relative_error,
                              spec.absolute_error_ms}) {
    text += fmt::format(" {}", number);
  }
  return HashText(text);
}

}  // namespace

EmulatedDevice::EmulatedDevice(DeviceSpec spec, int number,
                               std::optional<CpuKernels> compute,
                               std::vector<Fault> faults,
                               std::optional<CpuKernels> host)
    : spec_(std::move(spec)),
      number_(number),
      compute_(compute),
      faults_(std::move(faults)),
      host_(host),
      state_(std::make_shared<internal::FaultState>(faults_)) {}

std::string EmulatedDevice::name() const { return "emulated:" + spec_.name; }

std::string EmulatedDevice::runtime() const {
  std::string text = fmt::format("Coralline {}, emulated, spec {}",
                                 CORALLINE_VERSION, HashNumbers(spec_));
  if (host_) text += "; host " + CpuDevice({}, *host_).runtime();
  if (compute_) text += "; outputs by " + CpuDevice({}, *compute_).runtime();
  for (const Fault& fault : faults_) text += "; fault " + FaultText(fault);
  return text;
}

std::unique_ptr<Executable> EmulatedDevice::LoadMapped(
    const Model& segment, std::string device) const {
  return std::make_unique<internal::EmulatedExecutable>(
      segment, CostOfModel(segment, spec_), std::move(device),
      compute_ ? CpuDevice({}, *compute_).Load(segment) : nullptr, state_);
}

std::unique_ptr<Executable> EmulatedDevice::Load(const Model& segment) const {
  const std::string device =
      fmt::format("{} #{}, emulated", spec_.name, number_);
  if (!is_present()) internal::ThrowLost(device);
  const auto mappings = MapOps(segment.graph);
  const bool is_mapped =
      std::all_of(mappings.begin(), mappings.end(),
                  [](const OpMapping& op) { return op.is_mapped(); });
  if (is_mapped) return LoadMapped(segment, device);
  if (!host_) CheckMapped(segment, spec_);
  const MappedParts of = PartsOf(segment.graph, mappings);
  const CpuDevice host({}, *host_);
  std::vector<std::unique_ptr<Executable>> parts;
  for (const Segment* part : {&of.head, &of.mapped, &of.tail}) {
    if (part->ops.empty()) continue;
    const Model model = ExtractSegment(segment, *part);
    parts.push_back(part == &of.mapped ? LoadMapped(model, device)
                                       : host.Load(model));
  }
  return std::make_unique<internal::JoinedExecutable>(
      std::move(parts), SpecsOf(segment.graph, segment.graph.inputs),
      SpecsOf(segment.graph, segment.graph.outputs));
}

bool EmulatedDevice::is_present() const {
  return !state_->IsLost(steady_clock::now());
}

std::optional<double> EmulatedDevice::temperature() const {
  return state_->Temperature(steady_clock::now());
}

}  // namespace coralline
