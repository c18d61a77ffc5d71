#include "coralline/sim/internal/cost_terms.h"

#include <algorithm>

namespace coralline {
namespace {

constexpr double kMsPerSecond = 1e3;

double Milliseconds(std::int64_t bytes, double bytes_per_s) {
  return static_cast<double>(bytes) / bytes_per_s * kMsPerSecond;
}

// Each tensor at the rate of its size.
double TransferMs(const TransferBytes& bytes, double large_bytes_per_s,
                  const DeviceSpec& spec) {
  return Milliseconds(bytes.small, spec.small_bytes_per_s) +
         Milliseconds(bytes.large, large_bytes_per_s);
}

}  // namespace

void TransferBytes::Add(const SegmentInput& tensor, const DeviceSpec& spec) {
  (tensor.bytes >= spec.large_tensor_bytes ? large : small) += tensor.bytes;
  pixels += tensor.pixels;
}

void TransferBytes::Remove(const SegmentInput& tensor, const DeviceSpec& spec) {
  (tensor.bytes >= spec.large_tensor_bytes ? large : small) -= tensor.bytes;
  pixels -= tensor.pixels;
}

void InstructionCount::Add(const Layer& layer) {
  constexpr std::int64_t kMatrixLayer = 1174;
  constexpr std::int64_t kUnevenLayer = 1546;
  // 18 to 30 KB in compiled MobileNet v2 at 512x512 and 1024x512 and PoseNet.
  constexpr std::int64_t kExtraBand = 20'000;
  const bool is_softmax = layer.kind == LayerKind::kSoftmax;
  const bool is_matrix = !is_softmax && layer.kind != LayerKind::kOther;
  has_softmax_ = has_softmax_ || is_softmax;
  layer_bytes_ += (is_matrix ? kMatrixLayer : 0) +
                  (layer.is_uneven ? kUnevenLayer : 0) +
                  layer.extra_bands * kExtraBand;
}

std::int64_t InstructionCount::bytes() const {
  constexpr std::int64_t kProgram = 12767;
  constexpr std::int64_t kSoftmax = 761;
  return kProgram + layer_bytes_ + (has_softmax_ ? kSoftmax : 0);
}

SegmentInput SizeOf(const Graph& graph, int tensor) {
  const auto& shape = graph.tensors[tensor].shape;
  SegmentInput size{.bytes = NumBytes(graph.tensors[tensor]).value_or(0)};
  if (shape.size() >= 3) {
    const auto width = shape.end() - 2;
    size.pixels = std::int64_t{*width} * *(width - 1);
  }
  return size;
}

bool HasLargeInput(const TransferBytes& inputs, const DeviceSpec& spec) {
  return inputs.total() >= spec.large_tensor_bytes;
}

double ComputeMs(const Layer& layer, const DeviceSpec& spec) {
  const bool has_own_factor = layer.is_int8 && spec.int8_cycles_factor > 0;
  const double factor =
      has_own_factor ? spec.int8_cycles_factor : spec.cycles_factor;
  const double matrix = static_cast<double>(layer.cycles) +
                        spec.depthwise_cycles_factor *
                            static_cast<double>(layer.depthwise_cycles);
  const double cycles =
      factor * matrix + spec.fill_cycles * static_cast<double>(layer.fills);
  const double vector_ms =
      spec.vector_bytes_per_s > 0
          ? Milliseconds(layer.vector_bytes, spec.vector_bytes_per_s)
          : 0;
  return cycles / spec.clock_hz * kMsPerSecond + vector_ms;
}

void AddStreaming(const Layer& layer, const DeviceSpec& spec,
                  bool has_large_input, LayerCost& part) {
  part.passes = StreamingPasses(layer, spec, has_large_input);
  part.streaming_ms = Milliseconds(layer.streamed_bytes * part.passes,
                                   spec.streaming_bytes_per_s);
}

void AddPart(const LayerCost& part, SegmentCost& cost) {
  cost.is_interpolated = cost.is_interpolated || part.passes > 1;
  cost.compute_ms += part.compute_ms;
  cost.streaming_ms += part.streaming_ms;
}

void AddTerms(const SegmentTerms& terms, const DeviceSpec& spec,
              SegmentCost& cost) {
  cost.fixed_ms += spec.fixed_ms;
  if (cost.placement.streamed_bytes > 0) {
    cost.streaming_ms += spec.streaming_fixed_ms;
  }
  const std::int64_t softmax =
      terms.instructions.has_softmax()
          ? std::max<std::int64_t>(
                0, static_cast<std::int64_t>(spec.softmax_program_bytes))
          : 0;
  cost.instructions_ms += Milliseconds(terms.instructions.bytes() + softmax,
                                       spec.small_bytes_per_s);
  cost.input_ms += TransferMs(terms.inputs, spec.large_input_bytes_per_s, spec);
  cost.output_ms +=
      TransferMs(terms.outputs, spec.large_output_bytes_per_s, spec);
  cost.relayout_ms +=
      Milliseconds(terms.outputs.large, spec.relayout_bytes_per_s);
  cost.large_bytes += terms.inputs.large + terms.outputs.large;
  if (cost.placement.cached_bytes > 0) {
    cost.upload_ms +=
        spec.upload_fixed_ms +
        Milliseconds(cost.placement.cached_bytes, spec.upload_bytes_per_s);
  }
}

}  // namespace coralline
